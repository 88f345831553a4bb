# Про що просить застосунок.

consent-title = { $client } просить доступ
consent-signed-in-as = Ви увійшли як
consent-scopes = Застосунок хотів би
consent-new = Нове
consent-goes-to = Ці дані отримає { $host }.
consent-allow = Дозволити
consent-deny = Відмовити
consent-undo = Якщо колись застосунку знадобиться більше, вас запитають знову.

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
scope-offline-text = Доки ви його не заберете, навіть коли ви не користуєтеся застосунком.
scope-other-text = Дозвіл, який визначає сам застосунок.
