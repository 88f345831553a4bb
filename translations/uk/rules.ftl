# Правила доступу в консолі.

rules = Правила доступу
rules-lead = Опубліковано { $time }:
rules-lead-none = Ще нічого не опубліковано.
rules-revision = Ревізія { $revision }
rules-in-force = Діє
rules-history = Історія
rules-history-text = Усі публікації, від найновішої. Будь-яку можна опублікувати знову.
rules-older = Старіші
rules-next = Далі
rules-back = Назад до правил
rules-guide = Як працюють правила доступу
rules-review = Перевірити й опублікувати
rules-draft =
    { $count ->
        [one] Чернетка: { $count } зміна
        [few] Чернетка: { $count } зміни
        [many] Чернетка: { $count } змін
       *[other] Чернетка: { $count } зміни
    }
rules-draft-text = Ще не діє.
rules-draft-saved = Збережено { $time }.
rules-draft-faults =
    { $count ->
        [one] У ній { $count } помилка.
        [few] У ній { $count } помилки.
        [many] У ній { $count } помилок.
       *[other] У ній { $count } помилки.
    }
rules-draft-foot = Це змінює чернетку. Зміни почнуть діяти після публікації.
rules-see-faults = Переглянути помилки
rules-discard = Відкинути…
rules-discard-sure = Відкинути чернетку
rules-discarded = Чернетку відкинуто.
rules-saved = Чернетку збережено.
rules-published = Правила опубліковано. Під’єднані модулі отримають їх за кілька секунд.
rules-save-draft = Зберегти чернетку
rules-outdated = Тим часом правила змінив хтось інший. Ця сторінка показує їх поточний стан: перевірте свою зміну та збережіть ще раз.
rules-none = Правил ще немає
rules-none-text = Правила визначають, що кожна роль може робити у ваших застосунках. Почніть з того, з чим працюють люди, наприклад Order, та його дій.
rules-none-published = Ще нічого не опубліковано. Опублікуйте чернетку або випробуйте її.
rules-permissions = Дозволи
rules-permissions-text = Виберіть клітинку, роль або тип сутності, щоб змінити.
rules-permission = Дозвіл
rules-permission-fault = Виберіть дозвіл.
rules-everything = усе
rules-no-roles = Ролей ще немає. Додайте роль, щоб дати їй дозволи.
rules-allowed = Дозволено
rules-denied = Заборонено
rules-conditional = За умови
rules-not-allowed = Не дозволено
rules-inherited = успадковано
rules-roles = Ролі
rules-roles-before = Попередні ролі
rules-roles-after = Більше ролей
rules-entities-before = Попередні типи
rules-entities-after = Більше типів
rules-as-text = Редагувати як текст
rules-as-text-text = Уся чернетка одним документом JSON.
rules-text = Документ
rules-document = Правила у JSON
rules-document-hint = Чернетку можна зберегти з помилками. Опублікувати її можна, коли помилок немає.
rules-text-unread = Цей текст не є документом правил доступу.
rules-newer = Що ваш текст змінив би в поточній чернетці
rules-newer-text = Скопіюйте свій текст, відкрийте чернетку знову й повторіть зміну або замініть чернетку своїм текстом.
rules-overwrite = Замінити чернетку цим текстом
rules-faults = У чернетці є помилки. Спершу виправте їх.
rules-faults-title = Що перевірити в чернетці
rules-faults-text = Помилки не дають опублікувати, попередження дають.
rules-line = Рядок { $count }
rules-error = Помилка
rules-warning = Попередження
rules-mend = Виправити чернетку
rules-effects = Що кожна роль отримує та втрачає
rules-effects-text = З усім, що вона успадковує.
rules-effect = { $role }: { $permission } було «{ $before }», стане «{ $after }».
rules-gains = Отримує
rules-loses = Втрачає
rules-shifts = Змінюється
rules-changes = Зміни
rules-changes-before = Порівняно з попередньою ревізією.
rules-changes-now = Порівняно з ревізією { $revision }, яка діє.
rules-no-changes = Відмінностей немає.
rules-what = Що
rules-before = Було
rules-after = Стане
rules-there = є
rules-gone = вилучено
rules-part-action = Дія
rules-part-attribute = Атрибут
rules-part-condition = Умова
rules-part-entity = Тип сутності
rules-part-grant = Дозвіл ролі
rules-part-parent = Успадкування
rules-part-role = Роль
rules-part-route = Маршрут
rules-lines = Рядок за рядком
rules-lines-same =
    { $count ->
        [one] { $count } рядок без змін
        [few] { $count } рядки без змін
        [many] { $count } рядків без змін
       *[other] { $count } рядка без змін
    }
