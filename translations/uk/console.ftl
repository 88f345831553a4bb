# Консоль і режим розробки.

console-title = Консоль
console-empty = Проєктів ще немає. Створіть перший, а тоді додайте застосунок, до якого входитимуть люди.
projects = Проєкти
clients = Клієнти
project-new = Новий проєкт
project-new-text = Проєкт об’єднує ваші застосунки та їхні дозволи.
project-create = Створити проєкт
project-id = Ідентифікатор проєкту
project-token = Токен проєкту
project-token-text = Він дає доступ до API проєкту й розшифровує його історію. Зберігайте його разом з іншими секретами; Usher зберігає лише його геш.
project-no-clients = Клієнтів ще немає. Клієнт – це один застосунок, до якого входять люди.
shown-once = Показуємо лише один раз.

shown-before = Це вже показали один раз і більше не покажуть. Якщо ви його не зберегли, створіть новий секрет.

members = Учасники
members-none = Поки що над проєктом працюють лише адміністратори.
member-since = Учасник з { $time }
member-role = Роль
member-role-of = Роль учасника { $member }
member-change = Змінити роль
member-remove = Вилучити
member-leave = Вийти з проєкту
member-email-hint = Людина отримає лист із посиланням, хоч має тут обліковий запис, хоч ні.
member-invite = Запросити людину
member-invite-send = Надіслати запрошення
member-invited = Запрошення надіслано. Посилання в ньому діє тиждень.
member-joined = Тепер ви учасник цього проєкту.
member-invitations = Запрошення
member-invitation-sent = Надіслано { $time }.
member-invitation-until = Діє до { $time }.
member-invitation-expired = Термін минув { $time }.
member-invitation-resend = Надіслати знову
member-invitation-resent = Надіслано ще один лист. Посилання з попереднього більше не діє.
member-invitation-withdraw = Відкликати
member-invitation-withdrawn = Запрошення відкликано. Його посилання більше не діє.
invitations-too-many = Уже чекають 100 запрошень. Спершу відкличте кілька.
member-changed = Роль змінено.
member-removed = Учасника вилучено.
member-already = Ця людина вже є учасником.
member-last-owner = Проєкт має мати принаймні одного власника. Спершу зробіть власником когось іншого.
role-viewer = Глядач
role-viewer-text = Бачить усе, що не є секретом.
role-developer = Розробник
role-developer-text = Також змінює клієнти, вебхуки й правила доступу.
role-owner = Власник
role-owner-text = Також змінює учасників і токен та може видалити проєкт.

token-rotate = Замінити токен
token-rotate-text = Токен також розшифровує історію проєкту. Надайте теперішній, щоб новий розшифровував її всю.
token-current = Теперішній токен
token-current-hint = Без нього вся історія назавжди стане нечитною, і її буде видалено.
token-discard = Історію можна видалити
token-discard-text = Лише якщо теперішній токен утрачено.
token-overlap = Теперішній токен діятиме ще
token-overlap-hint = Досить довго, щоб усі сервіси перейшли на новий. Якщо токен потрапив до чужих рук, припиніть його дію одразу.
token-make = Створити новий токен
token-rotated = Проєкт має новий токен.
token-history-lost = Це не найновіший токен проєкту. Без нього історію буде втрачено: надайте його або позначте нижче, що історію можна видалити.
token-overlap-bad = Виберіть щось із цього: найдовше – 30 днів.
token-superseded = Хтось інший щойно замінив токен. Нічого не зроблено.
overlap-none = ні миті: його дія припиниться одразу
overlap-hour = одну годину
overlap-day = один день
overlap-week = сім днів
overlap-month = 30 днів

modules = Модулі
modules-text = Локальний модуль перевіряє кожен запит усередині застосунку. За секунду він дізнається, які токени відкликано, і застосовує правила доступу.
modules-none = Жоден модуль не під’єднано.
modules-connect = Створіть клієнта для модуля, передайте його значення застосунку та запустіть застосунок:
modules-guide = Як установити модуль
modules-reload = Оновити
modules-rules = { $current } з { $count } модулів на ревізії { $revision }
modules-more =
    { $count ->
        [one] Під’єднано ще { $count }.
        [few] Під’єднано ще { $count }.
        [many] Під’єднано ще { $count }.
       *[other] Під’єднано ще { $count }.
    }
