//! Assertions of providers: what they open, and every attack that does not.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::id::IdentityId;
use usher_domain::oauth::client::ClientType;
use usher_domain::time::Timestamp;
use usher_domain::user::Profile;
use usher_domain::user::identity::{EmailState, Identity, LinkedHow};
use usher_protocol::id_jag::JWT_BEARER_GRANT;

use super::super::dpop::{call, token_proof};
use super::{ANA, present, presents, trust};
use crate::apis::{scope, settings};
use crate::factors::set_up;
use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::document_host::DocumentHost;
use crate::harness::providers::{OIDC, id_of};
use crate::harness::relying_party::{Answer, answer, count, payload};
use crate::harness::server::TestServer;

const ORDERS: &str = "https://orders.test";
const STOCK: &str = "https://stock.test";
/// What the client may ask for, by its registration.
const OF_CLIENT: &str = "orders:read orders:write stock:read";
/// Ana at the provider.
const SUBJECT: &str = "u-1";

/// A shop that trusts a provider, by which Ana has signed in once, and a client that the provider vouches for.
struct Shop {
    server: TestServer,
    key: TestKey,
    /// Publishes the metadata and the keys of the provider.
    host: DocumentHost,
    issuer: String,
    client: RegisteredClient,
}

impl Shop {
    async fn open(database: TestDatabase) -> Self {
        let server = TestServer::on(database, &[("outbound.allow", "127.0.0.0/8")]).await;
        let (key, host) = (TestKey::new("k1"), DocumentHost::start(Value::Null).await);
        let issuer = host.uri.trim_end_matches("/document").to_owned();
        host.publish(Some(metadata(&issuer, &host.uri, &[&key])));
        trust(&server, &issuer, |settings| settings.algorithms = vec!["ES256".into()]).await;
        server.user(ANA).await;
        link(&server, &issuer, SUBJECT).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        server.api_of(server.project, STOCK, settings(&["stock:read", "stock:write"])).await;
        let client = server
            .client(ClientType::Machine, |client| {
                presents(client);
                client.scope = scope(OF_CLIENT);
                client.audience = vec![ORDERS.into()];
            })
            .await;
        Self { server, key, host, issuer, client }
    }

    /// The claims of a fresh assertion.
    fn claims(&self) -> Value {
        let now = self.server.now().0;
        json!({
            "iss": self.issuer, "sub": SUBJECT, "aud": self.server.url, "client_id": self.client.client.id.0,
            "jti": self.server.usher.core.random.handle(), "iat": now, "exp": now + 300,
        })
    }

    /// A fresh assertion with these changes.
    fn assertion(&self, changes: &Value) -> String {
        signed(&self.key, &changed(self.claims(), changes))
    }

    async fn present(&self, changes: &Value) -> Answer {
        present(&self.server, &self.client, &self.assertion(changes), &[]).await
    }

    async fn is_active(&self, token: &str) -> bool {
        self.server.is_active(&self.client, token).await
    }
}

fn metadata(issuer: &str, uri: &str, keys: &[&TestKey]) -> Value {
    let mut document = jwks(keys);
    document["issuer"] = json!(issuer);
    for endpoint in ["jwks_uri", "authorization_endpoint", "token_endpoint"] {
        document[endpoint] = json!(uri);
    }
    document
}

fn signed(key: &TestKey, claims: &Value) -> String {
    key.sign(&json!({"alg": "ES256", "kid": key.kid, "typ": "oauth-id-jag+jwt"}), claims)
}

async fn link(server: &TestServer, issuer: &str, subject: &str) {
    let user = server.usher.users.load_user(ANA).await.expect("Ana is there");
    let identity = Identity {
        id: IdentityId::new(server.now(), &*server.usher.core.random),
        user_id: user.id,
        provider: id_of(OIDC),
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        email_at_link: None,
        email_state: EmailState::Absent,
        profile: Profile::default(),
        handle: None,
        linked_at: server.now(),
        linked_how: LinkedHow::Account,
        last_used_at: None,
    };
    let mut tx = server.database.store.begin().await.expect("the database is there");
    tx.insert_identity(&identity).await.expect("it is new");
    tx.commit().await.expect("it is written");
}

