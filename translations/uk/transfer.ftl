# Імпорт і експорт користувачів.

import = Імпорт
import-title = Імпорт людей
import-lead = Перенесіть людей з іншої системи разом із паролями, де це дозволяють формати.
import-upload = Завантажити
import-file = Файл
import-file-hint = CSV, JSON Lines або JSON в UTF-8, до 256 МБ: експорт з Usher, Auth0, Keycloak чи Zitadel або будь-яка таблиця зі стовпцем електронних адрес.
import-nothing-yet = Завантаження не змінює жодного облікового запису. Далі ви виберете, що означають стовпці, і побачите, що станеться з кожним рядком.
import-guide = Посібник
import-list = Попередні імпорти
import-none = Жодного файлу ще не імпортовано.
import-rows =
    { $count ->
        [one] { $count } рядок
        [few] { $count } рядки
        [many] { $count } рядків
       *[other] { $count } рядка
    }
import-format-csv = CSV
import-format-csv-semicolon = CSV з крапкою з комою
import-format-csv-tab = CSV з табуляцією
import-format-json-lines = JSON Lines
import-format-json-document = Документ JSON
import-status-ready = Завантажено
import-status-checking = Перевіряється
import-status-checked = Перевірено
import-status-importing = Імпортується
import-status-done = Завершено
import-status-cancelled = Скасовано
import-status-failed = Не вдалося
import-fault-none = Виберіть файл.
import-fault-many = Десять файлів уже чекають на імпорт. Спершу завершіть або скасуйте один із них.
import-fault-empty = У файлі немає людей.
import-fault-compressed = Файл стиснуто. Розпакуйте його або збережіть таблицю як CSV.
import-fault-not-utf8 = Файл не в UTF-8. Збережіть його в цьому кодуванні.
import-fault-header = Перший рядок не є заголовком. Кожен стовпець потребує власної назви.
import-cancel = Скасувати імпорт
import-cancelled-notice = Імпорт скасовано. Уже імпортовані люди залишаються.
import-checking = Перевірка без жодних змін
import-importing = Імпорт
import-progress-done = { $done } з
import-progress-of =
    { $count ->
        [one] { $count } рядка.
        [few] { $count } рядків.
        [many] { $count } рядків.
       *[other] { $count } рядка.
    }
import-progress-rate =
    { $count ->
        [one] { $count } рядок за секунду.
        [few] { $count } рядки за секунду.
        [many] { $count } рядків за секунду.
       *[other] { $count } рядка за секунду.
    }
import-progress-hint = Сторінка оновлюється сама. Її можна залишити: робота триває, навіть після перезапуску.
import-refresh = Оновити зараз
import-would = Що станеться
import-would-text = Поки що нічого не змінено.
import-did = Що сталося
import-report = Завантажити звіт
import-results = Рядки за результатом
import-all-rows = Усі рядки
import-created = Створено
import-updated = Оновлено
import-skipped = Пропущено
import-failed = Не імпортовано
import-no-rows = Таких рядків немає.
import-row = Рядок
import-row-number = Рядок { $number }
import-result = Результат
import-why = Примітки
import-more = Наступні рядки
import-start-title = Імпорт
import-start-hint = Рядки, які неможливо імпортувати, буде пропущено.
import-start =
    { $count ->
        [one] Імпортувати { $count } людину
        [few] Імпортувати { $count } людини
        [many] Імпортувати { $count } людей
       *[other] Імпортувати { $count } людини
    }
