# Second factors and passkeys.

second-title = Second step
second-lead = You are signing in as { $account }. One more step is needed.
second-passkey = Use a passkey
second-code = Code from your authenticator app
second-code-hint = Six digits. They change every 30 seconds.
second-remember = Do not ask in this browser for 30 days
second-remember-hint = Only on a device that nobody else uses.
second-submit = Continue
second-recovery-code = Recovery code
second-recovery-hint = One of the recovery codes that you kept. Each works once.
second-use-recovery = Use a recovery code
second-back-to-code = Back to the other ways
second-cancel = Start again

enrol-title = Set up a second step
enrol-lead = { $client } lets nobody in with a password alone.
enrol-totp = Use an authenticator app
enrol-passkey = Make a passkey
enrol-cancel = Not now: go back to the application

totp-title = Set up an authenticator app
totp-lead = From then on, signing in with your password or with another provider also asks for a code from the app, except in browsers where you choose not to be asked for 30 days.
totp-scan = Scan this image with the app:
totp-qr = QR code for your authenticator app
totp-type = Or type this key:
totp-open = Open the app on this device
totp-code = Type the code that the app shows
totp-submit = Confirm

factor-cancel = Cancel

codes-title = Your recovery codes
codes-lead = If you lose your phone or passkey, enter one of these as your second step. Each works once. They are shown only now: keep them somewhere safe.
codes-download = Download
codes-print = Print
codes-kept = I have kept them
codes-shown-before = The codes are shown only once. If you did not save them, make new ones: the old ones stop working then.
codes-make-new = Go to the security page
codes-heading = Recovery codes
codes-renew = Make new codes
codes-first = Make recovery codes
codes-renew-text = The old codes stop working at once.
codes-first-text = Ten codes, each good for one second step.

passkey-title = Make a passkey
passkey-lead = A passkey lets you in with your fingerprint, face or PIN instead of a password. Nobody can steal it with a false page.
passkey-create = Make the passkey
passkey-later = Not now
passkey-needs-script = Passkeys need JavaScript, which is off in this browser.
passkey-not-allowed = Nothing was shown: it was cancelled, or it took too long. You may try again.
passkey-invalid-state = This device has a passkey for your account already.
passkey-not-supported = This device cannot make a passkey of the kind we need.
passkey-security = Passkeys do not work at this address. Check that you are on the right page.
passkey-aborted = Another passkey request took its place. Try again.
passkey-timeout = That took too long. Try again.
passkey-constraint = Your device or security key cannot check that it is you. Set up a PIN, fingerprint or face on it first.
passkey-not-readable = The security key could not be read, or has no room left. Try another one.
passkey-busy = Another request is open already. Close it and try again.
passkey-unknown-error = Your browser could not use a passkey. Try again, or choose another way.
passkey-unsupported = This browser does not know passkeys. Choose another way.

passkeys-title = Passkeys
passkeys-text = Sign in with your fingerprint, face or PIN instead of a password.
passkeys-not-offered = Passkeys belong to a domain name, and this server has none.

passkey-name = Name
passkey-rename = Rename
passkey-remove = Remove
passkey-add = Add a passkey
passkey-synced = On all your devices

factor-since = added { $time }
factor-used = last used { $time }

always-on = After your password, or a sign-in with another provider, you are asked for a passkey.
always-off = Your password alone lets you in as well.
always-start = Always ask for a passkey after the password
always-stop = Let the password alone suffice

totp-heading = Authenticator app
totp-on = After your password, or a sign-in with another provider, you are asked for a code from your app.
totp-off = An app on your phone makes a code that is asked for after your password, or after a sign-in with another provider.
totp-add = Set it up
totp-replace = Move to another app
totp-remove = Remove the app

question-passkey = Remove the passkey { $name }?
question-passkey-text = You can no longer sign in with it. Your device keeps it until you delete it there as well.
question-totp = Remove the authenticator app?
question-totp-text = You are no longer asked for its codes, and the app shows codes that no longer work. To use an app again, you set it up anew.
question-keep = Keep it

remembered-title = Browsers that skip the second step
remembered-text = In these you said that you need not be asked again for 30 days.
remembered-until = until { $time }
remembered-forget = Ask again
remembered-forget-all = Ask again in all of them

login-passkey = Use a passkey or security key

register-passkey = Use a passkey instead of a password
register-passkey-hint = You make it once your address is confirmed.
register-passkey-only = Continue with a passkey

message-passkey-unknown = This passkey is not known here. It may have been removed from your account.
message-passkey-refused = The passkey was not accepted. Please try again.
message-passkey-copied = This passkey may have been copied and is not accepted. Sign in another way and remove it.
message-passkey-taken = This passkey is registered already.
message-passkey-added = Your passkey is ready.
message-factor-changed = Your change is saved.
message-browser-forgotten = You will be asked for the second step again.

mail-factors-reset-subject = Your second steps were reset
mail-factors-reset-lead = An administrator removed the authenticator app, recovery codes and passkeys from your account: { $time }. If you have no password, choose one by way of the sign-in page. Then set them up again.
mail-codes-guessed-subject = Somebody is guessing your sign-in codes
mail-codes-guessed-lead = Somebody who knows your password, or another way into your account, typed many wrong codes: { $time }. They were not let in. Change your password if it was not you.

codes-left = { $count ->
    [0] No codes are left. Make new ones.
    [one] One code is left.
   *[other] { $count } codes are left.
}
second-step = Second step
always-title = Passkey as second step
