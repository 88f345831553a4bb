use std::collections::BTreeSet;

use super::*;
use crate::email_brand::EmailBrand;
use crate::email_draft::{AddressKind, Recipient, WriteError};
use crate::email_message::{EmailMessage, NotAnAddress};
use usher_domain::branding::palette::Palette;
use usher_domain::time::Timestamp;
use usher_i18n::Lang;

const LINK: &str = "https://id.example.com/verify?token=abc&lang=uk";
const REPORT: &str = "https://id.example.com/account/not-me?token=abc&lang=uk";
const BACK: &str = "https://id.example.com/recover/reset?token=def";
const AT: Timestamp = Timestamp(1_795_363_080);
const EVIL: &str = "<script>alert(1)</script>\r\n\u{202e}\"><img src=x>";

fn to(lang: Lang) -> Recipient<'static> {
    Recipient { email: "ana@example.com", name: Some("Ana"), lang }
}

/// A sample of each email that a reader asks for.
fn requested() -> Vec<EmailDraft> {
    vec![
        verify_email("482913", LINK, 15),
        link_code("482913", 15),
        already_registered("https://id.example.com/login", LINK),
        recovery(LINK, 30),
        invitation(LINK, 7),
        project_invitation(Some("Garden"), LINK, 7),
        project_invitation(None, LINK, 7),
        ciba_request("Demo", LINK, 10),
        test_email(),
    ]
}

/// A sample of each security email, with this name from outside.
fn security(name: &str) -> Vec<EmailDraft> {
    let device = DeviceName { browser: Some("Firefox".into()), system: Some("Linux".into()) };
    vec![
        new_device(device, "203.0.113.7/32"),
        password_changed(),
        password_recovered(),
        factor_added(FactorName::Passkey(name.into())),
        factor_removed(FactorName::AuthenticatorApp),
        recovery_code_used(3),
        factors_reset(),
        codes_guessed(),
        recovery_codes_renewed(),
        identity_linked(name),
        identity_unlinked(name),
        last_identity_deleted(name),
        token_reuse(name, ReuseEnds::Session),
        token_reuse(name, ReuseEnds::Grant),
        email_changed("a…@example.org"),
        accounts_merged(),
        account_deleted(),
        way_back(),
    ]
}

fn written(draft: &EmailDraft, lang: Lang) -> EmailMessage {
    let mut draft = draft.clone();
    if draft.may_be_reported() {
        draft = draft.report_link(REPORT);
    }
    if draft.leads_back_in() {
        draft = draft.way_back_link(BACK);
    }
    draft.write(to(lang), AT, &EmailBrand::default()).unwrap()
}

/// Everything that every email must be.
fn check(draft: &EmailDraft) {
    let mut subjects = BTreeSet::new();
    for lang in Lang::ALL {
        let email = written(draft, lang);
        assert_eq!((email.kind(), email.lang_tag()), (draft.kind(), lang.tag()));
        assert!(email.html().contains(&format!("<html lang=\"{}\"", lang.tag())));
        assert_eq!(email.text().contains(REPORT), draft.may_be_reported(), "{draft:?}");
        assert_eq!(email.text().contains(BACK), draft.leads_back_in(), "{draft:?}");
        for part in [email.subject(), email.text(), email.html()] {
            assert!(!part.contains("mail-") && !part.contains('$') && !part.contains("{ "), "{part}");
        }
        subjects.insert(email.subject().to_owned());
    }
    assert_eq!(subjects.len(), Lang::ALL.len(), "{}: {subjects:?}", draft.kind());
}

#[test]
fn every_email_is_written_in_every_language() {
    let mut subjects = BTreeSet::new();
    let samples: Vec<EmailDraft> = requested().into_iter().chain(security("Demo")).collect();
    for draft in &samples {
        check(draft);
        subjects.insert(written(draft, Lang::En).subject().to_owned());
    }
    assert_eq!(subjects.len(), samples.len(), "every email has its own subject: {subjects:?}");
}

