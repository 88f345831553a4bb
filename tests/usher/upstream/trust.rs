//! Factors that a provider reports, trusted or not: `acr` and `amr` describe what happened, whatever the settings
//! (UP-15).

use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use super::accounts::claims_of;
use crate::factors::set_up;
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, Providers, X, server_with};
use crate::harness::server::TestServer;

/// Providers that report authentication methods: in an ID token.
const OPENID: &[Kind] = &[GOOGLE, APPLE, MICROSOFT, OIDC];
/// Providers that do not.
const SILENT: &[Kind] = &[FACEBOOK, X, GITHUB];

/// The provider's claims, and the client's `acr` and `amr` if they are trusted.
type Row = (Value, &'static str, &'static [&'static str]);

fn table() -> [Row; 8] {
    [
        (json!({}), "aal1", &["fed"]),
        (json!({"amr": ["pwd"]}), "aal1", &["fed", "pwd"]),
        (json!({"amr": ["pwd", "otp"]}), "aal1", &["fed", "pwd", "otp"]),
        (json!({"amr": ["pwd", "otp", "mfa"]}), "aal2", &["fed", "pwd", "otp", "mfa"]),
        (json!({"amr": ["mfa"], "acr": "urn:example:low"}), "aal2", &["fed", "mfa"]),
        // Another level says nothing about factors.
        (json!({"acr": "aal2"}), "aal1", &["fed"]),
        (json!({"amr": "mfa"}), "aal1", &["fed"]),
        (json!({"amr": [7, null, {"mfa": true}, ["mfa"]]}), "aal1", &["fed"]),
    ]
}

/// Signs in a user with these claims of the provider.
async fn comes<'h>(server: &'h TestServer, at: &Providers, kind: Kind, says: &Value) -> Browser<'h> {
    at.fault(json!({"fault": "claims", "claims": says})).await;
    let mut browser = server.browser();
    let mut landing = browser.come_by(at, kind, &format!("ana:ana.{}@example.test", kind.as_str())).await;
    at.mend().await;
    if landing.body.contains("/upstream/ask/skip?") {
        landing = browser.press(&landing, "skip", &[]).await;
    }
    assert_eq!(landing.url, server.at("/account/profile"), "{kind:?} {says}: {}", landing.body);
    server.wait(3_600);
    browser
}

on_both_databases! {
    async fn what_a_provider_says_counts_where_the_operator_says_so_and_nowhere_else(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        for trusted in [false, true] {
            for kind in OPENID {
                server.provider(&at, kind, |settings| settings.trust_factors = trusted).await;
                for (says, acr, amr) in table() {
                    let mut browser = comes(&server, &at, kind, &says).await;
                    let told = claims_of(&server, &client, &mut browser).await;
                    let expected = if trusted { (json!(acr), json!(amr)) } else { (json!("aal1"), json!(["fed"])) };
                    assert_eq!((told["acr"].clone(), told["amr"].clone()), expected, "{kind:?} {trusted} {says}");
                }
            }
            for kind in SILENT {
                server.provider(&at, kind, |settings| settings.trust_factors = trusted).await;
                let mut browser = comes(&server, &at, kind, &json!({"amr": ["pwd", "mfa"], "acr": "aal2"})).await;
                let told = claims_of(&server, &client, &mut browser).await;
                assert_eq!((&told["acr"], &told["amr"]), (&json!("aal1"), &json!(["fed"])), "{kind:?} {trusted}");
            }
        }
    }

    /// Two trusted factors exempt from the second factor here; one, or two untrusted ones, never do. With the second
    /// factor of this server both are reported.
    async fn a_second_step_is_spared_by_two_factors_that_count_alone(db: TestDatabase) {
        let (server, at) = server_with(db, &[OIDC]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut first = server.browser();
        first.come_by(&at, OIDC, "ana").await;
        let app = set_up(&server, &mut first).await;
        for (trusted, says, spared, amr) in [
            (true, json!(["pwd", "otp", "mfa"]), true, json!(["fed", "pwd", "otp", "mfa"])),
            (true, json!(["pwd"]), false, json!(["fed", "pwd", "otp", "mfa"])),
            (true, json!(["face"]), false, json!(["fed", "face", "otp", "mfa"])),
            (false, json!(["pwd", "hwk", "mfa"]), false, json!(["fed", "otp", "mfa"])),
            (false, json!(null), false, json!(["fed", "otp", "mfa"])),
        ] {
            server.provider(&at, OIDC, |settings| settings.trust_factors = trusted).await;
            server.wait(60);
            at.fault(json!({"fault": "claims", "claims": {"amr": says}})).await;
            let mut browser = server.browser();
            let landing = browser.come_by(&at, OIDC, "ana").await;
            at.mend().await;
            assert_eq!(browser.is_in().await, spared, "{trusted} {says}: {}", landing.url);
            if !spared {
                browser.submit(&landing, &[("code", &app.code(server.now()))]).await;
            }
            let told = claims_of(&server, &client, &mut browser).await;
            assert_eq!((&told["acr"], &told["amr"]), (&json!("aal2"), &amr), "{trusted} {says}");
        }
    }

    /// A client that requires two factors gets them if the provider's are trusted, and a step-up if not.
    async fn a_client_that_requires_two_factors_gets_their_acr(db: TestDatabase) {
        let (server, at) = server_with(db, &[]).await;
        let client = server.client(ClientType::Web, |client| client.first_party = true).await;
        for (trusted, status) in [(true, "code"), (false, "error")] {
            server.provider(&at, OIDC, |settings| settings.trust_factors = trusted).await;
            let mut browser = comes(&server, &at, OIDC, &json!({"amr": ["pwd", "mfa"]})).await;
            let wants = json!({"id_token": {"acr": {"essential": true, "values": ["aal2"]}}}).to_string();
            let url = server.authorize_url(&client, &[("claims", &wants), ("prompt", "none")]);
            let landing = browser.open(&url).await;
            assert!(landing.answer(status).is_some(), "{trusted}: {}", landing.url);
        }
    }
}