on_both_databases! {
    async fn an_assertion_of_a_trusted_provider_gets_a_token_for_its_user(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let answer = shop.present(&json!({"auth_time": shop.server.now().0 - 60, "amr": ["pwd"]})).await;
        assert_eq!((answer.status.as_u16(), answer.text("token_type").as_str()), (200, "Bearer"), "{answer:?}");
        assert_eq!((&answer.json["refresh_token"], &answer.json["id_token"]), (&Value::Null, &Value::Null));
        assert_eq!(answer.text("scope"), "orders:read orders:write", "the APIs of its registration");
        let claims = payload(&answer.text("access_token"));
        let ana = shop.server.usher.users.load_user(ANA).await.unwrap();
        for (name, value) in [
            ("sub", json!(ana.sub.0)), ("aud", json!([ORDERS])), ("client_id", json!(shop.client.client.id.0)),
            ("auth_time", json!(shop.server.now().0 - 60)), ("acr", json!("aal1")),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        assert!(shop.is_active(&answer.text("access_token")).await);
        assert_eq!(shop.server.userinfo(&answer.text("access_token")).await.status, 401, "not for Usher itself");
        let logged = "select count(*) from event where kind in ('session.created', 'grant.created')";
        assert_eq!(shop.server.database.count(logged).await, 2);
        shop.server.wait(600);
        assert!(!shop.is_active(&answer.text("access_token")).await);
    }

    async fn scope_and_resources_of_the_assertion_narrow(db: TestDatabase) {
        let shop = Shop::open(db).await;
        for (changes, aud, granted) in [
            (json!({"scope": "orders:read"}), json!([ORDERS]), "orders:read"),
            (json!({"scope": "orders:read orders:admin stock:read"}), json!([ORDERS]), "orders:read"),
            (json!({"resource": STOCK}), json!([STOCK]), "stock:read"),
            (json!({"resource": [STOCK, format!("{ORDERS}/")]}), json!([ORDERS, STOCK]), "orders:read orders:write stock:read"),
            (json!({"resource": [STOCK, "https://elsewhere.test"]}), json!([STOCK]), "stock:read"),
            (json!({"resource": STOCK, "scope": "openid offline_access stock:read stock:write"}), json!([STOCK]), "stock:read"),
        ] {
            let answer = shop.present(&changes).await;
            assert_eq!((answer.status.as_u16(), answer.text("scope").as_str()), (200, granted), "{changes}: {answer:?}");
            let mut named = payload(&answer.text("access_token"))["aud"].as_array().unwrap().clone();
            named.sort_by_key(ToString::to_string);
            assert_eq!(Value::Array(named), aud, "{changes}");
        }
        // The request narrows further, and never widens.
        let narrowed = present(&shop.server, &shop.client, &shop.assertion(&json!({"resource": [ORDERS, STOCK]})), &[("resource", STOCK)]).await;
        assert_eq!((narrowed.status.as_u16(), narrowed.text("scope").as_str()), (200, "stock:read"));
        let less = present(&shop.server, &shop.client, &shop.assertion(&json!({})), &[("scope", "orders:read")]).await;
        assert_eq!(less.text("scope"), "orders:read");
        for (claims, form, error) in [
            (json!({"scope": "orders:read"}), ("scope", "orders:write"), "invalid_scope"),
            (json!({}), ("scope", "openid"), "invalid_scope"),
            (json!({"resource": ORDERS}), ("resource", STOCK), "invalid_target"),
            (json!({"resource": "https://elsewhere.test"}), ("scope", "orders:read"), "invalid_target"),
            (json!({"resource": "https://elsewhere.test"}), ("resource", ORDERS), "invalid_target"),
            (json!({"resource": shop.server.url}), ("grant_type", JWT_BEARER_GRANT), "invalid_target"),
        ] {
            let form: Vec<_> = Some(form).into_iter().filter(|(name, _)| *name != "grant_type").collect();
            let refused = present(&shop.server, &shop.client, &shop.assertion(&claims), &form).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (400, error), "{claims} {form:?}: {refused:?}");
        }
    }

    /// Two requests at once, and one later: one of them gets a token.
    async fn an_assertion_is_used_once(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let assertion = shop.assertion(&json!({}));
        let (one, two) = tokio::join!(
            present(&shop.server, &shop.client, &assertion, &[]),
            present(&shop.server, &shop.client, &assertion, &[]),
        );
        assert_eq!((count(&[one.clone(), two.clone()], 200), count(&[one, two], 400)), (1, 1));
        let again = present(&shop.server, &shop.client, &assertion, &[]).await;
        assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
        assert_eq!(shop.server.database.count("select count(*) from grants").await, 1);
        // The id counts, not the token.
        let jti = payload(&assertion)["jti"].clone();
        assert_eq!(shop.present(&json!({"jti": jti, "iat": shop.server.now().0 - 1})).await.error(), "invalid_grant");
        assert_eq!(shop.present(&json!({})).await.status, 200);
    }

    async fn what_ends_the_identity_or_the_account_ends_the_token(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let token = shop.present(&json!({})).await.text("access_token");
        assert!(shop.is_active(&token).await);
        let ana = shop.server.usher.users.load_user(ANA).await.unwrap();
        shop.server.usher.users.revoke_user(&ana).await.unwrap();
        assert!(!shop.is_active(&token).await, "her sessions were ended");
        let token = shop.present(&json!({})).await.text("access_token");
        let mut browser = shop.server.signed_in(ANA).await;
        let page = browser.open(&shop.server.at("/account/identities")).await;
        browser.submit(&page, &[("unlink", &page.value("unlink"))]).await;
        assert!(!shop.is_active(&token).await, "the identity is unlinked");
        let refused = shop.present(&json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "nobody has linked it");
        link(&shop.server, &shop.issuer, SUBJECT).await;
        assert_eq!(shop.present(&json!({})).await.status, 200);
        let ana = shop.server.usher.users.load_user(ANA).await.unwrap();
        shop.server.usher.users.set_user_enabled(&ana, false).await.unwrap();
        assert_eq!(shop.present(&json!({})).await.error(), "invalid_grant", "the user is disabled");
    }

    async fn a_provider_is_trusted_only_while_an_administrator_says_so(db: TestDatabase) {
        let shop = Shop::open(db).await;
        assert_eq!(shop.present(&json!({})).await.status, 200);
        let fetches = shop.host.fetches();
        for (accepted, enabled) in [(false, true), (true, false)] {
            trust(&shop.server, &shop.issuer, |settings| {
                settings.algorithms = vec!["ES256".into()];
                (settings.identity_assertions, settings.enabled) = (accepted, enabled);
            })
            .await;
            assert_eq!(shop.present(&json!({})).await.error(), "invalid_grant");
        }
        assert_eq!(shop.host.fetches(), fetches, "nothing is fetched for an issuer that is not trusted");
    }

    /// Whoever protects an account by a second factor is not circumvented by a provider that is not trusted with factors.
    async fn a_second_factor_is_not_circumvented(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let mut browser = shop.server.signed_in(ANA).await;
        set_up(&shop.server, &mut browser).await;
        let (one, two) = (json!({"amr": ["pwd"]}), json!({"amr": ["pwd", "otp", "mfa"]}));
        for changes in [&one, &two] {
            assert_eq!(shop.present(changes).await.error(), "invalid_grant", "{changes}");
        }
        trust(&shop.server, &shop.issuer, |settings| {
            settings.algorithms = vec!["ES256".into()];
            settings.trust_factors = true;
        })
        .await;
        assert_eq!(shop.present(&one).await.error(), "invalid_grant");
        let answer = shop.present(&two).await;
        assert_eq!((answer.status.as_u16(), &payload(&answer.text("access_token"))["acr"]), (200, &json!("aal2")));
    }

    /// The draft's §8.6: an assertion that is bound to a key comes with a proof of it.
    async fn a_bound_assertion_needs_a_proof_of_its_key(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let (key, other) = (TestKey::new("d1"), TestKey::new("d2"));
        let cnf = json!({"cnf": {"jkt": key.thumbprint()}});
        assert_eq!(shop.present(&cnf).await.error(), "invalid_grant");
        assert_eq!(shop.present(&json!({"cnf": {"jkt": 7}})).await.error(), "invalid_grant");
        let assertion = shop.assertion(&cnf);
        let form = [("grant_type", JWT_BEARER_GRANT), ("assertion", assertion.as_str())];
        let stolen = call(&shop.server, &shop.client, &form, &token_proof(&shop.server, &other)).await;
        assert_eq!(stolen.error(), "invalid_grant");
        let bound = call(&shop.server, &shop.client, &form, &token_proof(&shop.server, &key)).await;
        assert_eq!((bound.status.as_u16(), bound.text("token_type").as_str()), (200, "DPoP"), "{bound:?}");
        assert_eq!(payload(&bound.text("access_token"))["cnf"], cnf["cnf"]);
    }
}