rules-line-added = Додано:
rules-line-removed = Вилучено:
rules-publish = Опублікувати
rules-publish-as = Опублікувати як ревізію { $revision }
rules-publish-text = За кілька секунд правила почнуть діяти в усіх під’єднаних модулях. Попередню ревізію можна будь-коли опублікувати знову.
rules-keep-draft = Залишити чернеткою
rules-note = Нотатка
rules-note-hint = Причина, для історії.
rules-note-long = Нотатка має щонайбільше 500 символів, в одному рядку.
rules-same = Правила такі самі, як опубліковані.
rules-roll-back = Опублікувати знову
rules-roll-back-to = Опублікувати знову ревізію { $revision }
rules-roll-back-text = Ці правила стануть новою ревізією та почнуть діяти за кілька секунд. Чернетка не зміниться.
rules-roll-back-sure = Опублікувати ці правила
rules-keep = Залишити чинні правила
rules-routes = Маршрути
rules-routes-text = Модулі забороняють кожен запит, якому не відповідає жоден маршрут.
rules-routes-none = Маршрутів немає: застосунки самі запитують дозволи.
rules-route-text = Яких запитів він стосується та хто може їх робити.
rules-route-path = Шлях
rules-route-path-hint = Наприклад, /orders/:id або /admin/*.
rules-route-path-fault = Шлях починається з / і не має порожніх сегментів; * стоїть окремо в кінці.
rules-route-method = Метод
rules-route-methods = Методи
rules-route-methods-hint = Через пробіл, або * для всіх.
rules-route-methods-fault = Методи: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS або *.
rules-route-who = Хто може викликати
rules-route-need = Хто має дозвіл
rules-route-auth = Усі, хто ввійшов
rules-route-public = Усі
rules-route-also = Додаткові вимоги
rules-route-acr = Контекст автентифікації (acr)
rules-route-acr-hint = Наприклад, aal2: другий фактор.
rules-route-age = Найбільший вік входу, у секундах
rules-route-age-hint = Давніший вхід треба повторити.
rules-route-age-fault = Ціле число секунд.
rules-route-scopes = Області доступу
rules-route-scopes-hint = Через пробіл: токен має містити всі.
rules-route-fresh = Щоразу запитувати в Usher, чи токен ще чинний
rules-also-acr = З контекстом автентифікації { $acr }.
rules-also-age =
    { $count ->
        [one] Вхід не давніший за { $count } секунду.
        [few] Вхід не давніший за { $count } секунди.
        [many] Вхід не давніший за { $count } секунд.
       *[other] Вхід не давніший за { $count } секунди.
    }
rules-also-scope = З областю доступу { $scope }.
rules-also-fresh = Usher запитують щоразу.
rules-route-found = Застосовується маршрут { $route }.
rules-route-needs = Потрібен дозвіл { $permission }.
rules-route-none = Жоден маршрут не відповідає цьому запиту: модулі його забороняють.
rules-route-ambiguous = Шлях неоднозначний (наприклад, //, .. або %2f): модулі його відхиляють.
rules-conditions = Умови
rules-conditions-none = Умов ще немає.
rules-modules = Модулі
rules-modules-none = Жоден модуль не під’єднано.
rules-modules-on =
    { $count ->
        [one] { $count } модуль застосовує ревізію { $revision }.
        [few] { $count } модулі застосовують ревізію { $revision }.
        [many] { $count } модулів застосовують ревізію { $revision }.
       *[other] { $count } модуля застосовують ревізію { $revision }.
    }
rules-modules-without =
    { $count ->
        [one] { $count } модуль ще не назвав своєї ревізії.
        [few] { $count } модулі ще не назвали своєї ревізії.
        [many] { $count } модулів ще не назвали своєї ревізії.
       *[other] { $count } модуля ще не назвали своєї ревізії.
    }
rules-new-entity = Додати тип сутності
rules-new-role = Додати роль
rules-new-route = Додати маршрут
rules-new-condition = Додати умову
rules-name-taken = Така назва вже є.
rules-grant = Що дозволено
rules-grant-of = Роль { $role }
rules-cell-text = Що каже сама ця роль. Дозволи всіх ролей людини поєднуються, а будь-яка заборона переважає.
rules-effective = З успадкованим і загальними дозволами результат такий: { $what }.
rules-choose-nothing = Нічого
rules-choose-nothing-text = Не дозволено, якщо не дозволяє щось інше.
rules-choose-allow = Дозволити
rules-choose-allow-text = Завжди, без умови.
rules-choose-when = Дозволити за умови
rules-choose-when-text = Якщо виконується одна з вибраних нижче умов.
rules-choose-deny = Заборонити
rules-choose-deny-text = Хоч би що дозволяли інші ролі.
rules-choose-condition = Виберіть щонайменше одну умову.
rules-role-text = Як вона зветься і що успадковує. Що їй дозволено, вибирають у таблиці дозволів.
rules-role-name-hint = Наприклад, editor. Пізніше змінити не можна.
rules-role-name-fault = Назва починається з малої латинської літери або цифри; далі літери, цифри та _ - . :
rules-role-title = Заголовок
rules-role-title-hint = Що читають люди.
rules-role-inherits = Успадковує від
rules-role-inherits-hint = Назви ролей через пробіл. Вона отримує все, що їм дозволено або заборонено.
rules-role-others = Ролі:
rules-role-unknown = Такої ролі немає.
rules-remove-role = Вилучити роль
rules-remove-role-text = Разом з нею зникнуть її дозволи. Люди матимуть цю роль до публікації; потім вона нічого не дозволятиме.
rules-entity-text = З чим працюють люди та що з цим можна робити.
rules-entity-name-hint = Наприклад, Order. Пізніше змінити не можна.
rules-entity-name-fault = Назва починається з латинської літери; далі літери, цифри та _. Деякі слова зарезервовано.
rules-entity-actions = Дії
rules-entity-actions-hint = По одній на рядок: «read item» стосується однієї, «list collection» – усіх або нової.
rules-entity-actions-fault = По одній на рядок: назва з малої літери, потім item або collection.
rules-entity-attributes-hint = По одному на рядок, з типом: «owner_id string». Типи: string, bool, int, strings.
rules-entity-attributes-fault = По одному на рядок: назва, потім string, bool, int або strings.
rules-remove-entity = Вилучити тип сутності
rules-remove-entity-text = Разом з ним зникнуть його дозволи, а також дозволи ролей і маршрути, що їх називають.
rules-attribute = Атрибут
rules-attributes = Атрибути
rules-operator = Оператор
rules-value = Значення
rules-condition-form = Як її записано
rules-condition-text = Умова у JSON
rules-condition-text-hint = Для того, чого не можна сказати порівняннями: {"{"}"any": [{"{"}"in": ["resource.team_id", "user.teams"]{"}"}]{"}"}
rules-condition-as-text = Як текст
rules-condition-rows = Порівняння
rules-condition-rows-hint = Значення – інший атрибут, наприклад user.id, або текст, число, true чи false; для «in» – список через кому.
rules-condition-row-fault = Це значення не підходить до атрибута й оператора.
rules-condition-empty = Виберіть щонайменше один атрибут.
rules-condition-name-hint = Наприклад, own. Пізніше змінити не можна.
rules-condition-name-fault = Назва починається з малої латинської літери; далі літери, цифри, _ та -. Не allow і не deny.
rules-joint = Виконується, якщо
rules-joint-all = виконуються всі порівняння
rules-joint-any = виконується одне порівняння
rules-remove-condition = Вилучити умову
rules-remove-condition-text = Дозволи з цією умовою втратять її; ті, що не мають іншої, буде вилучено.
rules-remove-route = Вилучити маршрут
rules-remove-route-text = Потім модулі забороняють ці запити, якщо не відповідає інший маршрут.
rules-condition-text-lead = Дозволяє щось, лише якщо виконується. Відсутнє значення нічого не дозволяє.
rules-try = Випробувати
rules-try-text = Хто може щось зробити та яке правило вирішує. Нічого не змінюється.
rules-try-request = Запит
rules-try-version = Правила
rules-try-draft = Чернетка
rules-try-button = Випробувати
rules-try-foot = Ролі – ті, які людина має зараз.
rules-try-what = Виберіть дозвіл або введіть шлях.
rules-try-path-hint = Тоді маршрут визначає, який дозвіл потрібен.
rules-try-allowed = Дозволено
rules-try-denied = Не дозволено
rules-try-conditional = Залежить від сутності
rules-try-no-roles = Немає ролей у цьому проєкті
rules-or = або запит
rules-person = Людина
rules-person-hint = Електронна адреса, ідентифікатор користувача (sub) або клієнта.
rules-person-missing = Укажіть, хто це.
rules-person-unknown = Такої людини чи клієнта в цьому проєкті немає.
rules-entity-id = Ідентифікатор сутності
rules-entity-id-hint = Для ролей, що діють лише для однієї сутності.
rules-attributes-hint = По одному на рядок: resource.total = 250. Значення user.id означає цю людину.
rules-attributes-fault = По одному на рядок: відомий атрибут, = і значення його типу.
rules-known-attributes = Відомі атрибути
rules-reason-allow = Роль { $role } це дозволяє.
rules-reason-deny = Роль { $role } це забороняє, а заборона переважає.
rules-reason-holds = Роль { $role } це дозволяє, бо умова { $condition } виконується.
rules-reason-fails = Роль { $role } цього не дозволяє, бо умова { $condition } не виконується.
rules-reason-open = Роль { $role } це дозволяє, якщо виконується умова { $condition }. Щоб дізнатися, укажіть атрибути сутності.
rules-reason-no-role = Ніхто з такою адресою чи ідентифікатором не має ролі в цьому проєкті.
rules-reason-no-grant = Жодна з цих ролей не має дозволу { $permission }.
rules-comparison-holds = { $comparison } виконується: { $values }
rules-comparison-fails = { $comparison } не виконується: { $values }
rules-comparison-open = { $comparison } залежить від сутності
rules-value-missing = { $path } відсутнє
rules-assignments = Призначення
rules-assignments-text = Хто яку роль має в цьому проєкті. Зміна припиняє дію токенів доступу людини, щоб нові мали поточні ролі.
rules-assignments-all = Усі призначення
rules-assignments-of = Ролі { $person }
rules-assignments-none = Ще ніхто не має ролі.
rules-assignments-not-found = Ролей не знайдено.
rules-find = Знайти
rules-assign = Призначити роль
rules-assign-none = Призначити можна лише опубліковані ролі, а їх ще немає.
rules-assign-foot = Нові токени доступу людини матимуть цю роль.
rules-assigned = Роль призначено.
rules-unassign = Вилучити
rules-unassigned = Роль вилучено.
rules-assignment-entity = Лише для однієї сутності
rules-assignment-entity-hint = Наприклад, Order:42.
rules-assignment-entity-fault = Сутність записують так: Order:42.
rules-assignment-days = Дні
rules-assignment-days-hint = Потім вона закінчиться сама. Порожньо: залишиться.
rules-days-fault = Кількість днів від 1 до 3650.
rules-only-for = Лише для { $entity }
rules-since = з { $time }
rules-until = до { $time }
rules-expired = Закінчилася
rules-role-held = Ця роль там уже є.
rules-role-many = Ніхто не має більше ніж 32 ролі в проєкті.