module-host = Хост
module-transport = З’єднання
module-behind = Відставання
module-revision = Правила
module-socket = WebSocket
module-long-poll = довге опитування
module-poll = опитування
module-since = з { $time }
module-entries =
    { $count ->
        [one] { $count } запис
        [few] { $count } записи
        [many] { $count } записів
       *[other] { $count } запису
    }
module-acknowledged = підтверджено { $time }

apis = API
apis-none = API ще немає. API — це ваш сервіс, який приймає токени доступу: він має ідентифікатор, області доступу і клієнтів, яким дозволено ним користуватися.
apis-too-many = У цього проєкту вже найбільша кількість API: 50.
api-new = Нове API
api-create = Додати API
api-identifier = Ідентифікатор
api-identifier-hint = Адреса https без частини #, наприклад https://api.shop.example. Токени називають її в aud. Вона ніколи не змінюється.
api-identifier-bad = Введіть повну адресу https до 500 символів, без частини #, імені користувача і пароля.
api-exists = Цей ідентифікатор уже належить іншому API.
api-host-taken = Хост цього ідентифікатора належить іншому проєкту.
api-name = Назва
api-name-hint = Її читають люди, коли застосунок просить доступ.
api-name-bad = Введіть назву до 100 символів в одному рядку.
api-scopes = Області доступу
api-scopes-hint = По одній у рядку, зі словами, що вона дозволяє: orders:read = Бачити ваші замовлення
api-scopes-bad = Напишіть щонайбільше 100 різних областей, по одній у рядку, без пробілів у назві й з описом до 200 символів. Області Usher, наприклад openid, використати не можна.
api-roles = Ролі в токенах
api-roles-hint = Назви ролей через пробіл або * для всіх. Ролі, які щось забороняють, завжди є в токенах.
api-roles-bad = Напишіть щонайбільше 100 назв ролей або *.
api-permissions = Дозволи в токенах
api-permissions-hint = Наприклад Order:read або Order:*, через пробіл. Лише ті, що діють без умови.
api-permissions-bad = Напишіть щонайбільше 100 дозволів, наприклад Order:read, Order:* або *.
api-format = Токени доступу
api-format-jwt = JWT: API перевіряє їх саме
api-format-opaque = Непрозорі: API питає Usher про кожен
api-alg = Підпис
api-alg-of-client = Як налаштовано в клієнта
api-alg-bad = Виберіть один з алгоритмів і форматів.
api-lifetime = Термін дії в секундах
api-lifetime-hint = Порожньо: налаштування цього сервера.
api-self-registered = Клієнти, що реєструються самі, можуть просити цей API
api-self-registered-hint = Для серверів MCP та інших API, призначених для будь-яких програм. Людей завжди питають про згоду.

