//! The source of requests, and the number of connections of one source.

use tokio::io::AsyncReadExt;
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::slots::Limits;

use super::running::{RunningServer, assert_status, get_request, short};

const SPOOFED: &str = "GET /ip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.7\r\n\
    Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nCF-Connecting-IP: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\n\
    X-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Original-URL: /panic\r\nX-HTTP-Method-Override: POST\r\n\r\n";

#[tokio::test]
async fn a_stranger_cannot_speak_for_another_address() {
    let server = RunningServer::open().await;
    let reply = server.say(SPOOFED).await;
    assert_status(&reply, 200);
    assert!(reply.ends_with("\r\n\r\n127.0.0.1"), "{reply}");
    assert!(!reply.contains("strict-transport-security"), "{reply}");
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_for_one_hop() {
    let proxies = TrustedProxies::new(["127.0.0.0/8".parse().unwrap()]);
    let server = RunningServer::open_with(short(), None, proxies).await;
    assert!(server.say(SPOOFED).await.ends_with("\r\n\r\n203.0.113.7"));
}

#[tokio::test]
async fn one_source_cannot_hold_every_connection() {
    let limits = Limits { connections_per_source: 3, ..short() };
    let server = RunningServer::open_with(limits, None, TrustedProxies::default()).await;
    let held = [server.connect().await, server.connect().await, server.connect().await];
    let mut refused = server.connect().await;
    // Closed without a response, long before any timeout.
    let end = tokio::time::timeout(std::time::Duration::from_millis(200), refused.read(&mut [0; 8])).await.unwrap();
    assert!(matches!(end, Ok(0) | Err(_)));
    drop(held);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    server.is_well().await;
}

#[tokio::test]
async fn beyond_the_cap_connections_wait_their_turn() {
    let limits = Limits { connections: 2, ..short() };
    let server = RunningServer::open_with(limits, None, TrustedProxies::default()).await;
    let _silent = [server.connect().await, server.connect().await];
    assert_status(&server.say(get_request("/")).await, 200);
}
