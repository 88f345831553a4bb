//! The use cases, as one value.

use std::ops::Deref;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::account::activity::ActivityLog;
use crate::account::applications::Applications;
use crate::account::change_email::EmailChanges;
use crate::account::delete_account::AccountDeletion;
use crate::account::profile::Profiles;
use crate::account::receipts::Receipts;
use crate::account::report_compromise::CompromiseReports;
use crate::admin::clients::Clients;
use crate::admin::keys::SigningKeys;
use crate::admin::projects::Projects;
use crate::admin::shown_once::ShownOnce;
use crate::admin::users::Users;
use crate::api::caller::Callers;
use crate::api::feed_access::FeedAccess;
use crate::api::idempotency::IdempotentRequests;
use crate::api::session_reports::SessionReports;
use crate::api::sign_in::SessionApi;
use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::credentials::passkeys::Passkeys;
use crate::credentials::passwords::Passwords;
use crate::credentials::recovery_codes::RecoveryCodes;
use crate::credentials::totp::AuthenticatorApps;
use crate::emails::EmailQueue;
use crate::end::Endings;
use crate::login::accounts::Accounts;
use crate::login::finish_sign_in::SessionOpening;
use crate::login::recover::Recovery;
use crate::login::second_factor::SecondFactors;
use crate::login::setup::SetupLinks;
use crate::login::sign_in::PasswordSignIn;
use crate::login::sign_out::SignOuts;
use crate::login::sign_up::Registration;
use crate::login::throttle::Throttles;
use crate::oauth::authenticate_client::ClientAuthentication;
use crate::oauth::authorize::Authorizations;
use crate::oauth::grants::GrantDeps;
use crate::oauth::grants::refresh_token::RefreshTokenGrant;
use crate::oauth::introspect::IssuedTokens;
use crate::oauth::issue::TokenIssuer;
use crate::oauth::origins::ClientOrigins;
use crate::oauth::registered_origins::OriginCache;
use crate::oauth::token::TokenEndpoint;
use crate::policy::Policies;
use crate::projects::history::Histories;
use crate::projects::members::Members;
use crate::projects::people::ProjectUsers;
use crate::security_emails::SecurityEmails;
use crate::upstream::callback::UpstreamSignIn;
use crate::upstream::identities::Identities;
use crate::upstream::merge::AccountMerges;
use crate::upstream::provider_events::ProviderEvents;
use crate::upstream::providers::Providers;
use crate::upstream::suggest::SuggestedEmails;
use crate::webhooks::manage::Webhooks;
use usher_domain::oauth::client_secret::USE_NOTED_EVERY;
use usher_keys::keyring::Keyring;
use usher_upstream::Registry;

/// How long a client is cached: a change by another process takes effect after this.
const CLIENT_MEMORY: Duration = Duration::from_secs(1);
/// How long a recorded release of claims is cached before it is recorded again.
const RELEASE_MEMORY: Duration = Duration::from_hours(1);
/// Most pairs of client and user cached.
const RELEASES_REMEMBERED: u64 = 50_000;
/// Most clients cached.
const CLIENTS_REMEMBERED: u64 = 10_000;
/// Most tables of access rules cached.
const TABLES_REMEMBERED: u64 = 200;

