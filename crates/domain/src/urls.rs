//! Every URL path of the server, each written once: patterns for routes, and typed URLs for links, redirects, forms and
//! emails. Those of the OAuth endpoints are in `crates/protocol/src/endpoints.rs`; an operation of the JSON API has its
//! path in the attribute above its handler.

use std::fmt::Display;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::branding::colour::Colour;
use crate::branding::{Brand, BrandOwner, LogoRef};
use crate::id::{
    ApiId, AssignmentId, AttemptId, ClientId, EventId, ImportId, InitialTokenId, PasskeyId, ProjectId,
    ProjectInvitationId, ProofId, RememberedId, SavedFilterId, UserId, WebhookId,
};
use crate::provider::{ProviderEventEndpoint, ProviderId};

/// Liveness and readiness, for probes.
pub const HEALTH: &str = "/health/";
pub const HEALTH_LIVE: &str = "/health/live";
pub const HEALTH_READY: &str = "/health/ready";
/// The folder of the static files.
pub const STATIC: &str = "/static/";
pub const STATIC_FILE: &str = "/static/{*path}";
/// The style sheet of a project's branding: `{owner}.css`.
pub const BRAND_SHEET: &str = "/brand/{file}";
/// A logo: hash and kind.
pub const BRAND_LOGO: &str = "/brand/{owner}/{file}";
/// The style sheet of a colour that nobody has saved: `{rrggbb}.css`.
pub const BRAND_PREVIEW: &str = "/brand/preview/{file}";
/// Rules for crawlers: nothing may be read.
pub const ROBOTS: &str = "/robots.txt";
/// The icon, for programs that do not read the page.
pub const FAVICON: &str = "/favicon.ico";
/// RFC 9116: the contact for vulnerability reports.
pub const SECURITY_TXT: &str = "/.well-known/security.txt";

/// The file by which a project proves that a host is its own. It is on that host.
pub const HOST_PROOF: &str = "/.well-known/usher-verification";

/// The folder of all JSON APIs.
pub const API: &str = "/api/";
/// The folder of the `AuthZEN` Authorization API.
pub const ACCESS: &str = "/access/";
pub const ACCESS_EVALUATION: &str = "/access/v1/evaluation";
pub const ACCESS_EVALUATIONS: &str = "/access/v1/evaluations";
/// Its metadata.
pub const AUTHZEN_CONFIGURATION: &str = "/.well-known/authzen-configuration";
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
/// Sign in.
pub const LOGIN: &str = "/login";
/// The second step of signing in, by a code.
pub const SECOND_FACTOR: &str = "/login/second";
/// The second step by a passkey.
pub const SECOND_PASSKEY: &str = "/login/second/passkey";
/// Sign in by a passkey.
pub const PASSKEY_SIGN_IN: &str = "/login/passkey";
/// Set up a second factor that the client requires.
pub const ENROL: &str = "/login/enrol";
/// Go back to the application without an account.
pub const LEAVE_SIGN_IN: &str = "/login/leave";
/// Polled by a page that waits until an emailed link is opened in another browser.
pub const WAITING: &str = "/login/waiting";
/// Choose an account.
pub const ACCOUNTS: &str = "/login/accounts";
pub const REMOVE_ACCOUNT: &str = "/login/accounts/remove";
pub const REGISTER: &str = "/register";
/// Prove an email address, by the code.
pub const VERIFY: &str = "/verify";
pub const VERIFY_BY_LINK: &str = "/verify/link";
pub const VERIFY_RESEND: &str = "/verify/resend";
/// Continue after the link was opened in another browser.
pub const VERIFY_CONTINUE: &str = "/verify/continue";
/// Correct the address of a registration.
pub const VERIFY_ADDRESS: &str = "/verify/address";
/// The address was proven in another browser than the one that registered.
pub const VERIFIED_ELSEWHERE: &str = "/verify/elsewhere";
/// Request a password reset email.
pub const RECOVER: &str = "/recover";
/// The email with the link is on its way.
pub const RECOVER_SENT: &str = "/recover/sent";
/// Set a new password.
pub const RECOVER_RESET: &str = "/recover/reset";
/// The new password is set.
pub const RECOVER_DONE: &str = "/recover/done";
/// The link of an invitation to a project.
pub const INVITATION: &str = "/invitation";
/// Accept it with a new account.
pub const INVITATION_REGISTER: &str = "/invitation/register";
pub const CONSENT: &str = "/consent";
/// Type the code of a device (RFC 8628 §3.3).
pub const DEVICE: &str = "/device";
/// A device was answered.
pub const DEVICE_DONE: &str = "/device/done";
/// The person's part of CIBA: `request` names the request, else it is the newest.
pub const CIBA: &str = "/ciba";
/// A CIBA request was answered.
pub const CIBA_DONE: &str = "/ciba/done";
pub const LOGOUT: &str = "/logout";

