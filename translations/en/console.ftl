# The console and development mode.

console-title = Console
console-empty = No projects yet. Make your first one, then add the application people will sign in to.
projects = Projects
clients = Clients
project-new = New project
project-new-text = A project holds your applications, and what they may do.
project-create = Create project
project-id = Project id
project-token = Project token
project-token-text = It gives access to the project’s API and decrypts its history. Keep it with your other secrets; Usher stores only a hash of it.
project-no-clients = No clients yet. A client is one application that signs people in.
shown-once = Shown this once.

shown-before = This was shown once, and cannot be shown again. If you did not keep it, make a new one.

members = Members
members-none = Nobody but administrators works on this project yet.
member-since = Member since { $time }
member-role = Role
member-role-of = Role of { $member }
member-change = Change role
member-remove = Remove
member-leave = Leave the project
member-email-hint = They get an email with a link, whether or not they have an account here.
member-invite = Invite somebody
member-invite-send = Send invitation
member-invited = The invitation is sent. The link in it is valid for a week.
member-joined = You are a member of this project now.
member-invitations = Invitations
member-invitation-sent = Sent { $time }.
member-invitation-until = Valid until { $time }.
member-invitation-expired = Expired { $time }.
member-invitation-resend = Send again
member-invitation-resent = Another email is sent. The link in the earlier one no longer works.
member-invitation-withdraw = Withdraw
member-invitation-withdrawn = The invitation is withdrawn. Its link no longer works.
invitations-too-many = 100 invitations wait already. Withdraw some first.
member-changed = The role is changed.
member-removed = The member is removed.
member-already = This person is a member already.
member-last-owner = A project keeps at least one owner. Make somebody else an owner first.
role-viewer = Viewer
role-viewer-text = Sees everything that is not secret.
role-developer = Developer
role-developer-text = Changes clients, webhooks and access rules as well.
role-owner = Owner
role-owner-text = Changes members and the token as well, and may delete the project.

token-rotate = Replace the token
token-rotate-text = The token also decrypts the project’s history. Enter the present one, so that the new one decrypts all of it.
token-current = Present token
token-current-hint = Without it, everything in the history becomes unreadable for ever and is deleted.
token-discard = The history may be deleted
token-discard-text = Only if the present token is lost.
token-overlap = The present token stays good for
token-overlap-hint = Long enough for every service to take up the new one. If the token has leaked, end it at once.
token-make = Make a new token
token-rotated = The project has a new token.
token-history-lost = This is not the newest token of the project. Without it the history is lost: enter it, or say below that the history may be deleted.
token-overlap-bad = Please choose one of these: 30 days is the longest.
token-superseded = Somebody else replaced the token a moment ago. Nothing was done.
overlap-none = no time: it ends at once
overlap-hour = one hour
overlap-day = one day
overlap-week = seven days
overlap-month = 30 days

modules = Modules
modules-text = A local module checks every request inside an application. It learns within a second which tokens are revoked, and applies the access rules.
modules-none = No module is connected.
modules-connect = Create a client for the module, give its values to the application, and start it:
modules-guide = How to install a module
modules-reload = Reload
modules-rules = { $current } of { $count } modules on revision { $revision }
modules-more =
    { $count ->
        [one] { $count } more is connected.
       *[other] { $count } more are connected.
    }