initial-tokens = Токени реєстрації
initial-tokens-lead = Хто має такий токен, може реєструвати клієнтів у цьому проєкті через кінцеву точку реєстрації.
initial-tokens-closed = Ніхто не може реєструвати клієнтів: налаштування «registration.dynamic» має значення closed.
initial-tokens-open = Будь-хто може реєструвати клієнтів без токена: налаштування «registration.dynamic» має значення open. З токеном вони належать цьому проєкту.
initial-tokens-none = Токенів немає.
initial-token = Початковий токен доступу
initial-token-text = Дайте його тому, хто реєструє клієнтів, для заголовка Authorization: Bearer. Його показано лише цього разу.
initial-token-new = Новий токен
initial-token-name-hint = Для чого він.
initial-token-max = Скільки клієнтів можна зареєструвати
initial-token-days = Днів до завершення дії
initial-token-create = Створити токен
initial-token-clients = Клієнти:
initial-token-expires = діє до
initial-token-ended = вичерпано
initial-token-delete = Видалити
api-lifetime-bad = Введіть ціле число секунд, не більше за налаштування tokens.longest_access_ttl.
api-added = API готове.
api-saved = API збережено.
api-deleted = API видалено.
api-clients = Клієнти інших проєктів
api-clients-text = Клієнти цього проєкту можуть користуватися API. Інші — щойно ви дозволите їм тут.
api-client-id = ID клієнта
api-client-scope = Області доступу
api-client-scope-hint = Через пробіл. Порожньо: усі області цього API.
api-client-scope-bad = Напишіть лише області, які має це API, через пробіл.
api-client-every-scope = Усі області
api-client-allow = Дозволити
api-client-remove = Прибрати
api-client-own = Цей клієнт належить цьому проєкту й дозволу не потребує.
api-client-unknown = Клієнта з таким ID немає.
api-clients-too-many = У цього API вже найбільша кількість клієнтів інших проєктів: 100.
api-client-allowed = Клієнт може користуватися API.
api-client-removed = Клієнт більше не може користуватися API. Його токени більше не дійсні.
api-delete = Видалити це API…
api-delete-text = Цього не можна скасувати. Відтоді Usher відхиляє його токени, і жоден застосунок не отримає нових.
webhooks = Вебхуки
webhook = Вебхук
webhooks-none = Вебхуків ще немає. Вебхук – це ваша адреса, яку сповіщають про те, що відбувається в проєкті.
webhooks-too-many = У цьому проєкті вже найбільша можлива кількість вебхуків: 20.
webhook-new = Новий вебхук
webhook-create = Додати вебхук
webhook-url = Адреса
webhook-url-hint = Куди надсилати повідомлення, наприклад https://shop.example/hooks/usher.
webhook-url-bad = Уведіть публічну адресу https, не довшу за 2000 символів, без частини після #.
webhook-description = Для чого він
webhook-description-bad = Не більше ніж 200 символів, одним рядком.
webhook-events = Події
webhook-events-hint = Виберіть, що потрібно вашому приймачу. Цілі групи отримують і події, які додадуть наступні версії.
webhook-events-bad = Виберіть принаймні одну подію, про яку дізнаються проєкти.
webhook-every-event = Усі події, зокрема й ті, що додадуть наступні версії
webhook-all-of = Усі { $events }
webhook-other-events = Події, яких більше немає
webhook-chosen =
    { $count ->
        [one] { $count } вибрана
        [few] { $count } вибрані
       *[other] { $count } вибраних
    }
latency = Час відповіді
latency-ms = мс
latency-result = Результат
latency-summary =
    { $count ->
        [one] Остання спроба тривала { $slowest } мс; невдалих: { $failed }.
       *[other] Останні спроби ({ $count }): медіана { $median } мс, найповільніша { $slowest } мс; невдалих: { $failed }.
    }
delivery-body = Повідомлення
webhook-on = Працює
webhook-off = Не працює
webhook-failing = Збої
webhook-failing-since = Самі збої з { $time }. За тиждень вебхук буде вимкнено.
webhook-off-owner = Його вимкнули тут. Те, що тим часом стається, не надсилається, навіть пізніше.
webhook-off-gone = Його адреса відповіла, що її більше немає (410).
webhook-off-failing = Цілий тиждень були самі збої.
webhook-not-in-use = Цей вебхук вимкнено. Спершу ввімкніть його.
webhook-secret = Секрет підпису
webhook-secret-text = Ним отримувач перевіряє підпис кожного повідомлення, як велить специфікація Standard Webhooks.
webhook-rotate-text = Теперішній підписує далі поруч із новим, щоб ваш приймач перейшов без перерви.
webhook-former-until = Попередній підписує поруч із теперішнім до { $time }.
webhook-disable-text = Нічого не надсилається, доки ви не ввімкнете його знову. Повідомлення, що вже чекають, зберігаються 31 день; те, що станеться тим часом, пізніше не надсилається.
webhook-enable-text = Повідомлення, що чекали, буде надіслано.
webhook-delete = Видалити цей вебхук…
webhook-delete-text = Це незворотно. Разом із ним зникнуть відомості про надсилання.
webhook-test = Надіслати пробне
webhook-redeliver = Надіслати знову
webhook-redeliver-failed = Надіслати знову всі невдалі
webhook-added = Вебхук готовий.
webhook-saved = Вебхук збережено.
webhook-tested = Пробне повідомлення вже в дорозі. Оновіть сторінку, щоб побачити, що з нього вийшло.
webhook-rotated = Вебхук має новий секрет.
webhook-disabled = Вебхук вимкнено.
webhook-enabled = Вебхук знову працює.
webhook-deleted = Вебхук видалено.
webhook-sent-again = Повідомлення знову в дорозі.
webhook-all-sent-again = Усі невдалі повідомлення знову в дорозі.
deliveries = Надсилання
deliveries-none = Ще нічого не надсилали.
deliveries-older = Давніші
delivery-waiting = Чекає
delivery-delivered = Доставлено
delivery-failed = Облишено
delivery-next = наступна спроба { $time }
delivery-attempts =
    { $count ->
        [one] { $count } спроба
        [few] { $count } спроби
        [many] { $count } спроб
       *[other] { $count } спроби
    }