/// The overview of the account.
pub const ACCOUNT: &str = "/account";
pub const PROFILE: &str = "/account/profile";
/// Password and other factors.
pub const SECURITY: &str = "/account/security";
/// Change the email address.
pub const EMAIL: &str = "/account/email";
pub const EMAIL_BY_CODE: &str = "/account/email/code";
pub const EMAIL_BY_LINK: &str = "/account/email/link";
/// Dismiss an address that a provider suggests.
pub const EMAIL_DISMISS: &str = "/account/email/dismiss";
pub const SESSIONS: &str = "/account/sessions";
pub const END_SESSION: &str = "/account/sessions/end";
pub const END_OTHER_SESSIONS: &str = "/account/sessions/end-others";
pub const END_ALL_SESSIONS: &str = "/account/sessions/end-all";
/// Applications with access.
pub const APPS: &str = "/account/apps";
pub const ACTIVITY: &str = "/account/activity";
/// Export the data, or delete the account.
pub const DATA: &str = "/account/data";
pub const DOWNLOAD_DATA: &str = "/account/data/download";
pub const DELETE_ACCOUNT: &str = "/account/data/delete";
/// "This wasn't me", from an email or a page.
pub const NOT_ME: &str = "/account/not-me";
/// An authenticator app.
pub const TOTP: &str = "/account/security/totp";
pub const REMOVE_TOTP: &str = "/account/security/remove-totp";
/// The page that shows new recovery codes, once.
pub const RECOVERY_CODES: &str = "/account/security/codes";
pub const RENEW_CODES: &str = "/account/security/codes/renew";
pub const NEW_PASSKEY: &str = "/account/security/passkeys/new";
/// Ask for the second step always, or only if a client wants it.
pub const SECOND_STEP_ALWAYS: &str = "/account/security/second-step/always";
pub const SECOND_STEP_SOMETIMES: &str = "/account/security/second-step/sometimes";
pub const FORGET_BROWSERS: &str = "/account/security/browsers/forget-all";
/// The linked identities.
pub const IDENTITIES: &str = "/account/identities";
pub const LINK_IDENTITY: &str = "/account/identities/link";
pub const UNLINK_IDENTITY: &str = "/account/identities/unlink";
pub const MERGE_ACCOUNTS: &str = "/account/identities/merge";
pub const UNDO_MERGE: &str = "/account/identities/undo-merge";

/// The folder of all steps with providers.
pub const UPSTREAM: &str = "/upstream";
/// The question that a sign-in with a provider may need to ask; answered by a code.
pub const UPSTREAM_ASK: &str = "/upstream/ask";
pub const UPSTREAM_ASK_MAIL: &str = "/upstream/ask/mail";
pub const UPSTREAM_ASK_SKIP: &str = "/upstream/ask/skip";
pub const UPSTREAM_ASK_CONFIRM: &str = "/upstream/ask/confirm";

/// Where passkeys are created and managed (a well-known URL of the W3C).
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";
/// The well-known URL for changing passwords, used by password managers.
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The one-time link that makes the first administrator.
pub const SETUP: &str = "/setup/{code}";

/// The name of the installation in the URLs of its branding.
const BRAND_OF_INSTALLATION: &str = "installation";

