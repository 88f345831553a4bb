//! Which requests are valid: one host, one length, one request after the other.

use super::running::{RunningServer, assert_status, get_request};

/// HT-03
#[tokio::test]
async fn two_hosts_no_host_and_a_foreign_target_are_refused() {
    let server = RunningServer::open().await;
    for bad in [
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost@evil\r\nConnection: close\r\n\r\n",
        "GET http://evil/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET http://localhost/ HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n",
    ] {
        let reply = server.say(bad).await;
        assert_status(&reply, 400);
        assert!(!reply.contains("evil"), "{reply}");
        assert!(reply.contains("\"traceId\":\"") && reply.contains("x-frame-options: DENY"), "{reply}");
    }
    assert_status(
        &server.say("GET http://localhost/ HTTP/1.1\r\nHost: LOCALHOST:80\r\nConnection: close\r\n\r\n").await,
        200,
    );
    assert_status(&server.say("GET /health/live HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n").await, 200);
    assert!(server.say("GET /health/live HTTP/1.0\r\n\r\n").await.starts_with("HTTP/1.0 200 "));
    server.is_well().await;
}

/// HT-02
#[tokio::test]
async fn an_ambiguous_length_smuggles_no_second_request() {
    let server = RunningServer::open().await;
    let hidden = "GET /ip HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 4, 5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X: a\r\n folded: b\r\nContent-Length: 4\r\n",
    ] {
        let head = format!(
            "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{lengths}\r\n"
        );
        let reply = server.say(format!("{head}0\r\n\r\n{hidden}")).await;
        assert!(reply.matches("HTTP/1.1 ").count() <= 1, "{lengths}: {reply}");
        assert!(!reply.contains("127.0.0.1"), "{lengths}: {reply}");
    }
    server.is_well().await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = RunningServer::open().await;
    let first = "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let reply =
        server.say(format!("{first}GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n{}", get_request("/"))).await;
    let statuses: Vec<&str> = reply.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
    assert!(reply.ends_with("home"));
}

#[tokio::test]
async fn noise_is_no_request() {
    let server = RunningServer::open().await;
    for noise in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let reply = server.say(noise).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400 "), "{reply}");
    }
    server.is_well().await;
}
