//! TLS of the same server.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ConfigBuilder, ProtocolVersion, RootCertStore, SupportedCipherSuite, SupportedProtocolVersion,
};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsConnector;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::tls::Tls;

use super::running::{RunningServer, assert_status, get_request, read_to_end, short};
use crate::harness::certificates::{CertificateRequest, TestCertificate};

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/usher/http/tls").join(name)
}

async fn server() -> RunningServer {
    let tls = Tls::from_pem(&file("cert.pem"), &file("key.pem")).unwrap();
    RunningServer::open_with(short(), Some(tls), TrustedProxies::default()).await
}

fn client(version: &'static SupportedProtocolVersion, alpn: &[u8]) -> TlsConnector {
    client_with(aws_lc_rs::default_provider().cipher_suites, version, alpn)
}

fn client_with(
    cipher_suites: Vec<SupportedCipherSuite>,
    version: &'static SupportedProtocolVersion,
    alpn: &[u8],
) -> TlsConnector {
    let config = config_of(cipher_suites, version);
    connector(config.with_no_client_auth(), alpn)
}

/// A client with a certificate of its own.
fn certified_client(version: &'static SupportedProtocolVersion, own: &TestCertificate) -> TlsConnector {
    let key = PrivateKeyDer::from_pem_slice(own.key_pem().as_bytes()).unwrap();
    let config = config_of(aws_lc_rs::default_provider().cipher_suites, version);
    connector(config.with_client_auth_cert(vec![own.der().into()], key).unwrap(), b"http/1.1")
}

fn config_of(
    cipher_suites: Vec<SupportedCipherSuite>,
    version: &'static SupportedProtocolVersion,
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(CryptoProvider { cipher_suites, ..aws_lc_rs::default_provider() });
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    config.with_root_certificates(roots)
}

fn connector(mut config: ClientConfig, alpn: &[u8]) -> TlsConnector {
    config.alpn_protocols = vec![alpn.to_vec()];
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let server = server().await;
    for (version, wanted) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = client(version, b"http/1.1").connect(name, server.connect().await).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(wanted));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        stream.write_all(get_request("/").as_bytes()).await.unwrap();
        let reply = read_to_end(&mut stream).await;
        assert_status(&reply, 200);
        assert!(reply.ends_with("home"));
    }
}

/// RFC 9325 §4.2, which FAPI 2.0 demands.
#[tokio::test]
async fn with_tls_1_2_only_aes_gcm_with_ephemeral_keys_is_spoken() {
    use aws_lc_rs::cipher_suite as suite;
    let server = server().await;
    for (suites, spoken) in [
        (vec![suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256], true),
        (
            vec![
                suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            ],
            false,
        ),
    ] {
        let name = ServerName::try_from("localhost").unwrap();
        let connected = client_with(suites, &TLS12, b"http/1.1").connect(name, server.connect().await).await;
        assert_eq!(connected.is_ok(), spoken);
    }
}

#[tokio::test]
async fn another_protocol_silence_and_plain_http_get_no_answer() {
    let server = server().await;
    let name = ServerName::try_from("localhost").unwrap();
    assert!(client(&TLS13, b"h2").connect(name, server.connect().await).await.is_err());
    assert_eq!(read_to_end(&mut server.connect().await).await, "");
    assert!(!server.say(get_request("/")).await.contains("HTTP/1.1"));
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("key.pem");
    let pair = josekit::jwk::alg::ec::EcKeyPair::generate(josekit::jwk::alg::ec::EcCurve::P256).unwrap();
    std::fs::write(&other, pair.to_pem_private_key()).unwrap();
    assert!(Tls::from_pem(&file("cert.pem"), &other).is_err());
}

/// RFC 8705 on Usher's own TLS: whoever has no certificate is served as well, and a certificate is one whose key was proven.
#[tokio::test]
async fn clients_that_are_asked_for_a_certificate_may_present_one() {
    let tls = Tls::asking_for_certificates(&file("cert.pem"), &file("key.pem")).unwrap();
    let server = RunningServer::open_with(short(), Some(tls), TrustedProxies::default()).await;
    let own = TestCertificate::self_signed(&CertificateRequest::default());
    let name = || ServerName::try_from("localhost").unwrap();
    for version in [&TLS12, &TLS13] {
        let mut stream = client(version, b"http/1.1").connect(name(), server.connect().await).await.unwrap();
        stream.write_all(get_request("/certificate").as_bytes()).await.unwrap();
        assert!(read_to_end(&mut stream).await.ends_with("none"));
        let mut stream = certified_client(version, &own).connect(name(), server.connect().await).await.unwrap();
        // What a client says in the header of proxies does not count.
        let request = get_request("/certificate").replacen("\r\n", "\r\nClient-Cert: :MAA=:\r\n", 1);
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(read_to_end(&mut stream).await.ends_with(&own.thumbprint()));
    }
}

#[tokio::test]
async fn browsers_are_not_asked_for_a_certificate_at_the_ordinary_address() {
    let server = server().await;
    let own = TestCertificate::self_signed(&CertificateRequest::default());
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = certified_client(&TLS13, &own).connect(name, server.connect().await).await.unwrap();
    stream.write_all(get_request("/certificate").as_bytes()).await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("none"));
}
