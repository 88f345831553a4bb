//! Providers with strange claims: invalid ids, look-alike addresses, endless names (UP-12, UP-13).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_domain::page::Cursor;

use super::accounts::{sub, trouble};
use super::people::KINDS;
use crate::harness::browser::Landing;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::providers::{FACEBOOK, GITHUB, GOOGLE, Kind, OIDC, Providers, X, server_with};
use crate::harness::server::TestServer;

const VICTIM: &str = "victim@example.test";

/// The claim of each provider that identifies a user.
fn key(kind: Kind) -> &'static str {
    match kind.name {
        "facebook" | "x" | "github" => "id",
        "microsoft" => "oid",
        _ => "sub",
    }
}

/// The claim of each provider with the address.
fn address(kind: Kind) -> &'static str {
    if kind == X { "confirmed_email" } else { "email" }
}

/// Signs in a user with these claims of the provider.
async fn said_of(server: &TestServer, at: &Providers, kind: Kind, persona: &str, switch: &Value) -> Landing {
    let mut whole = json!({"fault": "claims"});
    whole.as_object_mut().unwrap().extend(switch.as_object().unwrap().clone());
    at.fault(whole).await;
    let landing = server.browser().come_by(at, kind, persona).await;
    at.mend().await;
    server.wait(3_600);
    landing
}

async fn server(db: TestDatabase) -> (TestServer, Providers) {
    server_with(db, KINDS).await
}

