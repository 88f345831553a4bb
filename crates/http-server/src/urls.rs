//! Every address of the house, once.

/// OpenID Connect Discovery §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// The public keys.
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
/// Where clients send people to sign out.
pub const END_SESSION: &str = "/oauth2/logout";
/// Where clients would register themselves (RFC 7591): refused.
pub const REGISTRATION: &str = "/oauth2/register";
/// Where they would manage what they registered (RFC 7592): refused.
pub const REGISTERED_CLIENT: &str = "/oauth2/register/{client}";

/// The API in the words of `OpenAPI`.
pub const OPENAPI: &str = "/openapi.json";
/// The API to be read and tried in the browser.
pub const DOCS: &str = "/docs";
/// The guides: a document of `docs/`.
pub const DOCUMENT: &str = "/docs/{*name}";
/// The table of the guides.
pub const GUIDES: &str = "/docs/index";

/// The front page: leads to the account.
pub const HOME: &str = "/";
/// The account, whatever page of it: leads to the profile.
pub const ACCOUNT: &str = "/account";
/// What robots may read: nothing.
pub const ROBOTS: &str = "/robots.txt";
/// The icon, for programs that look for no other.
pub const FAVICON: &str = "/favicon.ico";
/// RFC 9116: whom to tell about a vulnerability.
pub const SECURITY_TXT: &str = "/.well-known/security.txt";
/// Sign in.
pub const LOGIN: &str = "/login";
/// The second step of signing in.
pub const SECOND_FACTOR: &str = "/login/second";
/// Sign in by a passkey.
pub const PASSKEY_SIGN_IN: &str = "/login/passkey";
/// Set up a second factor, because a client lets nobody in without.
pub const ENROL: &str = "/login/enrol";
/// Where a window that waits for an email asks whether it was opened in another browser.
pub const WAITING: &str = "/login/waiting";
/// Choose an account.
pub const ACCOUNTS: &str = "/login/accounts";
/// Register.
pub const REGISTER: &str = "/register";
/// Prove an address.
pub const VERIFY: &str = "/verify";
/// Ask for a recovery letter.
pub const RECOVER: &str = "/recover";
/// The new password is set.
pub const RECOVER_DONE: &str = "/recover/done";
/// The address was proven in another browser than the one that registered.
pub const VERIFIED_ELSEWHERE: &str = "/verify/elsewhere";
/// The email with the link is on its way.
pub const RECOVER_SENT: &str = "/recover/sent";
/// Set a new password.
pub const RECOVER_RESET: &str = "/recover/reset";
/// Consent.
pub const CONSENT: &str = "/consent";
/// Sign out.
pub const LOGOUT: &str = "/logout";
/// The person's profile.
pub const PROFILE: &str = "/account/profile";
/// Password and sessions.
pub const SECURITY: &str = "/account/security";
/// Changing the address.
pub const EMAIL: &str = "/account/email";
/// Where the person is signed in.
pub const SESSIONS: &str = "/account/sessions";
/// Applications with access.
pub const APPS: &str = "/account/apps";
/// What happened.
pub const ACTIVITY: &str = "/account/activity";
/// Taking the data home, and leaving.
pub const DATA: &str = "/account/data";
/// "This wasn't me", from a letter or a page.
pub const NOT_ME: &str = "/account/not-me";
/// Buttons that change factors.
pub const FACTORS: &str = "/account/security/factors";
/// An authenticator app.
pub const TOTP: &str = "/account/security/totp";
/// The page that shows new recovery codes, once.
pub const RECOVERY_CODES: &str = "/account/security/codes";
/// A new passkey.
pub const NEW_PASSKEY: &str = "/account/security/passkeys/new";
/// Where passkeys are made and managed (a well-known URL of the W3C).
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";
/// The identities that lead to the account.
pub const IDENTITIES: &str = "/account/identities";
/// Away to a provider.
pub const UPSTREAM_START: &str = "/upstream/{provider}/start";
/// Back from a provider.
pub const UPSTREAM_CALLBACK: &str = "/upstream/{provider}/callback";
/// What is asked in between.
pub const UPSTREAM_ASK: &str = "/upstream/ask";
/// What a provider tells about its accounts.
pub const UPSTREAM_NOTICES: &str = "/upstream/{provider}/notices";
/// Facebook's data deletion.
pub const UPSTREAM_DELETION: &str = "/upstream/{provider}/data-deletion";
/// OpenID Connect Back-Channel Logout, towards us.
pub const UPSTREAM_LOGOUT: &str = "/upstream/{provider}/backchannel-logout";
/// RFC 8615: where password managers send people.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The one-use administrator link.
pub const SETUP: &str = "/setup/{code}";
/// The console.
pub const CONSOLE: &str = "/console";
/// One project.
pub const PROJECT: &str = "/console/projects/{project}";
/// Who works on a project.
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
/// Changing a client.
pub const EDIT_CLIENT: &str = "/console/clients/{client}/edit";
/// The providers that people sign in with.
pub const PROVIDERS: &str = "/console/providers";
/// A new provider; `kind` says of which kind.
pub const NEW_PROVIDER: &str = "/console/new-provider";
/// One provider.
pub const PROVIDER: &str = "/console/providers/{provider}";
/// The letters of development mode.
pub const DEV_MAIL: &str = "/dev/mail";
/// One letter.
pub const DEV_LETTER: &str = "/dev/mail/{number}";

