# A person's own pages.

profile-title = Your profile
profile-lead = Applications see of this only what you allow them to.
profile-verified = Confirmed
profile-unverified = Not confirmed
profile-verify = Confirm it
profile-locale-browser = As in my browser

security-title = Security
password-change = Change password
password-set = Set a password
password-change-ends = Your other sessions will end; this one stays.
sessions-title = Where you are signed in
sessions-lead = If you do not recognise one of these, end it and change your password.
session-device = Device
session-ip = IP address
session-created = Signed in
session-last-seen = Last active
session-this = This one
session-end = End
sessions-everywhere = Sign out everywhere
sessions-everywhere-text = Ends every session, this one included.

not-me-title = This wasn’t you?
not-me-lead = Then let us lock everybody out of your account. This happens at once:
not-me-ends = Every session ends, and every application loses its access.
not-me-freezes = For one day nobody can change how the account is protected.
not-me-mails = We mail you a way back in: a link to choose a new password.
not-me-button = This wasn’t me: end everything
not-me-was-me = If it was you after all, just close this page.
not-me-done-title = Everything has ended
not-me-done-lead = Nobody is signed in to your account any more, and no application has access to it.
not-me-done-next = Look into your mail: there is a letter with your way back in. It works for 24 hours.
not-me-expired-title = This link is no longer good
not-me-expired-lead = It was used already, or is older than a week. If something looks wrong, sign in and look at your activity.
sign-in-again = Sign in
message-frozen = This account was locked after “this wasn’t me”: for one day nobody can change how it is protected.
