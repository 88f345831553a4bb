//! Every URL path of the server, each defined once.

use usher_domain::provider::{ProviderEventEndpoint, ProviderId};

/// OpenID Connect Discovery §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// The JWK set (RFC 7517 §5).
pub const JWKS: &str = "/oauth2/jwks";
/// The authorization endpoint.
pub const AUTHORIZE: &str = "/oauth2/authorize";
/// The token endpoint.
pub const TOKEN: &str = "/oauth2/token";
/// The userinfo endpoint.
pub const USERINFO: &str = "/oauth2/userinfo";
/// The introspection endpoint.
pub const INTROSPECT: &str = "/oauth2/introspect";
/// The revocation endpoint.
pub const REVOKE: &str = "/oauth2/revoke";
/// RP-initiated logout.
pub const END_SESSION: &str = "/oauth2/logout";
/// Dynamic client registration (RFC 7591), which is not offered.
pub const REGISTRATION: &str = "/oauth2/register";
/// Client configuration (RFC 7592), which is not offered.
pub const REGISTERED_CLIENT: &str = "/oauth2/register/{client}";

/// The `OpenAPI` document.
pub const OPENAPI: &str = "/openapi.json";
/// The interactive API reference.
pub const DOCS: &str = "/docs";
/// A guide: a document of `docs/`.
pub const DOCUMENT: &str = "/docs/{*name}";
/// The table of contents of the guides.
pub const GUIDES: &str = "/docs/index";

/// The root, which redirects to the account.
pub const HOME: &str = "/";
/// The account, which redirects to the profile.
pub const ACCOUNT: &str = "/account";
/// Rules for crawlers: nothing may be read.
pub const ROBOTS: &str = "/robots.txt";
/// The icon, for programs that do not read the page.
pub const FAVICON: &str = "/favicon.ico";
/// RFC 9116: the contact for vulnerability reports.
pub const SECURITY_TXT: &str = "/.well-known/security.txt";
/// Sign in.
pub const LOGIN: &str = "/login";
/// The second step of signing in.
pub const SECOND_FACTOR: &str = "/login/second";
/// Sign in by a passkey.
pub const PASSKEY_SIGN_IN: &str = "/login/passkey";
/// Set up a second factor that the client requires.
pub const ENROL: &str = "/login/enrol";
/// Polled by a page that waits until an emailed link is opened in another browser.
pub const WAITING: &str = "/login/waiting";
/// Choose an account.
pub const ACCOUNTS: &str = "/login/accounts";
/// Register.
pub const REGISTER: &str = "/register";
/// Prove an email address.
pub const VERIFY: &str = "/verify";
/// Request a password reset email.
pub const RECOVER: &str = "/recover";
/// The new password is set.
pub const RECOVER_DONE: &str = "/recover/done";
/// The address was proven in another browser than the one that registered.
pub const VERIFIED_ELSEWHERE: &str = "/verify/elsewhere";
/// The email with the link is on its way.
pub const RECOVER_SENT: &str = "/recover/sent";
/// Set a new password.
pub const RECOVER_RESET: &str = "/recover/reset";
/// The consent page.
pub const CONSENT: &str = "/consent";
/// Sign out.
pub const LOGOUT: &str = "/logout";
/// The person's profile.
pub const PROFILE: &str = "/account/profile";
/// Password and sessions.
pub const SECURITY: &str = "/account/security";
/// Change the email address.
pub const EMAIL: &str = "/account/email";
/// The sessions.
pub const SESSIONS: &str = "/account/sessions";
/// Applications with access.
pub const APPS: &str = "/account/apps";
/// The activity log.
pub const ACTIVITY: &str = "/account/activity";
/// Export the data, or delete the account.
pub const DATA: &str = "/account/data";
/// "This wasn't me", from an email or a page.
pub const NOT_ME: &str = "/account/not-me";
/// Forms that change factors.
pub const FACTORS: &str = "/account/security/factors";
/// An authenticator app.
pub const TOTP: &str = "/account/security/totp";
/// The page that shows new recovery codes, once.
pub const RECOVERY_CODES: &str = "/account/security/codes";
/// A new passkey.
pub const NEW_PASSKEY: &str = "/account/security/passkeys/new";
/// Where passkeys are created and managed (a well-known URL of the W3C).
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";
/// The linked identities.
pub const IDENTITIES: &str = "/account/identities";
/// Starts a sign-in with a provider.
pub const UPSTREAM_START: &str = "/upstream/{provider}/start";
/// The redirect URI of a provider.
pub const UPSTREAM_CALLBACK: &str = "/upstream/{provider}/callback";
/// The question that a sign-in with a provider may need to ask.
pub const UPSTREAM_ASK: &str = "/upstream/ask";
/// Receives a provider's security events.
pub const UPSTREAM_NOTICES: &str = "/upstream/{provider}/notices";
/// Facebook's data deletion.
pub const UPSTREAM_DELETION: &str = "/upstream/{provider}/data-deletion";
/// OpenID Connect Back-Channel Logout, sent by a provider.
pub const UPSTREAM_LOGOUT: &str = "/upstream/{provider}/backchannel-logout";
/// The well-known URL for changing passwords, used by password managers.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The one-time link that makes the first administrator.
pub const SETUP: &str = "/setup/{code}";
/// The console.
pub const CONSOLE: &str = "/console";
/// One project.
pub const PROJECT: &str = "/console/projects/{project}";
/// The members of a project.
pub const MEMBERS: &str = "/console/projects/{project}/members";
/// The token of a project.
pub const PROJECT_TOKEN: &str = "/console/projects/{project}/token";
/// The webhooks of a project.
pub const WEBHOOKS: &str = "/console/projects/{project}/webhooks";
/// One webhook.
pub const WEBHOOK: &str = "/console/projects/{project}/webhooks/{webhook}";
/// A new client of a project.
pub const NEW_CLIENT: &str = "/console/projects/{project}/clients/new";
/// One client.
pub const CLIENT: &str = "/console/clients/{client}";
/// Edit a client.
pub const EDIT_CLIENT: &str = "/console/clients/{client}/edit";
/// The upstream providers.
pub const PROVIDERS: &str = "/console/providers";
/// A new provider; `kind` selects its kind.
pub const NEW_PROVIDER: &str = "/console/new-provider";
/// One provider.
pub const PROVIDER: &str = "/console/providers/{provider}";
/// The emails of development mode.
pub const DEV_MAIL: &str = "/dev/mail";
/// One email.
pub const DEV_EMAIL: &str = "/dev/mail/{number}";