/// The use cases, by subject. Each service holds what it uses; none uses another in a circle.
pub struct Services {
    pub core: Arc<Core>,
    pub account_deletion: Arc<AccountDeletion>,
    pub account_merges: Arc<AccountMerges>,
    pub accounts: Arc<Accounts>,
    pub activity_log: Arc<ActivityLog>,
    pub applications: Arc<Applications>,
    pub authenticator_apps: Arc<AuthenticatorApps>,
    pub authorizations: Arc<Authorizations>,
    pub callers: Arc<Callers>,
    pub client_authentication: Arc<ClientAuthentication>,
    pub client_origins: Arc<ClientOrigins>,
    pub clients: Arc<Clients>,
    pub compromise_reports: Arc<CompromiseReports>,
    pub email_changes: Arc<EmailChanges>,
    pub email_queue: Arc<EmailQueue>,
    pub endings: Arc<Endings>,
    pub factor_rules: Arc<FactorRules>,
    pub feed_access: Arc<FeedAccess>,
    pub histories: Arc<Histories>,
    pub idempotent_requests: Arc<IdempotentRequests>,
    pub identities: Arc<Identities>,
    pub issued_tokens: Arc<IssuedTokens>,
    pub members: Arc<Members>,
    pub passkeys: Arc<Passkeys>,
    pub password_sign_in: Arc<PasswordSignIn>,
    pub passwords: Arc<Passwords>,
    pub policies: Arc<Policies>,
    pub profiles: Arc<Profiles>,
    pub project_users: Arc<ProjectUsers>,
    pub projects: Arc<Projects>,
    pub provider_events: Arc<ProviderEvents>,
    pub providers: Arc<Providers>,
    pub receipts: Arc<Receipts>,
    pub recovery: Arc<Recovery>,
    pub recovery_codes: Arc<RecoveryCodes>,
    pub refresh_token_grant: Arc<RefreshTokenGrant>,
    pub registration: Arc<Registration>,
    pub second_factors: Arc<SecondFactors>,
    pub security_emails: Arc<SecurityEmails>,
    pub session_api: Arc<SessionApi>,
    pub session_opening: Arc<SessionOpening>,
    pub session_reports: Arc<SessionReports>,
    pub setup_links: Arc<SetupLinks>,
    pub shown_once: Arc<ShownOnce>,
    pub sign_outs: Arc<SignOuts>,
    pub signing_keys: Arc<SigningKeys>,
    pub suggested_emails: Arc<SuggestedEmails>,
    pub throttles: Arc<Throttles>,
    pub token_endpoint: Arc<TokenEndpoint>,
    pub token_issuer: Arc<TokenIssuer>,
    pub upstream_sign_in: Arc<UpstreamSignIn>,
    pub users: Arc<Users>,
    pub webhooks: Arc<Webhooks>,
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
    pub fn new(core: Core, registry: Registry) -> Self {
        Self(Arc::new(Services::new(Arc::new(core), registry)))
    }
}

