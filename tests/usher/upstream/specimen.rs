//! A new kind of provider is one description with its behaviour: this one, which only tests have, is everywhere that a
//! kind must be.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher::app::Extensions;
use usher_config::RunMode;
use usher_domain::provider::setting::{BASE_URL, ProviderSetting, SCOPES};
use usher_domain::provider::{
    EventUrl, KindTitle, ProviderEventEndpoint, ProviderFaults, ProviderKind, ProviderSettings,
};
use usher_sim::{CLIENT_ID, CLIENT_SECRET, SimProvider};
use usher_upstream::providers::oidc;
use usher_upstream::{CONNECTORS, Connector, Provider, ProviderContext};

use super::documentation::{kinds_in_markdown, settings_in_markdown};
use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::providers::Providers;
use crate::harness::server::TestServer;
use crate::storage::samples::in_tx;

const REGION: ProviderSetting = ProviderSetting::text("region", "Where the specimen keeps its data: `eu` or `us`.")
    .field("provider-tenant", "provider-tenant-hint")
    .option("region", "REGION", "Where its data is (specimen)");

static KIND: ProviderKind = ProviderKind {
    settings: &[&REGION, &BASE_URL],
    fields: &[&REGION, &SCOPES, &BASE_URL],
    pkce: false,
    events: &[EventUrl { label: "provider-notices", endpoint: ProviderEventEndpoint::BackchannelLogout }],
    check,
    ..ProviderKind::openid("specimen", KindTitle::Brand("Specimen"))
};

static CONNECTOR: Connector = Connector { kind: &KIND, connect };

fn check(settings: &ProviderSettings, faults: &mut ProviderFaults) {
    let bad = settings.text(&REGION).is_some_and(|region| !["eu", "us"].contains(&region));
    faults.add(bad, REGION.name, "must be eu or us");
}

fn connect(context: ProviderContext) -> Box<dyn Provider> {
    let issuer = context.settings.base_url.clone().unwrap_or_else(|| String::from("https://specimen.test"));
    oidc::connect_to(issuer, context)
}

/// The kinds of Usher and the specimen.
fn extensions() -> Extensions {
    Extensions { connectors: [CONNECTORS, &[&CONNECTOR]].concat().leak(), ..Extensions::BUILT_IN }
}

/// The base URL of the simulated provider that plays the specimen.
fn base_url(at: &Providers) -> String {
    format!("{}{}", at.origin(), SimProvider::of_kind("oidc").expect("it is simulated").path())
}

on_both_databases! {
    async fn a_new_kind_is_configured_in_the_console_and_signs_people_in(db: TestDatabase) {
        let server = TestServer::with_extensions(extensions(), RunMode::Dev, db, &[]).await;
        let at = Providers::beside(&server).await;
        let mut browser = administrator(&server).await;
        let list = browser.open(&server.at("/console/providers")).await;
        assert_eq!(list.links("/console/new-provider?kind=specimen").len(), 1, "{}", list.body);
        let form = browser.open(&server.at("/console/new-provider?kind=specimen")).await;
        assert!(form.body.contains("<h1>Specimen</h1>") && form.body.contains("name=\"region\""), "{}", form.body);

        let base = base_url(&at);
        let mut fields = vec![("id", "specimen"), ("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET),
            ("base_url", base.as_str()), ("sign_up", "true"), ("link_policy", "confirm"), ("region", "moon")];
        let refused = browser.submit(&form, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains("region-error") && refused.body.contains("must be eu or us"), "{}", refused.body);
        fields.pop();
        fields.push(("region", "eu"));
        let added = browser.submit(&form, &fields).await;
        assert_eq!(added.url, server.at("/console/providers/specimen?done=added"), "{}", added.body);
        for url in ["/upstream/specimen/callback", "/upstream/specimen/backchannel-logout"] {
            assert!(added.body.contains(&server.at(url)), "{url} is missing in {}", added.body);
        }
        let settings = server.usher.providers.load_provider(&KIND.default_id()).await.expect("it is there").settings;
        assert_eq!((settings.kind.as_str(), settings.text(&REGION)), ("specimen", Some("eu")));
        assert_eq!(serde_json::to_value(&settings).unwrap()["region"], "eu", "it is a member like all others");
        assert!(server.usher.providers.test_provider(&settings.id).await.unwrap().iter().all(|step| step.outcome.is_ok()));

        let mut visitor = server.browser();
        let login = visitor.open(&server.at("/login")).await;
        assert!(login.body.contains("Specimen"), "{}", login.body);
        assert_eq!(login.links("/upstream/specimen/start").len(), 1, "{}", login.body);
        let landing = visitor.come_by(&at, &KIND, "ana").await;
        assert_eq!(landing.url, server.at("/account/profile"), "{}", landing.body);
        assert_eq!((server.users().await, server.identities().await), (2, 1));
        let asked = &at.asked("oidc", "authorize").await[0]["query"];
        assert_eq!((&asked["client_id"], &asked["code_challenge"]), (&json!(CLIENT_ID), &Value::Null), "no PKCE: {asked}");
    }

    async fn a_stored_provider_of_an_unknown_kind_disturbs_no_other(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let at = Providers::beside(&server).await;
        server.provider(&at, crate::harness::providers::GOOGLE, |_| {}).await;
        let foreign = ProviderSettings::new(KIND.default_id(), &KIND, "us");
        let stored = usher_accounts::upstream::StoredProvider {
            settings: foreign,
            secret: None,
            managed: false,
            updated_at: server.now(),
        };
        assert!(in_tx!(server.usher.core.store, |tx| tx.replace_provider(None, &stored).await).unwrap());
        let names: Vec<_> = server.usher.providers.offered_providers().await.unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["Google"]);
        let mut browser = administrator(&server).await;
        let list = browser.open(&server.at("/console/providers")).await;
        assert!(list.status == StatusCode::OK && list.body.contains("specimen"), "{}", list.body);
        let page = browser.open(&server.at("/console/providers/specimen")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.body);
        server.usher.providers.delete_provider(&KIND.default_id(), false).await.expect("it can be removed");
    }
}

#[test]
fn a_new_kind_and_its_settings_are_documented() {
    let kinds = extensions().connectors.iter().map(|connector| connector.kind).collect();
    let table = kinds_in_markdown(&kinds);
    assert!(table.contains("| `specimen` | Specimen | `openid email profile` | no |"), "{table}");
    let settings = settings_in_markdown(&kinds);
    assert!(
        settings.contains("| `region` | `specimen` | Where the specimen keeps its data: `eu` or `us`. |"),
        "{settings}"
    );
}
