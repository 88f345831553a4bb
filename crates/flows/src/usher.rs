//! The use cases, as one value.

use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{Mutex, Notify, Semaphore};

use crate::api::caller::Callers;
use crate::api::feed_access::FeedAccess;
use crate::api::idempotency::IdempotentRequests;
use crate::api::session_reports::SessionReports;
use crate::api::sign_in::SessionApi;
use crate::attempts::fixes::AttemptFixes;
use crate::attempts::queue::{AttemptQueue, AttemptRecorder};
use crate::check_ups::{CheckUps, MOST_AT_ONCE};
use crate::oauth::authorize::Authorizations;
use crate::oauth::ciba::begin::CibaRequests;
use crate::oauth::claim_preview::ClaimPreviews;
use crate::oauth::client::assertions::ClientAssertions;
use crate::oauth::client::authenticate::ClientAuthentication;
use crate::oauth::client::documents::ClientDocuments;
use crate::oauth::client::keys::ClientKeys;
use crate::oauth::client::register::ClientRegistrations;
use crate::oauth::device::begin::DeviceAuthorizations;
use crate::oauth::dpop::DpopProofs;
use crate::oauth::grants::handler::{GrantDeps, GrantTypeRow};
use crate::oauth::grants::refresh_token::RefreshTokenGrant;
use crate::oauth::introspect::IssuedTokens;
use crate::oauth::issue::TokenIssuer;
use crate::oauth::origins::ClientOrigins;
use crate::oauth::presented_token::PresentedTokens;
use crate::oauth::pushed_requests::PushedRequests;
use crate::oauth::registered_origins::OriginCache;
use crate::oauth::request_objects::RequestObjects;
use crate::oauth::token::TokenEndpoint;
use crate::policy::Policies;
use crate::projects::history::Histories;
use crate::projects::invitations::ProjectInvitations;
use crate::projects::members::Members;
use crate::projects::modules::LocalModules;
use crate::projects::people::ProjectUsers;
use crate::projects::register::Projects;
use crate::search::ConsoleSearch;
use crate::users::changes::UserChanges;
use crate::users::details::UserDetails;
use crate::users::directory::{MOST_EXAMINED, UserDirectory};
use crate::users::export::UserExports;
use crate::users::invitations::Invitations;
use crate::users::live_sessions::LiveSessions;
use crate::webhooks::manage::Webhooks;
use usher_accounts::account::activity::ActivityLog;
use usher_accounts::account::applications::Applications;
use usher_accounts::account::change_email::EmailChanges;
use usher_accounts::account::delete_account::AccountDeletion;
use usher_accounts::account::profile::Profiles;
use usher_accounts::account::receipts::Receipts;
use usher_accounts::account::report_compromise::CompromiseReports;
use usher_accounts::admin::branding::Brandings;
use usher_accounts::admin::clients::Clients;
use usher_accounts::admin::initial_tokens::InitialTokens;
use usher_accounts::admin::installation::Installation;
use usher_accounts::admin::keys::SigningKeys;
use usher_accounts::admin::old_key_uses::OldKeyUses;
use usher_accounts::admin::project_sign_in::ProjectSignIns;
use usher_accounts::admin::shown_once::ShownOnce;
use usher_accounts::admin::users::Users;
use usher_accounts::apis::Apis;
use usher_accounts::core::Core;
use usher_accounts::credentials::factors::FactorRules;
use usher_accounts::credentials::passkeys::Passkeys;
use usher_accounts::credentials::passwords::Passwords;
use usher_accounts::credentials::recovery_codes::RecoveryCodes;
use usher_accounts::credentials::totp::AuthenticatorApps;
use usher_accounts::emails::EmailQueue;
use usher_accounts::end::Endings;
use usher_accounts::login::accounts::Accounts;
use usher_accounts::login::finish_sign_in::SessionOpening;
use usher_accounts::login::recover::Recovery;
use usher_accounts::login::second_factor::SecondFactors;
use usher_accounts::login::setup::SetupLinks;
use usher_accounts::login::sign_in::PasswordSignIn;
use usher_accounts::login::sign_out::SignOuts;
use usher_accounts::login::sign_up::Registration;
use usher_accounts::login::throttle::Throttles;
use usher_accounts::security_emails::SecurityEmails;
use usher_accounts::subjects::Subjects;
use usher_accounts::upstream::callback::UpstreamSignIn;
use usher_accounts::upstream::identities::Identities;
use usher_accounts::upstream::merge::AccountMerges;
use usher_accounts::upstream::provider_events::ProviderEvents;
use usher_accounts::upstream::providers::Providers;
use usher_accounts::upstream::suggest::SuggestedEmails;
use usher_checkup::book::CheckUpBook;
use usher_domain::oauth::client_secret::USE_NOTED_EVERY;
use usher_keys::keyring::Keyring;
use usher_transfer::imports::UserImports;
use usher_upstream::Registry;

