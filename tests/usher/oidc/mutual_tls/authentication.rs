//! Client authentication by certificate: `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2).

use openssl::nid::Nid;
use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata};

use super::{Installation, MACHINE, post};
use crate::harness::certificates::{CertificateRequest, TestCertificate};
use crate::harness::database::on_both_databases;
use crate::harness::document_host::DocumentHost;
use crate::harness::relying_party::answer;
use crate::harness::server::TestServer;

fn none(_: &mut ClientMetadata) {}

const OTHER: [(Nid, &str); 1] = [(Nid::COMMONNAME, "shop")];
const REVERSED: [(Nid, &str); 3] =
    [(Nid::COMMONNAME, "shop"), (Nid::ORGANIZATIONNAME, "Example, Inc."), (Nid::COUNTRYNAME, "PT")];

type MetadataChange = fn(&mut ClientMetadata, &str);

on_both_databases! {
    async fn a_certificate_of_an_authority_proves_its_subject_and_nobody_else(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let (server, authority) = (&installation.server, &installation.authority);
        let client = installation.client(ClientType::Machine, none).await;
        let token = |certificate: Option<TestCertificate>| {
            let (server, client) = (&server, &client);
            async move { post(server, client, "/oauth2/token", &MACHINE, certificate.as_ref()).await }
        };
        assert_eq!(token(Some(installation.issued())).await.status, 200);
        assert_eq!(token(Some(installation.issued())).await.status, 200, "another certificate of the same subject");
        let of = |subject: &'static [(Nid, &'static str)]| CertificateRequest { subject, ..CertificateRequest::default() };
        for (refused, why) in [
            (None, "no certificate"),
            (Some(authority.issue(&of(&OTHER))), "another subject"),
            (Some(authority.issue(&of(&REVERSED))), "the same attributes in another order"),
            (Some(TestCertificate::self_signed(&CertificateRequest::default())), "it vouches for itself"),
            (Some(TestCertificate::authority("Stranger").issue(&CertificateRequest::default())), "an unknown authority"),
            (Some(authority.issue(&CertificateRequest { days: -1, ..CertificateRequest::default() })), "it has expired"),
            (
                Some(authority.issue(&CertificateRequest { for_servers: true, ..CertificateRequest::default() })),
                "it is for servers",
            ),
        ] {
            let refused = token(refused).await;
            assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{why}");
        }
        // CA-05: a secret is no way around it.
        let secret = [MACHINE[0], ("client_secret", "x")];
        let refused = post(server, &client, "/oauth2/token", &secret, Some(&installation.issued())).await;
        assert_eq!(refused.status, 401);
        for path in ["/oauth2/introspect", "/oauth2/revoke"] {
            let form = [("token", "x")];
            assert_eq!(post(server, &client, path, &form, Some(&installation.issued())).await.status, 200, "{path}");
            assert_eq!(post(server, &client, path, &form, None).await.status, 401, "{path}");
        }
    }

    async fn each_kind_of_name_in_a_certificate_may_stand_for_a_client(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let request = CertificateRequest {
            names: |names| {
                names.dns("Shop.example").uri("spiffe://example.org/shop").ip("2001:db8::1").email("ops@shop.example");
            },
            ..CertificateRequest::default()
        };
        let certificate = installation.authority.issue(&request);
        let kinds: [(MetadataChange, &str, &str); 4] = [
            (|client, name| client.tls_client_auth_san_dns = Some(name.into()), "shop.example", "example"),
            (|client, name| client.tls_client_auth_san_uri = Some(name.into()), "spiffe://example.org/shop", "spiffe://example.org/shops"),
            (|client, name| client.tls_client_auth_san_ip = Some(name.into()), "2001:0db8::0001", "2001:db8::2"),
            (|client, name| client.tls_client_auth_san_email = Some(name.into()), "ops@shop.example", "shop@shop.example"),
        ];
        for (change, good, bad) in kinds {
            for (name, status) in [(good, 200), (bad, 401)] {
                let client = installation.client(ClientType::Machine, |client| {
                    client.tls_client_auth_subject_dn = None;
                    change(client, name);
                }).await;
                let token = post(&installation.server, &client, "/oauth2/token", &MACHINE, Some(&certificate)).await;
                assert_eq!(token.status, status, "{name}");
            }
        }
    }

    async fn a_self_signed_certificate_is_registered_itself(db: TestDatabase) {
        let installation = Installation::on(db).await;
        let server = &installation.server;
        let own = TestCertificate::self_signed(&CertificateRequest::default());
        let client = server.client(ClientType::Machine, |client| {
            client.token_endpoint_auth_method = AuthMethod::SelfSignedTlsClientAuth;
            client.jwks = Some(own.jwks());
        }).await;
        assert_eq!(post(server, &client, "/oauth2/token", &MACHINE, Some(&own)).await.status, 200);
        let other = TestCertificate::self_signed(&CertificateRequest::default());
        for refused in [None, Some(&other), Some(&installation.issued())] {
            assert_eq!(post(server, &client, "/oauth2/token", &MACHINE, refused).await.error(), "invalid_client");
        }
        // Certificates at a jwks_uri are replaced without a change here.
        let host = DocumentHost::start(own.jwks()).await;
        let client = server.client(ClientType::Machine, |client| {
            client.token_endpoint_auth_method = AuthMethod::SelfSignedTlsClientAuth;
            client.jwks_uri = Some(host.uri.clone());
        }).await;
        assert_eq!(post(server, &client, "/oauth2/token", &MACHINE, Some(&own)).await.status, 200);
        host.publish(Some(other.jwks()));
        server.wait(60);
        assert_eq!(post(server, &client, "/oauth2/token", &MACHINE, Some(&other)).await.status, 200);
        assert_eq!(post(server, &client, "/oauth2/token", &MACHINE, Some(&own)).await.status, 401);
    }
}