/// The HTML of one email.
pub const DEV_EMAIL_HTML: &str = "/dev/mail/{number}/html";

/// A URL with one sealed value in its query.
pub fn with(path: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("{path}?{query}")
}

/// A sign-in page with its continuation: a client's request, or the page that was requested.
pub fn on_the_way(path: &str, interaction: Option<&str>, next: Option<&str>) -> String {
    match (interaction, next) {
        (Some(sealed), _) => with(path, "interaction", sealed),
        (None, Some(next)) => with(path, "next", &after_login(Some(next))),
        (None, None) => path.to_owned(),
    }
}

/// Message of the sign-in page: a new password is set.
pub const DONE_PASSWORD: &str = "password";
/// Message of the sign-in page: the address of a registration is proven.
pub const DONE_EMAIL: &str = "email";
/// Message of the sign-in page: the sign-in was restarted.
pub const DONE_RESTARTED: &str = "restarted";

/// The parameter of the sign-in page that repeats the response to a request that was answered before.
pub const RESUME: &str = "resume";

/// Message of a page: the change was not made, because the user had to sign in first, and must be repeated.
pub const DONE_REPEAT: &str = "repeat";

/// The URL that a waiting page polls.
pub fn waiting(proof: usher_domain::id::ProofId) -> String {
    with(WAITING, "proof", &proof.to_string())
}

/// The sign-in page that continues to a page of this server.
pub fn login_then(page: &str) -> String {
    with(LOGIN, "next", page)
}

/// The sign-in page that asks the signed-in user to authenticate again, and continues to a page of this server.
pub fn login_again(page: &str) -> String {
    format!("{}&again=1", login_then(page))
}

/// As [`login_again`], for a change that was not made: the page asks to repeat it.
pub fn login_to_repeat(page: &str) -> String {
    login_again(&with(page, "done", DONE_REPEAT))
}

/// The second-factor page with the pending sign-in, the client's request it belongs to, and where it continues without
/// one.
pub fn second_factor(pending: &str, interaction: Option<&str>, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("pending", pending);
    match interaction {
        Some(sealed) => query.append_pair("interaction", sealed),
        None => query.append_pair("next", next),
    };
    format!("{SECOND_FACTOR}?{}", query.finish())
}

/// Pages that a sign-in without a client may continue to.
const AFTER_LOGIN: [&str; 12] =
    [PROFILE, SECURITY, TOTP, NEW_PASSKEY, SESSIONS, IDENTITIES, APPS, ACTIVITY, DATA, EMAIL, NOT_ME, CONSOLE];

/// Where a sign-in without a client continues: to the requested page if it is allowed, or to a question of an upstream
/// sign-in; to the profile otherwise.
pub fn after_login(next: Option<&str>) -> String {
    let asked = next.filter(|next| is_after_login(next) || is_upstream_ask(next));
    asked.unwrap_or(PROFILE).to_owned()
}

/// One of the allowed pages, with or without a query; or any page of the console.
fn is_after_login(next: &str) -> bool {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%&=+".contains(&byte);
    let in_console = || {
        let rest = path.strip_prefix(CONSOLE).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)))
    };
    next.len() <= LONGEST_NEXT && query.bytes().all(plain) && (AFTER_LOGIN.contains(&path) || in_console())
}

