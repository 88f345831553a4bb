# Власні сторінки людини.

profile-title = Профіль
profile-lead = Застосунки бачать лише те, що дозволяєте ви або той, хто керує цією службою.
profile-verified = Підтверджено
profile-unverified = Не підтверджено
profile-locale-browser = Як у моєму браузері

security-title = Безпека
password-change = Змінити пароль
password-set = Створити пароль
password-change-ends = Інші ваші сеанси завершаться, а цей залишиться.

not-me-title = Це були не ви?
not-me-lead = Тоді ми припинимо будь-який доступ до вашого облікового запису. Це станеться негайно:
not-me-ends = Усі сеанси завершаться, всі застосунки втратять доступ, а пароль облікового запису, якщо він є, перестане діяти.
not-me-freezes = Протягом доби ніхто не зможе змінити адресу чи способи входу облікового запису або видалити його.
not-me-mails = Ми надішлемо листом посилання, щоб ви вибрали новий пароль.
not-me-button = Це зробив не я: завершити все
not-me-was-me = Якщо це все ж були ви, просто закрийте цю сторінку.
not-me-done-title = Усе завершено
not-me-done-lead = Усі сеанси завершено, жоден застосунок не може поновити доступ, а старий пароль, якщо він був, більше не діє.
not-me-done-next = Перевірте пошту: ми надіслали посилання, щоб вибрати новий пароль. Воно діє один раз, протягом 24 годин.
not-me-done-no-mail = Ваш обліковий запис не має електронної адреси. Увійдіть знову з ключем доступу або через іншого провайдера. Якщо ним від вашого імені може скористатися ще хтось, спершу захистіть свій запис там.
not-me-expired-title = Це посилання вже не діє
not-me-expired-lead = Його вже використано, або йому понад тиждень. Якщо щось здається підозрілим, увійдіть і перегляньте свої дії.
sign-in-again = Увійти
message-frozen = Після «це зробив не я» протягом доби ніхто не може змінити адресу чи способи входу цього облікового запису або видалити його.

profile-no-email = Немає
profile-add-email = Додати
profile-change-email = Змінити
security-add-email = Додати електронну адресу
profile-more = Більше про вас

sessions-title = Сеанси
sessions-lead = Де ви увійшли. Вийдіть там, чого не впізнаєте.
session-created = вхід { $time }
session-last-seen = активність { $time }
session-this = Цей пристрій
sessions-others = Вийти всюди, крім цього
sessions-everywhere = Вийти всюди
sessions-everywhere-text = Завершує всі сеанси, також і цей.
means-password = пароль
means-code = одноразовий код
means-passkey = ключ доступу
means-provider = інший провайдер

apps-title = Застосунки
apps-lead = Що кожен застосунок може бачити й робити та що він уже отримав. Ви можете будь-коли забрати доступ.
apps-none = Жоден застосунок не має доступу до вашого облікового запису.
apps-remove = Забрати доступ
apps-open = Відкрити
apps-may = Має доступ до
apps-allowed = Дозволено { $time }
apps-first = уперше використано { $time }
apps-given =
    { $count ->
        [one] { $count } дане, яке він уже отримав
        [few] { $count } дані, які він уже отримав
        [many] { $count } даних, які він уже отримав
       *[other] { $count } даних, які він уже отримав
    }

