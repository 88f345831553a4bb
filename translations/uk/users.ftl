# Користувачі й сеанси в консолі.

users = Користувачі
users-lead = Один обліковий запис на людину, хоч би як вона входила.
users-search = Пошук користувачів
users-search-hint = Ім’я, електронна пошта, телефон або id
users-find = Шукати
users-filters = Фільтри й порядок
users-filters-set = Увімкнені фільтри
users-filter-remove = прибрати цей фільтр
users-clear = Очистити все
users-any = Будь-який
users-status = Стан
users-active = Активний
users-invited = Запрошений
users-disabled = Вимкнений
users-merged = Приєднаний
users-role = Адміністратор
users-admins = Лише адміністратори
users-no-admins = Без адміністраторів
users-factor = Другий фактор
users-with-factor = Є
users-without-factor = Немає
users-with-email = Підтверджена
users-without-email = Немає підтвердженої пошти
users-provider = Пов’язаний провайдер
users-project = Учасник проєкту
users-joined = Приєднався
users-seen = Остання активність
users-last-day = За останні 24 години
users-last-week = За останні 7 днів
users-last-month = За останні 30 днів
users-last-year = За останній рік
users-order = Порядок
users-newest = Спочатку найновіші
users-oldest = Спочатку найдавніші
users-latest = Спочатку нещодавно активні
users-examined =
    { $count ->
        [one] Ця сторінка переглянула { $count } обліковий запис. Наступна продовжить.
        [few] Ця сторінка переглянула { $count } облікові записи. Наступна продовжить.
        [many] Ця сторінка переглянула { $count } облікових записів. Наступна продовжить.
       *[other] Ця сторінка переглянула { $count } облікового запису. Наступна продовжить.
    }
users-none = Ще ні в кого немає облікового запису. Запросіть першу людину.
users-none-found = За цим запитом нікого не знайдено.
users-person = Людина
users-methods = Спосіб входу
users-never = Ніколи
users-passkey = Ключ доступу
users-select = Вибрати
users-select-one = Вибрати { $name }
users-with-selected = З вибраними людьми
users-add-member = Додати до проєкту
users-remove-member = Вилучити з проєкту
users-previous = Назад
users-next = Далі
users-first = Перша сторінка
users-all = Усі користувачі
undo = Скасувати зміну
cancel = Скасувати
user-pages = Сторінки цього користувача
user-profile = Профіль
user-sign-in = Способи входу
user-sessions = Сеанси
user-applications = Застосунки
user-roles = Ролі
user-activity = Активність
user-self = це ви
user-actions = Дії
user-edit = Змінити профіль
user-edit-title = Змінити профіль
user-edit-text = Електронну пошту та пароль змінює лише сама людина.
user-send-link = Надіслати посилання для пароля
user-end-sessions = Завершити всі сеанси
user-reset-factors = Скинути другі фактори
user-make-admin = Зробити адміністратором
user-remove-admin = Позбавити прав адміністратора
user-disable = Вимкнути
user-enable = Увімкнути
user-delete = Видалити
user-merge = Приєднати інший обліковий запис
user-is-invited = Запрошено
user-is-invited-text = Способу входу ще немає: лист із посиланням надіслано, воно діє тиждень.
user-resend = Надіслати ще раз
user-withdraw = Відкликати запрошення
user-saved = Профіль збережено.
user-invited = Запрошення надіслано.
user-invitation-resent = Запрошення надіслано ще раз.
user-invitation-withdrawn = Запрошення відкликано.
user-merged = Облікові записи об’єднано. Їх можна роз’єднати протягом 30 днів.
user-separated = Облікові записи знову окремі.
user-claim = Атрибут
user-value = Значення
user-source = Хто вказав
source-person = Сама людина
source-administrator = Адміністратор
user-account = Обліковий запис
user-id = Внутрішній id
user-merged-accounts = Облікові записи, приєднані до цього
user-merge-until = Можна роз’єднати до { $time }
user-separate = Роз’єднати
user-codes-left =
    { $count ->
        [one] Лишився { $count } код відновлення
        [few] Лишилося { $count } коди відновлення
        [many] Лишилося { $count } кодів відновлення
       *[other] Лишилося { $count } коду відновлення
    }