/// The HTML of one letter.
pub const DEV_LETTER_HTML: &str = "/dev/mail/{number}/html";

/// An address with one sealed value in its query.
pub fn with(path: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("{path}?{query}")
}

/// A page on the way in, with what the person is about: a client's request, or the page of ours that was asked for.
pub fn on_the_way(path: &str, interaction: Option<&str>, next: Option<&str>) -> String {
    match (interaction, next) {
        (Some(sealed), _) => with(path, "interaction", sealed),
        (None, Some(next)) => with(path, "next", &after_login(Some(next))),
        (None, None) => path.to_owned(),
    }
}

/// What the sign-in page says was done: a new password is set.
pub const DONE_PASSWORD: &str = "password";
/// What the sign-in page says was done: the address of a registration is proven.
pub const DONE_EMAIL: &str = "email";
/// What the sign-in page says was done: the sign-in was begun anew.
pub const DONE_RESTARTED: &str = "restarted";

/// The parameter of the sign-in page by which a request that was answered before is answered again.
pub const RESUME: &str = "resume";

/// What a page says was done: nothing yet, since the person had to sign in first.
pub const DONE_REPEAT: &str = "repeat";

/// Where a window asks whether what it waits for was done in another browser.
pub fn waiting(proof: usher_domain::id::ProofId) -> String {
    with(WAITING, "proof", &proof.to_string())
}

/// The sign-in page that leads on to a page of ours.
pub fn login_then(page: &str) -> String {
    with(LOGIN, "next", page)
}

/// The sign-in page that asks whoever is signed in to show themselves again, and leads back to a page of ours.
pub fn login_again(page: &str) -> String {
    format!("{}&again=1", login_then(page))
}

/// As [`login_again`], for a change that was not made: the page says that it has to be repeated.
pub fn login_to_repeat(page: &str) -> String {
    login_again(&with(page, "done", DONE_REPEAT))
}

/// The page of a second step: the sign-in so far, the client's request it is part of, and where it leads without one.
pub fn second_factor(pending: &str, interaction: Option<&str>, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("pending", pending);
    match interaction {
        Some(sealed) => query.append_pair("interaction", sealed),
        None => query.append_pair("next", next),
    };
    format!("{SECOND_FACTOR}?{}", query.finish())
}

/// Pages that signing in without a client may lead to.
const AFTER_LOGIN: [&str; 12] =
    [PROFILE, SECURITY, TOTP, NEW_PASSKEY, SESSIONS, IDENTITIES, APPS, ACTIVITY, DATA, EMAIL, NOT_ME, CONSOLE];

/// Where signing in without a client leads: to the page that was asked for if it is one of these, or a question of an
/// upstream sign-in; to the profile otherwise.
pub fn after_login(next: Option<&str>) -> String {
    let asked = next.filter(|next| is_after_login(next) || is_upstream_ask(next));
    asked.unwrap_or(PROFILE).to_owned()
}

/// One of the pages, with or without a query; or any page of the console.
fn is_after_login(next: &str) -> bool {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%&=+".contains(&byte);
    let in_console = || {
        let rest = path.strip_prefix(CONSOLE).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)))
    };
    next.len() <= LONGEST_NEXT && query.bytes().all(plain) && (AFTER_LOGIN.contains(&path) || in_console())
}

/// Longest address of a page that signing in leads to.
const LONGEST_NEXT: usize = 500;

fn is_upstream_ask(page: &str) -> bool {
    let question = page.strip_prefix(UPSTREAM_ASK).and_then(|rest| rest.strip_prefix("?q="));
    question.is_some_and(|question| question.parse::<usher_domain::id::ProofId>().is_ok())
}

/// The page of a provider in the console.
pub fn provider(id: &usher_domain::provider::ProviderId) -> String {
    PROVIDER.replace("{provider}", id.as_str())
}

/// The page of a question of an upstream sign-in.
pub fn upstream_ask(question: usher_domain::id::ProofId) -> String {
    with(UPSTREAM_ASK, "q", &question.to_string())
}

/// Away to a provider.
pub fn upstream_start(provider: &usher_domain::provider::ProviderId) -> String {
    UPSTREAM_START.replace("{provider}", provider.as_str())
}

/// Back from a provider.
pub fn upstream_callback(provider: &usher_domain::provider::ProviderId) -> String {
    UPSTREAM_CALLBACK.replace("{provider}", provider.as_str())
}

/// What became of a deletion that a provider asked for.
pub fn data_deletion(provider: &usher_domain::provider::ProviderId) -> String {
    UPSTREAM_DELETION.replace("{provider}", provider.as_str())
}

/// An address with one more value in its query.
pub fn and(url: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

/// The page that makes the first passkey of somebody who has just registered.
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

/// The page that changes a client.
pub fn edit_client(id: &str) -> String {
    EDIT_CLIENT.replace("{client}", id)
}

/// The HTML of one letter of development mode.
pub fn dev_letter_html(number: u64) -> String {
    DEV_LETTER_HTML.replace("{number}", &number.to_string())
}

/// One letter of development mode.
pub fn dev_letter(number: u64) -> String {
    DEV_LETTER.replace("{number}", &number.to_string())
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
