//! Mail server and sender.

use url::{Host, Url};

use crate::fault::InvalidReason;
use crate::reader::SettingsReader;
use crate::setting::{PrintedPart, SettingDefault, SettingValue, settings};
use usher_domain::email::sender::Sender;
use usher_domain::secret::Secret;

settings! {
    /// The mail server and the sender.
    MailSettings {
        /// The mail server: `smtps://USER:PASSWORD@HOST`, or `smtp://HOST:587?tls=required`. Without it, no mail is sent.
        "mail.smtp_url" => smtp_url: Option<SmtpUrl> = SettingDefault::Nothing;
        /// The sender of emails: `Usher <no-reply@HOST>`.
        "mail.from" => from: Option<Sender> = SettingDefault::Nothing;
    }
}

impl MailSettings {
    pub(crate) fn check(&self, reader: &mut SettingsReader) {
        if self.smtp_url.is_some() && self.from.is_none() {
            reader.refuse(
                "mail.from",
                "expected a sender beside mail.smtp_url, such as Usher <no-reply@example.org>".into(),
            );
        }
    }
}

/// The URL of a mail server with its credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpUrl(Secret<String>);

impl SmtpUrl {
    /// The whole URL with its password.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl SettingValue for SmtpUrl {
    const SHOW: PrintedPart = PrintedPart::UrlWithoutPassword;

    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        const EXPECTED: &str = "expected smtps://HOST or smtp://HOST:587?tls=required";
        let url = Url::parse(text).map_err(|_| EXPECTED)?;
        if !matches!(url.scheme(), "smtp" | "smtps") || url.host_str().is_none_or(str::is_empty) {
            return Err(EXPECTED.into());
        }
        let tls = match url.query_pairs().collect::<Vec<_>>().as_slice() {
            [] => url.scheme() == "smtps",
            [(name, value)] if name == "tls" && url.scheme() == "smtp" => match value.as_ref() {
                "required" => true,
                "opportunistic" => false,
                _ => return Err("expected tls=required or tls=opportunistic".into()),
            },
            _ => return Err(EXPECTED.into()),
        };
        if url.password().is_some() && !tls && !is_here(&url) {
            return Err("the password would cross the network unsealed: expected smtps:// or ?tls=required".into());
        }
        Ok(Self(Secret::new(text.to_owned())))
    }
}

/// Whether the server is on this machine. The URL parser does not parse hosts of non-web schemes.
fn is_here(url: &Url) -> bool {
    match Host::parse(url.host_str().unwrap_or_default()) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}

impl SettingValue for Sender {
    fn from_text(text: &str) -> Result<Self, InvalidReason> {
        Self::parse(text).ok_or_else(|| "expected a sender such as Usher <no-reply@example.org>".into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn smtp(text: &str) -> Result<SmtpUrl, InvalidReason> {
        SmtpUrl::from_text(text)
    }

    #[test]
    fn a_mail_server_is_an_smtp_url() {
        for good in [
            "smtps://usher:hunter2@mail.example.org",
            "smtp://usher:hunter2@mail.example.org:587?tls=required",
            "smtp://mail:1025",
            "smtp://usher:hunter2@localhost:1025",
            "smtp://usher:hunter2@[::1]:1025",
        ] {
            assert_eq!(smtp(good).unwrap().expose(), good);
        }
        for bad in [
            "",
            "mail.example.org",
            "http://mail",
            "smtp://",
            "smtp:mail",
            "smtps://m?tls=required",
            "smtp://m?tls=no",
            "smtp://m?x=1",
        ] {
            assert!(smtp(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_does_not_leave_unsealed() {
        assert!(smtp("smtp://usher:hunter2@mail.example.org").unwrap_err().contains("unsealed"));
        assert!(smtp("smtp://usher:hunter2@mail.example.org?tls=opportunistic").is_err());
    }

    #[test]
    fn its_password_is_never_printed() {
        assert!(!format!("{:?}", smtp("smtps://usher:hunter2@mail")).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_panic(text in "\\PC*") {
            let _ = smtp(&text);
            let _ = smtp(&format!("smtp://{text}"));
        }
    }
}