user-no-methods = Способу входу ще немає.
user-totp = Застосунок-автентифікатор
user-added = додано { $time }
user-used = використано { $time }
user-no-sessions = Ця людина ніде не ввійшла.
session-end = Завершити
user-no-applications = Жоден застосунок не має доступу до цього облікового запису.
user-released = Передано
user-show-claims = Показати дані
user-claims-title = Що отримав би клієнт
user-claims-text = Дані про цю людину в ID token та userinfo. Нічого не надсилається й не записується.
user-client-unknown = Клієнта з таким id немає.
user-claims-of = { $client } отримав би зі scope
user-id-token = ID token
user-userinfo = Userinfo
user-roles-text = Учасники керують проєктом. Інші ролі надають його правила доступу.
user-no-roles = Жодної ролі в жодному проєкті.
user-raw-event = Подія в JSON
change-disable =
    { $count ->
        [one] Вимкнути { $count } людину?
        [few] Вимкнути { $count } людини?
        [many] Вимкнути { $count } людей?
       *[other] Вимкнути { $count } людини?
    }
change-disable-text = Вони не зможуть увійти, доки хтось не ввімкне їх знову.
change-enable =
    { $count ->
        [one] Увімкнути { $count } людину?
        [few] Увімкнути { $count } людини?
        [many] Увімкнути { $count } людей?
       *[other] Увімкнути { $count } людини?
    }
change-enable-text = Вони знову зможуть увійти.
change-end =
    { $count ->
        [one] Завершити всі сеанси { $count } людини?
        [few] Завершити всі сеанси { $count } людей?
        [many] Завершити всі сеанси { $count } людей?
       *[other] Завершити всі сеанси { $count } людини?
    }
change-end-text = Застосунки втратять доступ, і всі входитимуть знову. Цього не скасувати.
change-delete =
    { $count ->
        [one] Видалити { $count } людину?
        [few] Видалити { $count } людини?
        [many] Видалити { $count } людей?
       *[other] Видалити { $count } людини?
    }
change-delete-text = Облікові записи й усі їхні дані буде видалено. Цього не скасувати.
change-link =
    { $count ->
        [one] Надіслати { $count } людині посилання для пароля?
        [few] Надіслати { $count } людям посилання для пароля?
        [many] Надіслати { $count } людям посилання для пароля?
       *[other] Надіслати { $count } людини посилання для пароля?
    }
change-link-text = Посилання діє один раз, протягом 30 хвилин. До того нічого не зміниться.
change-factors =
    { $count ->
        [one] Скинути другі фактори { $count } людини?
        [few] Скинути другі фактори { $count } людей?
        [many] Скинути другі фактори { $count } людей?
       *[other] Скинути другі фактори { $count } людини?
    }
change-factors-text = Застосунок-автентифікатор, ключі доступу й коди буде вилучено; про це надійде лист. Спершу переконайтеся, що просить сама людина.
change-admin =
    { $count ->
        [one] Зробити { $count } людину адміністратором?
        [few] Зробити { $count } людини адміністраторами?
        [many] Зробити { $count } людей адміністраторами?
       *[other] Зробити { $count } людини адміністраторами?
    }
change-admin-text = Адміністратори бачать і змінюють усе в цій консолі.
change-no-admin =
    { $count ->
        [one] Позбавити прав { $count } адміністратора?
        [few] Позбавити прав { $count } адміністраторів?
        [many] Позбавити прав { $count } адміністраторів?
       *[other] Позбавити прав { $count } адміністратора?
    }