attempt-answered = відповідь { $status } за { $ms } мс
attempt-failed = { $error }, за { $ms } мс

client-new = Новий клієнт
client-edit = Змінити клієнт
client-create = Створити клієнт
client-id = Ідентифікатор клієнта
client-secret = Секрет клієнта
client-secret-text = Скопіюйте його зараз; якщо загубите, можна буде створити новий.
client-kind = Тип
client-kind-question = Що ви створюєте?
client-kind-web = Вебзастосунок
client-kind-web-text = Працює на сервері й може зберігати секрет.
client-kind-spa = Односторінковий застосунок
client-kind-spa-text = Працює лише в браузері, без секрету.
client-kind-native = Мобільний чи настільний застосунок
client-kind-native-text = Установлений на пристроях людей, без секрету.
client-kind-machine = Машина
client-kind-machine-text = Сервіс, що діє від власного імені; ніхто не входить.
client-kind-device = Пристрій
client-kind-device-text = Телевізор або командний рядок: люди входять на іншому екрані.
client-name-hint = Люди бачать її під час входу.
client-redirect-uris = URI переспрямування
client-redirect-uris-hint = Куди повертати людей: один на рядок. Порівнюється точно, крім порту http://127.0.0.1, а для мобільних і настільних застосунків – також http://localhost.
client-logout-uris = URI після виходу
client-logout-uris-hint = Куди люди можуть потрапити після виходу, один на рядок.
client-first-party = Це наш власний застосунок
client-first-party-text = Згоди в людей не питаємо, крім випадку, коли застосунок без секрету на їхньому пристрої просить доступ за їхньої відсутності.
client-consent = Згода
client-consent-skipped = Не питаємо: це ваш власний застосунок
client-consent-asked = Питаємо
client-origin = Зареєстрував
client-origin-document = Він сам: метадані — документ за адресою, що є ID клієнта
client-origin-dynamic = Він сам
client-trust = Довіра
client-trusted = За нього ручається адміністратор
client-untrusted = За нього ніхто не ручається: сторінка згоди про це попереджає
client-trust-text = Поручитися за цей застосунок. Сторінка згоди більше не попереджатиме.
client-trust-button = Довіряти
client-distrust-text = Більше не ручатися за цей застосунок. Сторінка згоди знову попереджатиме.
client-distrust-button = Не довіряти
client-disabled = Вимкнено
client-facts = Налаштування
client-quick-start = Швидкий початок
client-actions = Змінити або видалити
client-rotate = Створити новий секрет
client-rotate-text = Досить довго, щоб усі сервіси перейшли на новий. Якщо секрет потрапив до чужих рук, припиніть його дію одразу. Усі давніші секрети припиняють діяти зараз.
client-tokens = Токени та безпека
client-id-token = ID-токени
client-id-token-alg = Підпис ID-токенів
client-id-token-alg-hint = Змінюйте, лише якщо ваша бібліотека потребує іншого.
client-id-token-claims = Що ID-токени кажуть про людину
client-id-token-claims-hint = Багато бібліотек читають ім’я та електронну адресу лише з ID-токена.
client-claims-scopes = усе, що дозволяють надані області доступу
client-claims-minimal = лише те, про що запитано поіменно
client-access-token = Токени доступу
client-access-token-alg = Підпис токенів доступу
alg-rs256 = RS256: його перевіряє кожна бібліотека
alg-rs256-plain = RS256
alg-es256 = ES256: менший і швидший
alg-es256-plain = ES256: менший і швидший (типовий)
alg-ps256 = PS256
alg-eddsa = EdDSA (Ed25519)
client-scope = Області доступу
client-scope-hint = Найбільше, про що він може просити, через пробіл.
client-roles-claim = Поле для ролей
client-roles-claim-hint = Область «roles» повідомляє ролі людини під цією назвою: roles, groups або адреса https.
client-pkce = Вимагати PKCE
client-pkce-hint = Запити без code challenge відхиляються. Спершу переконайтеся, що ваша бібліотека його надсилає.
client-pkce-fact = PKCE
client-pkce-required = Обов’язковий
client-pkce-optional = Якщо застосунок надсилає challenge
client-web-origins = Вебджерела
client-web-origins-hint = Сторінки цих джерел можуть викликати кінцеву точку токенів, по одному в рядку. Джерела адрес перенаправлення можуть і так.
client-backchannel = Адреса для сповіщень про вихід
client-backchannel-hint = Usher викликає її, коли сеанс завершився.
client-audience = Типові API
client-audience-hint = Ідентифікатори API, по одному в рядку. Токени доступу призначені для них, якщо запит не називає жодного.
client-audience-none = Немає: токени доступу призначені для самого Usher, якщо запит не називає API
client-userinfo = Відповіді userinfo
client-userinfo-plain = Звичайний JSON
client-subject = Ідентифікатори людей
client-subject-hint = Пізніше змінити не можна. З попарними ідентифікаторами застосунки на різних хостах не можуть дізнатися, хто з їхніх користувачів є тією самою людиною.
client-subject-public = Публічні: однакові в усіх застосунках
client-subject-pairwise = Попарні: лише для цього хоста
client-sector = Адреса ідентифікатора сектора
client-sector-hint = Масив JSON з усіма адресами перенаправлення. Попарні ідентифікатори діють для її хоста. Потрібна, якщо адреси перенаправлення мають кілька хостів.
client-initiate = Адреса, з якої починається вхід
client-initiate-hint = Люди відкривають тут застосунок зі сторінки облікового запису й одразу входять.
client-home = Домашня сторінка
client-logo = Логотип
client-logo-hint = Зображення, яке люди бачать під час входу.
client-policy = Політика приватності
client-terms = Умови користування
client-link-hint = Люди бачать посилання на неї під час входу.
client-auth = Автентифікація
client-auth-hint = Як застосунок підтверджує себе в точці доступу токенів.
client-auth-secret = Секрет, у заголовку або у формі
client-auth-basic = Секрет у заголовку
client-auth-post = Секрет у формі
client-auth-secret-jwt = JWT, підписаний секретом (client_secret_jwt)
client-auth-private-key = JWT, підписаний приватним ключем (private_key_jwt)
client-auth-federated = JWT іншого емітента (federated_jwt)
client-federated = Довірені токени інших емітентів
client-federated-hint = Масив JSON об’єктів з issuer і subject, а за потреби audience, jwks_uri або jwks: токени Kubernetes, GitHub Actions чи SPIFFE, що підтверджують застосунок.
client-auth-tls = Сертифікат центру сертифікації (tls_client_auth)
client-auth-self-signed = Самопідписаний сертифікат (self_signed_tls_client_auth)
client-certificate-name = Що вказано в сертифікаті
client-certificate-dn = Суб’єкт
client-certificate-dns = Ім’я DNS
client-certificate-uri = URI
client-certificate-ip = IP-адреса
client-certificate-email = Електронна адреса
client-certificate = Ім’я в сертифікаті
client-certificate-hint = Для сертифіката центру сертифікації: наприклад, CN=shop,O=Example,C=PT або shop.example.org. Самопідписаний вказують у x5c публічних ключів.
client-tls-bound = Прив’язувати токени доступу до сертифіката
client-tls-bound-hint = Токен діє лише через з’єднання з цим сертифікатом (RFC 8705).
client-auth-none = Немає: він не може зберігати секрет
client-jwks = Публічні ключі
client-jwks-hint = Набір JWK. Лише публічна частина кожного ключа.
client-jwks-uri = Адреса публічних ключів
client-jwks-uri-hint = Замість самого набору: тоді ключі можна замінити без змін тут.
client-par = Вимагати попереднього надсилання запитів авторизації
client-par-hint = Застосунок спершу надсилає запит до Usher (PAR), а браузер несе лише посилання на нього.
client-signed = Вимагати підписаних запитів авторизації
client-signed-hint = Запити – це JWT, підписані одним із публічних ключів вище.
client-dpop = Прив’язувати токени доступу до ключа
client-dpop-hint = Токен діє лише разом із доказом ключа застосунку (DPoP).
client-exchange = Обмінювати токени користувачів
client-exchange-hint = Застосунок може обміняти токен доступу користувача для API цього проєкту на вужчий, у якому названо, хто діє.
client-impersonate = Обмінювати їх без згадки про себе
client-impersonate-hint = Новий токен виглядає так, ніби його запросив користувач. Кожен обмін записано в журнал аудиту.
client-cross-app = Сервери інших застосунків
client-cross-app-hint = Масив JSON об’єктів з audience (емітент сервера), client_id (id цього застосунку там) і relying_party (id іншого застосунку тут), а також scope і resources за потреби: там застосунок може діяти від імені користувачів за допомогою ID-JAG.
client-jwt-bearer = Приймати ID-JAG
client-jwt-bearer-hint = Застосунок отримує токени доступу за твердженнями провайдерів, яким адміністратор довіряє в цьому.
client-ciba = Просити людей увійти на іншому пристрої
client-ciba-hint = Застосунок називає людину, яка відповідає у власному браузері (CIBA).
client-ciba-endpoint = Адреса, яку викликають, коли людина відповіла
client-ciba-endpoint-hint = Без неї застосунок питає кожні кілька секунд.
client-ciba-alg = Алгоритм підписаних запитів
client-ciba-alg-hint = З ним запити без підпису відхиляються. Потрібні публічні ключі.
client-ciba-unsigned = Без підпису
client-profile = Профіль безпеки
client-fapi = Вимагати FAPI 2.0
client-fapi-hint = Попередньо надіслані запити, PKCE, токени, прив’язані до ключа, і токени оновлення без суворої ротації, хай що налаштовано вище. Потрібен private_key_jwt і жодного RS256.
client-secrets = Секрети
client-secret-made = Створено
client-secret-used = Востаннє використано
client-secret-unused = Ще не використано.
client-secret-ends = Діє до
client-secret-ended-at = Припинив діяти
client-secret-ended = Не діє
client-secret-overlap = Теперішній секрет діятиме ще
client-disable = Вимкнути
client-disable-text = Ніхто не зможе увійти, а Usher не прийматиме його токенів, доки ви не ввімкнете клієнт знову.
client-enable = Увімкнути
client-delete = Видалити цей клієнт…
client-delete-text = Це незворотно. До застосунку більше ніхто не зможе увійти, а його токени перестануть діяти.
client-delete-sure = Видалити назавжди

