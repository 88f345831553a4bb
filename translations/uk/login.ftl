# Вхід, відновлення доступу, вихід.

login-to-continue = щоб продовжити в { $client }
login-as = Ви входите як
login-forgotten = Забули пароль?
login-with-provider = Продовжити через { $provider }
login-last-used = Минулого разу
login-no-account = Ви тут уперше?
login-register = Створити обліковий запис
login-choose-account = Вибрати обліковий запис

accounts-title = Виберіть обліковий запис
accounts-signed-in = Вхід виконано
accounts-signed-out = Потрібен вхід
accounts-remove = Прибрати
accounts-remove-label = Прибрати { $email } з цього браузера

register-title = Створіть обліковий запис
register-lead = Один обліковий запис для всіх застосунків, що користуються Usher.
register-email-hint = Ми надішлемо лист, щоб її підтвердити.
register-submit = Створити обліковий запис
register-have-account = Уже маєте обліковий запис?

verify-title = Перевірте пошту
verify-lead = Ми надіслали код на { $email }. Введіть його тут або відкрийте посилання з листа.
verify-link-lead = Один клац — і буде підтверджено, що ця адреса ваша.
verify-code = Код
verify-submit = Підтвердити
verify-no-letter = Немає листа? Загляньте також у спам.
verify-resend = Надіслати новий код
verify-later = Зробити це пізніше

recover-title = Відновіть доступ
recover-lead = Вкажіть свою електронну пошту, і ми надішлемо посилання, щоб вибрати новий пароль.
recover-submit = Надіслати посилання
recover-sent-title = Перевірте пошту
recover-sent-lead = Якщо для { $email } є обліковий запис, лист із посиланням уже в дорозі.
recover-sent-minutes =
    { $count ->
        [one] Посилання спрацює один раз і діятиме { $count } хвилину.
        [few] Посилання спрацює один раз і діятиме { $count } хвилини.
        [many] Посилання спрацює один раз і діятиме { $count } хвилин.
       *[other] Посилання спрацює один раз і діятиме { $count } хвилини.
    }
recover-again = Попросити нове посилання
recover-password-title = Виберіть новий пароль
recover-password-submit = Зберегти новий пароль
recover-sessions-end =
    { $count ->
        [one] На ваших пристроях завершиться { $count } сеанс, і ми повідомимо про це застосунки, якими ви там користувалися.
        [few] На ваших пристроях завершаться { $count } сеанси, і ми повідомимо про це застосунки, якими ви там користувалися.
        [many] На ваших пристроях завершиться { $count } сеансів, і ми повідомимо про це застосунки, якими ви там користувалися.
       *[other] На ваших пристроях завершиться { $count } сеансу, і ми повідомимо про це застосунки, якими ви там користувалися.
    }
recover-done-title = Новий пароль збережено
recover-done-lead = Тепер ви можете увійти з ним.
recover-sessions-ended =
    { $count ->
        [one] Завершено { $count } сеанс.
        [few] Завершено { $count } сеанси.
        [many] Завершено { $count } сеансів.
       *[other] Завершено { $count } сеансу.
    }
recover-expired-title = Це посилання більше не діє
recover-expired-lead = Ним уже скористалися, або воно надто давнє. Попросіть нове; діє лише найновіше посилання.

logout-title = Вийти з облікового запису?
logout-asked-by = { $client } просить завершити ваш сеанс.
logout-as = Ви увійшли як { $email }.
logout-everywhere = Також на всіх моїх пристроях
logout-yes = Вийти
logout-no = Залишитися

signed-out-title = Ви вийшли з облікового запису
signed-out-lead = Кожен застосунок, який нас запитає, тепер дізнається, що ви вийшли. На спільному комп’ютері закрийте браузер.
signed-out-back = Назад до { $client }
signed-out-again = Увійти знову

setup-title = Налаштуйте Usher
setup-lead = Ви тут перші. Створіть обліковий запис адміністратора; це посилання спрацює лише один раз.
setup-submit = Створити адміністратора
setup-expired-title = Це посилання для налаштування більше не діє
setup-expired-lead = Ним уже скористалися, або воно надто давнє. Той, хто керує сервером, може створити нове:
