//! Token exchange (RFC 8693): delegation, impersonation, narrowing, and that nothing outlives the token it came from.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::api::{ApiSettings, TokenFormat};
use usher_domain::oauth::client::ClientType;
use usher_protocol::token_exchange::{ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT};

use super::dpop::{call, token_proof};
use crate::apis::{scope, settings};
use crate::harness::client_key::TestKey;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, CALLBACK, VERIFIER, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const ORDERS: &str = "https://orders.test";
const STOCK: &str = "https://stock.test";
/// What Ana allows the application.
const ALLOWED: &str = "openid offline_access orders:read orders:write stock:read";
/// What the service may ask for, by its registration.
const OF_SERVICE: &str = "orders:read stock:read";

/// A shop with two APIs, an application that people sign in to, and a service behind it.
struct Shop {
    server: TestServer,
    web: RegisteredClient,
    service: RegisteredClient,
    /// Ana's tokens.
    tokens: Answer,
    /// The service's own token.
    own: String,
}

impl Shop {
    async fn open(database: TestDatabase) -> Self {
        let server = TestServer::on(database, &[]).await;
        server.user(ANA).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        server.api_of(server.project, STOCK, settings(&["stock:read", "stock:write"])).await;
        let web = server.client(ClientType::Web, |client| client.scope = scope(ALLOWED)).await;
        let service = server.client(ClientType::Machine, exchanges).await;
        let tokens = server.tokens_with(&web, &asked(), &[]).await;
        let own = own_token(&server, &service).await;
        Self { server, web, service, tokens, own }
    }

    fn subject(&self) -> String {
        self.tokens.text("access_token")
    }

    /// Exchanges Ana's token with the service's own as the actor, and these changes: an empty value removes one.
    async fn exchange(&self, changes: &[(&str, &str)]) -> Answer {
        exchange(&self.server, &self.service, &self.subject(), &self.own, changes).await
    }
}

fn asked() -> [(&'static str, &'static str); 3] {
    [("resource", ORDERS), ("resource", STOCK), ("scope", ALLOWED)]
}

fn exchanges(client: &mut usher_protocol::client::metadata::ClientMetadata) {
    client.grant_types.push(TOKEN_EXCHANGE_GRANT.to_owned());
    client.scope = scope(OF_SERVICE);
}

async fn own_token(server: &TestServer, client: &RegisteredClient) -> String {
    server.call(client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token")
}

async fn exchange(
    server: &TestServer,
    client: &RegisteredClient,
    subject: &str,
    actor: &str,
    changes: &[(&str, &str)],
) -> Answer {
    let usual = [
        ("grant_type", TOKEN_EXCHANGE_GRANT),
        ("subject_token", subject),
        ("subject_token_type", ACCESS_TOKEN_TYPE),
        ("actor_token", actor),
        ("actor_token_type", ACCESS_TOKEN_TYPE),
    ];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let form: Vec<_> = kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
    server.call(client, "/oauth2/token", &form).await
}

const NO_ACTOR: [(&str, &str); 2] = [("actor_token", ""), ("actor_token_type", "")];

on_both_databases! {
    async fn a_service_acts_for_a_user_with_less_than_the_user_gave(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let answer = shop.exchange(&[("audience", STOCK), ("scope", "stock:read")]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!((answer.text("issued_token_type"), answer.text("token_type")), (ACCESS_TOKEN_TYPE.into(), "Bearer".into()));
        assert_eq!((answer.text("scope"), &answer.json["refresh_token"]), ("stock:read".into(), &Value::Null));
        let (old, new) = (payload(&shop.subject()), payload(&answer.text("access_token")));
        for kept in ["iss", "sub", "sid", "gid", "auth_time", "acr", "urv", "project_id"] {
            assert_eq!(new[kept], old[kept], "{kept}");
        }
        let id = shop.service.client.id.0.as_str();
        assert_eq!((&new["aud"], &new["client_id"]), (&json!([STOCK]), &json!(id)));
        assert_eq!(new["act"], json!({ "sub": id, "client_id": id }));
        assert_ne!(new["jti"], old["jti"]);
        let told = shop.server.call(&shop.service, "/oauth2/introspect", &[("token", &answer.text("access_token"))]).await;
        assert_eq!((&told.json["active"], &told.json["act"]), (&json!(true), &new["act"]));
        assert!(shop.server.is_active(&shop.service, &shop.subject()).await, "the old token stays good");
        let logged = "select count(*) from event where kind = 'token.exchanged'";
        assert_eq!(shop.server.database.count(logged).await, 1);
    }

    async fn without_an_audience_or_a_scope_it_is_what_both_may_ask_for(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let answer = shop.exchange(&[]).await;
        let new = payload(&answer.text("access_token"));
        assert_eq!((&new["aud"], answer.text("scope").as_str()), (&json!([ORDERS, STOCK]), OF_SERVICE));
        let one = shop.exchange(&[("resource", ORDERS)]).await;
        assert_eq!((&payload(&one.text("access_token"))["aud"], one.text("scope").as_str()), (&json!([ORDERS]), "orders:read"));
        let orders = [("resource", ORDERS), ("scope", "orders:read orders:write")];
        assert_eq!(shop.exchange(&orders).await.error(), "invalid_scope", "it may not write by its registration");
        let orders = [("resource", ORDERS), ("scope", "stock:read")];
        assert_eq!(shop.exchange(&orders).await.error(), "invalid_scope", "a scope of the other API");
    }

    async fn services_pass_a_token_on_and_the_chain_says_who_acted(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let second = shop.server.client(ClientType::Machine, exchanges).await;
        let first = shop.exchange(&[("audience", STOCK)]).await.text("access_token");
        let own = own_token(&shop.server, &second).await;
        let passed_on = exchange(&shop.server, &second, &first, &own, &[]).await;
        let (one, two) = (shop.service.client.id.0.as_str(), second.client.id.0.as_str());
        let chain = json!({ "sub": two, "client_id": two, "act": { "sub": one, "client_id": one } });
        assert_eq!(payload(&passed_on.text("access_token"))["act"], chain);
        let back = exchange(&shop.server, &second, &first, &own, &[("audience", ORDERS)]).await;
        assert_eq!(back.error(), "invalid_target", "what was narrowed stays narrow");
    }

    async fn nothing_outlives_the_token_that_it_came_from(db: TestDatabase) {
        let shop = Shop::open(db).await;
        shop.server.wait(400);
        let own = own_token(&shop.server, &shop.service).await;
        let answer = exchange(&shop.server, &shop.service, &shop.subject(), &own, &[]).await;
        let (old, new) = (payload(&shop.subject()), payload(&answer.text("access_token")));
        assert_eq!((&new["exp"], answer.json["expires_in"].as_u64()), (&old["exp"], Some(200)));
        assert!(shop.server.is_active(&shop.service, &answer.text("access_token")).await);
        shop.server.wait(200);
        assert!(!shop.server.is_active(&shop.service, &answer.text("access_token")).await);
        let own = own_token(&shop.server, &shop.service).await;
        let late = exchange(&shop.server, &shop.service, &shop.subject(), &own, &[]).await;
        assert_eq!((late.status.as_u16(), late.error()), (400, "invalid_request"), "it has expired");
    }

    async fn what_revokes_the_grant_revokes_what_was_exchanged(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let exchanged = shop.exchange(&[]).await.text("access_token");
        assert!(shop.server.is_active(&shop.service, &exchanged).await);
        let refresh = shop.tokens.text("refresh_token");
        shop.server.call(&shop.web, "/oauth2/revoke", &[("token", refresh.as_str())]).await;
        assert!(!shop.server.is_active(&shop.service, &exchanged).await);
        let again = shop.exchange(&[]).await;
        assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_request"), "nor is it exchanged again");
    }

    async fn what_was_exchanged_ends_with_the_client_that_the_user_allowed(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let exchanged = shop.exchange(&[]).await.text("access_token");
        shop.server.usher.clients.set_client_disabled(&shop.web.client.id, true).await.unwrap();
        assert!(!shop.server.is_active(&shop.service, &exchanged).await);
        assert_eq!(shop.exchange(&[]).await.error(), "invalid_request");
    }

    async fn an_opaque_token_is_exchanged_for_one_in_the_format_of_the_next_api(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let apis = &shop.server.usher.apis;
        let stock = apis.load_api(shop.server.project, STOCK).await.unwrap();
        let opaque = ApiSettings { token_format: TokenFormat::Opaque, ..settings(&["stock:read"]) };
        apis.replace_api_settings(&stock, opaque).await.unwrap();
        let first = shop.exchange(&[("resource", STOCK)]).await.text("access_token");
        assert_eq!(first.split('.').count(), 2, "it is no JWT");
        let second = exchange(&shop.server, &shop.service, &first, &shop.own, &[]).await;
        assert_eq!((second.status.as_u16(), second.text("scope").as_str()), (200, "stock:read"), "{second:?}");
        assert_eq!(shop.exchange(&[]).await.error(), "invalid_target", "no one token fits both APIs");
    }

    /// RFC 9449 §7: whoever finds a bound token cannot exchange it.
    async fn a_bound_token_is_exchanged_with_a_proof_of_its_key_and_the_new_one_is_bound(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let (key, other) = (TestKey::new("k1"), TestKey::new("k2"));
        let code = shop.server.browser().go_through(&shop.server.authorize_url(&shop.web, &asked()), ANA).await.code();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let bound = call(&shop.server, &shop.web, &form, &token_proof(&shop.server, &key)).await.text("access_token");
        let form = [
            ("grant_type", TOKEN_EXCHANGE_GRANT),
            ("subject_token", &*bound),
            ("subject_token_type", ACCESS_TOKEN_TYPE),
            ("actor_token", &*shop.own),
            ("actor_token_type", ACCESS_TOKEN_TYPE),
        ];
        for proof in [String::new(), token_proof(&shop.server, &other)] {
            let refused = call(&shop.server, &shop.service, &form, &proof).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"), "{proof}");
        }
        let answer = call(&shop.server, &shop.service, &form, &token_proof(&shop.server, &key)).await;
        assert_eq!((answer.status.as_u16(), answer.text("token_type").as_str()), (200, "DPoP"), "{answer:?}");
        assert_eq!(payload(&answer.text("access_token"))["cnf"], json!({"jkt": key.thumbprint()}));
        let unbound = shop.exchange(&[]).await;
        assert_eq!((unbound.text("token_type").as_str(), payload(&unbound.text("access_token")).get("cnf")), ("Bearer", None));
    }

    /// A token of Usher itself would open userinfo, or an account, to a service.
    async fn no_token_for_usher_itself_is_issued(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let issuer = shop.server.url.clone();
        let asked = [("resource", issuer.as_str()), ("resource", ORDERS), ("scope", ALLOWED)];
        let subject = shop.server.tokens_with(&shop.web, &asked, &[]).await.text("access_token");
        assert_eq!(shop.server.userinfo(&subject).await.status, 200);
        let narrowed = exchange(&shop.server, &shop.service, &subject, &shop.own, &[]).await;
        let claims = payload(&narrowed.text("access_token"));
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([ORDERS]), &json!("orders:read")));
        assert_eq!(shop.server.userinfo(&narrowed.text("access_token")).await.status, 401);
        let named = exchange(&shop.server, &shop.service, &subject, &shop.own, &[("resource", &issuer)]).await;
        assert_eq!(named.error(), "invalid_target");
        let bare = shop.server.tokens_with(&shop.web, &[("scope", "openid")], &[]).await.text("access_token");
        let nothing_left = exchange(&shop.server, &shop.service, &bare, &shop.own, &[]).await;
        assert_eq!(nothing_left.error(), "invalid_target");
    }

    /// Mallory's client may use Shop's API as a partner. What Shop's users allowed others is still none of its business.
    async fn a_token_of_another_project_is_never_exchanged(db: TestDatabase) {
        let shop = Shop::open(db).await;
        let mallory = shop.server.project_named("Mallory").await.0;
        let thief = shop.server.client_of(mallory, ClientType::Machine, exchanges).await;
        let own = own_token(&shop.server, &thief).await;
        let refused = exchange(&shop.server, &thief, &shop.subject(), &own, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"));
        let orders = shop.server.usher.apis.load_api(shop.server.project, ORDERS).await.unwrap();
        shop.server.usher.apis.allow_client(&orders, &thief.client.id.0, None).await.unwrap();
        for changes in [&[][..], &[("resource", ORDERS)]] {
            let refused = exchange(&shop.server, &thief, &shop.subject(), &own, changes).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"), "{changes:?}");
        }
        // Nor is a token for Mallory's API exchanged for one for Shop's.
        let api = "https://api.mallory.test";
        shop.server.api_of(mallory, api, settings(&["orders:read"])).await;
        let app = shop.server.client_of(mallory, ClientType::Web, |client| client.scope = scope(ALLOWED)).await;
        let asked = [("resource", api), ("scope", ALLOWED)];
        let subject = shop.server.tokens_with(&app, &asked, &[]).await.text("access_token");
        let refused = exchange(&shop.server, &thief, &subject, &own, &[("resource", ORDERS)]).await;
        assert_eq!(refused.error(), "invalid_target");
        let refused = exchange(&shop.server, &shop.service, &subject, &shop.own, &[]).await;
        assert_eq!(refused.error(), "invalid_request");
        let logged = "select count(*) from event where kind = 'token.exchanged'";
        assert_eq!(shop.server.database.count(logged).await, 0);
    }
}

#[tokio::test]
async fn only_clients_named_for_it_appear_as_the_user() {
    let shop = Shop::open(TestDatabase::sqlite().await).await;
    let refused = shop.exchange(&NO_ACTOR).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"));
    let named = shop
        .server
        .client(ClientType::Machine, |client| {
            exchanges(client);
            client.may_impersonate = true;
        })
        .await;
    let answer = exchange(&shop.server, &named, &shop.subject(), "", &NO_ACTOR).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(payload(&answer.text("access_token"))["act"], Value::Null);
    let passed_on = shop.exchange(&[]).await.text("access_token");
    let answer = exchange(&shop.server, &named, &passed_on, "", &NO_ACTOR).await;
    let kept = payload(&answer.text("access_token"))["act"]["sub"].clone();
    assert_eq!(kept, shop.service.client.id.0, "who acted before stays named");
    let logged = if shop.server.database.store.kind() == "sqlite" {
        "select count(*) from event where kind = 'token.exchanged' and data like '%\"impersonated\":true%'"
    } else {
        "select count(*) from event where kind = 'token.exchanged'"
    };
    assert_eq!(shop.server.database.count(logged).await, 2);
}

#[tokio::test]
async fn what_is_no_valid_token_of_the_project_is_refused() {
    let shop = Shop::open(TestDatabase::sqlite().await).await;
    let stranger = shop.server.client_of_another_project(ClientType::Web).await;
    let landing = shop.server.browser().go_through(&shop.server.authorize_url(&stranger, &[]), ANA).await;
    let code = landing.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", "https://other.test/cb"),
        ("code_verifier", crate::harness::relying_party::VERIFIER),
    ];
    let foreign = shop.server.call(&stranger, "/oauth2/token", &form).await.text("access_token");
    let id_token = shop.tokens.text("id_token");
    let refresh_token = shop.tokens.text("refresh_token");
    let own_as_subject = shop.own.clone();
    let other = shop.server.client(ClientType::Machine, exchanges).await;
    let actor_of_another = own_token(&shop.server, &other).await;
    // Got by exchange, it is Ana's: as an actor token it would say that she acts, and not the service.
    let exchanged = shop.exchange(&[]).await.text("access_token");
    let id_type = "urn:ietf:params:oauth:token-type:id_token";
    for (changes, error) in [
        (&[("subject_token", &*foreign)][..], "invalid_request"),
        (&[("actor_token", &*foreign)], "invalid_request"),
        (&[("actor_token", &*shop.subject())], "invalid_request"),
        (&[("subject_token", &*id_token)], "invalid_request"),
        (&[("subject_token", &*id_token), ("subject_token_type", id_type)], "invalid_request"),
        (&[("subject_token", &*refresh_token)], "invalid_request"),
        (&[("subject_token", "garbage")], "invalid_request"),
        (&[("subject_token", &*own_as_subject)], "invalid_request"),
        (&[("subject_token", "")], "invalid_request"),
        (&[("actor_token", &*actor_of_another)], "invalid_request"),
        (&[("actor_token", &*exchanged)], "invalid_request"),
        (&[("actor_token", &*id_token)], "invalid_request"),
        (&[("actor_token_type", "")], "invalid_request"),
        (&[("requested_token_type", id_type)], "invalid_request"),
        (&[("audience", "https://elsewhere.test")], "invalid_target"),
        (&[("resource", "https://elsewhere.test")], "invalid_target"),
        (&[("audience", STOCK), ("resource", "https://elsewhere.test")], "invalid_target"),
        (&[("resource", "stock")], "invalid_target"),
        (&[("scope", "stock:write")], "invalid_scope"),
        (&[("scope", "openid")], "invalid_scope"),
    ] {
        let answer = shop.exchange(changes).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, error), "{changes:?}: {answer:?}");
    }
    let answer = exchange(&shop.server, &shop.web, &shop.subject(), &shop.own, &[]).await;
    assert_eq!(answer.error(), "unauthorized_client", "the grant type is not the client's");
    let logged = "select count(*) from event where kind = 'token.exchanged'";
    assert_eq!(shop.server.database.count(logged).await, 1, "only the exchange that was right");
}