activity-title = Дії
activity-lead = Що відбувалося у вашому обліковому записі. Якщо щось зробили не ви, виберіть «Це зробив не я»: це завершить усі сеанси й доступи.
activity-filter = Показати
activity-everything = Усе
activity-sign-ins = Входи
activity-security = Безпека
activity-applications = Застосунки
activity-account = Обліковий запис
activity-none = Тут ще нічого немає.
activity-newest = Найновіші
activity-older = Старіші
event-signed-in = Вхід
event-signed-in-again = Ви підтвердили, що це ви
event-session-ended = Сеанс завершено
event-sign-in-failed = Хтось невдало намагався увійти
event-password-changed = Пароль змінено
event-password-recovered = Новий пароль встановлено за посиланням із листа
event-recovery-requested = Попросили лист для нового пароля
event-compromise-reported = Ви сказали, що це були не ви: усе завершено
event-identity-linked = Додано спосіб увійти
event-identity-unlinked = Вилучено спосіб увійти
event-merged = До цього облікового запису приєднано інший
event-merge-undone = Приєднаний обліковий запис знову відокремлено
event-token-reuse = Токен { $client } використано знову, коли новіший уже був у вжитку: його доступ завершено
event-consent-granted = Дозволено: { $client }
event-consent-denied = Відмовлено: { $client }
event-consent-withdrawn = Забрано дозвіл: { $client }
event-device-allowed = Дозволено { $client } на пристрої
event-device-denied = Відмовлено { $client } на пристрої
event-ciba-requested = { $client } просить вас увійти
event-ciba-allowed = Дозволено вхід, про який просить { $client }
event-ciba-denied = Відмовлено у вході, про який просить { $client }
event-ciba-reported = Ви сказали, що не починали вхід до { $client }
event-grant-created = Вхід до { $client }
event-grant-revoked = Доступ втрачено: { $client }
event-id-jag-issued = { $client }: отримано доступ до іншого сервісу
event-user-created = Обліковий запис створено
event-user-updated = Профіль змінено
event-email-changed = Електронну адресу змінено
event-user-disabled = Обліковий запис вимкнено
event-invited = Адміністратор надіслав запрошення
event-admin-added = Надано права адміністратора
event-admin-removed = Права адміністратора відкликано
event-user-enabled = Обліковий запис увімкнено
reason-sign-out = Ви вийшли.
reason-sign-out-everywhere = Ви вийшли всюди.
reason-ended-by-owner = Ви завершили його з іншого сеансу.
reason-password-changed = Пароль було змінено.
reason-password-recovered = Пароль було встановлено наново.
reason-reuse = Старий токен використано знову.
reason-revoked-by-client = Застосунок повернув його.
reason-revoked-by-project = Проєкт застосунку завершив його.
reason-consent-withdrawn = Ви забрали згоду.
reason-administrator = Завершив адміністратор.
reason-client-disabled = Застосунок вимкнено.
reason-compromise-reported = Ви сказали, що це були не ви.
not-me-link = Це зробив не я

data-title = Ваші дані
data-download-title = Завантажте свої дані
data-download-text = Один файл із вашим профілем, способами входу, сеансами, застосунками та діями. Без паролів і ключів.
data-download = Завантажити мої дані
data-delete-title = Видалити обліковий запис
data-delete-text = Цього не можна скасувати.
data-delete-ends = Усі сеанси завершаться, а всі застосунки втратять доступ.
data-delete-erases = Ваш профіль, адресу та всі способи входу буде стерто, також і тих облікових записів, які ви приєднали до цього. У нашому журналі лишається, що й коли відбувалося, під ідентифікаторами без імені.
data-delete-for-good = Те, що про вас знають застосунки, лишиться в них: зверніться до них.
data-delete-again = Перед цим підтвердьте, будь ласка, що це ви.
data-delete-sign-in = Підтвердити, що це я
data-delete-type-email = Щоб продовжити, введіть свою електронну адресу:
data-delete-type-number = Щоб продовжити, введіть свій ідентифікатор:
data-delete-confirmation = Підтвердження
data-delete = Видалити мій обліковий запис назавжди
gone-title = Ваш обліковий запис видалено
gone-lead = Ваш профіль, адресу та всі способи входу стерто.
gone-email = На підтвердження ми надіслали останній лист.