/// Longest URL of a page that a sign-in continues to.
const LONGEST_NEXT: usize = 500;

fn is_upstream_ask(page: &str) -> bool {
    let question = page.strip_prefix(UPSTREAM_ASK).and_then(|rest| rest.strip_prefix("?q="));
    question.is_some_and(|question| question.parse::<usher_domain::id::ProofId>().is_ok())
}

/// The page of a provider in the console.
pub fn provider(id: &ProviderId) -> String {
    PROVIDER.replace("{provider}", id.as_str())
}

/// The page of an upstream sign-in's question.
pub fn upstream_ask(question: usher_domain::id::ProofId) -> String {
    with(UPSTREAM_ASK, "q", &question.to_string())
}

/// The URL that starts a sign-in with a provider.
pub fn upstream_start(provider: &ProviderId) -> String {
    UPSTREAM_START.replace("{provider}", provider.as_str())
}

/// The redirect URI of a provider.
pub fn upstream_callback(provider: &ProviderId) -> String {
    UPSTREAM_CALLBACK.replace("{provider}", provider.as_str())
}

/// The status page of a deletion that a provider requested.
pub fn data_deletion(provider: &ProviderId) -> String {
    UPSTREAM_DELETION.replace("{provider}", provider.as_str())
}

/// Where a provider sends events.
pub fn provider_events(provider: &ProviderId, endpoint: ProviderEventEndpoint) -> String {
    let path = match endpoint {
        ProviderEventEndpoint::Account => UPSTREAM_NOTICES,
        ProviderEventEndpoint::DataDeletion => UPSTREAM_DELETION,
        ProviderEventEndpoint::BackchannelLogout => UPSTREAM_LOGOUT,
    };
    path.replace("{provider}", provider.as_str())
}

/// A URL with one more query parameter.
pub fn and(url: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

/// The page that creates the first passkey of a newly registered user.
pub fn first_passkey(interaction: Option<&str>) -> String {
    match interaction {
        Some(sealed) => format!("{}&first=1", with(NEW_PASSKEY, "interaction", sealed)),
        None => with(NEW_PASSKEY, "first", "1"),
    }
}

/// The page of a project.
pub fn project(id: &impl std::fmt::Display) -> String {
    PROJECT.replace("{project}", &id.to_string())
}

/// The page of a project's members.
pub fn members(project: &impl std::fmt::Display) -> String {
    MEMBERS.replace("{project}", &project.to_string())
}

/// The page of a project's token.
pub fn project_token(project: &impl std::fmt::Display) -> String {
    PROJECT_TOKEN.replace("{project}", &project.to_string())
}

/// The page of a project's webhooks.
pub fn webhooks(project: &impl std::fmt::Display) -> String {
    WEBHOOKS.replace("{project}", &project.to_string())
}

/// The page of a webhook.
pub fn webhook(project: &impl std::fmt::Display, webhook: &impl std::fmt::Display) -> String {
    WEBHOOK.replace("{project}", &project.to_string()).replace("{webhook}", &webhook.to_string())
}

/// The page for a new client of a project.
pub fn new_client(project: &impl std::fmt::Display) -> String {
    NEW_CLIENT.replace("{project}", &project.to_string())
}

/// The page of a client.
pub fn client(id: &str) -> String {
    CLIENT.replace("{client}", id)
}

/// The page that edits a client.
pub fn edit_client(id: &str) -> String {
    EDIT_CLIENT.replace("{client}", id)
}

/// The HTML of one email of development mode.
pub fn dev_email_html(number: u64) -> String {
    DEV_EMAIL_HTML.replace("{number}", &number.to_string())
}

/// One email of development mode.
pub fn dev_email(number: u64) -> String {
    DEV_EMAIL.replace("{number}", &number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_ours_with_their_query_and_nowhere_else() {
        let kept = [
            "/account/email?token=a-b_c",
            "/account/activity?kind=security&before=x%3D",
            "/account/security?done=repeat",
            "/console",
            "/console/projects/01a228e8-5af0-7523-b331-ca5d7a7ba6f6/clients/new",
        ];
        for next in kept {
            assert_eq!(after_login(Some(next)), next);
        }
        let long = format!("/account/email?token={}", "a".repeat(500));
        for next in [
            "",
            "//evil.test/account/profile",
            "https://evil.test",
            "/account/profile#x",
            "/account/profile?x= y",
            "/account/profile?x=\r\nset-cookie: a",
            "/console/../oauth2/authorize",
            "/console//evil.test\\",
            "/consolex/y",
            "/oauth2/authorize?client_id=x",
            &long,
        ] {
            assert_eq!(after_login(Some(next)), PROFILE, "{next}");
        }
    }
}
