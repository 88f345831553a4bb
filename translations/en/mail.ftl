# Emails.

mail-verify-subject = Confirm your email address
mail-verify-lead = Somebody, most likely you, gave this address for an account. To confirm that it is yours, enter this code:
mail-verify-button = Confirm with this link
mail-verify-not-you = If it was not you, ignore this email. Without the code or the link, nothing happens.
mail-minutes =
    { $count ->
        [one] Code and link work once, for { $count } minute.
       *[other] Code and link work once, for { $count } minutes.
    }
mail-code-minutes =
    { $count ->
        [one] The code works once, for { $count } minute.
       *[other] The code works once, for { $count } minutes.
    }
mail-new-password = Choose a new password

mail-registered-subject = You already have an account
mail-registered-lead = Somebody, most likely you, gave this address for another account. The address has an account already, and nothing about it has changed.
mail-registered-sign-in = Sign in
mail-registered-not-you = If it was not you, there is nothing to do. Whoever it was did not learn that this address has an account.

mail-recovery-subject = Reset your password
mail-recovery-lead = Somebody, most likely you, asked to reset the password of your account. Open this link to choose a new one:
mail-recovery-not-you = If it was not you, ignore this email. Your password stays as it is.

mail-invitation-subject = Your account is ready
mail-invitation-lead = An administrator made an account for you. Open this link to choose a password:
mail-invitation-button = Choose a password
mail-invitation-days =
    { $count ->
        [one] The link works for { $count } day.
       *[other] The link works for { $count } days.
    }
mail-invitation-not-you = If you did not expect this, ignore this email: without a password nobody can use the account.
mail-project-named-subject = You are invited to { $project }
mail-project-named-lead = You are invited to work on the project “{ $project }”. Open this link to join, with your account or a new one:
mail-project-subject = You are invited to a project
mail-project-lead = You are invited to work on a project. Open this link to join, with your account or a new one:
mail-project-button = See the invitation
mail-project-not-you = If you did not expect this, ignore this email. Nothing happens without you.

mail-ciba-subject = An application asks you to sign in
mail-ciba-lead = Somebody, most likely you, wants to sign in to the application “{ $application }” with your account. Open this page to see the request, and to allow or refuse it:
mail-ciba-button = See the request
mail-ciba-minutes =
    { $count ->
        [one] The request waits for { $count } minute.
       *[other] The request waits for { $count } minutes.
    }
mail-ciba-not-you = If it was not you, ignore this email, or choose “This wasn’t me” on that page. Nobody gets in without your answer.

mail-device-subject = New sign-in to your account
mail-device-lead = Somebody signed in to your account with a browser that we have not seen with you before: { $device }. { $network }, { $time }.

mail-changed-subject = Your password was changed
mail-changed-lead = The password of your account was changed: { $time }. Your other sessions have ended.

mail-recovered-subject = You have a new password
mail-recovered-lead = The password of your account was set anew with a link that we emailed: { $time }. Every session has ended, and every application loses its access.

mail-factor-added-subject = A sign-in method was added
mail-factor-added-lead = This was added to your account: { $factor }. { $time }.
mail-factor-removed-subject = A sign-in method was removed
mail-factor-removed-lead = This was removed from your account: { $factor }. { $time }.
mail-factor-app = authenticator app
mail-factor-passkey = passkey “{ $name }”
mail-factor-codes = recovery codes
mail-factor-password = password

mail-code-used-subject = A recovery code was used
mail-code-used-lead =
    { $count ->
        [one] Somebody signed in to your account with a recovery code: { $time }. { $count } code is left.
       *[other] Somebody signed in to your account with a recovery code: { $time }. { $count } codes are left.
    }
mail-codes-renewed-subject = You have new recovery codes
mail-codes-renewed-lead = New recovery codes were made for your account: { $time }. The old ones no longer work.

mail-linked-subject = A new way to sign in
mail-linked-lead = From now on, signing in with { $provider } leads to your account: { $time }.
mail-unlinked-subject = A way to sign in was removed
mail-unlinked-lead = Signing in with { $provider } no longer leads to your account: { $time }.
mail-last-identity-subject = Choose a password to keep access to your account
mail-last-identity-lead = { $provider } told us that your account there was deleted: { $time }. It was the only way to sign in to your account here. To go on signing in, choose a password.

mail-reuse-subject = We ended one of your sessions
mail-reuse-lead = A token of the application “{ $application }” was used again after a newer one was in use: { $time }. This can mean that somebody has copied it, so we ended the session it came from.
mail-reuse-meaning = On your own device, just sign in again.
mail-reuse-grant-subject = We ended the access of an application
mail-reuse-grant-lead = A token of the application “{ $application }” was used again after a newer one was in use: { $time }. This can mean that somebody has copied it, so we ended the access of that application.
mail-reuse-grant-meaning = On your own device, just sign in to the application again.

mail-email-changed-subject = Your account has a new email address
mail-email-changed-lead = The address of your account was changed to { $email }: { $time }. This email goes to the old address, and is the last one that does.

mail-merged-subject = Two accounts became one
mail-merged-lead = Your account and another one were joined: { $time }. The linked providers of both now lead to the account that was kept. The password and the passkeys of the other account no longer work. For 30 days, the kept account can undo this.

mail-deleted-subject = Your account was deleted
mail-deleted-lead = Your account, your profile, your address and every way to sign in were deleted: { $time }. Every session has ended, and every application loses its access.
mail-deleted-for-good = Nobody can bring it back, not even we.

mail-back-subject = Regain access to your account
mail-back-lead = You told us that it was not you, so we ended every session, took away the access of every application and deleted the password, if there was one: { $time }. For one day, nobody can change the address or the sign-in methods of your account, or delete it. To come back, choose a new password that nobody else knows.
mail-back-link = The link works once, for 24 hours. After that, ask for a new one on the sign-in page.

mail-not-me-button = This wasn’t me
mail-not-me = If it was you, there is nothing to do. If it was not, open the link above and confirm: every session ends, the password of the account, if it has one, stops working, and we send you a link to choose a new one.

mail-about = This is about signing in to { $application }.
mail-preheader-code = Your code: { $code }
mail-footer = { $service } sent this email automatically. Nobody reads the answers. We never ask for your password by email.
mail-support = Do you need help? Write to

mail-test-subject = Test email from Usher
mail-test-lead = Emails of this server reach you. An administrator sent this one from the console.