import-choices = Вибір
import-existing = Люди, які мають обліковий запис
import-existing-skip = Залишити обліковий запис без змін
import-existing-update = Додати те, що є у файлі, решту залишити
import-existing-refuse = Позначити рядок як не імпортований
import-vouch = Я ручаюся за всі електронні адреси
import-vouch-hint = Без цього імпортуються лише адреси, які файл називає підтвердженими.
import-invite = Запросити людей, які не мають як увійти
import-invite-hint = Кожна людина отримає лист із посиланням для вибору пароля. Посилання діє тиждень.
import-keep-ids = Зберегти ідентифікатори з файлу
import-keep-ids-hint = Тоді застосунки бачать той самий «sub», що й раніше.
import-columns = Що означають стовпці
import-columns-hint = Стовпці розпізнано за назвами. Змініть те, що не підходить.
import-column-ignore = Не враховувати
import-column-sub = Ідентифікатор (sub)
import-column-verified = Електронну адресу підтверджено
import-column-phone-verified = Номер телефону підтверджено
import-column-disabled = Обліковий запис вимкнено
import-column-enabled = Обліковий запис увімкнено
import-column-created = Створено
import-column-language = Мова сторінок і листів
import-column-identities = Облікові записи в постачальників
import-column-password = Хеш пароля
import-check = Перевірити без імпорту
import-check-again = Перевірити ще раз
import-check-hint = Покаже, що станеться з кожним рядком.
import-file-until = Якщо файл ніхто не імпортує, його буде видалено: { $time }.
import-report-until = Файл видалено. Звіт буде видалено: { $time }.
import-reason-row-too-long = Рядок довший за 256 кБ.
import-reason-row-not-utf8 = Рядок не в UTF-8.
import-reason-row-not-json = Рядок не є об’єктом JSON.
import-reason-row-quotes = Лапки в рядку не збігаються.
import-reason-row-cells = У рядку більше клітинок, ніж у заголовку.
import-reason-row-cut-off = Файл закінчується посеред цього рядка.
import-reason-invalid = Значення «{ $about }» недійсне.
import-reason-email-invalid = Електронна адреса недійсна.
import-reason-email-missing = У рядку немає ні електронної адреси, ні облікового запису в налаштованого тут постачальника.
import-reason-email-unverified = Файл не каже, що електронну адресу підтверджено.
import-reason-duplicate = Рядок { $about } про ту саму людину.
import-reason-exists = Людина вже має обліковий запис.
import-reason-unchanged = Обліковий запис уже містить усе це.
import-reason-merged = Обліковий запис об’єднано з іншим.
import-reason-two-users = Адреса, ідентифікатор і облікові записи в постачальників належать різним людям.
import-reason-other-email = Обліковий запис зберігає власну електронну адресу.
import-reason-sub-invalid = Ідентифікатор довший за 255 знаків або містить не лише видимі знаки ASCII.
import-reason-sub-taken = Інший рядок має той самий ідентифікатор.
import-reason-sub-deleted = Ідентифікатор належав видаленому обліковому запису. Ідентифікатори не використовуються вдруге.
import-reason-sub-ignored = Обліковий запис зберігає власний ідентифікатор.
import-reason-identity-invalid = Обліковий запис у постачальника пропущено: бракує постачальника або ідентифікатора в нього.
import-reason-identity-provider = Обліковий запис у «{ $about }» пропущено: цього постачальника тут не налаштовано.
import-reason-identity-issuer = Обліковий запис у «{ $about }» пропущено: файл не називає його видавця.
import-reason-identity-taken = Обліковий запис у «{ $about }» пропущено: його має інший рядок.
import-reason-hash-unsupported = Пароль пропущено: цей вид хешу не підтримується.
import-reason-hash-malformed = Пароль пропущено: хеш неможливо прочитати.
import-reason-hash-expensive = Пароль пропущено: хеш потребує забагато часу або пам’яті.
import-reason-hash-kept = Обліковий запис зберігає власний пароль.
import-reason-invited = Отримає запрошення.

export = Експорт
export-title = Експорт людей
export-lead = Файл з усіма людьми або з тими, кого знаходять фільтри списку.
export-whom = Хто у файлі
export-all = Усі, хто має обліковий запис.
export-some = Ті, кого знаходять ці фільтри:
export-what = Кожен рядок містить ідентифікатор, електронну адресу, профіль, мову, стан, облікові записи в постачальників і те, які фактори налаштовано. Паролів, ключів і секретів у ньому немає.
export-care = Файл містить особисті дані. Завантаження записується в журнал аудиту.
export-csv = Завантажити CSV
export-json-lines = Завантажити JSON Lines
