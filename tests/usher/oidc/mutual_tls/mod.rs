//! Certificates of TLS clients (RFC 8705), as a trusted proxy reports them.

mod authentication;
mod tokens;

use serde_json::Value;
use tempfile::TempDir;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{AuthMethod, ClientMetadata};

use crate::harness::certificates::{CertificateRequest, SHOP_DN, TestCertificate};
use crate::harness::database::TestDatabase;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A server that accepts certificates, behind a proxy, and an authority that issues them.
struct Installation {
    server: TestServer,
    authority: TestCertificate,
    _folder: TempDir,
}

impl Installation {
    async fn on(database: TestDatabase) -> Self {
        let authority = TestCertificate::authority("Test authority");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, authority.pem()).expect("it is written");
        let settings = [
            ("mtls.header", "Client-Cert"),
            ("mtls.ca", path.to_str().expect("a path")),
            ("trusted_proxies", "127.0.0.1"),
            ("limits.client_secret", "off"),
            ("outbound.allow", "127.0.0.0/8"),
        ];
        Self { server: TestServer::on(database, &settings).await, authority, _folder: folder }
    }

    fn issued(&self) -> TestCertificate {
        self.authority.issue(&CertificateRequest::default())
    }

    /// A client that proves itself by a certificate of the authority.
    async fn client(&self, kind: ClientType, change: impl FnOnce(&mut ClientMetadata)) -> RegisteredClient {
        let by_subject = |client: &mut ClientMetadata| {
            client.token_endpoint_auth_method = AuthMethod::TlsClientAuth;
            client.tls_client_auth_subject_dn = Some(SHOP_DN.into());
            change(client);
        };
        self.server.client(kind, by_subject).await
    }
}

/// A form post over a connection with this certificate.
async fn post(
    server: &TestServer,
    client: &RegisteredClient,
    path: &str,
    form: &[(&str, &str)],
    certificate: Option<&TestCertificate>,
) -> Answer {
    let id = [("client_id", client.client.id.0.as_str())];
    let request = server.http.post(server.at(path)).form(&form.iter().copied().chain(id).collect::<Vec<_>>());
    answer(match certificate {
        Some(certificate) => request.header("client-cert", certificate.header()),
        None => request,
    })
    .await
}

/// A protected resource with a bearer token.
async fn resource(server: &TestServer, path: &str, token: &str, certificate: Option<&TestCertificate>) -> Answer {
    let request = server.http.get(server.at(path)).bearer_auth(token);
    answer(match certificate {
        Some(certificate) => request.header("client-cert", certificate.header()),
        None => request,
    })
    .await
}

fn cnf(token: &str) -> Value {
    crate::harness::relying_party::payload(token)["cnf"].clone()
}