#[test]
fn every_email_has_a_sample() {
    let functions: Vec<&str> =
        include_str!("../emails.rs").lines().filter(|line| line.starts_with("pub fn ")).collect();
    // The reuse of a token has two texts, and so has an invitation into a project.
    assert_eq!(requested().len() + security("Demo").len(), functions.len() + 2, "{functions:?}");
}

/// One entry is all that a new email needs besides its texts.
#[test]
fn a_specimen_is_written_with_its_values_links_and_notes() {
    let specimen = EmailDraft::security("specimen", "mail-linked")
        .text("provider", "Demo <b>")
        .button("mail-registered-sign-in", LINK)
        .count(1)
        .note("mail-code-minutes");
    check(&specimen);
    for lang in Lang::ALL {
        let email = written(&specimen, lang);
        assert_eq!((email.kind(), email.to(), email.to_name()), ("specimen", "ana@example.com", Some("Ana")));
        assert_eq!(email.subject(), lang.text("mail-linked-subject"));
        assert!(email.text().contains("Demo <b>") && email.html().contains("Demo &#60;b&#62;"), "{}", email.html());
        for text in ["mail-registered-sign-in", "mail-not-me-button", "mail-not-me"] {
            assert!(email.text().contains(&lang.text(text)), "{text}: {}", email.text());
        }
        assert!(email.text().contains(&lang.text_with("mail-code-minutes", &[("count", 1_u32.into())])));
        assert!(email.html().contains("token=abc&#38;lang=uk\""));
    }
}

#[test]
fn every_factor_has_a_name_in_every_language() {
    for lang in Lang::ALL {
        let factors = [
            FactorName::AuthenticatorApp,
            FactorName::RecoveryCodes,
            FactorName::Password,
            FactorName::Passkey("K".into()),
        ];
        let texts: BTreeSet<String> =
            factors.into_iter().map(|factor| written(&factor_added(factor), lang).text().to_owned()).collect();
        assert_eq!(texts.len(), 4, "{texts:?}");
    }
}

#[test]
fn a_code_stands_alone_on_its_line() {
    let email = written(&verify_email("482913", LINK, 1), Lang::En);
    assert_eq!((email.code(), email.link()), (Some("482913"), Some(LINK)));
    assert!(email.text().lines().any(|line| line.trim() == "482913"));
    assert!(email.text().lines().any(|line| line == LINK));
    assert!(email.text().contains("for 1 minute."));
}

#[test]
fn a_recovery_email_carries_a_link_and_no_code() {
    let email = written(&recovery(LINK, 1), Lang::En);
    assert_eq!((email.code(), email.link()), (None, Some(LINK)));
    assert!(email.text().lines().any(|line| line == LINK));
    assert!(email.text().contains("for 1 minute."));
}

#[test]
fn an_unproven_address_gets_no_name() {
    let name = "<b>Ana</b>\r\nBcc: eve@evil.test";
    let stranger = Recipient { email: "ana@example.com", name: Some(name), lang: Lang::En };
    let draft = verify_email("1", LINK, 15);
    assert_eq!(draft.address_kind(), AddressKind::Unproven);
    let email = draft.write(stranger, AT, &EmailBrand::default()).unwrap();
    assert_eq!(email.to_name(), None, "whoever typed the address typed the name");
    assert!(!email.text().contains("Bcc") && !email.html().contains("Bcc"));
}

#[test]
fn there_is_no_email_without_an_address() {
    let nobody = Recipient { email: "ana@example.com\r\nBcc: eve@evil.test", ..to(Lang::En) };
    assert!(matches!(
        recovery(LINK, 1).write(nobody, AT, &EmailBrand::default()),
        Err(WriteError::Address(NotAnAddress))
    ));
}

