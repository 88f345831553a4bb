# What an application asks for.

consent-title = { $client } wants to use your account
consent-signed-in-as = Signed in as
consent-api = Use { $api } for you
consent-api-host = An API at { $host }.
consent-scopes = It asks for
consent-new = New
consent-goes-to = You return to { $host }.
consent-allow = Allow
consent-deny = Deny
consent-undo = You can remove its access in your account at any time.
consent-unverified = Nobody here has checked this application. It calls itself “{ $client }”.
consent-on-device = It runs on your device, where any other program could pose as it: allow it only if you have just started it.

scope-openid = Your identifier
scope-openid-text = A number that stands for you, the same at every visit.
scope-profile = Your profile
scope-profile-text = Your name, and what else you wrote in your profile.
scope-email = Your email address
scope-email-text = And whether it is confirmed.
scope-address = Your postal address
scope-address-text = As you wrote it in your profile.
scope-phone = Your phone number
scope-phone-text = And whether it is confirmed.
scope-roles = Your roles
scope-roles-text = What you may do in this application, as its administrators decided.
scope-offline = Access when you are away
scope-offline-text = Until you sign out here or remove its access.
scope-offline-device-text = Until you remove its access or end its session in your account.
scope-other-text = A permission this application defines itself.
scope-usher-text = A right at this server itself, not at the application.

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
consent-new-scopes =
    { $count ->
        [one] It asks for { $count } new permission
       *[other] It asks for { $count } new permissions
    }
consent-known-scopes = It already has

ciba-title = Did you start this in { $client }?
ciba-asks = An application asks you to sign in
ciba-compare = Compare this text with the one that the application shows.
ciba-warning = Only go on if you started this just now. Whoever started it gets into your account at this application.
ciba-not-me = This wasn’t me
ciba-allowed-title = You are signed in
ciba-allowed-lead = { $client } goes on by itself in a few seconds. You can close this page.
ciba-denied-title = You are not signed in
ciba-denied-lead = { $client } was told that you said no. You can close this page.
ciba-denied-more = What happened in your account:
ciba-reported-title = Thank you, nobody got in
ciba-reported-lead = { $client } was told no, and cannot ask you again for a day. Whoever started this knows your address at most: your password is safe.
ciba-reported-more = To be sure, look at how your account is protected:
