//! Every error code: those of HTTP itself in the table here, those of refusals from their rows
//! (`crates/accounts/src/rejected.rs`). `docs/errors.md` is generated from them, and a test compares it with the code.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::status_of;
use usher_accounts::RefusalRow;

/// An error code with its statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The value of `error.code`.
    pub code: &'static str,
    /// The HTTP statuses that it is sent with.
    pub status: Cow<'static, [u16]>,
    /// Its meaning, and what the client should do.
    pub meaning: &'static str,
}

const fn code(code: &'static str, status: &'static [u16], meaning: &'static str) -> Code {
    Code { code, status: Cow::Borrowed(status), meaning }
}

/// The codes of errors that no use case refuses with, in alphabetical order.
const CODES: &[Code] = &[
    code("BODY_TOO_LARGE", &[413], "The body is larger than this operation accepts; the message names the limit."),
    code("BODY_TOO_SLOW", &[408], "The body did not arrive in time."),
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
    code(
        "FIELD_NOT_SETTABLE",
        &[400],
        "The body has members that are unknown, or that callers may not set: `details.fields` names each. Nothing was changed.",
    ),
    code("FORM_EXPIRED", &[403], "The form was not issued to this browser, or is too old."),
    code("HEADERS_TOO_LARGE", &[431], "The headers are too large in total."),
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
    code("METHOD_NOT_ALLOWED", &[405], "The path exists, and does not support this method."),
    code("NOTICE_INVALID", &[400], "A notification of a provider could not be verified."),
    code("PARAMETER_INVALID", &[400], "A query parameter is invalid: `details.fields` names it."),
    code(
        "PARAMETER_UNKNOWN",
        &[400],
        "The operation has no query parameter of this name: `details.fields` names each unknown one, and those that exist.",
    ),
    code("PRECONDITION_REQUIRED", &[428], "Send `If-Match` with the version that the change is based on."),
    code("PROVIDER_DENIED", &[403], "The person or the provider denied access."),
    code("PROVIDER_MISBEHAVED", &[502], "The provider's answer violates the protocol."),
    code("PROVIDER_NOT_ALLOWED", &[403], "The provider's configuration does not allow this person to sign in."),
    code("PROVIDER_UNAVAILABLE", &[503], "The provider does not answer."),
    code(
        "REGISTRATION_NOT_OFFERED",
        &[404],
        "`registration.dynamic` is `closed`: clients do not register themselves. Create the client in the console, with the API, or on the command line.",
    ),
    code("REQUEST_INVALID", &[400], "The request cannot be read; the message says why."),
    code("SECOND_FACTOR_INVALID", &[401], "The code of the second factor is wrong, or was used before."),
    code(
        "SECOND_FACTOR_REQUIRED",
        &[401],
        "The password is right and a second factor is required: `details.kinds` lists the possible ones (`totp`, `recovery_code`, `passkey`). Send the same request again with the code.",
    ),
    code("STARTING", &[503], "The server is starting. Try again after `Retry-After` seconds."),
    code("TIMEOUT", &[503], "The request took too long. Try again after `Retry-After` seconds."),
    code("UNAVAILABLE", &[503], "The database is not available at the moment. Try again after `Retry-After` seconds."),
    code("UPGRADE_REQUIRED", &[426], "This path requires WebSocket."),
    code("URL_TOO_LONG", &[414], "The URL is too long."),
];

/// Every code of HTTP itself and of these refusals, in alphabetical order.
pub fn all(refusals: &[RefusalRow]) -> Vec<Code> {
    let refused = refusals.iter().map(|row| Code {
        code: row.code.code,
        status: Cow::Owned(vec![status_of(row.code.class).as_u16()]),
        meaning: row.code.meaning,
    });
    let codes: BTreeMap<&str, Code> = refused.chain(CODES.iter().cloned()).map(|code| (code.code, code)).collect();
    codes.into_values().collect()
}

/// The table in the format of `docs/errors.md`.
pub fn table(refusals: &[RefusalRow]) -> String {
    let mut text = String::from("| code | status | meaning |\n|---|---|---|\n");
    for Code { code, status, meaning } in all(refusals) {
        let status: Vec<String> = status.iter().map(u16::to_string).collect();
        text.extend(["| `", code, "` | ", &status.join(", "), " | ", meaning, " |\n"]);
    }
    text
}
