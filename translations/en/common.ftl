# Words every page may use.

skip-to-content = Skip to the content
dev-mode = Development mode
dev-mode-text = Nothing here is meant for the public: mail is caught, and some checks are relaxed for localhost.
sections = Sections
tab-profile = Profile
tab-security = Security
tab-identities = Linked sign-ins
tab-dev-mail = Mail
dev-mail-open = Development mode: open the mail that was caught
language = Language

sign-in = Sign in
sign-out = Sign out
back-to-sign-in = Back to sign in
use-another-account = Use another account
continue = Continue
or = or
save = Save
copy = Copy
copied = Copied
optional = (optional)
name = Name
created = Created

email = Email address
password = Password
new-password = New password
current-password = Current password
strength-weak = Weak: easy to guess.
strength-fair = Fair: a longer one is better.
strength-good = Good.
strength-strong = Strong.
password-hint =
    { $count ->
        [one] At least { $count } character. A few unrelated words make a good one.
       *[other] At least { $count } characters. A few unrelated words make a good one.
    }
caps-lock = Caps Lock is on.
show-password = Show password
hide-password = Hide password
given-name = First name
family-name = Last name
nickname = Nickname
birthdate = Date of birth
website = Website
phone-number = Phone number
phone-hint = With the country code, such as +1 202 555 0123.
zoneinfo = Time zone
zoneinfo-hint = Such as Europe/Kyiv or America/Sao_Paulo.

privacy-policy = Privacy policy
terms-of-service = Terms of service
help = Help

errors-title = Please check the following:

message-wrong-credentials = This email address and password do not match.
message-account-disabled = This account is disabled. Please contact whoever runs this service.
message-too-many-attempts =
    { $count ->
        [one] Too many attempts. Please wait { $count } minute and try again.
       *[other] Too many attempts. Please wait { $count } minutes and try again.
    }
message-prove-it-is-you = Please enter your password once more to confirm that it is you.
message-show-it-is-you = Please confirm that it is you, in one of the ways below.
message-sign-in-restarted = That took a while, so we started over. Please sign in again.
message-consent-restarted = That took a while, so we ask again. Your answer was not sent.
message-code-sent = A new code is on its way.
message-email-not-sent = No email was sent, because several were sent to this address in a short time. Use the newest of them, or try again later.
message-code-wrong = That is not the code from the newest email. Please check it and try again.
message-code-wrong-authenticator = That is not the code your authenticator app shows now. Enter the six digits that it shows, and check that the clock of that device is right.
message-code-wrong-recovery = That is not one of your unused recovery codes. Check it and try again, or use another one.
message-code-used = This code was used already. Wait until your app shows the next one, at most 30 seconds, and enter that.
message-code-expired = This code no longer works. Please ask for a new one or start again.
message-user-code-invalid = This code is wrong, was answered already, or has expired. Your device shows a new one when you start again there.
message-not-proven-yet = Your address is not confirmed yet. Enter the code, or open the link in the email.
message-password-renewed = Your new password is saved. Sign in with it.
message-email-verified = Your email address is confirmed.
message-email-at-sign = An email address has exactly one @, as in ana@example.com.
message-email-local-part = Before the @, use only the letters a to z without accents, digits, and signs such as . - _ + (no dot at the beginning or the end, no two in a row; 64 characters at most).
message-email-domain = What stands after the @ is not the name of a domain, such as example.com.
message-email-dotless = What stands after the @ needs a dot, as in example.com.
message-email-too-long = This email address is too long: 254 characters at most.
message-email-taken = This address has an account already. Enter its own password to go on.
message-sign-up-domain = New accounts for this application need an address of its organisation.
message-sign-up-password = New accounts for this application have no password. Begin with a passkey or a provider.
message-required = Please fill this in.
message-too-long =
    { $count ->
        [one] Please use no more than { $count } character.
       *[other] Please use no more than { $count } characters.
    }
message-control-characters = Please remove line breaks, tabs and other control characters.
message-password-short =
    { $count ->
        [one] Please use at least { $count } character.
       *[other] Please use at least { $count } characters.
    }
