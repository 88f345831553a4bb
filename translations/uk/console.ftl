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

project-pages = Сторінки проєкту
shown-before = Це вже показали один раз і більше не покажуть. Якщо ви його не зберегли, створіть новий секрет.

members = Учасники
members-none = Поки що над проєктом працюють лише адміністратори.
member-since = Учасник з { $time }
member-role = Роль
member-role-of = Роль учасника { $member }
member-change = Змінити роль
member-remove = Вилучити
member-add = Додати учасника
member-email-hint = Адреса людини, яка вже має тут обліковий запис.
member-added = Учасника додано. Учасники працюють над проєктом через API; ця консоль – для адміністраторів.
member-changed = Роль змінено.
member-removed = Учасника вилучено.
member-unknown = Ніхто з такою адресою не має тут облікового запису.
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
webhook-events-hint = По одній на рядок: точна назва, усі одного виду, як-от session.*, або * – геть усе.
webhook-events-bad = Таких подій для проєктів немає. Напишіть session.created, session.* або *.
webhook-kinds = Назви всіх подій
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
webhook-rotate-text = Теперішній ще день підписуватиме поруч із новим.
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
client-auth = Автентифікація
client-auth-hint = Як застосунок підтверджує себе в точці доступу токенів.
client-auth-secret = Секрет, у заголовку або у формі
client-auth-basic = Секрет у заголовку
client-auth-post = Секрет у формі
client-auth-secret-jwt = JWT, підписаний секретом (client_secret_jwt)
client-auth-private-key = JWT, підписаний приватним ключем (private_key_jwt)
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
