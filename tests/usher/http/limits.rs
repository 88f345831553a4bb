//! Every limit has its own error, at once.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::slots::Limits;

use super::running::{RunningServer, assert_status, form_head, get_request, read_to_end, short};

/// HT-06
#[tokio::test]
async fn large_and_many_headers_are_a_431() {
    let server = RunningServer::open().await;
    for length in [40_000, 100_000, 1_000_000] {
        let large = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(length));
        assert_status(&server.say(large).await, 431);
    }
    let many: String = (0..1000).map(|number| ["X-", &number.to_string(), ": 1\r\n"].concat()).collect();
    assert_status(&server.say(format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")).await, 431);
    server.is_well().await;
}

/// HT-06
#[tokio::test]
async fn a_long_address_is_a_414() {
    let server = RunningServer::open().await;
    for length in [17_000, 64_000, 65_536] {
        assert_status(&server.say(get_request(&format!("/{}", "u".repeat(length)))).await, 414);
        assert_status(&server.say(get_request(&format!("/?{}", "u".repeat(length)))).await, 414);
    }
    server.is_well().await;
}

/// HT-06, RO-05
#[tokio::test]
async fn a_large_body_is_a_413_before_it_has_arrived() {
    let server = RunningServer::open().await;
    let started = Instant::now();
    let announced = form_head("Content-Length: 3000000\r\n");
    assert_status(&server.say(&announced).await, 413);
    let sent = announced + &"a".repeat(3_000_000);
    assert_status(&server.say(sent).await, 413);
    assert_status(&server.say(form_head("Content-Length: 3000000\r\nExpect: 100-continue\r\n")).await, 413);
    assert!(started.elapsed() < Duration::from_secs(2));
    server.is_well().await;
}

#[tokio::test]
async fn a_client_that_is_still_sending_gets_the_refusal_without_a_reset() {
    let limits = Limits { linger: Duration::from_secs(3), ..short() };
    let server = RunningServer::open_with(limits, None, TrustedProxies::default()).await;
    let mut socket = server.connect().await;
    let length = 20_000_000;
    socket.write_all(form_head(&format!("Content-Length: {length}\r\n")).as_bytes()).await.unwrap();
    socket.write_all(&vec![b'a'; length]).await.expect("reset while sending");
    socket.shutdown().await.unwrap();
    assert_status(&read_to_end(&mut socket).await, 413);
}

/// HT-06
#[tokio::test]
async fn an_endless_chunked_body_is_a_413() {
    let server = RunningServer::open().await;
    let chunks = format!("1000\r\n{}\r\n", "a".repeat(0x1000)).repeat(200);
    assert_status(&server.say(form_head("Transfer-Encoding: chunked\r\n") + &chunks).await, 413);
    server.is_well().await;
}

#[tokio::test]
async fn hostile_bodies_are_a_400() {
    let server = RunningServer::open().await;
    let json = |body: &str| {
        let length = body.len();
        format!(
            "POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    for bad in ["[".repeat(60_000).as_str(), "1e999999", "\"\\ud800\"", r#"{"a":1,"a":2}"#, ""] {
        assert_status(&server.say(json(bad)).await, 400);
    }
    let form = |body: &str| form_head(&format!("Content-Length: {}\r\n", body.len())) + body;
    for bad in ["a=%ff", "a=%00", "a=%", "a&".repeat(30_000).as_str()] {
        assert_status(&server.say(form(bad)).await, 400);
    }
    assert!(server.say(form("a=1&b=%C3%A9")).await.ends_with("a=1&b=%C3%A9"));
    server.is_well().await;
}

#[tokio::test]
async fn a_panic_fails_one_request_and_reveals_nothing() {
    let server = RunningServer::open().await;
    let reply = server.say(get_request("/panic")).await;
    assert_status(&reply, 500);
    assert!(
        reply.contains("\"code\":\"INTERNAL\"") && reply.contains("x-trace-id: ") && !reply.contains("hunter2"),
        "{reply}"
    );
    server.is_well().await;
}