/// How long a client, or the APIs of a project, are cached: a change by another process takes effect after this.
const CLIENT_MEMORY: Duration = Duration::from_secs(1);
/// How long a recorded release of claims is cached before it is recorded again.
const RELEASE_MEMORY: Duration = Duration::from_hours(1);
/// Most pairs of client and user cached.
const RELEASES_REMEMBERED: u64 = 50_000;
/// How long branding is cached.
const BRANDING_MEMORY: Duration = Duration::from_secs(5);
/// Most clients cached.
const CLIENTS_REMEMBERED: u64 = 10_000;
/// Most projects whose APIs are cached.
const PROJECTS_REMEMBERED: u64 = 1_000;
/// How long the APIs that the metadata announces are cached.
const ANNOUNCED_MEMORY: Duration = Duration::from_secs(10);
/// Most `jwks_uri`s of clients whose keys are cached.
const KEY_SETS_REMEMBERED: u64 = 1_000;
/// How long such keys are cached.
const KEY_SET_MEMORY: Duration = Duration::from_hours(1);
/// How long the state of a client's metadata document is cached.
const DOCUMENT_MEMORY: Duration = Duration::from_hours(24);
/// Most tables of access rules cached.
const TABLES_REMEMBERED: u64 = 200;

fn expiring<K, V>(most: u64, lifetime: Duration) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(most).time_to_live(lifetime).build()
}

/// Declares the services and builds them in this order: `name: Service { what it uses; what it owns }`. None uses a later
/// one, so there is no circle.
macro_rules! services {
    (
        ($core:ident, $registry:ident, $grants:ident)
        $($name:ident: $service:ident { $($used:ident),* $(; $($own:ident: $value:expr),*)? },)*
        $(= $made:ident: $made_service:ident from $make:expr;)*
    ) => {
        /// The use cases, by subject.
        pub struct Services {
            pub core: Arc<Core>,
            $(pub $name: Arc<$service>,)*
            $(pub $made: Arc<$made_service>,)*
        }

        impl Services {
            fn new($core: Arc<Core>, $registry: Registry, $grants: &[GrantTypeRow]) -> Self {
                $(let $name = Arc::new($service {
                    $($used: Arc::clone(&$used),)*
                    $($($own: $value,)*)?
                });)*
                $(let $made = Arc::new($make);)*
                Self { core: $core, $($name,)* $($made,)* }
            }
        }
    };
}