impl Services {
    fn new(core: Arc<Core>, registry: Registry) -> Self {
        let endings = Arc::new(Endings { core: core.clone() });
        let accounts = Arc::new(Accounts { core: core.clone() });
        let email_queue = Arc::new(EmailQueue { core: core.clone() });
        let security_emails = Arc::new(SecurityEmails { core: core.clone(), email_queue: email_queue.clone() });
        let factor_rules = Arc::new(FactorRules {
            core: core.clone(),
            accounts: accounts.clone(),
            security_emails: security_emails.clone(),
        });
        let account_deletion = Arc::new(AccountDeletion {
            core: core.clone(),
            endings: endings.clone(),
            factor_rules: factor_rules.clone(),
            security_emails: security_emails.clone(),
        });
        let providers = Arc::new(Providers { core: core.clone(), registry });
        let clients = Arc::new(Clients {
            core: core.clone(),
            providers: providers.clone(),
            cache: Cache::builder().max_capacity(CLIENTS_REMEMBERED).time_to_live(CLIENT_MEMORY).build(),
            secret_uses: Cache::builder().max_capacity(CLIENTS_REMEMBERED).time_to_live(USE_NOTED_EVERY).build(),
        });
        let signing_keys = Arc::new(SigningKeys {
            core: core.clone(),
            current: RwLock::new(Arc::new(Keyring::new(&[], &core.sealer))),
            reloading: Mutex::new(()),
        });
        let policies = Arc::new(Policies {
            core: core.clone(),
            clients: clients.clone(),
            signing_keys: signing_keys.clone(),
            tables: Cache::new(TABLES_REMEMBERED),
        });
        let account_merges = Arc::new(AccountMerges {
            core: core.clone(),
            endings: endings.clone(),
            factor_rules: factor_rules.clone(),
            policies: policies.clone(),
            security_emails: security_emails.clone(),
        });
        let applications =
            Arc::new(Applications { core: core.clone(), clients: clients.clone(), endings: endings.clone() });
        let profiles = Arc::new(Profiles { core: core.clone() });
        let activity_log = Arc::new(ActivityLog {
            core: core.clone(),
            applications: applications.clone(),
            clients: clients.clone(),
            profiles: profiles.clone(),
        });
        let recovery_codes = Arc::new(RecoveryCodes {
            core: core.clone(),
            factor_rules: factor_rules.clone(),
            security_emails: security_emails.clone(),
        });
        let throttles = Arc::new(Throttles { core: core.clone() });
        let authenticator_apps = Arc::new(AuthenticatorApps {
            core: core.clone(),
            factor_rules: factor_rules.clone(),
            recovery_codes: recovery_codes.clone(),
            throttles: throttles.clone(),
        });
        let token_issuer = Arc::new(TokenIssuer {
            core: core.clone(),
            policies: policies.clone(),
            signing_keys: signing_keys.clone(),
            releases: Cache::builder().max_capacity(RELEASES_REMEMBERED).time_to_live(RELEASE_MEMORY).build(),
        });
        let authorizations = Arc::new(Authorizations {
            core: core.clone(),
            accounts: accounts.clone(),
            clients: clients.clone(),
            signing_keys: signing_keys.clone(),
        });
        let refresh_token_grant = Arc::new(RefreshTokenGrant {
            core: core.clone(),
            endings: endings.clone(),
            security_emails: security_emails.clone(),
            token_issuer: token_issuer.clone(),
        });
        let issued_tokens = Arc::new(IssuedTokens {
            core: core.clone(),
            clients: clients.clone(),
            endings: endings.clone(),
            refresh_token_grant: refresh_token_grant.clone(),
            signing_keys: signing_keys.clone(),
            token_issuer: token_issuer.clone(),
        });
        let callers = Arc::new(Callers {
            core: core.clone(),
            accounts: accounts.clone(),
            clients: clients.clone(),
            endings: endings.clone(),
            issued_tokens: issued_tokens.clone(),
            refresh_token_grant: refresh_token_grant.clone(),
            token_issuer: token_issuer.clone(),
        });
        let client_authentication = Arc::new(ClientAuthentication {
            core: core.clone(),
            clients: clients.clone(),
            throttles: throttles.clone(),
        });
        let client_origins = Arc::new(ClientOrigins { core: core.clone(), cache: OriginCache::default() });
        let compromise_reports = Arc::new(CompromiseReports {
            core: core.clone(),
            endings: endings.clone(),
            security_emails: security_emails.clone(),
        });
        let session_opening = Arc::new(SessionOpening {
            core: core.clone(),
            accounts: accounts.clone(),
            security_emails: security_emails.clone(),
        });
        let registration = Arc::new(Registration {
            core: core.clone(),
            email_queue: email_queue.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
        });
        let email_changes = Arc::new(EmailChanges {
            core: core.clone(),
            email_queue: email_queue.clone(),
            factor_rules: factor_rules.clone(),
            registration: registration.clone(),
            security_emails: security_emails.clone(),
            throttles: throttles.clone(),
        });
        let feed_access =
            Arc::new(FeedAccess { core: core.clone(), callers: callers.clone(), signing_keys: signing_keys.clone() });
        let histories = Arc::new(Histories { core: core.clone() });
        let idempotent_requests = Arc::new(IdempotentRequests { core: core.clone() });
        let identities = Arc::new(Identities {
            core: core.clone(),
            endings: endings.clone(),
            factor_rules: factor_rules.clone(),
            security_emails: security_emails.clone(),
        });
        let users = Arc::new(Users {
            core: core.clone(),
            endings: endings.clone(),
            profiles: profiles.clone(),
            registration: registration.clone(),
        });
        let members = Arc::new(Members { core: core.clone(), throttles: throttles.clone(), users: users.clone() });
        let second_factors = Arc::new(SecondFactors {
            core: core.clone(),
            accounts: accounts.clone(),
            authenticator_apps: authenticator_apps.clone(),
            factor_rules: factor_rules.clone(),
            recovery_codes: recovery_codes.clone(),
            security_emails: security_emails.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
        });
        let passkeys = Arc::new(Passkeys {
            core: core.clone(),
            factor_rules: factor_rules.clone(),
            second_factors: second_factors.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
        });
        let password_sign_in = Arc::new(PasswordSignIn {
            core: core.clone(),
            accounts: accounts.clone(),
            registration: registration.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
        });
        let passwords = Arc::new(Passwords {
            core: core.clone(),
            endings: endings.clone(),
            factor_rules: factor_rules.clone(),
            security_emails: security_emails.clone(),
            throttles: throttles.clone(),
        });
        let project_users = Arc::new(ProjectUsers {
            core: core.clone(),
            applications: applications.clone(),
            clients: clients.clone(),
            endings: endings.clone(),
        });
        let projects = Arc::new(Projects { core: core.clone(), clients: clients.clone() });
        let provider_events = Arc::new(ProviderEvents {
            core: core.clone(),
            endings: endings.clone(),
            identities: identities.clone(),
            providers: providers.clone(),
            security_emails: security_emails.clone(),
        });
        let receipts = Arc::new(Receipts { core: core.clone(), clients: clients.clone() });
        let recovery = Arc::new(Recovery {
            core: core.clone(),
            email_queue: email_queue.clone(),
            endings: endings.clone(),
            registration: registration.clone(),
            security_emails: security_emails.clone(),
            throttles: throttles.clone(),
        });
        let session_api =
            Arc::new(SessionApi { password_sign_in: password_sign_in.clone(), second_factors: second_factors.clone() });
        let session_reports = Arc::new(SessionReports { core: core.clone() });
        let setup_links = Arc::new(SetupLinks {
            core: core.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
            users: users.clone(),
        });
        let shown_once = Arc::new(ShownOnce { core: core.clone() });
        let sign_outs = Arc::new(SignOuts {
            core: core.clone(),
            accounts: accounts.clone(),
            clients: clients.clone(),
            endings: endings.clone(),
            signing_keys: signing_keys.clone(),
        });
        let suggested_emails = Arc::new(SuggestedEmails { core: core.clone() });
        let deps = GrantDeps {
            core: core.clone(),
            endings: endings.clone(),
            throttles: throttles.clone(),
            token_issuer: token_issuer.clone(),
            refresh_token: refresh_token_grant.clone(),
        };
        let token_endpoint = Arc::new(TokenEndpoint::new(client_authentication.clone(), &deps));
        let upstream_sign_in = Arc::new(UpstreamSignIn {
            core: core.clone(),
            accounts: accounts.clone(),
            email_queue: email_queue.clone(),
            factor_rules: factor_rules.clone(),
            providers: providers.clone(),
            registration: registration.clone(),
            security_emails: security_emails.clone(),
            session_opening: session_opening.clone(),
            throttles: throttles.clone(),
        });
        let webhooks = Arc::new(Webhooks { core: core.clone(), providers: providers.clone() });

        Self {
            core,
            account_deletion,
            account_merges,
            accounts,
            activity_log,
            applications,
            authenticator_apps,
            authorizations,
            callers,
            client_authentication,
            client_origins,
            clients,
            compromise_reports,
            email_changes,
            email_queue,
            endings,
            factor_rules,
            feed_access,
            histories,
            idempotent_requests,
            identities,
            issued_tokens,
            members,
            passkeys,
            password_sign_in,
            passwords,
            policies,
            profiles,
            project_users,
            projects,
            provider_events,
            providers,
            receipts,
            recovery,
            recovery_codes,
            refresh_token_grant,
            registration,
            second_factors,
            security_emails,
            session_api,
            session_opening,
            session_reports,
            setup_links,
            shown_once,
            sign_outs,
            signing_keys,
            suggested_emails,
            throttles,
            token_endpoint,
            token_issuer,
            upstream_sign_in,
            users,
            webhooks,
        }
    }
}
