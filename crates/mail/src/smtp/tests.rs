use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::super::email_message::EmailMessageContent;
use super::*;
use usher_domain::random::SeededRandom;

/// The behaviour of a server.
#[derive(Clone, Copy)]
enum ServerBehaviour {
    /// Accepts every email.
    Takes,
    /// Answers every recipient with this line.
    Refuses(&'static str),
    /// Sends nothing.
    Silent,
}

/// A mail server for one connection; returns what it received.
async fn serve(behaviour: ServerBehaviour) -> (SmtpMailer, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (said, received) = oneshot::channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let (read, mut write) = socket.into_split();
        let (mut lines, mut transcript, mut in_data) = (BufReader::new(read).lines(), String::new(), false);
        if matches!(behaviour, ServerBehaviour::Silent) {
            return std::future::pending().await;
        }
        write.write_all(b"220 mail.test\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            transcript.push_str(&line);
            transcript.push('\n');
            let answer = match (in_data, line.as_str(), behaviour) {
                (true, ".", _) => "250 taken\r\n".to_owned(),
                (true, ..) => continue,
                (_, "DATA", _) => "354 go on\r\n".to_owned(),
                (_, line, ServerBehaviour::Refuses(words)) if line.starts_with("RCPT") => format!("{words}\r\n"),
                (_, line, _) if line.starts_with("EHLO") => "250 mail.test\r\n".to_owned(),
                _ => "250 fine\r\n".to_owned(),
            };
            in_data = answer.starts_with("354");
            write.write_all(answer.as_bytes()).await.unwrap();
            if answer.contains("taken") {
                break;
            }
        }
        let _ = said.send(transcript);
    });
    let random = Arc::new(SeededRandom::new(1));
    let from = sender("Usher <no-reply@id.example.com>");
    let patience = SmtpTimeouts { connect: Duration::from_secs(5), whole: Duration::from_secs(2) };
    (SmtpMailer::with_patience(&url, &from, random, patience).unwrap(), received)
}

fn sender(text: &str) -> Sender {
    Sender::parse(text).unwrap()
}

fn email(name: &str, subject: &str) -> EmailMessage {
    let content = EmailMessageContent {
        subject: subject.to_owned(),
        text: "Код: 482913\r\n.\r\nRCPT TO:<eve@evil.test>".to_owned(),
        html: "<p>482913</p>".to_owned(),
        ..EmailMessageContent::default()
    };
    EmailMessage::new("verify_email", "ana@example.com", Some(name), "uk", content).unwrap()
}

#[tokio::test]
async fn an_email_arrives_with_both_parts_and_says_that_a_machine_sent_it() {
    let (mailer, received) = serve(ServerBehaviour::Takes).await;
    mailer.send(&email("Олена", "Підтвердьте адресу")).await.unwrap();
    let said = received.await.unwrap();
    for expected in [
        "MAIL FROM:<no-reply@id.example.com>",
        "RCPT TO:<ana@example.com>",
        "From: Usher <no-reply@id.example.com>",
        "Auto-Submitted: auto-generated",
        "Content-Language: uk",
        "Message-ID: <",
        "@id.example.com>",
        "Content-Type: multipart/alternative",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Subject: =?utf-8?b?",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[tokio::test]
async fn an_email_comes_from_the_name_of_its_brand_and_the_address_of_the_configuration() {
    let (mailer, received) = serve(ServerBehaviour::Takes).await;
    mailer.send(&email("Ana", "Hello").from_name(Some("Greenhouse\r\nBcc: a@b"))).await.unwrap();
    let said = received.await.unwrap();
    let from = said.lines().find(|line| line.starts_with("From: ")).unwrap();
    // "Greenhouse Bcc: a@b"
    assert_eq!(from, "From: =?utf-8?b?R3JlZW5ob3VzZSBCY2M6IGFAYg==?= <no-reply@id.example.com>");
    assert!(!said.lines().any(|line| line.starts_with("Bcc")), "{said}");
}

#[tokio::test]
async fn nothing_in_an_email_adds_a_header_or_a_recipient() {
    let (mailer, received) = serve(ServerBehaviour::Takes).await;
    let evil = "Ana\r\nBcc: eve@evil.test\r\n\r\nhello\u{202e}";
    mailer.send(&email(evil, evil)).await.unwrap();
    let said = received.await.unwrap();
    let envelope = said.lines().take_while(|line| *line != "DATA");
    assert_eq!(envelope.filter(|line| line.starts_with("RCPT")).count(), 1, "{said}");
    assert!(!said.lines().any(|line| line.starts_with("Bcc")), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("To: ")).count(), 1);
}

#[tokio::test]
async fn permanent_and_temporary_refusals_are_distinguished_and_hide_the_address() {
    for (words, expected) in [
        ("550 5.1.1 ana@example.com unknown", MailError::Rejected { code: 550 }),
        ("451 4.7.1 ana@example.com greylisted", MailError::Later { code: 451 }),
    ] {
        let (mailer, _received) = serve(ServerBehaviour::Refuses(words)).await;
        let error = mailer.send(&email("Ana", "Hello")).await.unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.is_permanent(), words.starts_with('5'));
        assert!(!format!("{error} {error:?}").contains("ana@"));
    }
}

#[tokio::test]
async fn a_silent_or_absent_server_is_for_later() {
    let (mailer, _received) = serve(ServerBehaviour::Silent).await;
    let error = mailer.send(&email("Ana", "Hello")).await.unwrap_err();
    assert_eq!(error, MailError::Unreachable(ConnectionFailure::Timeout));
    assert!(!error.is_permanent());

    let absent = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let random = Arc::new(SeededRandom::new(1));
    let mailer = SmtpMailer::new(&format!("smtp://{absent}"), &sender("a@example.com"), random).unwrap();
    assert_eq!(mailer.probe().await, Err(MailError::Unreachable(ConnectionFailure::Connection)));
}

#[tokio::test]
async fn a_server_that_answers_passes_the_probe() {
    let (mailer, _received) = serve(ServerBehaviour::Takes).await;
    assert_eq!(mailer.probe().await, Ok(()));
}

#[tokio::test]
async fn senseless_settings_are_refused_without_repeating_them() {
    let new = |url: &str, from: &str| SmtpMailer::new(url, &sender(from), Arc::new(SeededRandom::new(1))).err();
    for url in ["", "hunter2", "http://user:hunter2@host", "smtp://user:hunter2@host?tls=maybe", "smtps://"] {
        let error = new(url, "a@example.com").unwrap();
        assert_eq!(error, SmtpSetupError::Url, "{url}");
        assert!(!error.to_string().contains("hunter2"));
    }
    assert_eq!(new("smtps://user:hunter2@host", "Usher <a@example.com>"), None);
    assert_eq!(new("smtp://user:hunter2@host:587?tls=required", "a@example.com"), None);
}