dev-mail-title = Затримані листи
dev-mail-lead = У режимі розробки листи не надсилаються. Ось те, що було б надіслано.
dev-mail-empty = Листів ще немає. Створіть обліковий запис або відновіть пароль, і лист з’явиться.
dev-mail-subject = Тема
dev-mail-to = Кому
dev-mail-link = Посилання
dev-mail-text = Текст
dev-mail-html = Як його показує поштова програма
project = Проєкт
switch-project = Змінити проєкт
all-projects = Усі проєкти
projects-lead = Кожен проєкт об’єднує застосунки, що належать разом, та їхні дозволи.
clients-lead = Застосунки, до яких люди входять у цьому проєкті.
members-lead = Хто працює над проєктом і що кому дозволено.
webhooks-lead = Ваші адреси, які сповіщають про події проєкту.
project-token-lead = Відкриває API проєкту й розшифровує його історію.
is-disabled = Вимкнено.
apis-lead = Для чого потрібні токени доступу: кожен API має свої області, строк дії та клієнтів.

## Settings, history and deletion of a project

delete = Видалити
confirm-delete = Видалити { $name }?
confirm-with-it = Разом із цим буде видалено:
confirm-type-name = Введіть { $name } для підтвердження
confirm-keep = Залишити
project-settings = Налаштування
project-settings-lead = Назва проєкту й спосіб його видалити.
project-saved = Налаштування збережено.
project-name-hint = Учасники бачать її в консолі.
project-second-factor = Вимагати другий чинник
project-second-factor-text = Кожен, хто входить у застосунок цього проєкту, підтверджує вхід застосунком-автентифікатором, ключем доступу або кодом відновлення.
project-delete = Видалити проєкт
project-delete-text = Ніхто більше не ввійде в його застосунки, а його токени перестануть діяти. Цього не можна скасувати.
project-ends-clients = { $count ->
    [one] { $count } клієнт
    [few] { $count } клієнти
   *[other] { $count } клієнтів
}
project-ends-apis = { $count ->
    [one] { $count } API
   *[other] { $count } API
}
project-ends-webhooks = { $count ->
    [one] { $count } вебхук
    [few] { $count } вебхуки
   *[other] { $count } вебхуків
}
project-ends-members = { $count ->
    [one] роль { $count } учасника
   *[other] ролі { $count } учасників
}
project-history = Історія
project-history-lead = Що робили користувачі цього проєкту в його застосунках. Вона зашифрована: її відкриває лише найновіший токен проєкту.
history-open = Відкрити історію
history-token-hint = Найновіший. Він потрібен для цієї сторінки й не зберігається.
history-token-wrong = Це не найновіший токен проєкту.
history-sub = Користувач (sub)
history-kind = Вид події
history-kind-hint = Наприклад, session.created
history-show = Показати
history-older = Старіші записи
history-entries = { $count ->
    [one] { $count } запис
    [few] { $count } записи
   *[other] { $count } записів
}
history-none = Записів немає, або немає з такими фільтрами.
history-data = Подробиці

