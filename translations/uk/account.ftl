# Власні сторінки людини.

profile-title = Ваш профіль
profile-lead = Застосунки бачать звідси лише те, що ви їм дозволите.
profile-verified = Підтверджено
profile-unverified = Не підтверджено
profile-verify = Підтвердити
profile-locale-browser = Як у моєму браузері

security-title = Безпека
password-change = Змінити пароль
password-set = Створити пароль
password-change-ends = Інші ваші сеанси завершаться, а цей залишиться.
sessions-title = Де ви увійшли
sessions-lead = Якщо якийсь із сеансів вам незнайомий, завершіть його та змініть пароль.
session-device = Пристрій
session-ip = IP-адреса
session-created = Вхід
session-last-seen = Остання активність
session-this = Цей
session-end = Завершити
sessions-everywhere = Вийти на всіх пристроях
sessions-everywhere-text = Завершує всі сеанси разом із цим.

not-me-title = Це були не ви?
not-me-lead = Тоді закриймо ваш обліковий запис від усіх. Це станеться негайно:
not-me-ends = Усі сеанси завершаться, а всі застосунки втратять доступ.
not-me-freezes = Протягом доби ніхто не зможе змінити захист облікового запису.
not-me-mails = Ми надішлемо вам шлях назад: посилання, щоб вибрати новий пароль.
not-me-button = Це зробив не я: завершити все
not-me-was-me = Якщо це все ж були ви, просто закрийте цю сторінку.
not-me-done-title = Усе завершено
not-me-done-lead = У вашому обліковому записі більше нікого немає, і жоден застосунок не має до нього доступу.
not-me-done-next = Перевірте пошту: там лист із вашим шляхом назад. Він діє 24 години.
not-me-expired-title = Це посилання вже не діє
not-me-expired-lead = Його вже використано, або йому понад тиждень. Якщо щось здається підозрілим, увійдіть і перегляньте свої дії.
sign-in-again = Увійти
