# The flight recorder of a client.
attempts = Attempts
attempts-all = All attempts
attempts-everything = All
attempts-failed = Failed
attempts-filter = Which attempts
attempts-trace = Trace id
attempts-find = Find
attempts-none = No attempt yet
attempts-none-text = Every sign-in, token and sign-out request of this client appears here a second after it was made, with the step that failed and how to mend it.
attempts-none-such = Nothing found
attempts-none-such-text = No recorded attempt of this client matches.
attempts-older = Older
attempts-kept = { $count ->
    [one] The last 200, kept for { $count } day
   *[other] The last 200, kept for { $count } days
}
attempts-lost = { $count ->
    [one] { $count } attempt of this installation was not recorded, because the server was busy.
   *[other] { $count } attempts of this installation were not recorded, because the server was busy.
}
attempts-off = Attempts are not recorded on this installation: the setting attempts.record is off.
attempt-result-passed = Worked
attempt-result-failed = Failed
attempt-result-not-reached = not reached
attempt-steps = What happened
attempt-details = Details
attempt-request = The request as it was read
attempt-redacted = Secrets, codes and tokens are not recorded, only that they were sent.
attempt-log = In the log:
attempt-nothing = nothing
attempt-spec = Specification
attempt-scope = Granted scope
attempt-claims = Claims in the ID token
attempt-done-authorize = Code issued
attempt-done-token = Tokens issued
attempt-done-refresh = Tokens refreshed
attempt-done-par = Request pushed
attempt-done-device = Code for a device issued
attempt-done-ciba = Person asked on another device
attempt-done-logout = Sign-out request accepted
attempt-step-request = Request read
attempt-step-client = Client found and authenticated
attempt-step-found = Client found
attempt-step-object = Request object or pushed request read
attempt-step-redirect = Redirect URI compared
attempt-step-grant = Grant type allowed
attempt-step-proof = Proof of possession checked
attempt-step-credential = Code or token read
attempt-step-scope = Scope checked
attempt-step-pkce = PKCE checked
attempt-step-session = Session of the person
attempt-step-policy = Required sign-in method
attempt-step-consent = Consent
attempt-step-redemption = Code or token used once
attempt-step-response = Response sent
attempt-title-request = The request is invalid
attempt-title-client = The client did not authenticate
attempt-title-object = The request object was refused
attempt-title-redirect = The redirect URI is not registered
attempt-title-grant = The grant type is not allowed
attempt-title-proof = The proof of possession is invalid
attempt-title-credential = The code or token is not valid
attempt-title-scope = The scope is not allowed
attempt-title-pkce = PKCE failed
attempt-title-session = Nobody is signed in
attempt-title-policy = The required sign-in method was not met
attempt-title-consent = The person did not consent
attempt-title-redemption = The code or token was used before
attempt-title-response = The response could not be sent
attempt-advice-request = A parameter is missing, sent twice, or has a value that the endpoint does not take. The sentence of the log names it.
attempt-advice-client = Compare the client id, the secret and the way it is sent with the credentials of this client. A secret is shown once: if you are not sure, make a new one.
attempt-advice-assertion = The signed assertion was refused. Its iss and sub are the client id, its aud is the issuer exactly as written here, and its times are those of a correct clock.
attempt-advice-object = The signed or pushed request was refused. A pushed request is good for 90 seconds and can be used once.
attempt-advice-redirect = The app asked to return to a URI that differs from the registered ones. Every character counts, also a slash at the end, the port, and http or https.
attempt-advice-redirect-token = The token request must repeat the redirect URI of the authorization request, character by character.
attempt-advice-grant = The client is not registered for what it asked for. Allow the grant type, or use one that is allowed.
attempt-advice-proof = The DPoP proof is a fresh JWT for this method and URL, signed with the key that the code or token is bound to.
attempt-advice-credential = A code is good for a minute and once, for the client that it was issued to. Start the sign-in again for a new one.
attempt-advice-scope = The request names no scope that the client may have. Add the scope to the client, or ask for one that it has.
attempt-advice-pkce = The code_verifier does not fit the code_challenge. Keep the verifier of each sign-in, for example in the session, and send exactly that one.
attempt-advice-challenge = Send code_challenge with code_challenge_method=S256: the base64url of the SHA-256 of a random verifier. Libraries do this when PKCE is on.
attempt-advice-session = With prompt=none nobody is asked, so the person must be signed in already. Start the sign-in without prompt=none.
attempt-advice-policy = The project or the client requires a stronger sign-in than the person has. Let the person set up a second step.
attempt-advice-consent = The person chose Deny, or consent is needed and prompt=none forbids asking. Offer to sign in again.
attempt-advice-redemption = A code works once, and a refresh token is replaced at each use. If two processes refresh at once, share the newest token.
attempt-advice-response = Try again. If it happens often, give the trace id to whoever runs this server.
attempt-advice-none = Every step worked.
attempt-clock-ahead = { $count ->
    [one] The clock of the client is { $count } second ahead of the server’s. Set it by NTP.
   *[other] The clock of the client is { $count } seconds ahead of the server’s. Set it by NTP.
}
attempt-clock-behind = { $count ->
    [one] The clock of the client is { $count } second behind the server’s. Set it by NTP.
   *[other] The clock of the client is { $count } seconds behind the server’s. Set it by NTP.
}
attempt-difference = They differ from character { $place } on: “{ $sent }” was sent, “{ $registered }” is registered.
attempt-difference-missing = At character { $place } “{ $registered }” is registered and was not sent.
attempt-difference-more = At character { $place } “{ $sent }” was sent and is not registered.
attempt-fix-sure = Yes, change the client
attempt-fix-foreign = No redirect URI of this host is registered yet. Anybody can send a request with any URI: continue only if this address is yours.
attempt-fix-redirect = Register this URI
attempt-fix-redirect-text = From now on people may be sent back to this address after they signed in, with a code for their account:
attempt-fix-logout = Register this URI
attempt-fix-logout-text = From now on people may be sent to this address after they signed out:
attempt-fix-grant = Allow this grant type
attempt-fix-grant-text = From now on the client may use this grant type:
attempt-fix-scope = Add this scope
attempt-fix-scope-text = From now on the client may ask for this too. People are still asked for consent.
attempt-fix-method = Accept the secret in the header and in the form
attempt-fix-method-text = From now on the client may send its secret in the Authorization header or in the form, whichever its library does:
attempt-fix-enable = Enable the client
attempt-fix-enable-text = From now on people can sign in to the client again.
message-attempt-fixed = The client is changed. Try again: the step passes now.
mismatch-attempts = See this attempt step by step
client-tabs = Pages of this client
claims-preview = Claims
claims-of = What the client learns of { $person }
claims-text = With every scope that the client may ask for. People see this before they consent, and nothing is sent here.
claims-person = Email of another person
claims-show = Show
claims-unknown = Nobody has this email address. You see your own claims.
claims-name = Claim
claims-value = Value
claims-scope = Scope
claims-where = Where
claims-both = ID token and userinfo
claims-userinfo = Userinfo
quick-start-stacks = Stack
quick-start-install = Install
quick-start-callback = The library returns to a redirect URI that ends with { $path }. None is registered yet: add it in the settings.
quick-start-guide = The whole guide, step by step
quick-start-seen = Seen by the server
quick-start-done = seen
quick-start-waiting = not yet
quick-start-asked = A sign-in was requested
quick-start-code = The person signed in and came back with a code
quick-start-tokens = The code was exchanged for tokens
quick-start-out = Somebody signed out
quick-start-try = Try a sign-in
quick-start-try-text = You sign in and return to the application with a code. If the application did not start the sign-in itself, it may refuse that code, as it should.
quick-start-failed = Something failed? Look at the attempts
quick-start-values = Values
quick-start-more = All stacks
client-secret-end = End now
client-secret-end-one = End now: secret { $id }
message-secret-ended = The older secret is ended. Whatever still sends it is refused from now on.
