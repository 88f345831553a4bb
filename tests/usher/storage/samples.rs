//! Sample values to store: every field filled, every identifier new.

use std::sync::LazyLock;
use std::time::Duration;

use usher_domain::email::Email;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{ClientId, EventId, GrantId, IdentityId, ProjectId, ProofId, SessionId, UserId};
use usher_domain::oauth::client::{Client, ClientSecret, ClientType};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::oauth::grant::{Grant, RefreshFamily, RefreshLimits};
use usher_domain::project::Project;
use usher_domain::random::{Random, SeededRandom};
use usher_domain::time::Timestamp;
use usher_domain::user::identity::{EmailState, Identity, LinkedHow};
use usher_domain::user::proof::{Proof, ProofKind};
use usher_domain::user::session::Session;
use usher_domain::user::source::{AttributeOrigin, AttributeSource, AttributeSources};
use usher_domain::user::{AddressClaim, Profile, Sub, User, UserStatus};
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::scope::Scope;
use usher_storage::Store;
use usher_storage::grants::{Presented, Spend};

/// The present moment of every test.
pub const NOW: Timestamp = Timestamp(1_800_000_000);

/// The lifetimes of a family in these tests.
pub const LIMITS: RefreshLimits = RefreshLimits {
    idle: Duration::from_secs(1_000),
    absolute: Some(Duration::from_secs(5_000)),
    retry_window: Duration::from_secs(30),
};

/// Runs the body in one transaction, with clones of the values in brackets moved into it.
macro_rules! in_tx {
    ($store:expr, |$tx:ident| $body:expr) => {
        async {
            let mut transaction = $store.begin().await?;
            let work = async {
                let $tx = &mut transaction;
                $body
            };
            let outcome: usher_storage::Result<_> = work.await;
            let value = outcome?;
            transaction.commit().await?;
            Ok::<_, usher_storage::StorageError>(value)
        }
        .await
    };
}
pub(crate) use in_tx;

/// Bytes that differ from call to call.
pub fn random() -> &'static dyn Random {
    static RANDOM: LazyLock<SeededRandom> = LazyLock::new(|| SeededRandom::new(1));
    &*RANDOM
}

/// A random hash.
pub fn hash() -> Vec<u8> {
    random().bytes::<32>().to_vec()
}

/// So many seconds after [`NOW`].
pub fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

pub fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.test")).unwrap()
}

pub fn user() -> User {
    let id = UserId::new(NOW, random());
    User {
        id,
        sub: Sub(random().handle()),
        email: Some(email(&format!("ana.{}", id.0.simple()))),
        status: UserStatus::Active,
        admin: true,
        locale: Some("pt-BR".into()),
        profile: Profile {
            given_name: Some("Ana \u{1F980}".into()),
            family_name: Some("O'Neil \"quoted\" \\ ção".into()),
            phone_number: Some("+351 910 000 000".into()),
            phone_number_verified: true,
            address: Some(AddressClaim { formatted: Some("Rua 1\r\nLisboa".into()), ..AddressClaim::default() }),
            ..Profile::default()
        },
        sources: sources(),
        created_at: NOW,
        updated_at: later(1),
        factors_frozen_until: None,
    }
}

fn sources() -> AttributeSources {
    let mut sources = AttributeSources::default();
    sources.set("email", AttributeSource { origin: AttributeOrigin::Person, at: NOW, verified_at: Some(later(1)) });
    sources.set(
        "given_name",
        AttributeSource { origin: AttributeOrigin::Provider("google".into()), at: NOW, verified_at: None },
    );
    sources
}

pub fn session_of(user: &User) -> Session {
    Session {
        id: SessionId::new(NOW, random()),
        user_id: user.id,
        auth_time: NOW,
        amr: vec!["pwd".into(), "mfa".into()],
        acr: "aal1".into(),
        created_at: NOW,
        last_seen_at: later(1),
        idle_expires_at: later(600),
        expires_at: later(1_000),
        ended_at: None,
        user_agent: Some("Firefox/150 \"x\"".into()),
        source: Some("2001:db8::/48".into()),
    }
}

pub fn project() -> Project {
    Project { id: ProjectId::new(NOW, random()), name: "Shop & Söhne".into(), created_at: NOW, required_acr: None }
}

