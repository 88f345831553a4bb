use std::collections::BTreeSet;

use super::*;
use usher_domain::user::device::DeviceName;

const NOT_ME: &str = "https://id.example.com/account/not-me?token=abc&lang=uk";
const BACK: &str = "https://id.example.com/recover/reset?token=def";
const AT: Timestamp = Timestamp(1_795_363_080);
const EVIL: &str = "<script>alert(1)</script>\r\n\u{202e}\"><img src=x>";

fn to(lang: Lang) -> Recipient<'static> {
    Recipient { email: "ana@example.com", name: Some("Ana"), lang }
}

fn device() -> DeviceName {
    DeviceName { browser: Some("Firefox".into()), system: Some("Linux".into()) }
}

fn every_notice(name: &str) -> Vec<SecurityEmail> {
    vec![
        SecurityEmail::NewDevice { device: device(), network: "203.0.113.7/32".into() },
        SecurityEmail::PasswordChanged,
        SecurityEmail::PasswordRecovered,
        SecurityEmail::FactorAdded { factor: FactorName::Passkey(name.into()) },
        SecurityEmail::FactorRemoved { factor: FactorName::AuthenticatorApp },
        SecurityEmail::RecoveryCodeUsed { left: 3 },
        SecurityEmail::FactorsReset,
        SecurityEmail::CodesGuessed,
        SecurityEmail::RecoveryCodesRenewed,
        SecurityEmail::IdentityLinked { provider: name.into() },
        SecurityEmail::IdentityUnlinked { provider: name.into() },
        SecurityEmail::LastIdentityDeleted { provider: name.into() },
        SecurityEmail::TokenReuse { client: name.into(), ends: ReuseEnds::Session },
        SecurityEmail::TokenReuse { client: name.into(), ends: ReuseEnds::Grant },
        SecurityEmail::EmailChanged { to: "a…@example.org".into() },
        SecurityEmail::AccountsMerged,
        SecurityEmail::AccountDeleted,
        SecurityEmail::WayBack,
    ]
}

fn links(told: &SecurityEmail) -> NoticeLinks {
    NoticeLinks {
        not_me: told.may_be_disowned().then(|| NOT_ME.to_owned()),
        way_back: told.leads_back_in().then(|| BACK.to_owned()),
    }
}

fn letter(lang: Lang, told: &SecurityEmail) -> EmailMessage {
    notice(to(lang), told, AT, &links(told)).unwrap()
}

#[test]
fn every_notice_is_written_in_every_language() {
    let mut subjects = BTreeSet::new();
    for lang in Lang::ALL {
        for told in every_notice("Demo") {
            let letter = letter(lang, &told);
            assert!(letter.html().contains(&format!("<html lang=\"{}\"", lang.tag())));
            assert_eq!(letter.text().contains(NOT_ME), told.may_be_disowned(), "{told:?}");
            assert_eq!(letter.text().contains(BACK), told.leads_back_in(), "{told:?}");
            for part in [letter.subject(), letter.text(), letter.html()] {
                assert!(!part.contains("mail-") && !part.contains('$') && !part.contains("{ "), "{part}");
            }
            subjects.insert(letter.subject().to_owned());
        }
    }
    assert_eq!(subjects.len(), 18 * 3, "every notice has its own subject in each language");
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
        let names: BTreeSet<String> = factors.iter().map(|factor| factor_name(factor, lang)).collect();
        assert_eq!(names.len(), 4, "{names:?}");
    }
}

#[test]
fn names_from_outside_cannot_break_out() {
    for told in every_notice(EVIL) {
        let letter = letter(Lang::En, &told);
        assert!(!letter.html().contains("<script") && !letter.html().contains("<img"), "{told:?}");
        assert!(!letter.text().contains('\u{202e}') && !letter.text().contains('\r'), "{told:?}");
        assert!(!letter.subject().contains("script"), "{told:?}");
    }
}

/// All security emails, in one file for each language.
#[test]
fn the_notices_read_like_this() {
    for lang in Lang::ALL {
        let texts: Vec<String> = every_notice("Demo")
            .iter()
            .map(|told| {
                let letter = letter(lang, told);
                format!("=== {}\n{}", letter.kind().as_str(), letter.text())
            })
            .collect();
        insta::assert_snapshot!(format!("notices_{}", lang.tag()), texts.join("\n"));
    }
}
