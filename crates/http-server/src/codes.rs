//! Every code that an error can have. `docs/errors.md` is written from this table, and a test holds it against the code.

/// A code of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// As it stands in `error.code`.
    pub code: &'static str,
    /// The HTTP statuses that it comes with.
    pub status: &'static [u16],
    /// What it means, and what to do about it.
    pub meaning: &'static str,
}

const fn code(code: &'static str, status: &'static [u16], meaning: &'static str) -> Code {
    Code { code, status, meaning }
}

/// The table, in the order of the alphabet.
pub const CODES: &[Code] = &[
    code(
        "ACCOUNT_FROZEN",
        &[403],
        "The owner found a stranger in the account: for a day nobody changes how it is protected.",
    ),
    code(
        "AUTH_INVALID",
        &[401],
        "What was shown is no good: address and password, the current password, or a token that is wrong, over or revoked.",
    ),
    code("AUTH_REQUIRED", &[401], "This needs a token, or somebody who is signed in."),
    code("BODY_TOO_LARGE", &[413], "The body is larger than this address takes; the message says how much it takes."),
    code("BODY_TOO_SLOW", &[408], "The body did not arrive in time."),
    code("BUSY", &[503], "Too much to do at once. Try again after `Retry-After` seconds."),
    code(
        "CLIENT_UNAVAILABLE",
        &[400],
        "The application was disabled, deleted or changed while somebody was signing in to it.",
    ),
    code(
        "CONTENT_TYPE_UNSUPPORTED",
        &[415],
        "The body must be of the type that the message names, in UTF-8, not compressed.",
    ),
    code("COOKIES_MISSING", &[403], "The browser sent no cookie with a form: it may be set to keep none."),
    code(
        "CROSS_SITE",
        &[403],
        "A page of another site sent this. Only our own pages, and registered origins of first-party clients at the API, may.",
    ),
    code("CURSOR_GONE", &[410], "The cursor of the feed is too old, or of another epoch. Begin with a snapshot."),
    code(
        "EMAIL_NOT_VERIFIED",
        &[403],
        "The registration waits for its proof: `details.verification_id` goes to `auth/verify-email` with the code.",
    ),
    code("EMAIL_TAKEN", &[409], "The address belongs to a user. Told to administrators alone."),
    code(
        "FIELD_NOT_SETTABLE",
        &[400],
        "Members of the body that are not known here, or that nobody sets by themselves: `details.fields` names each. \
         Nothing was changed.",
    ),
    code("FORM_EXPIRED", &[403], "The form was not shown by us to this browser, or is too old."),
    code("HEADERS_TOO_LARGE", &[431], "All headers together are too large."),
    code(
        "HISTORY_WOULD_BE_LOST",
        &[409],
        "A token is to be replaced without being shown: older history becomes unreadable. Show the token, or say `discard_history`.",
    ),
    code(
        "HOST_UNKNOWN",
        &[400, 421],
        "This host is not served here. On a server of this machine the message says which address to use.",
    ),
    code(
        "IDEMPOTENCY_IN_PROGRESS",
        &[409],
        "The same request is being worked on. Ask again after `Retry-After` seconds.",
    ),
    code("IDEMPOTENCY_KEY_INVALID", &[400], "`Idempotency-Key` must come once and have 1 to 255 visible characters."),
    code("IDEMPOTENCY_MISMATCH", &[422], "This `Idempotency-Key` came before, with another request. Use a new key."),
    code("IDENTITY_REFUSED", &[403], "Whoever came from a provider may not come in by it."),
    code("IDENTITY_TAKEN", &[409], "The identity belongs to another user, or was unlinked a moment ago."),
    code("INTERNAL", &[500], "Our fault. The cause is in the log under the trace id."),
    code("JSON_INVALID", &[400], "The body is not acceptable JSON: the message says where. No member may come twice."),
    code("JSON_UNEXPECTED", &[400], "The body is JSON of another shape than is expected."),
    code("LAST_OWNER", &[409], "A project has at least one owner: make somebody else one first."),
    code("LAST_WAY_IN", &[409], "Nobody could sign in to the account any more."),
    code("LINK_EXPIRED", &[410], "The code or link was used, is too old, or was tried too often. Ask for a new one."),
    code("MANAGED_BY_FILE", &[409], "This is written in the configuration file: change it there."),
    code("MEMBER_ALREADY", &[409], "This person is a member of the project already."),
    code("METHOD_NOT_ALLOWED", &[405], "The address exists, and does not take that method."),
    code("NOTHING_TO_PUBLISH", &[409], "The draft says what is published already."),
    code("NOTICE_INVALID", &[400], "A provider's notice that cannot be believed."),
    code("NOT_ALLOWED", &[403], "The caller may see this, and not do it."),
    code(
        "NOT_FOUND",
        &[404],
        "There is no such thing, or none that this caller may know of: nobody can tell these apart.",
    ),
    code("PARAMETER_INVALID", &[400], "A parameter of the address will not do: `details.fields` names it."),
    code(
        "PARAMETER_UNKNOWN",
        &[400],
        "The operation takes no query parameter of this name: `details.fields` names each, and those that it takes.",
    ),
    code(
        "POLICY_INVALID",
        &[422],
        "The access rules cannot be published as they are: `details` lists each fault with its place.",
    ),
    code("PRECONDITION_REQUIRED", &[428], "Say in `If-Match` which version this change rests on."),
    code("PROJECT_TOKEN_REQUIRED", &[403], "Only the project's newest token does this."),
    code("PROVIDER_DENIED", &[403], "The person, or the provider, said no."),
    code("PROVIDER_MISBEHAVED", &[502], "The provider answered what nobody may answer."),
    code("PROVIDER_NOT_ALLOWED", &[403], "The provider vouches for somebody who may not come in by it."),
    code("PROVIDER_UNAVAILABLE", &[503], "The provider does not answer."),
    code(
        "REAUTHENTICATION_REQUIRED",
        &[403],
        "This needs a sign-in of the last five minutes: sign in again, then repeat it.",
    ),
    code("REGISTRATION_CLOSED", &[403], "Nobody may register here."),
    code(
        "REGISTRATION_NOT_OFFERED",
        &[404],
        "Clients do not register themselves here (RFC 7591). Make one in the console, by the API, or on the command line.",
    ),
    code("REQUEST_INVALID", &[400], "The request cannot be read; the message says why."),
    code("ROLE_HELD", &[409], "They have this role already."),
    code("SECOND_FACTOR_INVALID", &[401], "The code of the second step is wrong, or was used."),
    code(
        "SECOND_FACTOR_REQUIRED",
        &[401],
        "The password is right and a second step is due: `details.kinds` says by which means (`totp`, `recovery_code`, \
         `passkey`). Send the same again with the code.",
    ),
    code(
        "SECRET_JUST_MADE",
        &[409],
        "This would end a secret that was made within the last 10 seconds, probably by another rotation. Wait, and decide \
         anew.",
    ),
    code("SIGN_IN_EXPIRED", &[400], "The sign-in was begun too long ago, or in another browser."),
    code("STARTING", &[503], "The house is starting. Try again after `Retry-After` seconds."),
    code("SUPERSEDED", &[412], "It was changed meanwhile: read it again, and decide anew."),
    code("TIMEOUT", &[503], "This took too long. Try again after `Retry-After` seconds."),
    code("TOO_MANY_REQUESTS", &[429], "Too many tries. Again after `Retry-After` seconds."),
    code("TOO_MANY_ROLES", &[409], "Nobody has more than 32 roles in a project."),
    code("TOO_MANY_WEBHOOKS", &[409], "A project has 20 webhooks at most."),
    code("UNAVAILABLE", &[503], "The database is not available at the moment. Try again after `Retry-After` seconds."),
    code("UPGRADE_REQUIRED", &[426], "This address speaks WebSocket."),
    code("URL_TOO_LONG", &[414], "The address is too long."),
    code("USER_MERGED", &[409], "This user was found to be another one, and is that one now."),
    code(
        "VALIDATION_FAILED",
        &[422],
        "What was sent will not do. Where fields are at fault, `details.fields` says of each, by its name, what is wrong.",
    ),
    code("WEBHOOK_DISABLED", &[409], "This webhook is disabled: enable it first."),
];

/// The table as `docs/errors.md` shows it.
pub fn table() -> String {
    let mut text = String::from("| code | status | meaning |\n|---|---|---|\n");
    for Code { code, status, meaning } in CODES {
        let status: Vec<String> = status.iter().map(u16::to_string).collect();
        text.extend(["| `", code, "` | ", &status.join(", "), " | ", meaning, " |\n"]);
    }
    text
}
