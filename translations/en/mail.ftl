# Letters.

mail-verify-subject = Confirm your e-mail address
mail-verify-lead = Somebody, most likely you, gave this address for an account. To confirm that it is yours, enter this code:
mail-verify-button = Confirm with this link
mail-verify-not-you = If it was not you, ignore this letter. Without the code, nothing happens.
mail-minutes =
    { $count ->
        [one] Code and link work once, for { $count } minute.
       *[other] Code and link work once, for { $count } minutes.
    }
mail-new-password = Choose a new password

mail-registered-subject = You already have an account
mail-registered-lead = Somebody, most likely you, tried to create an account with this address. There is one already, and nothing about it has changed.
mail-registered-sign-in = Sign in
mail-registered-not-you = If it was not you, there is nothing to do. Whoever it was did not learn that this address has an account.

mail-recovery-subject = Reset your password
mail-recovery-lead = Somebody, most likely you, asked to reset the password of your account. Enter this code, or open the link:
mail-recovery-not-you = If it was not you, ignore this letter. Your password stays as it is.

mail-changed-subject = Your password was changed
mail-changed-lead = The password of your account was changed: { $time }. Your other sessions have ended.
mail-changed-not-you = If it was you, there is nothing to do. If it was not, choose a new password right away.

mail-reuse-subject = We ended one of your sessions
mail-reuse-lead = A token of the application “{ $application }” was used twice: { $time }. That happens when somebody has copied it, so we ended the session it came from.
mail-reuse-button = See my sessions
mail-reuse-meaning = On your own device, just sign in again. If you see a session that you do not know, end it and choose a new password.

mail-footer = This letter was sent by a machine. Nobody reads the answers. We never ask for your password by mail.
