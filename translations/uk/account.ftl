# Власні сторінки людини.

profile-title = Ваш профіль
profile-lead = Застосунки бачать із цього лише те, що дозволяєте ви або той, хто керує цією службою.
profile-verified = Підтверджено
profile-unverified = Не підтверджено
profile-locale-browser = Як у моєму браузері

security-title = Безпека
password-change = Змінити пароль
password-set = Створити пароль
password-change-ends = Інші ваші сеанси завершаться, а цей залишиться.

not-me-title = Це були не ви?
not-me-lead = Тоді ми припинимо будь-який доступ до вашого облікового запису. Це станеться негайно:
not-me-ends = Усі сеанси завершаться, а всі застосунки втратять доступ.
not-me-freezes = Протягом доби ніхто не зможе змінити захист облікового запису.
not-me-mails = Ми надішлемо листом посилання, щоб вибрати новий пароль.
not-me-button = Це зробив не я: завершити все
not-me-was-me = Якщо це все ж були ви, просто закрийте цю сторінку.
not-me-done-title = Усе завершено
not-me-done-lead = У вашому обліковому записі більше нікого немає, і жоден застосунок не має до нього доступу.
not-me-done-next = Перевірте пошту: ми надіслали посилання, щоб вибрати новий пароль. Воно діє 24 години.
not-me-done-no-mail = Увійдіть знову у звичний спосіб. Якщо його знає ще хтось, спершу змініть його там.
not-me-expired-title = Це посилання вже не діє
not-me-expired-lead = Його вже використано, або йому понад тиждень. Якщо щось здається підозрілим, увійдіть і перегляньте свої дії.
sign-in-again = Увійти
message-frozen = Цей обліковий запис закрито після «це зробив не я»: протягом доби ніхто не може змінити його захист.

profile-no-email = Немає
profile-add-email = Додати
profile-change-email = Змінити
profile-more = Більше про вас

sessions-title = Де ви увійшли
sessions-lead = Чи впізнаєте ви кожен із них? Якщо ні, завершіть його або скажіть нам, що це були не ви.
session-created = Вхід: { $time }
session-last-seen = остання дія: { $time }
session-means = спосіб: { $means }
session-this = Цей
session-end = Завершити
sessions-others = Завершити всі інші
sessions-others-text = Завершує всі сеанси, крім цього.
sessions-everywhere = Вийти всюди
sessions-everywhere-text = Завершує всі сеанси, також і цей.
means-password = пароль
means-code = одноразовий код
means-passkey = ключ доступу
means-provider = інший постачальник

apps-title = Застосунки з доступом
apps-lead = Що ви дозволили кожному застосунку і що він справді отримав. Ви можете забрати це будь-коли.
apps-none = Жоден застосунок не має доступу до вашого облікового запису.
apps-remove = Забрати доступ
apps-may = Він може
apps-allowed = Дозволено
apps-first = Уперше
apps-last = Востаннє
apps-given =
    { $count ->
        [one] { $count } дане, яке він справді отримав
        [few] { $count } дані, які він справді отримав
        [many] { $count } даних, які він справді отримав
       *[other] { $count } даних, які він справді отримав
    }

activity-title = Ваші дії
activity-lead = Що відбувалося з вашим обліковим записом. Якщо щось зробили не ви, скажіть про це: усе завершиться негайно.
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
event-password-recovered = Новий пароль встановлено поштою
event-recovery-requested = Попросили лист для нового пароля
event-disowned = Ви сказали, що це були не ви: усе завершено
event-identity-linked = Додано спосіб увійти
event-identity-unlinked = Вилучено спосіб увійти
event-merged = До цього облікового запису приєднано інший
event-merge-undone = Приєднаний обліковий запис знову відокремлено
event-token-reuse = Токен { $client } використано знову, коли новіший уже був у вжитку: його доступ завершено
event-consent-granted = Дозволено: { $client }
event-consent-denied = Відмовлено: { $client }
event-consent-withdrawn = Забрано дозвіл: { $client }
event-grant-created = Вхід до { $client }
event-grant-revoked = Доступ втрачено: { $client }
event-user-created = Обліковий запис створено
event-user-updated = Профіль змінено
event-email-changed = Електронну адресу змінено
event-user-disabled = Обліковий запис вимкнено
event-user-enabled = Обліковий запис увімкнено
reason-sign-out = Ви вийшли.
reason-sign-out-everywhere = Ви вийшли всюди.
reason-ended-by-owner = Ви завершили його з іншого сеансу.
reason-password-changed = Пароль було змінено.
reason-password-recovered = Пароль було встановлено наново.
reason-reuse = Старий токен використано знову.
reason-revoked-by-client = Застосунок повернув його.
reason-consent-withdrawn = Ви забрали згоду.
reason-administrator = Завершив адміністратор.
reason-client-disabled = Застосунок вимкнено.
reason-disowned = Ви сказали, що це були не ви.
not-me-link = Це зробив не я

