# Слова, що можуть знадобитися на будь-якій сторінці.

skip-to-content = Перейти до вмісту
dev-mode = Режим розробки
dev-mode-text = Усе тут не для загалу: листи не надсилаються, а деякі перевірки для localhost послаблено.
sections = Розділи
tab-profile = Профіль
tab-security = Безпека
tab-identities = Приєднані входи
tab-dev-mail = Листи
dev-mail-open = Режим розробки: відкрити затримані листи
language = Мова

sign-in = Увійти
sign-out = Вийти
back-to-sign-in = Назад до входу
use-another-account = Інший обліковий запис
continue = Продовжити
or = або
save = Зберегти
copy = Скопіювати
copied = Скопійовано
optional = (необов’язково)
name = Назва
created = Створено

email = Електронна пошта
password = Пароль
new-password = Новий пароль
current-password = Поточний пароль
strength-weak = Слабкий: його легко вгадати.
strength-fair = Посередній: довший буде кращий.
strength-good = Добрий.
strength-strong = Надійний.
password-hint =
    { $count ->
        [one] Щонайменше { $count } символ. Кілька не пов’язаних між собою слів – добрий пароль.
        [few] Щонайменше { $count } символи. Кілька не пов’язаних між собою слів – добрий пароль.
        [many] Щонайменше { $count } символів. Кілька не пов’язаних між собою слів – добрий пароль.
       *[other] Щонайменше { $count } символу. Кілька не пов’язаних між собою слів – добрий пароль.
    }
caps-lock = Увімкнено Caps Lock.
show-password = Показати пароль
hide-password = Сховати пароль
given-name = Ім’я
family-name = Прізвище
nickname = Псевдонім
birthdate = Дата народження
website = Вебсайт
phone-number = Номер телефону
phone-hint = Разом із кодом країни, наприклад +380 44 123 45 67.
zoneinfo = Часовий пояс
zoneinfo-hint = Наприклад, Europe/Kyiv або America/Sao_Paulo.

privacy-policy = Політика приватності
terms-of-service = Умови користування
help = Допомога

errors-title = Будь ласка, перевірте:

message-wrong-credentials = Неправильна електронна пошта або пароль.
message-account-disabled = Цей обліковий запис вимкнено. Зверніться до тих, хто керує цим сервісом.
message-too-many-attempts =
    { $count ->
        [one] Забагато спроб. Зачекайте { $count } хвилину та спробуйте ще раз.
        [few] Забагато спроб. Зачекайте { $count } хвилини та спробуйте ще раз.
        [many] Забагато спроб. Зачекайте { $count } хвилин та спробуйте ще раз.
       *[other] Забагато спроб. Зачекайте { $count } хвилини та спробуйте ще раз.
    }
message-prove-it-is-you = Введіть пароль ще раз, щоб підтвердити, що це ви.
message-show-it-is-you = Підтвердьте, що це ви, одним зі способів нижче.
message-sign-in-restarted = Минуло чимало часу, тож ми почали спочатку. Увійдіть ще раз.
message-consent-restarted = Минуло чимало часу, тож ми питаємо знову. Вашу відповідь не надіслано.
message-code-sent = Новий код уже надіслано.
message-email-not-sent = Лист не надіслано, бо за короткий час на цю адресу вже надіслано кілька. Скористайтеся найновішим із них або спробуйте пізніше.
message-code-wrong = Це не той код, що в найновішому листі. Перевірте його та спробуйте ще раз.
message-code-wrong-authenticator = Це не той код, який зараз показує ваша програма-автентифікатор. Введіть шість цифр, які вона показує, і перевірте, чи правильно йде годинник пристрою.
message-code-wrong-recovery = Це не один із ваших невикористаних резервних кодів. Перевірте його та спробуйте ще раз або скористайтеся іншим.
message-code-used = Цей код уже використано. Зачекайте щонайбільше 30 секунд, доки програма покаже наступний, і введіть його.
message-code-expired = Цей код більше не діє. Попросіть новий або почніть знову.
message-user-code-invalid = Цей код неправильний, на нього вже відповіли або він застарів. Почніть на пристрої знову, і він покаже новий.
message-not-proven-yet = Вашу адресу ще не підтверджено. Введіть код або відкрийте посилання з листа.
message-password-renewed = Новий пароль збережено. Увійдіть з ним.
message-email-verified = Вашу електронну пошту підтверджено.
message-email-at-sign = В адресі електронної пошти має бути рівно один знак @, як-от ana@example.com.
message-email-local-part = Перед @ можна вживати лише латинські літери a–z без діакритики, цифри та знаки на кшталт . - _ + (без крапки на початку чи в кінці й без двох поспіль; щонайбільше 64 символи).
message-email-domain = Після @ має стояти назва домену, наприклад example.com.
message-email-dotless = Після @ потрібна назва з крапкою, наприклад example.com.
message-email-too-long = Ця адреса задовга: щонайбільше 254 символи.
message-email-taken = Ця адреса вже має обліковий запис. Щоб продовжити, введіть його власний пароль.
message-sign-up-domain = Нові облікові записи для цього застосунку потребують адреси його організації.
message-sign-up-password = Нові облікові записи для цього застосунку не мають пароля. Почніть із ключа доступу або провайдера.
message-required = Заповніть це поле.
message-too-long =
    { $count ->
        [one] Не більше ніж { $count } символ.
        [few] Не більше ніж { $count } символи.
        [many] Не більше ніж { $count } символів.
       *[other] Не більше ніж { $count } символу.
    }
