//! Detects addresses whose domain is probably a mistyped common mail provider. It is a guess, so people are asked.

use super::Email;

/// Common domains. A listed domain is never reported as a typo; others are compared with those of at least nine
/// characters, because short names are too similar.
const COMMON: &[&str] = &[
    "aol.com",
    "bk.ru",
    "bol.com.br",
    "duck.com",
    "email.com",
    "email.ua",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.com.br",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "i.ua",
    "icloud.com",
    "ig.com.br",
    "inbox.com",
    "laposte.net",
    "libero.it",
    "live.co.uk",
    "live.com",
    "live.fr",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "me.com",
    "meta.ua",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.com.br",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "outlook.it",
    "outlook.pt",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "rocketmail.com",
    "sapo.pt",
    "t-online.de",
    "terra.com.br",
    "tutanota.com",
    "ukr.net",
    "uol.com.br",
    "web.de",
    "yahoo.ca",
    "yahoo.co.in",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.ar",
    "yahoo.com.au",
    "yahoo.com.br",
    "yahoo.com.mx",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.in",
    "yahoo.it",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];
/// The shortest domain that is suggested.
const SHORTEST: usize = 9;

/// The address that was probably meant, if the domain is one or two edits away from a common provider.
pub fn probably_meant(email: &Email) -> Option<Email> {
    let domain = email.domain();
    if COMMON.contains(&domain) {
        return None;
    }
    let candidates = COMMON.iter().filter(|common| common.len() >= SHORTEST);
    let near = candidates.map(|common| (strsim::osa_distance(domain, common), *common));
    let (_, meant) = near.filter(|(edits, common)| *edits <= most_edits(domain, common)).min()?;
    Email::parse(&format!("{}@{meant}", email.local_part())).ok()
}

/// Two edits are many for a short name, and also if its first letter differs.
fn most_edits(typed: &str, common: &str) -> usize {
    let same_start = typed.as_bytes().first() == common.as_bytes().first();
    if same_start { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(domain: &str) -> Option<String> {
        let typed = Email::parse(&format!("una@{domain}")).unwrap();
        probably_meant(&typed).map(|meant| meant.domain().to_owned())
    }

    #[test]
    fn a_mistyped_provider_is_recognised() {
        for (typed, common) in [
            ("gmial.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmaill.cm", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmail.con", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("yaho.com", "yahoo.com"),
            ("yahoo.com.b", "yahoo.com.br"),
            ("iclod.com", "icloud.com"),
            ("protonmial.com", "protonmail.com"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(common), "{typed}");
        }
        let typed = Email::parse("Una+shop@gmial.com").unwrap();
        assert_eq!(probably_meant(&typed).unwrap().as_str(), "una+shop@gmail.com");
    }

    #[test]
    fn other_domains_are_left_alone() {
        for domain in COMMON.iter().copied().chain(["example.test", "usher.dev", "company.com", "x.io", "localhost"]) {
            assert_eq!(meant(domain), None, "{domain}");
        }
    }

    #[test]
    fn what_is_suggested_is_never_questioned_itself() {
        for typed in ["gmial.com", "hotmial.com", "yhoo.com", "outlok.com"] {
            assert_eq!(meant(&meant(typed).unwrap()), None, "{typed}");
        }
    }
}