data-title = Ваші дані
data-download-title = Завантажте свої дані
data-download-text = Усе, що ми про вас знаємо, в одному файлі: профіль, сеанси, застосунки й те, що відбувалося. Без паролів і ключів.
data-download = Завантажити мої дані
data-delete-title = Видалити обліковий запис
data-delete-text = Цього не можна скасувати.
data-delete-ends = Усі сеанси завершаться, а всі застосунки втратять доступ.
data-delete-erases = Ваш профіль, адресу та всі способи входу буде стерто. У нашому журналі лишається тільки те, що обліковий запис існував, під ідентифікатором без імені.
data-delete-for-good = Те, що про вас знають застосунки, лишиться в них: зверніться до них.
data-delete-again = Перед цим підтвердьте, будь ласка, що це ви.
data-delete-sign-in = Підтвердити, що це я
data-delete-type-email = Щоб продовжити, введіть свою електронну адресу:
data-delete-type-number = Щоб продовжити, введіть свій ідентифікатор:
data-delete-confirmation = Підтвердження
data-delete = Видалити мій обліковий запис назавжди
gone-title = Ваш обліковий запис видалено
gone-lead = Ваш профіль, адресу та всі способи входу стерто.
gone-letter = На підтвердження ми надіслали останній лист.

change-email-title = Ваша електронна адреса
change-email-lead = Ваша адреса зараз: { $email }.
change-email-none = Ваш обліковий запис ще не має електронної адреси.
change-email-new = Нова електронна адреса
change-email-hint = Ми надішлемо туди код. Нічого не зміниться, доки ви його не введете.
change-email-back = Назад до профілю
change-email-sent = Ми надіслали код на { $email }. Введіть його тут або відкрийте посилання з листа.
change-email-confirm = Підтвердити нову адресу
change-email-other = Інша адреса
change-email-to = Відтепер адреса вашого облікового запису: { $email }.
suggested-email-title = Інша адреса
suggested-email-lead = Вона стане адресою цього облікового запису, лише якщо ви цього захочете й підтвердите її кодом.
suggested-email-by = { $provider } повідомляє, що це ваша адреса.
suggested-email-take = Використати цю адресу
suggested-email-take-label = Використати цю адресу: { $email }
suggested-email-dismiss = Більше не пропонувати
suggested-email-dismiss-label = Більше не пропонувати: { $email }

sessions-told-title = Сповіщені про завершені сеанси
sessions-told-text = Застосунки, яких сповістили за останню добу, і ті, яких ще сповіщають.

receipt-title = Що буде з вашими застосунками
receipt-told = Повідомлено, і він завершив ваш сеанс.
receipt-retrying = Не відповідає; ми пробуємо далі.
receipt-ends =
    { $count ->
        [one] Його доступ закінчиться протягом { $count } хвилини.
        [few] Його доступ закінчиться протягом { $count } хвилин.
        [many] Його доступ закінчиться протягом { $count } хвилин.
       *[other] Його доступ закінчиться протягом { $count } хвилини.
    }
receipt-over = Його доступ закінчився.
receipt-meaning = Відтепер ніщо не поновлюється. Те, що застосунок уже має, закінчиться само.