message-control-characters = Приберіть розриви рядків, табуляції та інші керівні символи.
message-password-short =
    { $count ->
        [one] Потрібен щонайменше { $count } символ.
        [few] Потрібно щонайменше { $count } символи.
        [many] Потрібно щонайменше { $count } символів.
       *[other] Потрібно щонайменше { $count } символу.
    }
message-password-common = Цей пароль – один із найпоширеніших. Виберіть інший.
message-password-own = Цей пароль майже повністю складається з вашого імені, адреси або назви цієї служби. Виберіть інший.
message-password-same = Це ваш теперішній пароль. Виберіть новий.
message-password-without-address = Щоб входити з паролем, потрібна електронна адреса. Спершу додайте її.
message-repeat-change = Ще нічого не змінено, бо спершу потрібно було увійти знову. Повторіть, будь ласка, те, що ви хотіли зробити.
message-current-password-wrong = Це не ваш поточний пароль.
message-password-changed = Пароль змінено. Інші ваші сеанси завершено.
message-profile-saved = Профіль збережено.
message-website-invalid = Введіть адресу, що починається з https:// або http://.
message-birthdate-invalid = Введіть дату у вигляді рік-місяць-день, наприклад 1990-05-31.
message-zone-invalid = Ми не знаємо такого часового поясу. Введіть, наприклад, Europe/Kyiv.
message-phone-invalid = Введіть номер із кодом країни, наприклад +380441234567.
message-session-ended = Сеанс завершено.
message-other-sessions-ended = Усі інші ваші сеанси завершено.
message-client-kind-missing = Виберіть тип застосунку.
message-redirect-uri-missing = Застосунку цього типу потрібен щонайменше один URI переспрямування.
message-redirect-uri-invalid = «{ $uri }» не можна зареєструвати: потрібен https, http для localhost або власна схема на зразок com.example.app:/callback; без фрагмента й без символів підстановки.
message-client-saved = Клієнт збережено.
message-secret-rotated = Клієнт має новий секрет.
message-secret-just-rotated = Секрет щойно створено, а новий припинив би його дію. Зачекайте десять секунд і спробуйте ще раз.
message-web-origin-invalid = «{ $origin }» – не джерело: напишіть на зразок https://app.example.org, без шляху.
message-roles-claim-invalid = Потрібно roles, groups або адреса https.
message-auth-method-fixed = Не можна змінити, чи автентифікується клієнт: створіть іншого клієнта.
message-jwks-invalid = Введіть набір JWK з публічним ключем RSA, P-256 або Ed25519, тут або за адресою.
message-jwks-uri-invalid = Потрібна адреса https, до якої Usher має доступ.
message-federated-invalid = Введіть масив JSON об’єктів з issuer (https) і точним subject токенів. Usher повинен мати доступ до емітента або його jwks_uri.
message-cross-app-invalid = Введіть масив JSON об’єктів з audience (https), client_id там і relying_party тут, кожна audience один раз.
message-certificate-subject-invalid = Введіть одне ім’я так, як воно вказане в сертифікаті, наприклад CN=shop,O=Example,C=PT.
message-fapi-invalid = FAPI 2.0 потребує автентифікації через JWT, підписаний приватним ключем, алгоритмів PS256, ES256 або EdDSA, адрес переспрямування https і не дозволяє код пристрою.
message-ciba-invalid = Для виклику потрібна адреса https, а для підписаних запитів — підтримуваний алгоритм і публічні ключі; FAPI 2.0 потребує підписаних запитів.
message-backchannel-uri-invalid = Потрібна адреса https, до якої Usher має доступ.
message-link-invalid = Потрібна адреса https.
message-sector-invalid = Введіть адресу https, до якої Usher має доступ, з масивом JSON, що містить усі адреси перенаправлення. Вона потрібна для попарних ідентифікаторів, якщо адреси мають кілька хостів або жодного.
message-subject-type-fixed = Ідентифікатори людей не можна змінити, як і хост, для якого вони діють: кожен став би в цьому застосунку кимось іншим. Створіть іншого клієнта.
message-audience-invalid = { $api } не є API цього проєкту або таким, що дозволяє цього клієнта. Усі мають належати одному проєкту.
message-scope-invalid = Розділяйте області пробілами; лапки й розриви рядків не дозволено.
message-client-disabled = Клієнт вимкнено. Usher більше не приймає його токенів.
message-client-enabled = Клієнт знову ввімкнено.
message-client-trusted = Ви ручаєтеся за застосунок.
message-client-distrusted = За застосунок ніхто не ручається.
initial-token-added = Токен створено.
initial-token-deleted = Токен видалено. Зареєстровані ним клієнти залишаються.
initial-tokens-too-many = Проєкт має щонайбільше 50 таких токенів. Спершу видаліть один.
initial-token-limits = Токен реєструє від 1 до 100000 клієнтів і діє від 1 до 365 днів.
message-client-deleted = Клієнт видалено.
message-project-created = Проєкт готовий.