## First run

first-run-title = Назвіть свій перший проєкт
first-run-lead = Крок 2 з 3. Проєкт об’єднує пов’язані застосунки, їхніх учасників і правила.
first-run-name = Проєкт
first-run-name-hint = Наприклад, назва вашого продукту або компанії
first-run-skip = Пропустити
first-run-continue = Продовжити
first-run-client-lead = Крок 3 з 3. Зареєструйте перший застосунок; на наступній сторінці є код для входу.

# Пошук і його палітра.

search-console = Пошук
search-palette = Пошук і команди
search-title = Пошук: { $text }
search-label = Знайти людей, клієнтів, сторінки та ідентифікатори
search-short = Пошук
search-lead = За назвою, адресою, URL або ідентифікатором. Ідентифікатор веде одразу до свого об’єкта, ідентифікатор трасування — до свого запиту.
search-button = Шукати
search-close = Закрити пошук
search-results = Результати
search-count =
    { $count ->
        [one] { $count } результат
        [few] { $count } результати
       *[other] { $count } результатів
    }
search-none = Нічого не знайдено: { $text }
search-none-text = Кожне слово має починати слово назви. Ідентифікатори знаходяться лише цілком, і ви знаходите лише те, що можете відкрити.
search-more = Показати всі збіги
search-all-users = Усі користувачі
search-pages = Перейти
search-requests = Запити
search-attempt = Спроба клієнта { $client }
search-events = Події цього запиту
search-key-move = рух
search-key-open = відкрити
search-key-close = закрити
search-invite = Запросити користувача
search-new-provider = Додати провайдера
search-rotate-keys = Замінити ключі
search-export-audit = Експортувати журнал аудиту
search-test-email = Надіслати тестовий лист
search-new-client = Новий клієнт
search-new-api = Новий API
search-new-webhook = Новий вебхук
search-new-member = Додати учасника
search-try-rule = Перевірити правило доступу
search-assign-roles = Призначити ролі
search-publish-rules = Опублікувати правила доступу
search-delete-project = Видалити проєкт