message-password-common = This password is among the most common ones. Please choose another.
message-password-own = This password is little more than your name, your address or the name of this service. Please choose another.
message-password-same = This is the password you have now. Please choose a new one.
message-password-without-address = To sign in with a password, you need an email address. Add one first.
message-repeat-change = Nothing was changed yet, because you had to sign in again first. Please repeat what you wanted to do.
message-current-password-wrong = This is not your current password.
message-password-changed = Your password is changed. Your other sessions have ended.
message-profile-saved = Your profile is saved.
message-website-invalid = Please enter a web address that starts with https:// or http://.
message-birthdate-invalid = Please enter a date as year-month-day, such as 1990-05-31.
message-zone-invalid = We do not know this time zone. Please enter one such as Europe/Kyiv.
message-phone-invalid = Please enter a number with its country code, such as +380441234567.
message-session-ended = The session has ended.
message-other-sessions-ended = All your other sessions have ended.
message-client-kind-missing = Please choose what kind of application this is.
message-redirect-uri-missing = An application of this kind needs at least one redirect URI.
message-redirect-uri-invalid = “{ $uri }” cannot be registered: use https, http on localhost, or a scheme of your own such as com.example.app:/callback; no fragment and no wildcard.
message-client-saved = The client is saved.
message-secret-rotated = The client has a new secret.
message-secret-just-rotated = A secret was made a moment ago, and a new one would end it. Wait ten seconds and try again.
message-web-origin-invalid = “{ $origin }” is no origin: write it as https://app.example.org, without a path.
message-roles-claim-invalid = Use roles, groups or an https address.
message-auth-method-fixed = Whether a client authenticates cannot be changed: make another client.
message-jwks-invalid = Enter a JWK set with a public RSA, P-256 or Ed25519 key, here or at an address.
message-jwks-uri-invalid = Use an https address that Usher can reach.
message-federated-invalid = Enter a JSON array of objects with the https issuer and the exact subject of the tokens. Usher must be able to reach the issuer or its jwks_uri.
message-cross-app-invalid = Enter a JSON array of objects with the https audience, the client_id there and the relying_party here, each audience once.
message-certificate-subject-invalid = Enter one name as the certificate has it, such as CN=shop,O=Example,C=PT.
message-fapi-invalid = FAPI 2.0 needs authentication by a JWT signed with a private key, the algorithms PS256, ES256 or EdDSA, redirect addresses of https, and no device code.
message-ciba-invalid = A call needs an https address, and signed requests a supported algorithm and public keys; FAPI 2.0 needs signed requests.
message-backchannel-uri-invalid = Use an https address that Usher can reach.
message-link-invalid = Use an https address.
message-sector-invalid = Enter an https address that Usher can reach, with a JSON array that has every redirect URI. Pairwise identifiers need it if the redirect URIs have several hosts or none.
message-subject-type-fixed = The identifiers of people cannot be changed, nor can the host that they are for: everybody would be somebody else at this application. Please make another client.
message-audience-invalid = { $api } is no API of this project, nor one that allows this client. All must be of one project.
message-scope-invalid = Separate scopes by spaces; quotes and line breaks are not allowed.
message-client-disabled = The client is disabled. Usher no longer accepts its tokens.
message-client-enabled = The client is enabled again.
message-client-trusted = You vouch for the application.
message-client-distrusted = Nobody vouches for the application.
initial-token-added = The token is created.
initial-token-deleted = The token is deleted. The clients that it registered stay.
initial-tokens-too-many = A project has 50 such tokens at most. Delete one first.
initial-token-limits = A token registers 1 to 100000 clients, and lives for 1 to 365 days.
message-client-deleted = The client is deleted.
message-project-created = The project is ready.

device-browser-on-system = { $browser } on { $system }
device-on-system = A browser on { $system }
device-unknown = An unknown browser
network-named = Network { $network }
network-local = Local network ({ $network })
network-this-computer = This computer
network-unknown = An unknown network

tab-sessions = Sessions
tab-apps = Applications
tab-activity = Activity
tab-data = Your data
claim-sub = Your identifier at this service
claim-name = Full name
claim-middle-name = Middle name
claim-preferred-username = User name
claim-profile = Profile page
claim-picture = Picture
claim-gender = Gender
claim-address = Postal address
claim-street-address = Street and number
claim-postal-code = Postal code
claim-locality = Town
claim-region = State or region
claim-country = Country
claim-email-verified = Whether your email address is confirmed
claim-phone-verified = Whether your phone number is confirmed
claim-roles = Your roles in the application
claim-updated-at = When your profile last changed
pages = Pages
message-not-confirmed = This is not what the page asks you to type.
message-access-removed = Access removed. What the application already holds expires by itself.
message-email-changed = Your new email address is confirmed.
tab-overview = Overview
open-console = Open the console
switch-account = Switch account
person-menu = Account menu of { $name }
my-account = My account
documentation = Documentation
administrator = Administrator
breadcrumb = Breadcrumb
switch = Switch
or-by-email = or with your email address
state-on = On
state-off = Off
time-just-now = just now
time-minutes-ago =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
time-hours-ago =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
time-days-ago =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
tab-components = Components