services! {
    (core, registry, grants)
    endings: Endings { core },
    accounts: Accounts { core },
    brandings: Brandings { core; cache: expiring(PROJECTS_REMEMBERED, BRANDING_MEMORY) },
    project_sign_ins: ProjectSignIns { core },
    email_queue: EmailQueue { core, brandings },
    security_emails: SecurityEmails { core, email_queue },
    factor_rules: FactorRules { core, accounts, security_emails },
    account_deletion: AccountDeletion { core, endings, factor_rules, security_emails },
    providers: Providers { core; registry: registry },
    apis: Apis {
        core, providers;
        cache: expiring(PROJECTS_REMEMBERED, CLIENT_MEMORY),
        announced: expiring(1, ANNOUNCED_MEMORY)
    },
    clients: Clients {
        core, apis, providers;
        cache: expiring(CLIENTS_REMEMBERED, CLIENT_MEMORY),
        secret_uses: expiring(CLIENTS_REMEMBERED, USE_NOTED_EVERY)
    },
    attempts: AttemptRecorder { core, clients; queue: AttemptQueue::default() },
    attempt_fixes: AttemptFixes { attempts, clients },
    signing_keys: SigningKeys {
        core;
        current: RwLock::new(Arc::new(Keyring::new(&[], &core.sealer))),
        reloading: Mutex::new(()),
        old_key_uses: OldKeyUses::default()
    },
    subjects: Subjects { core },
    policies: Policies { core, clients, signing_keys, subjects; tables: Cache::new(TABLES_REMEMBERED) },
    account_merges: AccountMerges { core, endings, factor_rules, security_emails },
    applications: Applications { core, clients, endings },
    profiles: Profiles { core },
    activity_log: ActivityLog { core, applications, clients, profiles },
    recovery_codes: RecoveryCodes { core, factor_rules, security_emails },
    throttles: Throttles { core },
    authenticator_apps: AuthenticatorApps { core, factor_rules, recovery_codes, throttles },
    check_ups: CheckUps {
        core, providers, throttles;
        book: CheckUpBook::default(),
        places: Arc::new(Semaphore::new(MOST_AT_ONCE))
    },
    token_issuer: TokenIssuer {
        core, apis, policies, signing_keys;
        releases: expiring(RELEASES_REMEMBERED, RELEASE_MEMORY)
    },
    client_keys: ClientKeys { core, providers; fetched: expiring(KEY_SETS_REMEMBERED, KEY_SET_MEMORY) },
    client_assertions: ClientAssertions { core, client_keys },
    initial_tokens: InitialTokens { core },
    client_registrations: ClientRegistrations { core, clients, throttles },
    client_documents: ClientDocuments {
        core, clients, providers, throttles;
        documents: expiring(CLIENTS_REMEMBERED, DOCUMENT_MEMORY),
        uses: expiring(CLIENTS_REMEMBERED, DOCUMENT_MEMORY)
    },
    client_authentication: ClientAuthentication { core, client_assertions, client_documents, client_keys, clients, throttles },
    dpop_proofs: DpopProofs { core },
    request_objects: RequestObjects { core, client_keys, providers },
    pushed_requests: PushedRequests { core, apis, client_authentication, dpop_proofs, request_objects },
    claim_previews: ClaimPreviews { core, token_issuer },
    authorizations: Authorizations {
        core, accounts, apis, attempts, client_documents, clients, pushed_requests, request_objects, signing_keys,
        subjects, throttles
    },
    ciba_requests: CibaRequests {
        core, apis, client_authentication, email_queue, request_objects, signing_keys, subjects, throttles
    },
    refresh_token_grant: RefreshTokenGrant { core, endings, security_emails, token_issuer },
    issued_tokens: IssuedTokens { core, clients, endings, token_issuer },
    presented_tokens: PresentedTokens { dpop_proofs, issued_tokens },
    callers: Callers { core, accounts, clients, endings, presented_tokens, refresh_token_grant, token_issuer },
    client_origins: ClientOrigins { core; cache: OriginCache::default() },
    compromise_reports: CompromiseReports { core, endings, security_emails },
    session_opening: SessionOpening { core, accounts, security_emails },
    registration: Registration { core, email_queue, project_sign_ins, session_opening, throttles },
    device_authorizations: DeviceAuthorizations { core, apis, client_authentication, throttles },
    email_changes: EmailChanges { core, email_queue, factor_rules, registration, security_emails, throttles },
    feed_access: FeedAccess { core, callers, signing_keys },
    histories: Histories { core, subjects },
    local_modules: LocalModules { core, clients, policies },
    idempotent_requests: IdempotentRequests { core },
    installation: Installation { core, email_queue, providers },
    identities: Identities { core, endings, factor_rules, providers, security_emails },
    users: Users { core, endings, profiles, registration },
    user_details: UserDetails { core, token_issuer },
    user_directory: UserDirectory { core; most_examined: MOST_EXAMINED },
    console_search: ConsoleSearch { core, clients },
    live_sessions: LiveSessions { core, user_directory },
    user_exports: UserExports { core, user_directory },
    members: Members { core, throttles, users },
    project_invitations: ProjectInvitations { core, email_queue, registration, throttles },
    second_factors: SecondFactors { core, accounts, authenticator_apps, factor_rules, recovery_codes, security_emails, session_opening, throttles },
    passkeys: Passkeys { core, factor_rules, second_factors, session_opening, throttles },
    password_sign_in: PasswordSignIn { core, accounts, registration, session_opening, throttles },
    passwords: Passwords { core, endings, factor_rules, security_emails, throttles },
    project_users: ProjectUsers { core, applications, clients, endings, subjects },
    projects: Projects { core, clients },
    provider_events: ProviderEvents { core, endings, identities, providers, security_emails },
    receipts: Receipts { core, clients },
    recovery: Recovery { core, email_queue, endings, registration, security_emails, throttles },
    user_imports: UserImports { core, recovery, registration; wakeup: Notify::new() },
    invitations: Invitations { account_deletion, recovery, user_details, users },
    user_changes: UserChanges { core, account_deletion, factor_rules, members, recovery, users },
    session_api: SessionApi { password_sign_in, second_factors },
    session_reports: SessionReports { core },
    setup_links: SetupLinks { core, session_opening, throttles, users },
    shown_once: ShownOnce { core },
    sign_outs: SignOuts { core, accounts, clients, endings, signing_keys },
    suggested_emails: SuggestedEmails { core, providers },
    upstream_sign_in: UpstreamSignIn { core, accounts, email_queue, factor_rules, project_sign_ins, providers, registration, security_emails, session_opening, throttles },
    webhooks: Webhooks { core, providers },
    = token_endpoint: TokenEndpoint from TokenEndpoint::new(
        client_authentication.clone(),
        dpop_proofs.clone(),
        grants,
        &GrantDeps {
            core: core.clone(),
            clients: clients.clone(),
            endings: endings.clone(),
            issued_tokens: issued_tokens.clone(),
            providers: providers.clone(),
            security_emails: security_emails.clone(),
            throttles: throttles.clone(),
            token_issuer: token_issuer.clone(),
        },
    );
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Usher(Arc<Services>);

impl Deref for Usher {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Usher {
    /// Builds the use cases.
    pub fn new(core: Core, registry: Registry, grants: &[GrantTypeRow]) -> Self {
        Self(Arc::new(Services::new(Arc::new(core), registry, grants)))
    }
}
