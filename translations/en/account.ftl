# A person's own pages.

profile-title = Profile
profile-lead = Applications see only what you, or the people who run this service, allow them to see.
profile-verified = Confirmed
profile-unverified = Not confirmed
profile-locale-browser = As in my browser

security-title = Security
password-change = Change password
password-set = Set a password
password-change-ends = Your other sessions will end; this one stays.

not-me-title = This wasn’t you?
not-me-lead = We end all access to your account. This happens at once:
not-me-ends = Every session ends, every application loses its access, and the password of the account, if it has one, stops working.
not-me-freezes = For one day, nobody can change the address or the sign-in methods of the account, or delete it.
not-me-mails = We email you a link to choose a new password.
not-me-button = This wasn’t me: end everything
not-me-was-me = If it was you after all, just close this page.
not-me-done-title = Everything has ended
not-me-done-lead = Every session has ended, no application can renew its access, and the old password, if there was one, no longer works.
not-me-done-next = Check your mail: we have sent you a link to choose a new password. It works once, for 24 hours.
not-me-done-no-mail = Your account has no email address. Sign in again with your passkey or another provider. If somebody else can use that provider as you, secure your account there first.
not-me-expired-title = This link no longer works
not-me-expired-lead = It was used already, or is older than a week. If something looks wrong, sign in and look at your activity.
sign-in-again = Sign in
message-frozen = After “this wasn’t me”, nobody can change the address or the sign-in methods of this account, or delete it, for one day.

profile-no-email = None
profile-add-email = Add one
profile-change-email = Change
security-add-email = Add an email address
profile-more = More about you

sessions-title = Sessions
sessions-lead = Where you are signed in. Sign out what you do not recognise.
session-created = signed in { $time }
session-last-seen = active { $time }
session-this = This device
sessions-others = Sign out everywhere else
sessions-everywhere = Sign out everywhere
sessions-everywhere-text = Ends every session, this one included.
means-password = password
means-code = one-time code
means-passkey = passkey
means-provider = another provider

apps-title = Applications
apps-lead = What each application may see and do, and what it has received. You can remove its access at any time.
apps-none = No application has access to your account.
apps-remove = Remove access
apps-open = Open
apps-may = It has access to
apps-allowed = Allowed { $time }
apps-first = first used { $time }
apps-given =
    { $count ->
        [one] { $count } thing it has received
       *[other] { $count } things it has received
    }

activity-title = Activity
activity-lead = What happened in your account. If something was not you, choose “This wasn’t me”: that ends every session and every access.
activity-filter = Show
activity-everything = Everything
activity-sign-ins = Sign-ins
activity-security = Security
activity-applications = Applications
activity-account = Account
activity-none = There is nothing here yet.
activity-newest = Newest
activity-older = Older
event-signed-in = Signed in
event-signed-in-again = Confirmed that it is you
event-session-ended = A session ended
event-sign-in-failed = Somebody tried to sign in and failed
event-password-changed = Password changed
event-password-recovered = New password set with an emailed link
event-recovery-requested = An email with a link for a new password was asked for
event-compromise-reported = You said it was not you: everything ended
event-identity-linked = A way to sign in was added
event-identity-unlinked = A way to sign in was removed
event-merged = Another account was joined to this one
event-merge-undone = A joined account was parted again
event-token-reuse = A token of { $client } was used again after a newer one was in use: its access ended
event-consent-granted = Allowed { $client }
event-consent-denied = Refused { $client }
event-consent-withdrawn = Took back what { $client } was allowed
event-device-allowed = Allowed { $client } on a device
event-device-denied = Refused { $client } on a device
event-ciba-requested = { $client } asked you to sign in
event-ciba-allowed = Allowed the sign-in that { $client } asked for
event-ciba-denied = Refused the sign-in that { $client } asked for
event-ciba-reported = You said that you did not start the sign-in to { $client }
event-grant-created = Signed in to { $client }
event-grant-revoked = { $client } lost its access
event-id-jag-issued = { $client } got access to another service
event-user-created = Account created
event-user-updated = Profile changed
event-email-changed = Email address changed
event-user-disabled = Account disabled
event-invited = An administrator sent an invitation
event-admin-added = Became an administrator
event-admin-removed = No longer an administrator
event-user-enabled = Account enabled
reason-sign-out = You signed out.
reason-sign-out-everywhere = You signed out everywhere.
reason-ended-by-owner = You ended it from another session.
reason-password-changed = The password was changed.
reason-password-recovered = The password was set anew.
reason-reuse = An old token was used again.
reason-revoked-by-client = The application gave it back.
reason-revoked-by-project = The project of the application ended it.
reason-consent-withdrawn = You took back your consent.
reason-administrator = An administrator ended it.
reason-client-disabled = The application was disabled.
reason-compromise-reported = You said it was not you.
not-me-link = This wasn’t me

