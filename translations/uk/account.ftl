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