#[tokio::test]
async fn no_forged_stolen_or_misdirected_assertion_is_accepted() {
    let shop = Shop::open(TestDatabase::sqlite().await).await;
    link(&shop.server, "https://other.test", SUBJECT).await;
    let now = shop.server.now().0;
    for (changes, why) in [
        (json!({"iss": "https://other.test"}), "an issuer that is no provider"),
        (json!({"iss": format!("{}/", shop.issuer)}), "compared exactly"),
        (json!({"iss": shop.server.url}), "our own"),
        (json!({"iss": null}), "no issuer"),
        (json!({"aud": "https://elsewhere.test"}), "for another server"),
        (json!({"aud": [shop.server.url, "https://elsewhere.test"]}), "for two servers"),
        (json!({"aud": format!("{}/oauth2/token", shop.server.url)}), "the token endpoint is no issuer"),
        (json!({"aud": "usher"}), "an ID token's audience"),
        (json!({"client_id": "client_other"}), "for another client"),
        (json!({"client_id": null}), "for any client"),
        (json!({"sub": "u-2"}), "nobody has linked it"),
        (json!({"sub": null}), "about nobody"),
        (json!({"jti": null}), "cannot be told from a replay"),
        (json!({"exp": now}), "expired"),
        (json!({"exp": now + 7_200}), "good for hours"),
        (json!({"iat": now + 120}), "not yet issued"),
        (json!({"act": {"sub": "robot"}}), "somebody else acts"),
        (json!({"tenant": "t1"}), "one of several tenants"),
        (json!({"authorization_details": [{"type": "pay"}]}), "details that nobody would enforce"),
    ] {
        let refused = shop.present(&changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "{why}: {refused:?}");
    }
    let claims = shop.claims();
    let with = |header: Value| shop.key.sign(&header, &claims);
    for (token, why) in [
        (signed(&TestKey::new("k1"), &claims), "another key of the same name"),
        (with(json!({"alg": "ES256", "kid": "k1"})), "no type"),
        (with(json!({"alg": "ES256", "kid": "k1", "typ": "JWT"})), "an ID token"),
        (with(json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"})), "an access token"),
        (with(json!({"alg": "ES256", "kid": "k2", "typ": "oauth-id-jag+jwt"})), "an unknown key"),
        (with(json!({"alg": "none", "typ": "oauth-id-jag+jwt"})), "no signature"),
        (with(json!({"alg": "HS256", "kid": "k1", "typ": "oauth-id-jag+jwt"})), "a symmetric algorithm"),
        (with(json!({"alg": "ES256", "kid": "k1", "typ": "oauth-id-jag+jwt", "crit": ["b64"]})), "an extension"),
        ("garbage".to_owned(), "no token"),
    ] {
        let refused = present(&shop.server, &shop.client, &token, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "{why}: {refused:?}");
    }
    let missing = shop.server.call(&shop.client, "/oauth2/token", &[("grant_type", JWT_BEARER_GRANT)]).await;
    assert_eq!(missing.error(), "invalid_request");
    // Whoever finds an assertion is not the client that it names.
    let found = shop.assertion(&json!({}));
    let thief = shop.server.client(ClientType::Machine, presents).await;
    assert_eq!(present(&shop.server, &thief, &found, &[]).await.error(), "invalid_grant");
    let plain = shop.server.client(ClientType::Machine, |_| {}).await;
    assert_eq!(present(&shop.server, &plain, &found, &[]).await.error(), "unauthorized_client");
    let id = shop.client.client.id.0.as_str();
    let form = [("grant_type", JWT_BEARER_GRANT), ("assertion", found.as_str()), ("client_id", id)];
    let without_secret = answer(shop.server.http.post(shop.server.at("/oauth2/token")).form(&form)).await;
    assert_eq!(without_secret.error(), "invalid_client");
    assert_eq!(shop.server.database.count("select count(*) from grants").await, 0);
    assert_eq!(present(&shop.server, &shop.client, &found, &[]).await.status, 200, "nobody else used it up");
}

#[tokio::test]
async fn a_client_or_project_that_requires_two_factors_gets_no_token_for_one() {
    let shop = Shop::open(TestDatabase::sqlite().await).await;
    let strict = shop
        .server
        .client(ClientType::Machine, |client| {
            presents(client);
            client.scope = scope(OF_CLIENT);
            client.audience = vec![ORDERS.into()];
            client.require_second_factor = true;
        })
        .await;
    let assertion = shop.assertion(&json!({"client_id": strict.client.id.0, "amr": ["mfa"]}));
    assert_eq!(present(&shop.server, &strict, &assertion, &[]).await.error(), "invalid_grant");
    trust(&shop.server, &shop.issuer, |settings| {
        settings.algorithms = vec!["ES256".into()];
        settings.trust_factors = true;
    })
    .await;
    assert_eq!(present(&shop.server, &strict, &assertion, &[]).await.status, 200);
    assert!(Timestamp(payload(&assertion)["exp"].as_i64().expect("a time")) > shop.server.now());
}

#[tokio::test]
async fn while_the_keys_of_a_provider_cannot_be_fetched_nothing_is_accepted() {
    let shop = Shop::open(TestDatabase::sqlite().await).await;
    shop.host.publish(None);
    let refused = shop.present(&json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"));
}