change-no-admin-text = Обліковий запис лишиться, доступу до цієї консолі не буде.
change-member =
    { $count ->
        [one] Додати { $count } людину до проєкту?
        [few] Додати { $count } людини до проєкту?
        [many] Додати { $count } людей до проєкту?
       *[other] Додати { $count } людини до проєкту?
    }
change-member-text = Учасники керують проєктом із правами своєї ролі.
change-no-member =
    { $count ->
        [one] Вилучити { $count } людину з проєкту?
        [few] Вилучити { $count } людини з проєкту?
        [many] Вилучити { $count } людей з проєкту?
       *[other] Вилучити { $count } людини з проєкту?
    }
change-no-member-text = Вони більше не зможуть ним керувати. Обліковий запис лишиться.
change-sessions =
    { $count ->
        [one] { $count } сеанс завершиться зараз.
        [few] { $count } сеанси завершаться зараз.
        [many] { $count } сеансів завершаться зараз.
       *[other] { $count } сеансу завершиться зараз.
    }
change-confirm = Введіть { $number }, кількість людей, щоб підтвердити
changed-title =
    { $count ->
        [one] Змінено { $count } людину
        [few] Змінено { $count } людини
        [many] Змінено { $count } людей
       *[other] Змінено { $count } людини
    }
change-done = Зроблено
change-not-done = Не змінено
change-refused = Для цієї людини ця зміна неможлива.
change-refused-admin = Неможливо для адміністратора або для себе. Спершу позбавте прав адміністратора.
change-refused-merged = Цей обліковий запис приєднано до іншого.
change-refused-gone = Такого облікового запису чи участі вже немає.
change-refused-last-way = Це останній спосіб входу, і немає адреси, щоб надіслати посилання.
change-refused-address = Немає адреси, щоб надіслати посилання.
changed-disable = Обліковий запис вимкнено, сеанси завершено.
changed-enable = Обліковий запис увімкнено.
changed-end = Усі сеанси завершено.
changed-link = Посилання надіслано.
changed-factors = Другі фактори вилучено.
changed-admin = Ця людина тепер адміністратор.
changed-no-admin = Ця людина більше не адміністратор.
changed-member = Людина тепер учасник проєкту.
changed-no-member = Людина більше не учасник проєкту.
invite = Запросити
invite-title = Запросити людину
invite-text = Лист із посиланням дасть змогу вибрати пароль. Посилання діє тиждень.
invite-send = Надіслати запрошення
merge-title = Об’єднати два облікові записи однієї людини
merge-text = Інший обліковий запис завершиться: його способи входу й ролі перейдуть до цього, а його id вестиме сюди.
merge-find = Знайти обліковий запис
merge-other = Інший обліковий запис
merge-other-hint = Його електронна пошта, sub або id.
merge-unknown = Іншого облікового запису з такою адресою чи id немає.
merge-confirm = Це одна людина?
merge-stays = Лишається
merge-ends = Завершується
merge-undo = Обидві адреси отримають лист. Роз’єднати можна протягом 30 днів.
merge-do = Об’єднати
merge-not-active = Обидва облікові записи мають бути активні.
live-sessions = Сеанси
live-sessions-lead = Хто зараз увійшов; спочатку найновіша активність.
live-sessions-search = Пошук сеансів
live-sessions-network = Мережева адреса
live-sessions-device = Пристрій
live-sessions-since = Увійшов
live-sessions-select = Вибрати сеанс: { $name }
live-sessions-none = Ніхто не ввійшов.
live-sessions-none-found = За цим запитом сеансів не знайдено.
live-sessions-end = Завершити сеанси
live-sessions-ended = Сеанси завершено.
end-sessions-question =
    { $count ->
        [one] Завершити { $count } сеанс?
        [few] Завершити { $count } сеанси?
        [many] Завершити { $count } сеансів?
       *[other] Завершити { $count } сеансу?
    }
end-sessions-text = Застосунки, що ввійшли через них, утратять доступ. Цього не скасувати.