data-title = Your data
data-download-title = Download your data
data-download-text = One file with your profile, ways to sign in, sessions, applications and activity. No passwords or keys.
data-download = Download my data
data-delete-title = Delete your account
data-delete-text = This cannot be undone.
data-delete-ends = Every session ends, and every application loses its access.
data-delete-erases = Your profile, your address and every way to sign in are erased, also those of accounts that you joined to this one. Our log keeps what happened and when, under identifiers without a name.
data-delete-for-good = What applications know about you stays with them: ask them.
data-delete-again = Before that, please confirm that it is you.
data-delete-sign-in = Confirm that it is me
data-delete-type-email = To go on, type your email address:
data-delete-type-number = To go on, type your identifier:
data-delete-confirmation = Confirmation
data-delete = Delete my account for good
gone-title = Your account is deleted
gone-lead = Your profile, your address and every way to sign in are erased.
gone-email = We have sent an email to confirm it. It is the last one.

change-email-title = Your email address
change-email-lead = Your address now is { $email }.
change-email-none = Your account has no email address yet.
change-email-new = New email address
change-email-hint = We send a code and a link there. Nothing changes until you use one of them.
change-email-back = Back to your profile
change-email-sent = We sent a code to { $email }. Enter it here, or open the link in the email.
change-email-confirm = Confirm the new address
change-email-other = Use another address
change-email-to = When you confirm, the address of your account becomes { $email }.
suggested-email-title = Another address
suggested-email-lead = It becomes the address of this account only if you want it, and once you have confirmed it by a code.
suggested-email-by = { $provider } says that this is your address.
suggested-email-take = Use this address
suggested-email-take-label = Use this address: { $email }
suggested-email-dismiss = Do not suggest it again
suggested-email-dismiss-label = Do not suggest it again: { $email }

sessions-notified-title = Told of sessions that are over
sessions-notified-text = Applications that were told in the last day, and those that are still being told.

receipt-title = What becomes of your applications
receipt-notified = Was told, and confirms that it signed you out.
receipt-retrying = Has not answered yet; we keep trying.
receipt-ends =
    { $count ->
        [one] Its access ends within { $count } minute.
       *[other] Its access ends within { $count } minutes.
    }
receipt-modules =
    { $count ->
        [one] Its local modules refuse your session. Where a token is checked elsewhere, access ends within { $count } minute.
       *[other] Its local modules refuse your session. Where a token is checked elsewhere, access ends within { $count } minutes.
    }
receipt-module-acknowledged = The local module { $name } acknowledged this: { $time }.
receipt-module-waiting = The local module { $name } has not acknowledged this yet.
receipt-over = Its access has ended.
receipt-meaning = Nothing is renewed from now on. What an application already holds ends by itself.
overview-safe-title = Your account is well protected
overview-safe-text = There is nothing to do.
overview-request = { $client } asks you to sign in
overview-request-text = Answer only if you started it.
overview-request-open = See the request
overview-address-title = Add an email address
overview-address-text = With it you get back into your account, and hear of changes to it.
overview-passkey-title = Add a passkey
overview-passkey-text = Faster than a password, and no false page can steal it.
overview-totp-title = Set up a second step
overview-totp-text = A stolen password alone then opens nothing.
overview-codes-title = Make recovery codes
overview-codes-text = They let you in if you lose your phone or passkey.
overview-do = Open security
overview-sessions =
    { $count ->
        [one] Signed in on { $count } device
       *[other] Signed in on { $count } devices
    }
overview-sessions-all = All sessions
overview-apps =
    { $count ->
        [0] No application has access
        [one] { $count } application has access
       *[other] { $count } applications have access
    }
overview-apps-all = All applications
overview-activity = Recent activity
overview-activity-all = All activity
security-lead = How you prove that it is you. Changes need a recent sign-in.
sessions-computers = Computers
sessions-portable = Phones and tablets
not-you = Not you?
apps-used = used { $time }
