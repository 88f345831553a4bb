//! Public documents: the metadata and the keys.

use serde_json::Value;

use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

const DOCUMENTS: [&str; 3] =
    ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks"];

#[tokio::test]
async fn the_metadata_is_what_was_promised() {
    let server = TestServer::start().await;
    let document = answer(server.http.get(server.at(DOCUMENTS[0]))).await;
    assert_eq!(document.headers["content-type"], "application/json");
    assert_eq!(document.text("issuer"), server.url);
    let mut same = answer(server.http.get(server.at(DOCUMENTS[1]))).await.json;
    // The suite of OpenID Connect warns of members that it does not know.
    for member in ["identity_chaining_requested_token_types_supported", "authorization_grant_profiles_supported"] {
        assert!(same.as_object_mut().expect("an object").remove(member).is_some(), "{member}");
    }
    assert_eq!(document.json, same);
    let text = document.json.to_string().replace(&server.url, "[issuer]");
    insta::assert_json_snapshot!(serde_json::from_str::<Value>(&text).expect("JSON"));
}

#[tokio::test]
async fn every_endpoint_that_is_published_is_there() {
    let server = TestServer::start().await;
    let document = answer(server.http.get(server.at(DOCUMENTS[0]))).await.json;
    for (name, address) in document.as_object().expect("an object") {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let address = address.as_str().expect("a URL");
            let got = server.http.get(address).send().await.expect("the server answers").status();
            let posted = server.http.post(address).send().await.expect("the server answers").status();
            assert!(got != 404 && posted != 404 && (got != 405 || posted != 405), "{name}: GET {got}, POST {posted}");
        }
    }
}

/// JW-11
#[tokio::test]
async fn the_key_set_holds_public_members_alone_and_each_key_once() {
    let server = TestServer::start().await;
    let keys = answer(server.http.get(server.at(DOCUMENTS[2]))).await.json["keys"].clone();
    let keys = keys.as_array().expect("a list");
    let mut kids: Vec<_> = keys.iter().map(|key| key["kid"].as_str().expect("a kid")).collect();
    kids.sort_unstable();
    kids.dedup();
    assert_eq!((keys.len(), kids.len()), (4, 4));
    for key in keys {
        assert_eq!(key["use"], "sig");
        for name in key.as_object().expect("an object").keys() {
            assert!(["alg", "crv", "e", "kid", "kty", "n", "use", "x", "y"].contains(&name.as_str()), "{name}");
        }
        if key["kty"] == "RSA" {
            assert!(key["n"].as_str().is_some_and(|n| n.len() >= 342), "at least 2,048 bits");
        }
    }
}

#[tokio::test]
async fn a_client_with_the_current_document_gets_304() {
    let server = TestServer::start().await;
    for path in DOCUMENTS {
        let first = answer(server.http.get(server.at(path))).await;
        assert_eq!(first.headers["cache-control"], "public, max-age=300", "{path}");
        let tag = first.headers["etag"].to_str().expect("text").to_owned();
        for sent in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            let again = server.http.get(server.at(path)).header("if-none-match", &sent).send().await;
            let again = again.expect("the server answers");
            assert_eq!(again.status(), 304, "{path} {sent}");
            assert_eq!(again.headers()["etag"], tag.as_str());
            assert_eq!(again.headers()["cache-control"], "public, max-age=300");
            assert!(again.bytes().await.expect("a body").is_empty());
        }
        let other = server.http.get(server.at(path)).header("if-none-match", "\"other\"").send().await;
        assert_eq!(other.expect("the server answers").status(), 200, "{path}");
    }
}

#[tokio::test]
async fn the_tag_of_the_key_set_changes_with_the_keys() {
    let server = TestServer::start().await;
    let before = answer(server.http.get(server.at(DOCUMENTS[2]))).await;
    server.wait(1);
    server.usher.signing_keys.rotate_keys(false).await.expect("keys can be made");
    let tag = before.headers["etag"].to_str().expect("text");
    let after = answer(server.http.get(server.at(DOCUMENTS[2])).header("if-none-match", tag)).await;
    assert_eq!(after.status, 200);
    assert_ne!(after.headers["etag"], before.headers["etag"]);
}
