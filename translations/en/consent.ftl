# What an application asks for.

consent-title = { $client } asks for access
consent-signed-in-as = Signed in as
consent-scopes = It would like to
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
scope-other-text = A permission this application defines itself.