on_both_databases! {
    /// UP-12: placeholder ids identify nobody, at every provider, and two of them are not one user.
    async fn an_id_that_is_none_is_nobody(db: TestDatabase) {
        let (server, at) = server(db).await;
        let long = "7".repeat(10 * 1024);
        for kind in KINDS {
            let name = key(kind);
            let other_type = if *kind == GITHUB { json!("1") } else { json!(1) };
            let nobody = [json!(null), json!(""), json!(0), json!("0"), json!("null"), json!(long), json!({}), json!([])];
            let mut switches: Vec<Value> = nobody.iter().map(|id| json!({"claims": {name: id}})).collect();
            switches.push(json!({"claims": {name: other_type}}));
            switches.push(json!({"without": [name]}));
            for switch in switches {
                for persona in ["ana", "bob"] {
                    let landing = said_of(&server, &at, kind, persona, &switch).await;
                    let what = format!("{kind:?} {persona} {switch:.80}");
                    assert_eq!(trouble(&landing), (502, "PROVIDER_MISBEHAVED".into()), "{what}: {}", landing.body);
                }
            }
        }
        assert_eq!((server.users().await, server.identities().await, server.live_sessions().await), (0, 0, 0));
    }

    /// UP-12, UP-03: one id at two providers is two users; and `1` is never `"1"`.
    async fn one_id_at_two_providers_is_two_people(db: TestDatabase) {
        let (server, at) = server(db).await;
        let mut subs = BTreeSet::new();
        for kind in KINDS {
            let id = if *kind == GITHUB { json!(1) } else { json!("1") };
            let switch = json!({"fault": "claims", "claims": {key(kind): id}});
            at.fault(switch).await;
            let persona = format!("ana:ana.{}@example.test", kind.as_str());
            for _ in 0..2 {
                let mut browser = server.browser();
                let mut landing = browser.come_by(&at, kind, &persona).await;
                if landing.body.contains("/upstream/ask/skip?") {
                    landing = browser.press(&landing, "skip", &[]).await;
                }
                assert_eq!(landing.url, server.at("/account/profile"), "{kind:?}: {}", landing.body);
                subs.insert(sub(&server, &mut browser).await);
            }
            at.mend().await;
            server.wait(3_600);
        }
        assert_eq!((subs.len(), server.identities().await), (KINDS.len(), i64::try_from(KINDS.len()).unwrap()));
    }

    /// UP-13: an address is normalized, then compared; a look-alike of the victim's is another address, and the
    /// victim's own opens nothing by itself.
    async fn an_address_that_only_looks_like_somebodys_is_nobodys(db: TestDatabase) {
        let (server, at) = server(db).await;
        server.user(VICTIM).await;
        let none = [
            json!("victim\u{FF20}example.test"),
            json!("victim@example\u{3002}test"),
            json!("victim@example.test@evil.test"),
            json!("evil@evil.test@example.test"),
            json!("victim\u{0}@example.test"),
            json!("victim@example.test\u{0}"),
            json!("victim@example.test\u{0}.evil.test"),
            json!("victim@example.test\r\nbcc: eve@evil.test"),
            json!("v\u{0456}ctim@example.test"),
            json!("\"victim\"@example.test"),
            json!("victim@example.test."),
            json!(["victim@example.test"]),
            json!({"value": "victim@example.test"}),
            json!(7),
        ];
        let same = ["Victim@Example.TEST", " victim@example.test\t", "VICTIM@EXAMPLE.TEST"];
        for kind in KINDS.iter().filter(|kind| **kind != FACEBOOK) {
            for given in &none {
                let landing = said_of(&server, &at, kind, "ana", &json!({"claims": {address(kind): given}})).await;
                assert!(landing.body.contains("/upstream/ask/skip?"), "{kind:?} {given}: {} {}", landing.url, landing.body);
            }
            for given in same {
                let landing = said_of(&server, &at, kind, "ana", &json!({"claims": {address(kind): given}})).await;
                assert!(landing.url.contains("/upstream/ask?q="), "{kind:?} {given}: {}", landing.url);
                assert!(!landing.links("/login").is_empty() && !landing.body.contains("/upstream/ask/skip?"), "{kind:?} {given}");
            }
            assert_eq!((server.users().await, server.identities().await, server.live_sessions().await), (1, 0, 0), "{kind:?}");
        }
        // Dots and tags are significant: this is another address.
        for address in ["vic.tim@example.test", "victim+x@example.test"] {
            let persona = address.split('@').next().unwrap().replace('+', "-");
            let landing = said_of(&server, &at, OIDC, &persona, &json!({"claims": {"email": address}})).await;
            assert_eq!(landing.url, server.at("/account/profile"), "{address}: {}", landing.body);
        }
        let of_victim = "select count(*) from identity join users on users.id = identity.user_id where users.email = 'victim@example.test'";
        assert_eq!((server.users().await, server.database.count(of_victim).await), (3, 0));
    }

    /// UP-13: an endless name is cut, or the response is rejected; a picture is stored and never fetched.
    async fn names_without_end_and_pictures_inside_do_no_harm(db: TestDatabase) {
        let (server, at) = server(db).await;
        for kind in KINDS {
            let landing = said_of(&server, &at, kind, &format!("ana:ana.{}@example.test", kind.as_str()), &json!({"long": ["name"]})).await;
            match kind.name {
                // An ID token is never that long.
                "google" | "apple" | "microsoft" | "oidc" => {
                    assert_eq!(trouble(&landing), (502, "PROVIDER_MISBEHAVED".into()), "{kind:?}");
                }
                "facebook" => assert!(landing.body.contains("/upstream/ask/skip?"), "{}", landing.body),
                _ => assert_eq!(landing.url, server.at("/account/profile"), "{kind:?}: {}", landing.body),
            }
        }
        at.forget().await;
        for (kind, name) in [(GOOGLE, "picture"), (X, "profile_image_url"), (GITHUB, "avatar_url"), (OIDC, "picture")] {
            for (n, inside) in ["http://169.254.169.254/x.png", "https://169.254.169.254/x.png", &format!("{}/oidc/x.png", at.origin())].iter().enumerate() {
                let persona = format!("p{n}:p{n}.{}@example.test", kind.as_str());
                let landing = said_of(&server, &at, kind, &persona, &json!({"claims": {name: inside}})).await;
                assert_eq!(landing.url, server.at("/account/profile"), "{kind:?} {inside}: {}", landing.body);
            }
        }
        assert!(at.journal().await.iter().all(|one| !one["path"].as_str().unwrap().contains(".png")), "nobody fetches it");
        let all = server.usher.users.list_users(Cursor::START, 100).await.unwrap().items;
        assert_eq!(all.len(), 14);
        for user in all {
            assert!(user.profile.name.is_none_or(|name| name.chars().count() <= 255));
            assert!(user.profile.picture.is_none_or(|picture| !picture.contains("x.png")));
        }
    }
}