/// HT-04
#[tokio::test]
async fn nobody_but_a_trusted_proxy_reports_a_certificate() {
    let database = crate::harness::database::TestDatabase::sqlite().await;
    let settings = [("mtls.header", "Client-Cert"), ("trusted_proxies", "10.0.0.0/8")];
    let server = TestServer::on(database, &settings).await;
    let own = TestCertificate::self_signed(&CertificateRequest::default());
    let client = server
        .client(ClientType::Machine, |client| {
            client.token_endpoint_auth_method = AuthMethod::SelfSignedTlsClientAuth;
            client.jwks = Some(own.jwks());
        })
        .await;
    assert_eq!(post(&server, &client, "/oauth2/token", &MACHINE, Some(&own)).await.status, 401);
}

#[tokio::test]
async fn without_the_settings_no_client_can_rely_on_a_certificate() {
    let server = TestServer::start().await;
    let own = TestCertificate::self_signed(&CertificateRequest::default());
    for (method, setting) in
        [("tls_client_auth", "mtls.ca"), ("self_signed_tls_client_auth", "mtls.listen or mtls.header")]
    {
        let metadata = json!({
            "client_name": "Shop", "redirect_uris": ["https://rp.test/cb"], "token_endpoint_auth_method": method,
            "tls_client_auth_san_dns": "shop.example", "jwks": own.jwks(),
        });
        let body = json!({"type": "web", "metadata": metadata});
        let url = server.at(&format!("/api/v1/projects/{}/clients", server.project));
        let refused = answer(server.http.post(url).bearer_auth(&server.project_token).json(&body)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json.to_string().contains(setting), "{refused:?}");
    }
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    assert!(metadata.get("tls_client_certificate_bound_access_tokens").is_none());
    assert!(!metadata["token_endpoint_auth_methods_supported"].to_string().contains("tls_client_auth"));
}

#[tokio::test]
async fn the_metadata_announces_what_is_accepted() {
    let installation = Installation::on(crate::harness::database::TestDatabase::sqlite().await).await;
    let url = installation.server.at("/.well-known/oauth-authorization-server");
    let metadata = answer(installation.server.http.get(url)).await.json;
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    for member in ["token", "introspection", "revocation"] {
        let methods = metadata[format!("{member}_endpoint_auth_methods_supported")].to_string();
        assert!(
            methods.contains("\"tls_client_auth\"") && methods.contains("self_signed_tls_client_auth"),
            "{methods}"
        );
    }
}
