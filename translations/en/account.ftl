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