device-browser-on-system = { $browser }, { $system }
device-on-system = Браузер, { $system }
device-unknown = Невідомий браузер
network-named = Мережа { $network }
network-local = Локальна мережа ({ $network })
network-this-computer = Цей комп’ютер
network-unknown = Невідома мережа

tab-sessions = Сеанси
tab-apps = Застосунки
tab-activity = Дії
tab-data = Ваші дані
claim-sub = Ваш ідентифікатор у цій службі
claim-name = Повне ім’я
claim-middle-name = По батькові
claim-preferred-username = Ім’я користувача
claim-profile = Сторінка профілю
claim-picture = Світлина
claim-gender = Стать
claim-address = Поштова адреса
claim-street-address = Вулиця й будинок
claim-postal-code = Поштовий індекс
claim-locality = Місто
claim-region = Область або регіон
claim-country = Країна
claim-email-verified = Чи підтверджено вашу електронну адресу
claim-phone-verified = Чи підтверджено ваш номер телефону
claim-roles = Ваші ролі в застосунку
claim-updated-at = Коли востаннє змінювався ваш профіль
pages = Сторінки
message-not-confirmed = Це не те, що просить ввести сторінка.
message-access-removed = Доступ забрано. Те, що застосунок уже має, закінчиться саме.
message-email-changed = Вашу нову електронну адресу підтверджено.
tab-overview = Огляд
open-console = Відкрити консоль
switch-account = Змінити обліковий запис
person-menu = Меню облікового запису { $name }
my-account = Мій обліковий запис
documentation = Документація
administrator = Адміністратор
breadcrumb = Шлях до сторінки
switch = Змінити
or-by-email = або з електронною поштою
state-on = Увімкнено
state-off = Вимкнено
time-just-now = щойно
time-minutes-ago =
    { $count ->
        [one] { $count } хвилину тому
        [few] { $count } хвилини тому
        [many] { $count } хвилин тому
       *[other] { $count } хвилини тому
    }
time-hours-ago =
    { $count ->
        [one] { $count } годину тому
        [few] { $count } години тому
        [many] { $count } годин тому
       *[other] { $count } години тому
    }
time-days-ago =
    { $count ->
        [one] { $count } день тому
        [few] { $count } дні тому
        [many] { $count } днів тому
       *[other] { $count } дня тому
    }
tab-components = Компоненти