module-host = Host
module-transport = Connection
module-behind = Behind
module-revision = Rules
module-socket = WebSocket
module-long-poll = long poll
module-poll = polls
module-since = since { $time }
module-entries =
    { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
module-acknowledged = acknowledged { $time }

apis = APIs
apis-none = No APIs yet. An API is a service of yours that accepts access tokens: it has an identifier, scopes and clients that may use it.
apis-too-many = This project has as many APIs as it may have: 50.
api-new = New API
api-create = Add API
api-identifier = Identifier
api-identifier-hint = An https address without a # part, such as https://api.shop.example. Tokens name it in aud. It never changes.
api-identifier-bad = Please enter an absolute https address of at most 500 characters, without a # part, a user name or a password.
api-exists = This identifier belongs to an API already.
api-host-taken = The host of this identifier belongs to another project.
api-name = Name
api-name-hint = People read it when an application asks them for access.
api-name-bad = Please enter a name of at most 100 characters in one line.
api-scopes = Scopes
api-scopes-hint = One a line, with what it permits in words: orders:read = See your orders
api-scopes-bad = Please write at most 100 different scopes, one a line, without spaces in their names and with at most 200 characters of description. Scopes of Usher, such as openid, cannot be used.
api-roles = Roles in tokens
api-roles-hint = Names of roles separated by spaces, or * for all. Roles that forbid something are always in tokens.
api-roles-bad = Please write at most 100 names of roles, or *.
api-permissions = Permissions in tokens
api-permissions-hint = Such as Order:read or Order:*, separated by spaces. Only those that hold without a condition.
api-permissions-bad = Please write at most 100 permissions such as Order:read, Order:* or *.
api-format = Access tokens
api-format-jwt = JWT: the API checks them by itself
api-format-opaque = Opaque: the API asks Usher about each
api-alg = Signature
api-alg-of-client = As the client is set
api-alg-bad = Please choose one of the algorithms and formats.
api-lifetime = Lifetime in seconds
api-lifetime-hint = Empty: the setting of this server.
api-self-registered = Clients that register themselves may ask for this API
api-self-registered-hint = For MCP servers and other APIs that are meant for any software. People are always asked for consent.

initial-tokens = Registration tokens
initial-tokens-lead = Who has such a token may register clients in this project at the registration endpoint.
initial-tokens-closed = Nobody can register clients: the setting “registration.dynamic” is closed.
initial-tokens-open = Anybody can register clients without a token: the setting “registration.dynamic” is open. With a token, they belong to this project.
initial-tokens-none = There are no tokens.
initial-token = Initial access token
initial-token-text = Give it to whoever registers clients, for the header Authorization: Bearer. It is shown this once.
initial-token-new = New token
initial-token-name-hint = What it is for.
initial-token-max = Clients that it may register
initial-token-days = Days until it expires
initial-token-create = Create token
initial-token-clients = Clients:
initial-token-expires = expires
initial-token-ended = used up
initial-token-delete = Delete
api-lifetime-bad = Please enter a whole number of seconds, at most the setting tokens.longest_access_ttl.
api-added = The API is ready.
api-saved = The API is saved.
api-deleted = The API is deleted.
api-clients = Clients of other projects
api-clients-text = The clients of this project may use the API. Others may once you allow them here.
api-client-id = Client ID
api-client-scope = Scopes
api-client-scope-hint = Separated by spaces. Empty: every scope of the API.
api-client-scope-bad = Please write only scopes that this API has, separated by spaces.
api-client-every-scope = Every scope
api-client-allow = Allow
api-client-remove = Remove
api-client-own = This client belongs to this project and needs no permission.
api-client-unknown = There is no client with this ID.
api-clients-too-many = This API has as many clients of other projects as it may have: 100.
api-client-allowed = The client may use the API.
api-client-removed = The client may no longer use the API. Its tokens are no longer valid.
api-delete = Delete this API…
api-delete-text = This cannot be undone. Usher refuses its tokens from then on, and no application gets new ones.
webhooks = Webhooks
webhook = Webhook
webhooks-none = No webhooks yet. A webhook is an address of yours that is told what happens in this project.
webhooks-too-many = This project has as many webhooks as it may have: 20.
webhook-new = New webhook
webhook-create = Add webhook
webhook-url = Address
webhook-url-hint = Where messages are sent, such as https://shop.example/hooks/usher.
webhook-url-bad = Please enter a public https address of at most 2,000 characters, without a # part.
webhook-description = What it is for
webhook-description-bad = Please use at most 200 characters in one line.
webhook-events = Events
webhook-events-hint = Choose what your receiver needs. Whole groups also get the events that later versions add.
webhook-events-bad = Please choose at least one event that projects are told of.
webhook-every-event = Every event, also those that later versions add
webhook-all-of = All of { $events }
webhook-other-events = Events that no longer exist
webhook-chosen =
    { $count ->
        [one] { $count } chosen
       *[other] { $count } chosen
    }
latency = Answer times
latency-ms = ms
latency-result = Result
latency-summary =
    { $count ->
        [one] The last attempt took { $slowest } ms; { $failed } failed.
       *[other] The last { $count } attempts: median { $median } ms, slowest { $slowest } ms; { $failed } failed.
    }
delivery-body = Message
webhook-on = In use
webhook-off = Out of use
webhook-failing = Failing
webhook-failing-since = Nothing but failure since { $time }. After a week it is put out of use.
webhook-off-owner = It was put out of use here. What happens meanwhile is not sent, not even later.
webhook-off-gone = Its address answered that it is gone for good (410).
webhook-off-failing = Nothing but failure came of it for a week.
webhook-not-in-use = This webhook is out of use. Enable it first.
webhook-secret = Signing secret
webhook-secret-text = Your receiver checks the signature of every message with it, as the Standard Webhooks specification says.
webhook-rotate-text = The present one goes on signing beside it, so that your receiver can change over without a gap.
webhook-former-until = The former one signs beside the present one until { $time }.
webhook-disable-text = Nothing is sent until you enable it again. Messages that already wait are kept for 31 days; what happens meanwhile is not sent later.
webhook-enable-text = The messages that waited are sent.
webhook-delete = Delete this webhook…
webhook-delete-text = This cannot be undone. Its deliveries go with it.
webhook-test = Send a test
webhook-redeliver = Send again
webhook-redeliver-failed = Send all failed ones again
webhook-added = The webhook is ready.
webhook-saved = The webhook is saved.
webhook-tested = A test is on its way. Load the page again to see what came of it.
webhook-rotated = The webhook has a new secret.
webhook-disabled = The webhook is out of use.
webhook-enabled = The webhook is in use again.
webhook-deleted = The webhook is deleted.
webhook-sent-again = The message is on its way again.
webhook-all-sent-again = Every message that had failed is on its way again.
deliveries = Deliveries
deliveries-none = Nothing has been sent yet.
deliveries-older = Older ones
delivery-waiting = Waiting
delivery-delivered = Delivered
delivery-failed = Given up
delivery-next = next try { $time }
delivery-attempts =
    { $count ->
        [one] { $count } try
       *[other] { $count } tries
    }
attempt-answered = answered { $status } within { $ms } ms
attempt-failed = { $error }, after { $ms } ms

client-new = New client
client-edit = Edit client
client-create = Create client
client-id = Client id
client-secret = Client secret
client-secret-text = Copy it now; if it is lost, you can make a new one.
client-kind = Type
client-kind-question = What are you building?
client-kind-web = Web application
client-kind-web-text = Runs on a server and can keep a secret.
client-kind-spa = Single-page application
client-kind-spa-text = Runs in the browser alone, without a secret.
client-kind-native = Mobile or desktop application
client-kind-native-text = Installed on people’s devices, without a secret.
client-kind-machine = Machine
client-kind-machine-text = A service that acts for itself; nobody signs in.
client-kind-device = Device
client-kind-device-text = A television or a command line: people sign in on another screen.
client-name-hint = People see it when they sign in.
client-redirect-uris = Redirect URIs
client-redirect-uris-hint = Where people are sent back to, one a line. Compared exactly, but for the port of http://127.0.0.1 and, for mobile and desktop applications, of http://localhost.
client-logout-uris = Post-logout redirect URIs
client-logout-uris-hint = Where people may land after signing out, one a line.
client-first-party = This is our own application
client-first-party-text = People are not asked for consent, except where an application without a secret on their device asks for offline access.
client-consent = Consent
client-consent-skipped = Not asked: this is your own application
client-consent-asked = Asked
client-origin = Registered by
client-origin-document = Itself: its metadata is the document at its client ID
client-origin-dynamic = Itself
client-trust = Trust
client-trusted = An administrator vouches for it
client-untrusted = Nobody vouches for it: the consent page says so
client-trust-text = Vouch for this application. The consent page no longer warns of it.
client-trust-button = Trust
client-distrust-text = No longer vouch for this application. The consent page warns of it again.
client-distrust-button = Do not trust
client-disabled = Disabled
client-facts = Settings
client-quick-start = Quick start
client-actions = Change or remove
client-rotate = Make a new secret
client-rotate-text = Long enough for every service to take up the new one. If the secret has leaked, end it at once. Any older secret ends now.
client-tokens = Tokens and security
client-id-token = ID tokens
client-id-token-alg = Signature of ID tokens
client-id-token-alg-hint = Change it only if your library asks for another one.
client-id-token-claims = What ID tokens say about the person
client-id-token-claims-hint = Many libraries read name and email address from the ID token alone.
client-claims-scopes = everything that the granted scopes allow
client-claims-minimal = only what was requested by name
client-access-token = Access tokens
client-access-token-alg = Signature of access tokens
alg-rs256 = RS256: every library verifies it
alg-rs256-plain = RS256
alg-es256 = ES256: smaller and faster
alg-es256-plain = ES256: smaller and faster (default)
alg-ps256 = PS256
alg-eddsa = EdDSA (Ed25519)
client-scope = Scope
client-scope-hint = The most it may ask for, separated by spaces.
client-roles-claim = Claim for roles
client-roles-claim-hint = The scope “roles” tells the person’s roles under this name: roles, groups, or an https address.
client-pkce = Require PKCE
client-pkce-hint = Requests without a code challenge are refused. Check first that your library sends one.
client-pkce-fact = PKCE
client-pkce-required = Required
client-pkce-optional = Used if the application sends a challenge
client-web-origins = Web origins
client-web-origins-hint = Pages of these origins may call the token endpoint, one a line. Those of the redirect URIs may anyway.
client-backchannel = Back-channel logout URI
client-backchannel-hint = Usher calls it when a session has ended.
client-audience = Default APIs
client-audience-hint = Identifiers of APIs, one a line. Access tokens are for these if a request names none.
client-audience-none = None: access tokens are for Usher itself, unless a request names an API
client-userinfo = Userinfo responses
client-userinfo-plain = Plain JSON
client-subject = Identifiers of people
client-subject-hint = It cannot be changed later. With pairwise identifiers, applications on different hosts cannot find out which of their users are the same person.
client-subject-public = Public: the same at every application
client-subject-pairwise = Pairwise: only for this host
client-sector = Sector identifier URI
client-sector-hint = A JSON array with every redirect URI. Pairwise identifiers are for its host. Needed if the redirect URIs have several hosts.
client-initiate = URL that starts a sign-in
client-initiate-hint = People open the application here from their account page, and are signed in at once.
client-home = Home page
client-logo = Logo
client-logo-hint = An image that people see when they sign in.
client-policy = Privacy policy
client-terms = Terms of service
client-link-hint = People see a link to it when they sign in.
client-auth = Authentication
client-auth-hint = How the application proves itself at the token endpoint.
client-auth-secret = Secret, in the header or in the form
client-auth-basic = Secret in the header
client-auth-post = Secret in the form
client-auth-secret-jwt = JWT signed with the secret (client_secret_jwt)
client-auth-private-key = JWT signed with a private key (private_key_jwt)
client-auth-federated = JWT of another issuer (federated_jwt)
client-federated = Trusted tokens of other issuers
client-federated-hint = A JSON array of objects with issuer and subject, and audience, jwks_uri or jwks if needed: tokens of Kubernetes, GitHub Actions or SPIFFE that prove the application.
client-auth-tls = Certificate of an authority (tls_client_auth)
client-auth-self-signed = Self-signed certificate (self_signed_tls_client_auth)
client-certificate-name = What its certificate says
client-certificate-dn = Subject
client-certificate-dns = DNS name
client-certificate-uri = URI
client-certificate-ip = IP address
client-certificate-email = Email address
client-certificate = Name in its certificate
client-certificate-hint = For a certificate of an authority: for example CN=shop,O=Example,C=PT, or shop.example.org. A self-signed one is in x5c of the public keys.
client-tls-bound = Bind access tokens to its certificate
client-tls-bound-hint = A token works only over a connection with this certificate (RFC 8705).
client-auth-none = None: it cannot keep a secret
client-jwks = Public keys
client-jwks-hint = A JWK set. Only the public half of each key.
client-jwks-uri = Address of the public keys
client-jwks-uri-hint = Instead of the set itself: keys can then be replaced without a change here.
client-par = Require pushed authorization requests
client-par-hint = The application sends its request to Usher first (PAR), and the browser carries only a reference.
client-signed = Require signed authorization requests
client-signed-hint = Requests are JWTs, signed with one of the public keys above.
client-dpop = Bind access tokens to a key
client-dpop-hint = A token works only with a proof of the application’s key (DPoP).
client-exchange = Exchange tokens of users
client-exchange-hint = The application may turn a user’s access token for this project’s APIs into a narrower one that names it as the actor.
client-impersonate = Exchange them without being named
client-impersonate-hint = The new token looks as if the user had asked for it. Every exchange is in the audit log.
client-cross-app = Servers of other applications
client-cross-app-hint = A JSON array of objects with audience (the issuer of the server), client_id (the id of this application there) and relying_party (the id of the other application here), and scope and resources if needed: there the application may act for users by an ID-JAG.
client-jwt-bearer = Accept ID-JAGs
client-jwt-bearer-hint = The application gets access tokens by assertions of providers that an administrator trusts with them.
client-ciba = Ask people to sign in on another device
client-ciba-hint = The application names a person, who answers in their own browser (CIBA).
client-ciba-endpoint = Address that is called when a person has answered
client-ciba-endpoint-hint = Without one, the application asks every few seconds.
client-ciba-alg = Algorithm of its signed requests
client-ciba-alg-hint = With one, requests that are not signed are refused. It needs public keys.
client-ciba-unsigned = Not signed
client-profile = Security profile
client-fapi = Hold it to FAPI 2.0
client-fapi-hint = Pushed requests, PKCE, tokens bound to a key and no strict rotation of refresh tokens, whatever is set above. Needs private_key_jwt and no RS256.
client-secrets = Secrets
client-secret-made = Made
client-secret-used = Last used
client-secret-unused = Not used yet.
client-secret-ends = Ends
client-secret-ended-at = Ended
client-secret-ended = Ended
client-secret-overlap = The present secret stays good for
client-disable = Disable
client-disable-text = Nobody can sign in, and Usher accepts none of its tokens, until you enable it again.
client-enable = Enable
client-delete = Delete this client…
client-delete-text = This cannot be undone. Nobody can sign in to the application any more, and its tokens stop working.
client-delete-sure = Delete for good

dev-mail-title = Caught mail
dev-mail-lead = Development mode sends no email. Here is what would have gone out.
dev-mail-empty = No email yet. Register an account or reset a password, and one will appear.
dev-mail-subject = Subject
dev-mail-to = To
dev-mail-link = Link
dev-mail-text = Text
dev-mail-html = As a mail program shows it
project = Project
switch-project = Switch project
all-projects = All projects
projects-lead = Each project holds applications that belong together, and what they may do.
clients-lead = Applications that sign people in with this project.
members-lead = Who works on this project, and what they may do.
webhooks-lead = Addresses of yours that are told what happens in this project.
project-token-lead = Opens the project’s API, and decrypts its history.
is-disabled = It is disabled.
apis-lead = What access tokens are for: each API has its scopes, its lifetime and its clients.

## Settings, history and deletion of a project

delete = Delete
confirm-delete = Delete { $name }?
confirm-with-it = With it, these are deleted:
confirm-type-name = Type { $name } to confirm
confirm-keep = Keep it
project-settings = Settings
project-settings-lead = The name of the project, and the way to delete it.
project-saved = The settings are saved.
project-name-hint = Members see it in the console.
project-second-factor = Require a second factor
project-second-factor-text = Whoever signs in to an application of this project confirms it with an authenticator app, a passkey or a recovery code.
project-delete = Delete project
project-delete-text = Its applications can sign nobody in any more, and its tokens stop working. This cannot be undone.
project-ends-clients = { $count ->
    [one] { $count } client
   *[other] { $count } clients
}
project-ends-apis = { $count ->
    [one] { $count } API
   *[other] { $count } APIs
}
project-ends-webhooks = { $count ->
    [one] { $count } webhook
   *[other] { $count } webhooks
}
project-ends-members = { $count ->
    [one] the role of { $count } member
   *[other] the roles of { $count } members
}
project-history = History
project-history-lead = What the people of this project did in its applications. It is encrypted: only the newest project token opens it.
history-open = Open the history
history-token-hint = The newest one. It is used for this page and not stored.
history-token-wrong = This is not the newest token of the project.
history-sub = User (sub)
history-kind = Kind of event
history-kind-hint = For example session.created
history-show = Show
history-older = Older entries
history-entries = { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
history-none = There are no entries, or none with these filters.
history-data = Details

## First run

first-run-title = Name your first project
first-run-lead = Step 2 of 3. A project holds the applications that belong together, their members and their rules.
first-run-name = Project
first-run-name-hint = For example the name of your product or company
first-run-skip = Skip
first-run-continue = Continue
first-run-client-lead = Step 3 of 3. Register your first application; the next page has the code that signs people in.

# Search and its palette.

search-console = Search
search-palette = Search and commands
search-title = Search for { $text }
search-label = Find people, clients, pages and ids
search-short = Search
search-lead = By name, address, URL or id. An id leads straight to what it names, a trace id to its request.
search-button = Search
search-close = Close the search
search-results = Results
search-count =
    { $count ->
        [one] { $count } result
       *[other] { $count } results
    }
search-none = Nothing found for { $text }
search-none-text = Each word must begin a word of the name. Ids and trace ids are found as a whole, and you find only what you may open.
search-more = See all that match
search-all-users = All users
search-pages = Go to
search-requests = Requests
search-attempt = Attempt of { $client }
search-events = Events of this request
search-key-move = move
search-key-open = open
search-key-close = close
search-invite = Invite a user
search-new-provider = Add a provider
search-rotate-keys = Rotate keys
search-export-audit = Export the audit log
search-test-email = Send a test email
search-new-client = New client
search-new-api = New API
search-new-webhook = New webhook
search-new-member = Add a member
search-try-rule = Try an access rule
search-assign-roles = Assign roles
search-publish-rules = Publish access rules
search-delete-project = Delete the project