pub const CONSOLE: &str = "/console";
/// The page after the setup link of an installation without projects.
pub const FIRST_RUN: &str = "/console/first-run";
/// The folder of all other pages of the console.
pub const IN_CONSOLE: &str = "/console/";
/// Search in the console: `q` is what to find, `project` the project in which the reader is.
pub const SEARCH: &str = "/console/search";
/// The list of projects.
pub const PROJECTS: &str = "/console/projects";
/// An administrator says that the master key was backed up.
pub const KEY_BACKED_UP: &str = "/console/master-key/backed-up";
/// The event log.
pub const AUDIT: &str = "/console/audit";
pub const AUDIT_CSV: &str = "/console/audit/csv";
pub const AUDIT_JSON_LINES: &str = "/console/audit/json-lines";
/// Save a filter of the event log.
pub const AUDIT_FILTERS: &str = "/console/audit/filters";
/// The signing keys.
pub const KEYS: &str = "/console/keys";
pub const ROTATE_KEYS: &str = "/console/keys/rotate";
/// Whether the installation works.
pub const CONSOLE_HEALTH: &str = "/console/health";
pub const HEALTH_CHECK: &str = "/console/health/check";
pub const HEALTH_MAIL: &str = "/console/health/mail";
/// Count the days of the overview again.
pub const HEALTH_COUNT: &str = "/console/health/count";
pub const SETTINGS: &str = "/console/settings";
pub const PROVIDERS: &str = "/console/providers";
/// A new provider; `kind` selects its kind.
pub const NEW_PROVIDER: &str = "/console/new-provider";
/// Everybody who has an account.
pub const USERS: &str = "/console/users";
/// Confirm a change of the users that `user` names, and make it.
pub const CHANGE_USERS: &str = "/console/change-users";
pub const INVITE_USER: &str = "/console/invite-user";
/// The users as a file; the query filters them as in the list.
pub const EXPORT_USERS: &str = "/console/export-users";
pub const EXPORT_USERS_CSV: &str = "/console/export-users/csv";
pub const EXPORT_USERS_JSON_LINES: &str = "/console/export-users/json-lines";
/// The imports of users.
pub const IMPORTS: &str = "/console/imports";
pub const UPLOAD_IMPORT: &str = "/console/imports/upload";
/// Who is signed in now.
pub const LIVE_SESSIONS: &str = "/console/sessions";
/// Confirm the end of the sessions that `session` names, and end them.
pub const END_LIVE_SESSIONS: &str = "/console/end-sessions";
/// The branding of the installation.
pub const BRANDING: &str = "/console/branding";
pub const BRANDING_PREVIEW: &str = "/console/branding/preview";
pub const BRANDING_LOGO: &str = "/console/branding/logo";
pub const REMOVE_LOGO: &str = "/console/branding/logo/remove";
/// The emails of development mode.
pub const DEV_MAIL: &str = "/dev/mail";
/// Every component of the pages.
pub const DEV_COMPONENTS: &str = "/dev/components";

