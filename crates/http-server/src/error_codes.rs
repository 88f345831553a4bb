//! Every error code. `docs/errors.md` is generated from this table, and a test compares it with the code.

/// An error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The value of `error.code`.
    pub code: &'static str,
    /// The HTTP statuses that it is sent with.
    pub status: &'static [u16],
    /// Its meaning, and what the client should do.
    pub meaning: &'static str,
}

const fn code(code: &'static str, status: &'static [u16], meaning: &'static str) -> Code {
    Code { code, status, meaning }
}

/// The table, in alphabetical order.
pub const CODES: &[Code] = &[
    code(
        "ACCOUNT_FROZEN",
        &[403],
        "The owner reported that somebody else used the account: its sign-in methods cannot be changed for a day.",
    ),
    code(
        "AUTH_INVALID",
        &[401],
        "The credentials are invalid: email address and password, the current password, or a token that is wrong, expired or revoked.",
    ),
    code("AUTH_REQUIRED", &[401], "The operation requires a token or a signed-in person."),
    code("BODY_TOO_LARGE", &[413], "The body is larger than this operation accepts; the message names the limit."),
    code("BODY_TOO_SLOW", &[408], "The body did not arrive in time."),
    code("BUSY", &[503], "The server is overloaded. Try again after `Retry-After` seconds."),
    code("CLIENT_UNAVAILABLE", &[400], "The application was disabled, deleted or changed during the sign-in."),
    code(
        "CONTENT_TYPE_UNSUPPORTED",
        &[415],
        "The body must have the content type that the message names, in UTF-8, not compressed.",
    ),
    code("COOKIES_MISSING", &[403], "The browser sent no cookie with a form: cookies may be disabled."),
    code(
        "CROSS_SITE",
        &[403],
        "A page of another site sent this request. Only Usher's own pages may, and at the API the registered origins of first-party clients.",
    ),
    code("CURSOR_GONE", &[410], "The cursor of the feed is too old, or of another epoch. Start with a snapshot."),
    code(
        "EMAIL_NOT_VERIFIED",
        &[403],
        "The registration is not verified yet: send `details.verification_id` to `auth/verify-email` with the code.",
    ),
    code("EMAIL_TAKEN", &[409], "The email address belongs to another user. Only administrators receive this code."),
    code(
        "FIELD_NOT_SETTABLE",
        &[400],
        "The body has members that are unknown, or that callers may not set: `details.fields` names each. Nothing was changed.",
    ),
    code("FORM_EXPIRED", &[403], "The form was not issued to this browser, or is too old."),
    code("HEADERS_TOO_LARGE", &[431], "The headers are too large in total."),
    code(
        "HISTORY_WOULD_BE_LOST",
        &[409],
        "The token would be replaced without proof of the old one, which makes older history unreadable. Send the old token, or `discard_history`.",
    ),
    code(
        "HOST_UNKNOWN",
        &[400, 421],
        "This host is not served here. On loopback the message names the address to use.",
    ),
    code(
        "IDEMPOTENCY_IN_PROGRESS",
        &[409],
        "The same request is still being processed. Ask again after `Retry-After` seconds.",
    ),
    code(
        "IDEMPOTENCY_KEY_INVALID",
        &[400],
        "`Idempotency-Key` must be sent once and have 1 to 255 visible ASCII characters.",
    ),
    code("IDEMPOTENCY_MISMATCH", &[422], "This `Idempotency-Key` was used with another request. Use a new key."),
    code("IDENTITY_REFUSED", &[403], "This identity of a provider may not be used to sign in."),
    code("IDENTITY_TAKEN", &[409], "The identity belongs to another user, or was unlinked within the last day."),
    code("INTERNAL", &[500], "An error of the server. The log has the cause under the trace id."),
    code(
        "JSON_INVALID",
        &[400],
        "The body is not valid JSON: the message says where. Duplicate members are not allowed.",
    ),
    code("JSON_UNEXPECTED", &[400], "The JSON of the body does not have the expected structure."),
    code("LAST_OWNER", &[409], "A project needs at least one owner: make somebody else an owner first."),
    code("LAST_WAY_IN", &[409], "This is the last sign-in method of the account."),
    code(
        "LINK_EXPIRED",
        &[410],
        "The code or link was used, has expired, or had too many attempts. Request a new one.",
    ),
    code("MANAGED_BY_FILE", &[409], "This is defined in the configuration file: change it there."),
    code("MEMBER_ALREADY", &[409], "This person is already a member of the project."),
    code("METHOD_NOT_ALLOWED", &[405], "The path exists, and does not support this method."),
    code("NOTHING_TO_PUBLISH", &[409], "The draft is the same as the published rules."),
    code("NOTICE_INVALID", &[400], "A notification of a provider could not be verified."),
    code("NOT_ALLOWED", &[403], "The caller may see this, but may not do it."),
    code("NOT_FOUND", &[404], "It does not exist, or the caller may not know that it exists: the answer is the same."),
    code("PARAMETER_INVALID", &[400], "A query parameter is invalid: `details.fields` names it."),
    code(
        "PARAMETER_UNKNOWN",
        &[400],
        "The operation has no query parameter of this name: `details.fields` names each unknown one, and those that exist.",
    ),
    code("POLICY_INVALID", &[422], "The access rules cannot be published: `details` lists each error with its place."),
    code("PRECONDITION_REQUIRED", &[428], "Send `If-Match` with the version that the change is based on."),
    code("PROJECT_TOKEN_REQUIRED", &[403], "Only the project's newest token may do this."),
    code("PROVIDER_DENIED", &[403], "The person or the provider denied access."),
    code("PROVIDER_MISBEHAVED", &[502], "The provider's answer violates the protocol."),
    code("PROVIDER_NOT_ALLOWED", &[403], "The provider's configuration does not allow this person to sign in."),
    code("PROVIDER_UNAVAILABLE", &[503], "The provider does not answer."),
    code(
        "REAUTHENTICATION_REQUIRED",
        &[403],
        "The operation requires a sign-in in the last five minutes: sign in again, then repeat it.",
    ),
    code("REGISTRATION_CLOSED", &[403], "Registration is disabled."),
    code(
        "REGISTRATION_NOT_OFFERED",
        &[404],
        "Dynamic client registration (RFC 7591) is not supported. Create the client in the console, with the API, or on the command line.",
    ),
    code("REQUEST_INVALID", &[400], "The request cannot be read; the message says why."),
    code("ROLE_HELD", &[409], "The subject already has this role."),
    code("SECOND_FACTOR_INVALID", &[401], "The code of the second factor is wrong, or was used before."),
    code(
        "SECOND_FACTOR_REQUIRED",
        &[401],
        "The password is right and a second factor is required: `details.kinds` lists the possible ones (`totp`, `recovery_code`, `passkey`). Send the same request again with the code.",
    ),
    code(
        "SECRET_JUST_MADE",
        &[409],
        "This would end a secret that was created within the last 10 seconds, probably by another rotation. Wait, and decide again.",
    ),
    code("SIGN_IN_EXPIRED", &[400], "The sign-in was started too long ago, or in another browser."),
    code("STARTING", &[503], "The server is starting. Try again after `Retry-After` seconds."),
    code("SUPERSEDED", &[412], "It was changed meanwhile: read it again, and decide again."),
    code("TIMEOUT", &[503], "The request took too long. Try again after `Retry-After` seconds."),
    code("TOO_MANY_REQUESTS", &[429], "Too many attempts. Try again after `Retry-After` seconds."),
    code("TOO_MANY_ROLES", &[409], "A user can have at most 32 roles in a project."),
    code("TOO_MANY_WEBHOOKS", &[409], "A project can have at most 20 webhooks."),
    code("UNAVAILABLE", &[503], "The database is not available at the moment. Try again after `Retry-After` seconds."),
    code("UPGRADE_REQUIRED", &[426], "This path requires WebSocket."),
    code("URL_TOO_LONG", &[414], "The URL is too long."),
    code("USER_MERGED", &[409], "This user was merged into another user."),
    code(
        "VALIDATION_FAILED",
        &[422],
        "The input is invalid. If fields are at fault, `details.fields` says for each, by its name, what is wrong.",
    ),
    code("WEBHOOK_DISABLED", &[409], "This webhook is disabled: enable it first."),
];

/// The table in the format of `docs/errors.md`.
pub fn table() -> String {
    let mut text = String::from("| code | status | meaning |\n|---|---|---|\n");
    for Code { code, status, meaning } in CODES {
        let status: Vec<String> = status.iter().map(u16::to_string).collect();
        text.extend(["| `", code, "` | ", &status.join(", "), " | ", meaning, " |\n"]);
    }
    text
}