pub fn client_of(project: &Project) -> Client {
    let mut metadata = ClientType::Web.defaults();
    metadata.client_name = "Shop".into();
    metadata.redirect_uris = vec!["https://shop.test/cb?x=1".into()];
    metadata.default_max_age = Some(3_600);
    let secret = ClientSecret {
        sha256: "ab".repeat(32),
        created_at: NOW,
        expires_at: Some(later(9)),
        last_used_at: None,
        sealed: None,
    };
    Client {
        id: ClientId(random().handle()),
        project_id: project.id,
        kind: ClientType::Web,
        metadata,
        secrets: vec![secret.clone(), ClientSecret { expires_at: None, ..secret }],
        created_at: NOW,
        updated_at: later(1),
        disabled_at: None,
        origin: ClientOrigin::Managed,
        trusted_at: None,
        project_acr: None,
    }
}

pub fn grant_in(session: &Session) -> Grant {
    let claims = ClaimsRequest {
        userinfo: ["email".to_owned()].into(),
        id_token: ["acr".to_owned(), "name".to_owned()].into(),
        subs: vec!["somebody".into()],
        essential_acr: Some(vec!["aal2".into()]),
    };
    Grant {
        id: GrantId::new(NOW, random()),
        client_id: ClientId("shop".into()),
        user_id: session.user_id,
        session_id: session.id,
        scope: Scope::of(["openid", "offline_access", "email"]),
        targets: None,
        claims,
        auth_time: session.auth_time,
        acr: "aal1".into(),
        amr: vec!["pwd".into()],
        created_at: NOW,
        refresh: Some(RefreshFamily::begin(NOW, &LIMITS)),
        revoked_at: None,
    }
}

/// The event of a new grant.
pub fn event_of(grant: &Grant) -> Event {
    Event::new(EventId::new(NOW, random()), EventKind::GRANT_CREATED, NOW)
        .with_user(grant.user_id)
        .with_session(grant.session_id)
        .with_client(&grant.client_id)
        .with_grant(grant.id)
        .with("scope", grant.scope.to_string())
}

pub fn proof() -> Proof {
    Proof {
        id: ProofId::new(NOW, random()),
        kind: ProofKind::SignUp,
        email: Some(email(&format!("p{}", random().digits(12)))),
        user_id: None,
        sealed: Some(vec![0, 255, 1]),
        attempts: 0,
        created_at: NOW,
        expires_at: later(600),
        used_at: None,
    }
}

/// A generation of a grant, presented at a moment.
pub fn presented(grant: &Grant, generation: u32, now: Timestamp) -> Presented {
    Presented { grant: grant.id, client: grant.client_id.clone(), generation, now, idle_end: now + LIMITS.idle }
}

/// A new identity at a provider.
pub fn identity_of(user: &User) -> Identity {
    let id = IdentityId::new(NOW, random());
    Identity {
        id,
        user_id: user.id,
        provider: "google".parse().unwrap(),
        issuer: "https://accounts.google.test".into(),
        subject: random().digits(21),
        email_at_link: Some(email("ana.there")),
        email_state: EmailState::Verified,
        profile: Profile { given_name: Some("Ana \u{1F980}".into()), ..Profile::default() },
        handle: Some("@ana".into()),
        linked_at: NOW,
        linked_how: LinkedHow::Confirmed,
        last_used_at: None,
    }
}

pub async fn stored_identity(store: &Store, user: &User) -> Identity {
    let identity = identity_of(user);
    in_tx!(store, |tx| tx.insert_identity(&identity).await).unwrap();
    identity
}

pub async fn stored_user(store: &Store) -> User {
    let user = user();
    in_tx!(store, |tx| tx.insert_user(&user).await).unwrap();
    user
}

pub async fn stored_session(store: &Store) -> (User, Session) {
    let user = stored_user(store).await;
    let session = stored_session_of(store, &user).await;
    (user, session)
}

pub async fn stored_session_of(store: &Store, user: &User) -> Session {
    let session = session_of(user);
    in_tx!(store, |tx| tx.insert_session(&session, &hash()).await).unwrap();
    session
}

/// A grant with a refresh token family, its user and its session.
pub async fn stored_grant(store: &Store) -> (User, Session, Grant) {
    let (user, session) = stored_session(store).await;
    let grant = grant_in(&session);
    assert_eq!(store.spend_code(grant.clone(), event_of(&grant)).await.unwrap(), Spend::Done);
    (user, session, grant)
}

pub async fn stored_project(store: &Store) -> Project {
    let project = project();
    in_tx!(store, |tx| tx.insert_project(&project, &hash()).await).unwrap();
    project
}

pub async fn stored_client(store: &Store) -> Client {
    let project = project();
    let client = client_of(&project);
    in_tx!(store, |tx| {
        tx.insert_project(&project, &hash()).await?;
        tx.insert_client(&client).await
    })
    .unwrap();
    client
}
