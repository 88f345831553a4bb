use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

fn loopback() -> OutboundRules {
    OutboundRules { allow: vec!["127.0.0.0/8".parse().unwrap()], ..OutboundRules::default() }
}

fn get(url: &str) -> OutboundRequest {
    http::Request::get(url).body(Vec::new()).unwrap()
}

/// Answers every connection with these bytes, then keeps it open for `linger`.
async fn server(bytes: Vec<u8>, linger: Duration) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, calls) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = socket.read(&mut asked).await;
                let _ = socket.write_all(&bytes).await;
                tokio::time::sleep(linger).await;
            });
        }
    });
    (port, calls)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn only_public_addresses_are_called_by_default() {
    let addresses = Addresses::default();
    for closed in [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://0.0.0.0/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://10.1.2.3/",
        "https://172.31.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://198.19.0.1/",
        "https://metadata.google.internal/",
        "https://metadata.google.internal./",
        "https://printer.local/",
        "https://localhost/",
        "https://x.localhost/",
        "https://LOCALHOST/",
        "https://intranet/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[2002:7f00:1::]/",
        "https://[::]/",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/plain,x",
    ] {
        assert_eq!(addresses.may_call(&Url::parse(closed).unwrap()), Err(OutboundError::Rejected), "{closed}");
    }
    for open in
        ["https://accounts.google.com/", "https://1.1.1.1/", "https://[2606:4700::1]/", "https://[64:ff9b::808:808]/"]
    {
        assert_eq!(addresses.may_call(&Url::parse(open).unwrap()), Ok(()), "{open}");
    }
}

#[test]
fn an_operator_opens_exactly_the_ranges_they_name() {
    let addresses = Addresses::allowing(vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.0/8".parse().unwrap()]);
    for open in [
        "https://10.1.2.3/",
        "http://127.0.0.1:9400/",
        "http://localhost:9400/",
        "https://[::ffff:10.1.2.3]/",
        "https://intranet/",
    ] {
        assert_eq!(addresses.may_call(&Url::parse(open).unwrap()), Ok(()), "{open}");
    }
    // Plain http is for loopback only.
    for closed in ["http://10.1.2.3/", "http://example.com/", "https://192.168.1.1/", "https://[::1]/"] {
        assert_eq!(addresses.may_call(&Url::parse(closed).unwrap()), Err(OutboundError::Rejected), "{closed}");
    }
}

struct ReceivedRequest(Vec<IpAddr>);

impl Resolver for ReceivedRequest {
    fn look_up(&self, _: String) -> BoxFuture<'static, LookupResult> {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_the_connection_is_made() {
    let (port, calls) = server(answer("200 OK", b"inside"), Duration::ZERO).await;
    let names = Arc::new(ReceivedRequest(vec!["127.0.0.1".parse().unwrap(), "::ffff:127.0.0.1".parse().unwrap()]));
    let outbound = Outbound::with_names(OutboundRules::default(), names).unwrap();
    let url = format!("https://rebound.test:{port}/");
    assert_eq!(outbound.may_call(&Url::parse(&url).unwrap()), Ok(()));
    assert_eq!(outbound.send(get(&url)).await.unwrap_err(), OutboundError::Rejected);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn of_several_addresses_only_the_vetted_are_connected_to() {
    let names: Arc<dyn Resolver> =
        Arc::new(ReceivedRequest(vec!["169.254.169.254".parse().unwrap(), "127.0.0.1".parse().unwrap()]));
    let addresses = Arc::new(Addresses::allowing(vec!["127.0.0.0/8".parse().unwrap()]));
    let vetted = names::PermittedResolver::new(names, addresses);
    let found = reqwest::dns::Resolve::resolve(&vetted, "two.test".parse().unwrap()).await;
    let found: Vec<IpAddr> = found.ok().unwrap().map(|socket| socket.ip()).collect();
    assert_eq!(found, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
}

#[tokio::test]
async fn an_answer_comes_back_whole_whatever_its_status() {
    let (port, _) =
        server(answer("418 Teapot\r\ncontent-type: Application/JSON; charset=utf-8", b"{}"), Duration::ZERO).await;
    let answer = Outbound::new(loopback()).unwrap().send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 418);
    assert_eq!(&answer.body[..], b"{}");
    assert!(answer.is_of_type("application/json"));
    assert!(!answer.is_of_type("application/jwt"));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (inside, calls) = server(answer("200 OK", b"inside"), Duration::ZERO).await;
    let (port, _) =
        server(answer(&format!("302 Found\r\nlocation: http://127.0.0.1:{inside}/"), b""), Duration::ZERO).await;
    let answer = Outbound::new(loopback()).unwrap().send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 302);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_whether_or_not_it_says_so() {
    let honest = answer("200 OK", &vec![b'x'; LARGEST + 1]);
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(vec![b'x'; LARGEST + 1]);
    for bytes in [honest, endless] {
        let (port, _) = server(bytes, Duration::ZERO).await;
        let outbound = Outbound::new(loopback()).unwrap();
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(outbound.send(get(&url)).await.unwrap_err(), OutboundError::TooLarge);
        assert_eq!(outbound.send_up_to(get(&url), 10).await.unwrap_err(), OutboundError::TooLarge);
    }
}

#[tokio::test]
async fn a_server_that_never_finishes_is_left() {
    let silent = Vec::new();
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec();
    for bytes in [silent, half] {
        let (port, _) = server(bytes, Duration::from_secs(30)).await;
        let outbound = Outbound::new(OutboundRules { timeout: Duration::from_millis(200), ..loopback() }).unwrap();
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(outbound.send(get(&url)).await.unwrap_err(), OutboundError::TooSlow);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_talks_nonsense_is_unreachable() {
    let outbound = Outbound::new(loopback()).unwrap();
    let (port, _) = server(b"not http at all\r\n\r\n".to_vec(), Duration::ZERO).await;
    for url in [format!("http://127.0.0.1:{port}/"), "http://127.0.0.1:1/".to_owned()] {
        assert_eq!(outbound.send(get(&url)).await.unwrap_err(), OutboundError::Unreachable, "{url}");
    }
}

#[test]
fn unreadable_certificates_are_reported_at_once() {
    let rules = OutboundRules {
        extra_roots: Some(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----".to_vec()),
        ..OutboundRules::default()
    };
    assert_eq!(Outbound::new(rules).unwrap_err(), OutboundError::Setup);
}
