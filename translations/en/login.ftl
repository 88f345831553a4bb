# Coming in, getting back in, going out.

login-to-continue = to continue to { $client }
login-forgotten = Forgot password?
login-with-provider = Continue with { $provider }
login-last-used = Last used
login-no-account = New here?
login-register = Create an account
login-choose-account = Choose an account

accounts-title = Choose an account
accounts-signed-in = Signed in
accounts-signed-out = Signed out
accounts-remove = Remove
accounts-remove-label = Remove { $email } from this browser

register-title = Create your account
register-lead = One account for every application that uses Usher.
register-email-hint = We will send you an email to confirm it.
register-domains-hint = With an address of { $domains }. We will send you an email to confirm it.
no-sign-up-title = There is no account for you here yet
no-sign-up-lead = New accounts are not made on the way to { $client }. If you have an account, sign in with it. Otherwise ask whoever runs the application.
no-sign-up-sign-in = I have an account
leave-sign-in = Go back to { $client }
invitation-title = Join { $project }
invitation-owner = You are invited to run this project with its owners: you may change everything.
invitation-developer = You are invited to develop this project: you may change its clients, rules and webhooks.
invitation-viewer = You are invited to see this project.
invitation-accept-as = Join as { $account }
invitation-register = Create account and join
invitation-sign-in = I have an account: sign in
register-submit = Create account
register-have-account = Already have an account?

verify-title = Check your mail
verify-lead = We sent a code to { $email }. Enter it here, or open the link in the email.
verify-link-lead = With this button you confirm that this address is yours.
verify-link-elsewhere = We do not recognise this browser. Enter the password that you chose when you registered. If you did not register, close this page: without the password, nothing happens.
verify-code = Code
verify-submit = Confirm
verify-no-email = No email? Look in the spam folder, too.
verify-resend = Send a new code
verify-other = Wrong address? Change it
verify-other-send = Send a code to this address
verify-meant = Did you mean { $email }?
verify-meant-send = Send the code to { $email }
verify-later = Do this later

recover-title = Reset your password
recover-lead = Tell us your email address, and we will send you a link to choose a new password.
recover-submit = Send the link
recover-sent-title = Check your mail
recover-sent-lead = If there is an account for { $email }, we have sent it an email with a link.
recover-sent-minutes =
    { $count ->
        [one] The link works once, for { $count } minute.
       *[other] The link works once, for { $count } minutes.
    }
recover-again = Ask for a new link
recover-password-title = Choose a new password
recover-password-submit = Save the new password
recover-sessions-end =
    { $count ->
        [one] { $count } session on your devices ends, and every application loses its access to your account.
       *[other] { $count } sessions on your devices end, and every application loses its access to your account.
    }
recover-done-title = Your new password is saved
recover-done-lead = You can sign in with it now.
recover-sessions-ended =
    { $count ->
        [one] { $count } session was signed out.
       *[other] { $count } sessions were signed out.
    }
recover-expired-title = This link no longer works
recover-expired-lead = It was used already, or it is too old. Ask for a new one; only the newest link works.

logout-title = Do you want to sign out?
logout-asked-by = { $client } asks to sign you out.
logout-as = You are signed in as { $email }.
logout-everywhere = On all my devices as well
logout-yes = Sign out
logout-no = Stay signed in

signed-out-title = You are signed out
signed-out-lead = Applications that you signed in to from here are told, or lose their access soon. On a shared computer, close the browser.
signed-out-back = Back to { $client }
signed-out-again = Sign in again

setup-title = Set up Usher
setup-lead = Create an administrator’s account with this link. If your address has an account here already, enter its own password: it becomes an administrator. The link works once.
setup-submit = Create administrator
setup-expired-title = This setup link no longer works
setup-expired-lead = It was used already, or it is too old. Whoever runs this server can make a new one:

leave-title = This request cannot be answered
leave-lead = The application { $client } sent a request with a fault:
leave-text = Nobody at this server has checked this application. Continue to { $host } only if you know it; otherwise close this page.
leave-continue = Continue to { $host }
onward-title = One moment
onward-lead = You are being sent on. If nothing happens, use the button.
onward-continue = Continue
verify-continue = I opened the link: continue
wait-verify = Did you open the link on another device or in another browser? This page goes on by itself.
verified-elsewhere-title = Your email address is confirmed
verified-elsewhere-lead = Continue in the window where you began. It goes on by itself or by its button. If you closed it, open the application again: you are signed in here, too.
verified-elsewhere-account = Go to your account
already-title = You are signed in
already-lead = You have already signed in to { $name } with this page.
already-continue = Continue to { $name }
already-again = { $name } did not open?
already-again-link = Send it your sign-in again
recover-continue = I have a new password: sign in
wait-recover = Did you open the link on another device or in another browser? This page goes on by itself.
recover-done-elsewhere = Continue in the window where you began, and sign in there with your new password.
recover-sign-in-here = Sign in here instead

sign-in-confirm-title = Confirm that it is you
sign-in-confirm-client = { $client } asks you to sign in again.
sign-in-confirm-change = What comes next changes something important in your account, so sign in again first. If you pressed a button already, press it again afterwards.
signed-in-already-title = You are signed in
signed-in-already = You are signed in as { $name }.
verify-link-title = Confirm your email address
accounts-remove-hint = “Remove” takes an account off this list and signs it out in this browser.
login-title-client = Sign in to { $client }
