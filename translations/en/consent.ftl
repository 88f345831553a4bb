# What an application asks for.

consent-title = { $client } asks for access
consent-signed-in-as = Signed in as
consent-scopes = It would like to
consent-api = Use { $api } for you
consent-api-host = An API at { $host }.
consent-new = New
consent-goes-to = This goes to { $host }.
consent-allow = Allow
consent-deny = Deny
consent-undo = If the application wants more later, you are asked again. You can remove its access in your account at any time.

scope-openid = Know that it is you
scope-openid-text = An identifier of yours, the same at every visit.
scope-profile = See your profile
scope-profile-text = Your name, and what else you wrote in your profile.
scope-email = See your email address
scope-email-text = And whether it is confirmed.
scope-address = See your postal address
scope-address-text = As you wrote it in your profile.
scope-phone = See your phone number
scope-phone-text = And whether it is confirmed.
scope-roles = See your roles
scope-roles-text = What you may do in this application, as its administrators decided.
scope-offline = Keep this access while you are away
scope-offline-text = Also when you are not using the application, until you sign out here or remove its access.
scope-offline-device-text = Also when you are not using the device, until you remove its access or end its session in your account.
scope-other-text = A permission this application defines itself.

device-title = Connect a device
device-lead = Type the code that your device shows.
device-lead-compare = Is this the code that your device shows?
device-code = Code
device-code-hint = Eight letters. Capitals and the dash do not matter.
device-continue = Continue
device-warning = Only go on if you started this on your own device just now. If somebody sent you this code, they would get into your account.
device-asks = A device asks
device-compare = Compare this code with the one that your device shows.
device-program = Program
device-place = Network
device-time = Asked
device-allowed-title = The device is connected
device-allowed-lead = { $client } goes on by itself in a few seconds. You can close this page.
device-allowed-undo = You can remove its access at any time:
device-denied-title = The device is not connected
device-denied-lead = { $client } was told that you said no. You can close this page.
scope-of-api-text = A permission that this API defines.