/// The URLs of one object: a type for each kind, with the pattern and the URL of each page and action.
macro_rules! url_groups {
    ($(
        $(#[$doc:meta])*
        $name:ident($($field:ident: $type:ty),+) at $base:literal {
            $($(#[$about:meta])* $pattern:ident $url:ident $rest:literal;)+
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            $($(#[$about])* pub const $pattern: &'static str = concat!($base, $rest);)+

            pub fn of($($field: &$type),+) -> Self {
                Self(filled($base, &[$(&segment($field)),+]))
            }

            $($(#[$about])* pub fn $url(&self) -> String {
                format!("{}{}", self.0, $rest)
            })+
        }
    )*};
}

url_groups! {
    PasskeyUrls(passkey: PasskeyId) at "/account/security/passkeys/{passkey}" {
        RENAME rename "/rename";
        REMOVE remove "/remove";
    }
    /// A browser that is not asked for the second step.
    RememberedUrls(browser: RememberedId) at "/account/security/browsers/{browser}" {
        FORGET forget "/forget";
    }
    /// What the server and a provider send each other.
    UpstreamUrls(provider: ProviderId) at "/upstream/{provider}" {
        /// Starts a sign-in.
        START start "/start";
        /// The redirect URI.
        CALLBACK callback "/callback";
        /// Security events.
        NOTICES notices "/notices";
        /// Facebook's data deletion.
        DELETION deletion "/data-deletion";
        /// OpenID Connect Back-Channel Logout, sent by the provider.
        LOGOUT logout "/backchannel-logout";
    }
    ProjectUrls(project: ProjectId) at "/console/projects/{project}" {
        PAGE page "";
        MEMBERS members "/members";
        TOKEN token "/token";
        /// The connected local modules.
        MODULES modules "/modules";
        BRANDING branding "/branding";
        BRANDING_PREVIEW branding_preview "/branding/preview";
        BRANDING_LOGO branding_logo "/branding/logo";
        REMOVE_LOGO remove_logo "/branding/logo/remove";
        WEBHOOKS webhooks "/webhooks";
        /// The history of its users.
        HISTORY history "/history";
        SETTINGS settings "/settings";
        /// Who may make an account on the way to its clients.
        SIGN_IN sign_in "/sign-in";
        DELETE delete "/delete";
        NEW_CLIENT new_client "/clients/new";
        APIS apis "/apis";
        /// The tokens with which clients register themselves.
        INITIAL_TOKENS initial_tokens "/initial-tokens";
        /// The access rules.
        RULES rules "/rules";
    }
    /// Pages and actions of access rules. The parts of the draft are named in the query.
    RulesUrls(project: ProjectId) at "/console/projects/{project}/rules" {
        TRY attempt "/try";
        HISTORY history "/history";
        /// Compares the draft with the published rules, and publishes it.
        PUBLISH publish "/publish";
        DISCARD discard "/discard";
        /// The draft as text.
        TEXT text "/text";
        OVERWRITE overwrite "/text/overwrite";
        /// What a role is granted at one place of the matrix.
        CELL cell "/cell";
        ROLE role "/role";
        REMOVE_ROLE remove_role "/role/remove";
        ENTITY entity "/entity";
        REMOVE_ENTITY remove_entity "/entity/remove";
        CONDITION condition "/condition";
        REMOVE_CONDITION remove_condition "/condition/remove";
        ROUTE route "/route";
        REMOVE_ROUTE remove_route "/route/remove";
        ASSIGNMENTS assignments "/assignments";
        FIND_ASSIGNMENTS find_assignments "/assignments/find";
    }
    RevisionUrls(project: ProjectId, revision: i64) at "/console/projects/{project}/rules/history/{revision}" {
        PAGE page "";
        ROLL_BACK roll_back "/roll-back";
    }
    /// An import of users.
    ImportUrls(import: ImportId) at "/console/imports/{import}" {
        PAGE page "";
        /// Starts a dry run.
        CHECK check "/check";
        /// Writes the users.
        START start "/start";
        CANCEL cancel "/cancel";
        /// The results of its rows, as CSV.
        REPORT report "/report";
    }
    AssignmentUrls(project: ProjectId, assignment: AssignmentId)
        at "/console/projects/{project}/rules/assignments/{assignment}" {
        REMOVE remove "/remove";
    }
    InitialTokenUrls(project: ProjectId, token: InitialTokenId) at "/console/projects/{project}/initial-tokens/{token}" {
        DELETE delete "/delete";
    }
    ApiUrls(project: ProjectId, api: ApiId) at "/console/projects/{project}/apis/{api}" {
        PAGE page "";
        ALLOW allow "/allow";
        DELETE delete "/delete";
    }
    /// A client of another project that may use an API.
    AllowedClientUrls(project: ProjectId, api: ApiId, client: ClientId)
        at "/console/projects/{project}/apis/{api}/clients/{client}" {
        REMOVE remove "/remove";
    }
    ProjectInvitationUrls(project: ProjectId, invitation: ProjectInvitationId)
        at "/console/projects/{project}/invitations/{invitation}" {
        RESEND resend "/resend";
        WITHDRAW withdraw "/withdraw";
    }
    MemberUrls(project: ProjectId, user: UserId) at "/console/projects/{project}/members/{user}" {
        CHANGE_ROLE change_role "/change-role";
        REMOVE remove "/remove";
    }
    WebhookUrls(project: ProjectId, webhook: WebhookId) at "/console/projects/{project}/webhooks/{webhook}" {
        PAGE page "";
        TEST test "/test";
        ROTATE_SECRET rotate_secret "/rotate-secret";
        ENABLE enable "/enable";
        DISABLE disable "/disable";
        DELETE delete "/delete";
        REDELIVER_FAILED redeliver_failed "/redeliver-failed";
    }
    DeliveryUrls(project: ProjectId, webhook: WebhookId, message: EventId)
        at "/console/projects/{project}/webhooks/{webhook}/deliveries/{message}" {
        REDELIVER redeliver "/redeliver";
    }
    ClientUrls(client: ClientId) at "/console/clients/{client}" {
        PAGE page "";
        EDIT edit "/edit";
        ROTATE_SECRET rotate_secret "/rotate-secret";
        ENABLE enable "/enable";
        DISABLE disable "/disable";
        /// An administrator vouches for it.
        TRUST trust "/trust";
        DISTRUST distrust "/distrust";
        DELETE delete "/delete";
    }
    /// A client, on the pages of its project.
    ProjectClientUrls(project: ProjectId, client: ClientId) at "/console/projects/{project}/clients/{client}" {
        /// The flight recorder.
        ATTEMPTS attempts "/attempts";
        QUICK_START quick_start "/quick-start";
        /// What the client would learn of a person.
        CLAIMS claims "/claims";
        /// The check-up of the client's application.
        CHECK_UP check_up "/check-up";
        START_CHECK_UP start_check_up "/check-up/start";
        END_CHECK_UP end_check_up "/check-up/end";
        /// Polled by the page while the check-up runs.
        CHECK_UP_WAITING check_up_waiting "/check-up/waiting";
    }
    ClientSecretUrls(client: ClientId, secret: &str) at "/console/clients/{client}/secrets/{secret}" {
        END end "/end";
    }
    AttemptUrls(project: ProjectId, client: ClientId, attempt: AttemptId)
        at "/console/projects/{project}/clients/{client}/attempts/{attempt}" {
        PAGE page "";
        /// Makes the change that mends it.
        FIX fix "/fix";
    }
    /// The test issuer of a check-up, by the check-up's id.
    CheckUpUrls(run: &str) at "/check-up/{run}" {
        /// Its issuer identifier. There is no page here.
        ISSUER issuer "";
        METADATA metadata "/.well-known/openid-configuration";
        JWKS jwks "/jwks";
        /// The check-up alone signs in: everybody else is told what this is.
        AUTHORIZE authorize "/authorize";
        TOKEN token "/token";
        USERINFO userinfo "/userinfo";
    }
    /// A provider in the console.
    ProviderUrls(provider: ProviderId) at "/console/providers/{provider}" {
        PAGE page "";
        TEST test "/test";
        /// How claims are mapped.
        CLAIMS claims "/claims";
        ENABLE enable "/enable";
        DISABLE disable "/disable";
        REMOVE remove "/remove";
    }
    /// A user in the console.
    UserUrls(user: UserId) at "/console/users/{user}" {
        PAGE page "";
        SIGN_IN sign_in "/sign-in";
        SESSIONS sessions "/sessions";
        /// The applications, with the claims that each would get.
        APPLICATIONS applications "/applications";
        ROLES roles "/roles";
        ACTIVITY activity "/activity";
        EDIT edit "/edit";
        MERGE merge "/merge";
        UNDO_MERGE undo_merge "/undo-merge";
        RESEND_INVITATION resend_invitation "/resend-invitation";
        WITHDRAW_INVITATION withdraw_invitation "/withdraw-invitation";
    }
    /// An event of the log.
    EventUrls(event: EventId) at "/console/audit/events/{event}" {
        PAGE page "";
    }
    /// A saved filter of the event log.
    SavedFilterUrls(filter: SavedFilterId) at "/console/audit/filters/{filter}" {
        DELETE delete "/delete";
    }
    /// A signing key, by its `kid`.
    KeyUrls(key: &str) at "/console/keys/{key}" {
        REVOKE revoke "/revoke";
    }
    /// An email of development mode.
    CaughtEmailUrls(number: u64) at "/dev/mail/{number}" {
        PAGE page "";
        HTML html "/html";
    }
}

impl UpstreamUrls {
    /// Where the provider sends events.
    pub fn events(&self, endpoint: ProviderEventEndpoint) -> String {
        match endpoint {
            ProviderEventEndpoint::Account => self.notices(),
            ProviderEventEndpoint::DataDeletion => self.deletion(),
            ProviderEventEndpoint::BackchannelLogout => self.logout(),
        }
    }
}

/// The URL of a setup link.
pub fn setup(code: &str) -> String {
    filled(SETUP, &[&code])
}

/// The URL of a guide.
pub fn document(name: &str) -> String {
    filled(DOCUMENT, &[&name])
}

/// The URL of a static file.
pub fn static_file(path: &str) -> String {
    filled(STATIC_FILE, &[&path])
}

/// The owner of branding in a URL: a project, or the installation.
fn brand_owner(owner: BrandOwner) -> String {
    owner.project().map_or_else(|| BRAND_OF_INSTALLATION.to_owned(), |id| id.to_string())
}

/// The owner that a URL names.
pub fn read_brand_owner(text: &str) -> Option<BrandOwner> {
    if text == BRAND_OF_INSTALLATION {
        return Some(BrandOwner::Installation);
    }
    text.parse().ok().map(BrandOwner::of_key)
}

/// The style sheet of an owner's colours, in this version.
pub fn brand_sheet(owner: BrandOwner, version: &str) -> String {
    with(&filled(BRAND_SHEET, &[&format!("{}.css", brand_owner(owner))]), "v", version)
}

/// The style sheet of a colour that nobody has saved.
pub fn brand_preview(accent: Colour) -> String {
    filled(BRAND_PREVIEW, &[&format!("{}.css", accent.to_string().trim_start_matches('#'))])
}

/// The logo of an owner.
pub fn brand_logo(owner: BrandOwner, logo: &LogoRef) -> String {
    filled(BRAND_LOGO, &[&brand_owner(owner), &format!("{}.{}", logo.hash, logo.kind.as_str())])
}

impl Brand {
    /// The style sheet of the colours, if any were chosen.
    pub fn sheet_url(&self) -> Option<String> {
        self.palette.as_ref().map(|(owner, palette)| brand_sheet(*owner, &palette.version()))
    }

    pub fn logo_url(&self) -> Option<String> {
        self.logo.as_ref().map(|(owner, logo)| brand_logo(*owner, logo))
    }
}

/// What ends a segment of a path, or begins an escape: the id of a client may be a URL.
const RESERVED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'/').add(b'<').add(b'>').add(b'?').add(b'\\');

/// A value as one segment of a path.
fn segment(value: &dyn Display) -> String {
    utf8_percent_encode(&value.to_string(), RESERVED).to_string()
}

/// The pattern with its parameters replaced in order.
fn filled(pattern: &str, values: &[&dyn Display]) -> String {
    let mut url = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern;
    for value in values {
        let Some((before, after)) = rest.split_once('{') else { break };
        url = format!("{url}{before}{value}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    url + rest
}

/// A URL with one more query parameter.
pub fn with(url: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

/// The query parameter that says which change was made.
pub const DONE: &str = "done";
/// Value of [`DONE`]: a new password is set.
pub const DONE_PASSWORD: &str = "password";
/// Value of [`DONE`]: the address of a registration is proven.
pub const DONE_EMAIL: &str = "email";
/// Value of [`DONE`]: the sign-in was restarted.
pub const DONE_RESTARTED: &str = "restarted";
/// Somebody accepted an invitation to the project.
pub const DONE_JOINED: &str = "joined";
/// Value of [`DONE`]: the change was not made, because the user had to sign in first, and must be repeated.
pub const DONE_REPEAT: &str = "repeat";
/// The parameter of the sign-in page that repeats the response to a request that was answered before.
pub const RESUME: &str = "resume";

/// A sign-in page with its continuation: a client's request, or the page that was requested.
pub fn on_the_way(path: &str, interaction: Option<&str>, next: Option<&str>) -> String {
    match (interaction, next) {
        (Some(sealed), _) => with(path, "interaction", sealed),
        (None, Some(next)) => with(path, "next", &after_login(Some(next))),
        (None, None) => path.to_owned(),
    }
}

/// The URL that a waiting page polls.
pub fn waiting(proof: ProofId) -> String {
    with(WAITING, "proof", &proof.to_string())
}

/// The sign-in page that continues to a page of this server.
pub fn login_then(page: &str) -> String {
    with(LOGIN, "next", page)
}

/// The sign-in page that asks the signed-in user to authenticate again, and continues to a page of this server.
pub fn login_again(page: &str) -> String {
    with(&login_then(page), "again", "1")
}

/// As [`login_again`], for a change that was not made: the page asks to repeat it.
pub fn login_to_repeat(page: &str) -> String {
    login_again(&with(page, DONE, DONE_REPEAT))
}

/// The second-factor page with the pending sign-in, the client's request it belongs to, and where it continues without
/// one.
pub fn second_factor(pending: &str, interaction: Option<&str>, next: &str) -> String {
    let url = with(SECOND_FACTOR, "pending", pending);
    match interaction {
        Some(sealed) => with(&url, "interaction", sealed),
        None => with(&url, "next", next),
    }
}

/// The page of an upstream sign-in's question.
pub fn upstream_ask(question: ProofId) -> String {
    with(UPSTREAM_ASK, "q", &question.to_string())
}

/// The page that creates the first passkey of a newly registered user.
pub fn first_passkey(interaction: Option<&str>) -> String {
    with(&on_the_way(NEW_PASSKEY, interaction, None), "first", "1")
}

/// The account pages that a sign-in without a client may continue to.
const ACCOUNT_PAGES: [&str; 12] =
    [TOTP, NEW_PASSKEY, SECURITY, PROFILE, SESSIONS, IDENTITIES, APPS, ACTIVITY, DATA, EMAIL, NOT_ME, ACCOUNT];
/// Pages for everybody with actions below their own URL.
const OPEN_PAGES: [&str; 6] = [SECOND_FACTOR, ACCOUNTS, LOGIN, VERIFY, INVITATION, UPSTREAM_ASK];

/// The page on which the form of an action stands, which is the page above it; the path itself if it is a page.
pub fn page_of_action(path: &str) -> &str {
    let above = |page: &&&str| path.strip_prefix(**page).is_some_and(|rest| rest.starts_with('/'));
    let is_page = ACCOUNT_PAGES.contains(&path) || path == RECOVERY_CODES;
    let found = ACCOUNT_PAGES.iter().chain(&OPEN_PAGES).find(above).filter(|_| !is_page);
    found.copied().unwrap_or(path)
}

/// Where a sign-in without a client continues: to the requested page if it is allowed, or to a question of an upstream
/// sign-in; to the profile otherwise.
pub fn after_login(next: Option<&str>) -> String {
    let asked = next.filter(|next| is_after_login(next) || is_upstream_ask(next));
    asked.unwrap_or(PROFILE).to_owned()
}

/// The page of an invitation with this link.
pub fn invitation(token: &str) -> String {
    with(INVITATION, "token", token)
}

/// An account page, the page of CIBA requests, of an invitation or the console, with or without a query; or any page of the console.
fn is_after_login(next: &str) -> bool {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%&=+".contains(&byte);
    let in_console = || {
        let rest = path.strip_prefix(CONSOLE).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)))
    };
    let is_page = || ACCOUNT_PAGES.contains(&path) || [CIBA, CONSOLE, INVITATION].contains(&path) || in_console();
    next.len() <= LONGEST_NEXT && query.bytes().all(plain) && is_page()
}

/// Longest URL of a page that a sign-in continues to.
const LONGEST_NEXT: usize = 500;

fn is_upstream_ask(page: &str) -> bool {
    let question = page.strip_prefix(UPSTREAM_ASK).and_then(|rest| rest.strip_prefix("?q="));
    question.is_some_and(|question| question.parse::<ProofId>().is_ok())
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
            "/ciba",
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

    #[test]
    fn a_pattern_is_filled_in_order_and_once() {
        let (project, webhook) = (ProjectId(uuid::Uuid::nil()), WebhookId(uuid::Uuid::max()));
        let urls = WebhookUrls::of(&project, &webhook);
        let filled = WebhookUrls::ROTATE_SECRET
            .replace("{project}", &project.to_string())
            .replace("{webhook}", &webhook.to_string());
        assert_eq!(urls.rotate_secret(), filled);
        assert_eq!(ClientUrls::of(&ClientId("{client}".into())).edit(), "/console/clients/{client}/edit");
        assert_eq!(document("guides/axum"), "/docs/guides/axum");
        let url = ClientUrls::of(&ClientId("https://a.test/c.json?v=1%2F".into()));
        assert_eq!(url.page(), "/console/clients/https:%2F%2Fa.test%2Fc.json%3Fv=1%252F");
    }

    #[test]
    fn the_form_of_an_action_stands_on_the_page_above() {
        for (action, page) in [
            (DELETE_ACCOUNT, DATA),
            (REMOVE_TOTP, SECURITY),
            (RENEW_CODES, SECURITY),
            (SECOND_STEP_ALWAYS, SECURITY),
            (SECOND_PASSKEY, SECOND_FACTOR),
            (REMOVE_ACCOUNT, ACCOUNTS),
            (PASSKEY_SIGN_IN, LOGIN),
            (TOTP, TOTP),
            (RECOVERY_CODES, RECOVERY_CODES),
            (CONSOLE, CONSOLE),
        ] {
            assert_eq!(page_of_action(action), page);
        }
    }
}