change-email-title = Ваша електронна адреса
change-email-lead = Ваша адреса зараз: { $email }.
change-email-none = Ваш обліковий запис ще не має електронної адреси.
change-email-new = Нова електронна адреса
change-email-hint = Ми надішлемо туди код і посилання. Нічого не зміниться, доки ви не скористаєтеся одним із них.
change-email-back = Назад до профілю
change-email-sent = Ми надіслали код на { $email }. Введіть його тут або відкрийте посилання з листа.
change-email-confirm = Підтвердити нову адресу
change-email-other = Інша адреса
change-email-to = Щойно ви підтвердите, адресою вашого облікового запису стане { $email }.
suggested-email-title = Інша адреса
suggested-email-lead = Вона стане адресою цього облікового запису, лише якщо ви цього захочете й підтвердите її кодом.
suggested-email-by = { $provider } повідомляє, що це ваша адреса.
suggested-email-take = Використати цю адресу
suggested-email-take-label = Використати цю адресу: { $email }
suggested-email-dismiss = Більше не пропонувати
suggested-email-dismiss-label = Більше не пропонувати: { $email }

sessions-notified-title = Сповіщені про завершені сеанси
sessions-notified-text = Застосунки, яких сповістили за останню добу, і ті, яких ще сповіщають.

receipt-title = Що буде з вашими застосунками
receipt-notified = Сповіщено; підтверджує, що завершив ваш сеанс.
receipt-retrying = Ще не відповів; ми пробуємо далі.
receipt-ends =
    { $count ->
        [one] Його доступ закінчиться протягом { $count } хвилини.
        [few] Його доступ закінчиться протягом { $count } хвилин.
        [many] Його доступ закінчиться протягом { $count } хвилин.
       *[other] Його доступ закінчиться протягом { $count } хвилини.
    }
receipt-modules =
    { $count ->
        [one] Його локальні модулі відхиляють ваш сеанс. Де токен перевіряють інакше, доступ закінчиться протягом { $count } хвилини.
        [few] Його локальні модулі відхиляють ваш сеанс. Де токен перевіряють інакше, доступ закінчиться протягом { $count } хвилин.
        [many] Його локальні модулі відхиляють ваш сеанс. Де токен перевіряють інакше, доступ закінчиться протягом { $count } хвилин.
       *[other] Його локальні модулі відхиляють ваш сеанс. Де токен перевіряють інакше, доступ закінчиться протягом { $count } хвилини.
    }
receipt-module-acknowledged = Локальний модуль { $name } підтвердив це: { $time }.
receipt-module-waiting = Локальний модуль { $name } ще не підтвердив це.
receipt-over = Його доступ закінчився.
receipt-meaning = Відтепер ніщо не поновлюється. Те, що застосунок уже має, закінчиться само.
overview-safe-title = Ваш обліковий запис добре захищено
overview-safe-text = Робити нічого не треба.
overview-request = { $client } просить вас увійти
overview-request-text = Відповідайте, лише якщо ви це почали.
overview-request-open = Переглянути запит
overview-address-title = Додайте електронну адресу
overview-address-text = З нею ви відновите доступ і дізнаватиметеся про зміни.
overview-passkey-title = Додайте ключ доступу
overview-passkey-text = Швидше за пароль, і жодна підробна сторінка його не викраде.
overview-totp-title = Налаштуйте другий крок
overview-totp-text = Тоді самого викраденого пароля замало.
overview-codes-title = Створіть коди відновлення
overview-codes-text = Вони впустять вас, якщо ви втратите телефон або ключ доступу.
overview-do = До безпеки
overview-sessions =
    { $count ->
        [one] Вхід на { $count } пристрої
        [few] Вхід на { $count } пристроях
        [many] Вхід на { $count } пристроях
       *[other] Вхід на { $count } пристрою
    }
overview-sessions-all = Усі сеанси
overview-apps =
    { $count ->
        [0] Жоден застосунок не має доступу
        [one] { $count } застосунок має доступ
        [few] { $count } застосунки мають доступ
        [many] { $count } застосунків мають доступ
       *[other] { $count } застосунку мають доступ
    }
overview-apps-all = Усі застосунки
overview-activity = Останні дії
overview-activity-all = Усі дії
security-lead = Як ви підтверджуєте, що це ви. Для змін потрібен недавній вхід.
sessions-computers = Комп’ютери
sessions-portable = Телефони й планшети
not-you = Це не ви?
apps-used = використано { $time }
