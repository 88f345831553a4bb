//! Timeouts of connections: silent, slow and non-reading clients are disconnected.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use usher_http_server::extract::client_ip::TrustedProxies;
use usher_http_server::slots::Limits;

use super::running::{RunningServer, assert_status, form_head, get_request, read_to_end, short, until};

/// HT-05
#[tokio::test]
async fn silence_is_ended() {
    let limits = Limits { idle: Duration::from_mins(1), ..short() };
    let server = RunningServer::open_with(limits, None, TrustedProxies::default()).await;
    let started = Instant::now();
    let mut silent: Vec<TcpStream> = Vec::new();
    for _ in 0..50 {
        silent.push(server.connect().await);
    }
    server.is_well().await;
    for socket in &mut silent {
        assert_eq!(read_to_end(socket).await, "");
    }
    assert!(started.elapsed() < Duration::from_millis(2500));
    server.is_well().await;
}

/// HT-05
#[tokio::test]
async fn half_a_head_is_ended_even_if_it_trickles() {
    let server = RunningServer::open().await;
    let mut socket = server.connect().await;
    let started = Instant::now();
    socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ").await.unwrap();
    let (mut reader, mut writer) = socket.split();
    let trickle = async {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        received = read_to_end(&mut reader) => assert_eq!(received, ""),
        () = trickle => {}
    }
    assert!(started.elapsed() < Duration::from_secs(1));
    server.is_well().await;
}

/// HT-05
#[tokio::test]
async fn a_body_that_trickles_is_a_408() {
    let server = RunningServer::open().await;
    let mut socket = server.connect().await;
    socket.write_all(form_head("Content-Length: 1000\r\n").as_bytes()).await.unwrap();
    let (mut reader, mut writer) = socket.split();
    let trickle = async {
        while writer.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(30)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        received = read_to_end(&mut reader) => assert_status(&received, 408),
        () = trickle => {}
    }
    server.is_well().await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_503() {
    let server = RunningServer::open().await;
    let reply = server.say(get_request("/stuck")).await;
    assert_status(&reply, 503);
    assert!(reply.contains("retry-after: "), "{reply}");
}

/// HT-05
#[tokio::test]
async fn a_client_that_never_reads_is_dropped() {
    let server = RunningServer::open().await;
    let mut deaf = server.connect().await;
    deaf.write_all(get_request("/flood").as_bytes()).await.unwrap();
    until(&server.flood_ended).await;
    server.is_well().await;
}

#[tokio::test]
async fn a_client_that_reads_too_slowly_is_dropped() {
    let server = RunningServer::open().await;
    let mut slow = server.connect().await;
    slow.write_all(get_request("/flood").as_bytes()).await.unwrap();
    let sip = async {
        let mut drop_of_water = [0; 1];
        loop {
            sleep(Duration::from_millis(20)).await;
            let _ = slow.read(&mut drop_of_water).await;
        }
    };
    tokio::select! {
        () = until(&server.flood_ended) => {}
        () = sip => {}
    }
    server.is_well().await;
}

#[tokio::test]
async fn between_requests_there_is_more_patience_than_within_one() {
    let server = RunningServer::open().await;
    let mut socket = server.connect().await;
    let ask = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut received = [0; 2048];
    for _ in 0..2 {
        socket.write_all(ask).await.unwrap();
        let length = socket.read(&mut received).await.unwrap();
        assert_status(std::str::from_utf8(&received[..length]).unwrap(), 200);
        // Longer than the timeout for a head.
        sleep(Duration::from_millis(450)).await;
    }
    let started = Instant::now();
    assert_eq!(read_to_end(&mut socket).await, "");
    assert!(started.elapsed() < Duration::from_secs(1));

    let mut dawdler = server.connect().await;
    dawdler.write_all(ask).await.unwrap();
    assert!(dawdler.read(&mut received).await.unwrap() > 0);
    dawdler.write_all(b"GET / HTT").await.unwrap();
    let started = Instant::now();
    assert_eq!(read_to_end(&mut dawdler).await, "");
    assert!(started.elapsed() < Duration::from_millis(700));
}

#[tokio::test]
async fn an_upgraded_connection_outlives_every_patience() {
    let server = RunningServer::open().await;
    let mut socket = server.connect().await;
    socket
        .write_all(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        .await
        .unwrap();
    let mut received = [0; 2048];
    let length = socket.read(&mut received).await.unwrap();
    assert_status(std::str::from_utf8(&received[..length]).unwrap(), 101);
    sleep(Duration::from_millis(1300)).await;
    socket.write_all(b"still here").await.unwrap();
    let length = timeout(Duration::from_secs(1), socket.read(&mut received)).await.unwrap().unwrap();
    assert_eq!(&received[..length], b"still here");
}

#[tokio::test]
async fn shutting_down_finishes_what_was_begun() {
    let server = RunningServer::open().await;
    let address = server.address;
    let mut idle = server.connect().await;
    let mut socket = server.connect().await;
    socket.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let served = server.shut();
    assert_status(&read_to_end(&mut socket).await, 200);
    assert_eq!(read_to_end(&mut idle).await, "");
    timeout(Duration::from_secs(2), served).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// A kept-alive connection may have a request on its way at the moment that the server stops.
#[tokio::test]
async fn shutting_down_answers_a_kept_connection_once_more_and_says_that_it_closes() {
    let server = RunningServer::open().await;
    let mut kept = server.connect().await;
    let mut quiet = server.connect().await;
    for socket in [&mut kept, &mut quiet] {
        socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut received = [0; 4_096];
        let length = timeout(Duration::from_secs(1), socket.read(&mut received)).await.unwrap().unwrap();
        let reply = String::from_utf8_lossy(&received[..length]).to_ascii_lowercase();
        assert!(reply.starts_with("http/1.1 200 ") && !reply.contains("connection: close"), "{reply}");
    }
    let served = server.shut();
    sleep(Duration::from_millis(100)).await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let last = read_to_end(&mut kept).await;
    assert_status(&last, 200);
    assert!(last.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{last}");
    assert_eq!(read_to_end(&mut quiet).await, "", "whoever has nothing to ask is closed in the end");
    timeout(Duration::from_secs(2), served).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn shutting_down_does_not_wait_for_ever() {
    let limits = Limits { drain: Duration::from_millis(200), ..short() };
    let server = RunningServer::open_with(limits, None, TrustedProxies::default()).await;
    let mut socket = server.connect().await;
    socket.write_all(get_request("/flood").as_bytes()).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    let started = Instant::now();
    timeout(Duration::from_secs(2), server.shut()).await.unwrap().unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(1));
}

/// A client that sends head and body separately opens another connection, instead of losing its next request.
#[tokio::test]
async fn a_response_that_leaves_the_body_unread_ends_the_connection_and_says_so() {
    let server = RunningServer::open().await;
    let head = |path: &str| {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\nContent-Length: 3\r\n\r\n")
    };
    for (path, status, closes) in [("/nowhere", 404, true), ("/", 405, true), ("/form", 200, false)] {
        let mut socket = server.connect().await;
        socket.write_all(head(path).as_bytes()).await.unwrap();
        sleep(Duration::from_millis(20)).await;
        socket.write_all(b"a=b").await.unwrap();
        let mut received = vec![0; 4096];
        let length = timeout(Duration::from_secs(10), socket.read(&mut received)).await.unwrap().unwrap();
        let reply = String::from_utf8_lossy(&received[..length]).into_owned();
        assert_status(&reply, status);
        assert_eq!(reply.to_ascii_lowercase().contains("connection: close"), closes, "{path}: {reply}");
    }
}