#[test]
fn names_from_outside_cannot_break_out() {
    for draft in security(EVIL) {
        let email = written(&draft, Lang::En);
        assert!(!email.html().contains("<script") && !email.html().contains("<img"), "{draft:?}");
        assert!(!email.text().contains('\u{202e}') && !email.text().contains('\r'), "{draft:?}");
        assert!(!email.subject().contains("script"), "{draft:?}");
    }
}

#[test]
fn the_text_of_an_email_reads_like_this() {
    let email = written(&verify_email("482913", "https://id.example.com/v/1", 15), Lang::En);
    insta::assert_snapshot!(email.text(), @"
    Confirm your email address

    Somebody, most likely you, gave this address for an account. To confirm that it is yours, enter this code:

        482913

    Confirm with this link:
    https://id.example.com/v/1

    Code and link work once, for 15 minutes.

    If it was not you, ignore this email. Without the code or the link, nothing happens.

    --
    Usher sent this email automatically. Nobody reads the answers. We never ask for your password by email.
    ");
}

/// All security emails, in one file for each language.
#[test]
fn the_security_emails_read_like_this() {
    for lang in Lang::ALL {
        let samples = security("Demo");
        let text = |draft: &EmailDraft| {
            let email = written(draft, lang);
            format!("=== {}\n{}", email.kind(), email.text())
        };
        let texts: Vec<String> = samples.iter().map(text).collect();
        insta::assert_snapshot!(format!("notices_{}", lang.tag()), texts.join("\n"));
    }
}

/// A brand with a value in every place, hostile where a person typed it.
fn full_brand() -> EmailBrand {
    let palette = Palette::of("#1d6a43".parse().unwrap()).unwrap();
    EmailBrand {
        service: "Greenhouse <b>&".into(),
        application: Some("Plants <i>".into()),
        logo_url: Some("https://id.example.com/brand/x/y.png?a&b".into()),
        palette,
        support_email: Some("help@example.com".into()),
        tos_uri: Some("https://example.com/terms?\"a".into()),
        policy_uri: Some("https://example.com/privacy".into()),
        sender_name: Some("Greenhouse\r\nBcc: eve@evil.test".into()),
    }
}

#[test]
fn an_email_names_the_service_and_the_application_in_both_parts() {
    let brand = full_brand();
    for lang in Lang::ALL {
        let email = verify_email("482913", LINK, 15).write(to(lang), AT, &brand).unwrap();
        assert_eq!(email.sender_name(), Some("Greenhouse Bcc: eve@evil.test"));
        for named in ["Greenhouse <b>&", "Plants <i>", "help@example.com", "https://example.com/privacy"] {
            assert!(email.text().contains(named), "{named}: {}", email.text());
        }
        let html = email.html();
        assert!(html.contains("Greenhouse &#60;b&#62;&#38;") && html.contains("Plants &#60;i&#62;"), "{html}");
        assert!(!html.contains("<b>") && !html.contains("<i>") && !html.contains("?\"a"), "{html}");
        assert!(html.contains("background:#1d6a43;color:#ffffff"), "{html}");
        assert!(html.contains("src=\"https://id.example.com/brand/x/y.png?a&#38;b\""), "{html}");
    }
}

#[test]
fn without_a_logo_a_tile_stands_for_the_service() {
    let brand = EmailBrand { logo_url: None, service: "éclair".into(), ..full_brand() };
    let html = recovery(LINK, 1).write(to(Lang::En), AT, &brand).unwrap().html().to_owned();
    assert!(!html.contains("<img") && html.contains(">É</span>"), "{html}");
}

/// Lists of emails show the beginning of the text beside the subject.
#[test]
fn an_email_with_a_code_begins_with_it() {
    let email = written(&verify_email("482913", LINK, 15), Lang::En);
    let body = email.html().split_once("<body").unwrap().1;
    assert!(body.split_once("</div>").unwrap().0.contains("Your code: 482913"), "{body}");
}
