# Журнал спроб клієнта.
attempts = Спроби
attempts-all = Усі спроби
attempts-everything = Усі
attempts-failed = Невдалі
attempts-filter = Які спроби
attempts-trace = Ідентифікатор трасування
attempts-find = Знайти
attempts-none = Спроб ще немає
attempts-none-text = Кожен запит входу, токена і виходу цього клієнта з’являється тут за секунду, з кроком, що не вдався, і способом виправлення.
attempts-none-such = Нічого не знайдено
attempts-none-such-text = Жодна записана спроба цього клієнта не підходить.
attempts-older = Давніші
attempts-kept = { $count ->
    [one] Останні 200, зберігаються { $count } день
    [few] Останні 200, зберігаються { $count } дні
   *[other] Останні 200, зберігаються { $count } днів
}
attempts-lost = { $count ->
    [one] { $count } спробу цієї інсталяції не записано, бо сервер був зайнятий.
    [few] { $count } спроби цієї інсталяції не записано, бо сервер був зайнятий.
   *[other] { $count } спроб цієї інсталяції не записано, бо сервер був зайнятий.
}
attempts-off = На цій інсталяції спроби не записуються: налаштування attempts.record вимкнене.
attempt-result-passed = Вдалося
attempt-result-failed = Не вдалося
attempt-result-not-reached = не досягнуто
attempt-steps = Що сталося
attempt-details = Подробиці
attempt-request = Запит, як його прочитано
attempt-redacted = Секрети, коди й токени не записуються, лише те, що їх надіслано.
attempt-log = У журналі:
attempt-nothing = нічого
attempt-spec = Специфікація
attempt-scope = Наданий scope
attempt-claims = Дані в ID-токені
attempt-done-authorize = Код видано
attempt-done-token = Токени видано
attempt-done-refresh = Токени оновлено
attempt-done-par = Запит надіслано заздалегідь
attempt-done-device = Код для пристрою видано
attempt-done-ciba = Людину запитано на іншому пристрої
attempt-done-logout = Запит виходу прийнято
attempt-step-request = Запит прочитано
attempt-step-client = Клієнта знайдено й автентифіковано
attempt-step-found = Клієнта знайдено
attempt-step-object = Об’єкт запиту або надісланий заздалегідь запит прочитано
attempt-step-redirect = URI перенаправлення порівняно
attempt-step-grant = Тип дозволу можна вживати
attempt-step-proof = Доказ володіння перевірено
attempt-step-credential = Код або токен прочитано
attempt-step-scope = Scope перевірено
attempt-step-pkce = PKCE перевірено
attempt-step-session = Сеанс людини
attempt-step-policy = Потрібний спосіб входу
attempt-step-consent = Згода
attempt-step-redemption = Код або токен використано один раз
attempt-step-response = Відповідь надіслано
attempt-title-request = Запит недійсний
attempt-title-client = Клієнт не пройшов автентифікацію
attempt-title-object = Об’єкт запиту відхилено
attempt-title-redirect = URI перенаправлення не зареєстровано
attempt-title-grant = Тип дозволу не можна вживати
attempt-title-proof = Доказ володіння недійсний
attempt-title-credential = Код або токен недійсний
attempt-title-scope = Scope не дозволено
attempt-title-pkce = PKCE не пройдено
attempt-title-session = Ніхто не ввійшов
attempt-title-policy = Потрібного способу входу не виконано
attempt-title-consent = Людина не дала згоди
attempt-title-redemption = Код або токен уже використано
attempt-title-response = Відповідь не вдалося надіслати
attempt-advice-request = Параметра бракує, його надіслано двічі, або він має значення, якого кінцева точка не приймає. Речення журналу його називає.
attempt-advice-client = Порівняйте ідентифікатор клієнта, секрет і спосіб надсилання з даними цього клієнта. Секрет показують один раз: якщо не впевнені, створіть новий.
attempt-advice-assertion = Підписане твердження відхилено. Його iss і sub — ідентифікатор клієнта, його aud — видавець, точно як тут написано, а його час — за правильним годинником.
attempt-advice-object = Підписаний або надісланий заздалегідь запит відхилено. Надісланий заздалегідь запит діє 90 секунд і один раз.
attempt-advice-redirect = Застосунок попросив повернутися за URI, що відрізняється від зареєстрованих. Важить кожен символ, також скісна риска в кінці, порт, http або https.
attempt-advice-redirect-token = Запит токена мусить повторити URI перенаправлення запиту авторизації, символ у символ.
attempt-advice-grant = Клієнт не зареєстрований для того, що він попросив. Дозвольте тип дозволу або вживайте дозволений.
attempt-advice-proof = Доказ DPoP — свіжий JWT для цього методу й URL, підписаний ключем, до якого прив’язано код або токен.
attempt-advice-credential = Код діє хвилину й один раз, для клієнта, якому його видано. Почніть вхід знову, щоб отримати новий.
attempt-advice-scope = Запит не називає жодного scope, який клієнт може мати. Додайте scope клієнтові або просіть той, який він має.
attempt-advice-pkce = code_verifier не відповідає code_challenge. Зберігайте verifier кожного входу, наприклад у сеансі, і надсилайте саме його.
attempt-advice-challenge = Надсилайте code_challenge з code_challenge_method=S256: base64url від SHA-256 випадкового verifier. Бібліотеки роблять це, коли PKCE увімкнено.
attempt-advice-session = З prompt=none нікого не питають, тож людина мусить уже ввійти. Почніть вхід без prompt=none.
attempt-advice-policy = Проєкт або клієнт вимагає сильнішого входу, ніж має людина. Нехай людина налаштує другий крок.
attempt-advice-consent = Людина обрала «Відхилити», або потрібна згода, а prompt=none не дає спитати. Запропонуйте ввійти знову.
attempt-advice-redemption = Код діє один раз, а токен оновлення щоразу замінюється. Якщо два процеси оновлюють одночасно, вживайте спільно найновіший токен.
attempt-advice-response = Спробуйте ще раз. Якщо це стається часто, передайте ідентифікатор трасування тому, хто керує сервером.
attempt-advice-none = Усі кроки вдалися.
attempt-clock-ahead = { $count ->
    [one] Годинник клієнта випереджає серверний на { $count } секунду. Налаштуйте його через NTP.
    [few] Годинник клієнта випереджає серверний на { $count } секунди. Налаштуйте його через NTP.
   *[other] Годинник клієнта випереджає серверний на { $count } секунд. Налаштуйте його через NTP.
}
attempt-clock-behind = { $count ->
    [one] Годинник клієнта відстає від серверного на { $count } секунду. Налаштуйте його через NTP.
    [few] Годинник клієнта відстає від серверного на { $count } секунди. Налаштуйте його через NTP.
   *[other] Годинник клієнта відстає від серверного на { $count } секунд. Налаштуйте його через NTP.
}
attempt-difference = Вони різняться від символу { $place }: надіслано «{ $sent }», зареєстровано «{ $registered }».
attempt-difference-missing = На символі { $place } зареєстровано «{ $registered }», і цього не надіслано.
attempt-difference-more = На символі { $place } надіслано «{ $sent }», і цього не зареєстровано.
attempt-fix-sure = Так, змінити клієнта
attempt-fix-foreign = Жодного URI перенаправлення цього хоста ще не зареєстровано. Будь-хто може надіслати запит із будь-яким URI: продовжуйте, лише якщо ця адреса ваша.
attempt-fix-redirect = Зареєструвати цей URI
attempt-fix-redirect-text = Відтепер людей після входу можна повертати на цю адресу з кодом для їхнього облікового запису:
attempt-fix-logout = Зареєструвати цей URI
attempt-fix-logout-text = Відтепер людей після виходу можна надсилати на цю адресу:
attempt-fix-grant = Дозволити цей тип дозволу
attempt-fix-grant-text = Відтепер клієнт може вживати цей тип дозволу:
attempt-fix-scope = Додати цей scope
attempt-fix-scope-text = Відтепер клієнт може просити й це. Людей, як і раніше, питають про згоду.
attempt-fix-method = Приймати секрет у заголовку й у формі
attempt-fix-method-text = Відтепер клієнт може надсилати секрет у заголовку Authorization або у формі, як це робить його бібліотека:
attempt-fix-enable = Увімкнути клієнта
attempt-fix-enable-text = Відтепер люди знову можуть входити до клієнта.
message-attempt-fixed = Клієнта змінено. Спробуйте ще раз: крок тепер вдасться.
mismatch-attempts = Переглянути цю спробу крок за кроком
client-tabs = Сторінки цього клієнта
claims-preview = Дані
claims-of = Що клієнт дізнається про { $person }
claims-text = З усіма scope, які клієнт може просити. Люди бачать це перед згодою, і тут нічого не надсилається.
claims-person = Електронна адреса іншої людини
claims-show = Показати
claims-unknown = Цієї електронної адреси ніхто не має. Ви бачите власні дані.
claims-name = Дані
claims-value = Значення
claims-scope = Scope
claims-where = Де
claims-both = ID-токен і userinfo
claims-userinfo = Userinfo
quick-start-stacks = Технологія
quick-start-install = Встановлення
quick-start-callback = Бібліотека повертається за URI перенаправлення, що закінчується на { $path }. Такого ще не зареєстровано: додайте його в налаштуваннях.
quick-start-guide = Увесь посібник, крок за кроком
quick-start-seen = Сервер бачив
quick-start-done = бачив
quick-start-waiting = ще ні
quick-start-asked = Попросили про вхід
quick-start-code = Людина ввійшла й повернулася з кодом
quick-start-tokens = Код обміняно на токени
quick-start-out = Хтось вийшов
quick-start-try = Спробувати вхід
quick-start-try-text = Ви ввійдете й повернетеся до застосунку з кодом. Якщо застосунок сам не почав входу, він може відхилити цей код, як і має.
quick-start-failed = Щось не вдалося? Перегляньте спроби
quick-start-values = Значення
quick-start-more = Усі технології
client-secret-end = Завершити зараз
client-secret-end-one = Завершити зараз: секрет { $id }
message-secret-ended = Старіший секрет завершено. Хто досі його надсилає, відтепер отримує відмову.
