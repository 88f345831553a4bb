# Про що просить застосунок.

consent-title = { $client } хоче використати ваш обліковий запис
consent-signed-in-as = Ви увійшли як
consent-api = Користуватися { $api } від вашого імені
consent-api-host = API за адресою { $host }.
consent-scopes = Застосунок просить
consent-new = Нове
consent-goes-to = Ви повернетеся на { $host }.
consent-allow = Дозволити
consent-deny = Відмовити
consent-undo = Забрати доступ можна будь-коли у вашому обліковому записі.
consent-unverified = Тут ніхто не перевіряв цей застосунок. Він називає себе «{ $client }».
consent-on-device = Він працює на вашому пристрої, де за нього може видавати себе будь-яка інша програма: дозволяйте, лише якщо ви щойно його запустили.

scope-openid = Ваш ідентифікатор
scope-openid-text = Число, що позначає вас, щоразу те саме.
scope-profile = Ваш профіль
scope-profile-text = Ваше ім’я та все інше, що ви написали у профілі.
scope-email = Ваша електронна пошта
scope-email-text = І чи її підтверджено.
scope-address = Ваша поштова адреса
scope-address-text = Так, як ви написали її у профілі.
scope-phone = Ваш номер телефону
scope-phone-text = І чи його підтверджено.
scope-roles = Ваші ролі
scope-roles-text = Що вам дозволено в цьому застосунку за рішенням його адміністраторів.
scope-offline = Доступ за вашої відсутності
scope-offline-text = Доки ви не вийдете тут або не заберете доступ.
scope-offline-device-text = Доки ви не заберете доступ або не завершите сеанс пристрою у своєму обліковому записі.
scope-other-text = Дозвіл, який визначає сам застосунок.

device-title = Підключити пристрій
device-lead = Введіть код, який показує ваш пристрій.
device-lead-compare = Чи саме цей код показує ваш пристрій?
device-code = Код
device-code-hint = Вісім літер. Регістр і дефіс не мають значення.
device-continue = Далі
device-warning = Продовжуйте, лише якщо ви щойно почали це на власному пристрої. Якщо цей код вам хтось надіслав, він потрапить до вашого облікового запису.
device-asks = Запит пристрою
device-compare = Порівняйте цей код із тим, який показує ваш пристрій.
device-program = Програма
device-place = Мережа
device-time = Час запиту
device-allowed-title = Пристрій підключено
device-allowed-lead = { $client } продовжить сам за кілька секунд. Цю сторінку можна закрити.
device-allowed-undo = Ви можете будь-коли забрати доступ:
device-denied-title = Пристрій не підключено
device-denied-lead = { $client } дізнався, що ви відмовили. Цю сторінку можна закрити.
scope-of-api-text = Дозвіл, який визначає це API.
consent-new-scopes =
    { $count ->
        [one] Застосунок просить { $count } новий дозвіл
        [few] Застосунок просить { $count } нові дозволи
        [many] Застосунок просить { $count } нових дозволів
       *[other] Застосунок просить { $count } нового дозволу
    }
consent-known-scopes = Уже має
