use std::collections::BTreeSet;

use super::*;

const LINK: &str = "https://id.example.com/verify?token=abc&lang=uk";

fn to(lang: Lang) -> Recipient<'static> {
    Recipient { email: "ana@example.com", name: Some("Ana"), lang }
}

fn every_letter(lang: Lang) -> Vec<EmailMessage> {
    vec![
        verify_email(to(lang), "482913", LINK, 15).unwrap(),
        already_registered(to(lang), "https://id.example.com/login", LINK).unwrap(),
        recovery(to(lang), LINK, 30).unwrap(),
    ]
}

#[test]
fn every_letter_is_written_in_every_language() {
    let mut subjects = BTreeSet::new();
    for lang in Lang::ALL {
        for letter in every_letter(lang) {
            assert_eq!(letter.lang_tag(), lang.tag());
            assert!(letter.html().contains(&format!("<html lang=\"{}\"", lang.tag())));
            assert!(letter.text().contains(LINK) && letter.html().contains("token=abc&#38;lang=uk\""), "{letter:?}");
            for part in [letter.subject(), letter.text(), letter.html()] {
                assert!(!part.contains("mail-") && !part.contains('$') && !part.contains("{ "), "{part}");
            }
            subjects.insert(letter.subject().to_owned());
        }
    }
    assert_eq!(subjects.len(), 9, "every letter has its own subject in each language");
}

#[test]
fn a_letter_with_a_code_shows_it_alone_on_its_line() {
    let letter = verify_email(to(Lang::En), "482913", LINK, 1).unwrap();
    assert_eq!((letter.code(), letter.link()), (Some("482913"), Some(LINK)));
    assert!(letter.text().lines().any(|line| line.trim() == "482913"));
    assert!(letter.text().lines().any(|line| line == LINK));
    assert!(letter.text().contains("for 1 minute."));
}

#[test]
fn a_recovery_letter_carries_a_link_and_no_code() {
    let letter = recovery(to(Lang::En), LINK, 1).unwrap();
    assert_eq!((letter.code(), letter.link()), (None, Some(LINK)));
    assert!(letter.text().lines().any(|line| line == LINK));
    assert!(letter.text().contains("for 1 minute."));
}

#[test]
fn a_name_from_outside_can_neither_break_out_nor_write_to_strangers() {
    let name = "<b>Ana</b>\r\nBcc: eve@evil.test";
    let stranger = Recipient { email: "ana@example.com", name: Some(name), lang: Lang::En };
    let letter = verify_email(stranger, "1", LINK, 15).unwrap();
    assert_eq!(letter.to_name(), None, "whoever typed the address typed the name");
    assert!(!letter.text().contains("Bcc") && !letter.html().contains("Bcc"));
}

#[test]
fn there_is_no_letter_without_an_address() {
    let nobody = Recipient { email: "ana@example.com\r\nBcc: eve@evil.test", ..to(Lang::En) };
    assert!(matches!(recovery(nobody, LINK, 1), Err(WriteError::Address(NotAnAddress))));
}

#[test]
fn the_text_of_a_letter_reads_like_this() {
    let letter = verify_email(to(Lang::En), "482913", "https://id.example.com/v/1", 15).unwrap();
    insta::assert_snapshot!(letter.text(), @"
    Confirm your email address

    Somebody, most likely you, gave this address for an account. To confirm that it is yours, enter this code:

        482913

    Confirm with this link:
    https://id.example.com/v/1

    Code and link work once, for 15 minutes.

    If it was not you, ignore this email. Without the code or the link, nothing happens.

    --
    This email was sent by a machine. Nobody reads the answers. We never ask for your password by email.
    ");
}
