# Про що просить застосунок.

consent-title = { $client } просить доступ
consent-signed-in-as = Ви увійшли як
consent-scopes = Застосунок хотів би
consent-api = Користуватися { $api } від вашого імені
consent-api-host = API за адресою { $host }.
consent-new = Нове
consent-goes-to = Ці дані отримає { $host }.
consent-allow = Дозволити
consent-deny = Відмовити
consent-undo = Якщо згодом застосунку знадобиться більше, вас запитають знову. Забрати доступ можна будь-коли у вашому обліковому записі.

scope-openid = Знати, що це ви
scope-openid-text = Ваш ідентифікатор, той самий щоразу.
scope-profile = Бачити ваш профіль
scope-profile-text = Ваше ім’я та все інше, що ви написали у профілі.
scope-email = Бачити вашу електронну пошту
scope-email-text = І чи її підтверджено.
scope-address = Бачити вашу поштову адресу
scope-address-text = Так, як ви написали її у профілі.
scope-phone = Бачити ваш номер телефону
scope-phone-text = І чи його підтверджено.
scope-roles = Бачити ваші ролі
scope-roles-text = Що вам дозволено в цьому застосунку за рішенням його адміністраторів.
scope-offline = Зберігати цей доступ за вашої відсутності
scope-offline-text = Також коли ви не користуєтеся застосунком, доки не вийдете тут або не заберете доступ.
scope-offline-device-text = Навіть коли ви не користуєтеся пристроєм, доки не заберете доступ або не завершите його сеанс у своєму обліковому записі.
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
