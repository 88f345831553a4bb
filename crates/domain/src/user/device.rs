//! Browser and system of a session by name; and whether a browser is new to a user.

use woothee::parser::Parser;
use woothee::woothee::VALUE_UNKNOWN;

/// Longer descriptions are cut before parsing.
const LONGEST: usize = 300;

/// What a `User-Agent` says, as names that are the same in all languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceName {
    /// `Firefox`.
    pub browser: Option<String>,
    /// `Linux`.
    pub system: Option<String>,
}

impl DeviceName {
    /// Parses a `User-Agent` (RFC 9110 §10.1.5). Unknown parts are omitted, never repeated.
    pub fn from_user_agent(text: Option<&str>) -> Self {
        let Some(text) = text.filter(|text| text.len() <= LONGEST) else { return Self::default() };
        let Some(read) = Parser::new().parse(text) else { return Self::default() };
        let known = |name: &str| name != VALUE_UNKNOWN && !name.is_empty();
        Self {
            browser: Some(browser_name(read.name, text)).filter(|name| known(name)).map(str::to_owned),
            system: Some(system_name(read.os)).filter(|name| known(name)).map(str::to_owned),
        }
    }
}

impl DeviceName {
    /// Is it a phone or tablet?
    pub fn is_portable(&self) -> bool {
        let portable = ["iPhone", "iPad", "iPod", "iOS", "Android", "Windows Phone", "BlackBerry"];
        self.system.as_deref().is_some_and(|system| portable.contains(&system))
    }
}

/// The displayed name, where it differs from the parser's.
fn browser_name<'a>(name: &'a str, text: &str) -> &'a str {
    match name {
        // Browsers that are built on another one and name themselves only at the end.
        "Edge" => "Microsoft Edge",
        "SamsungBrowser" => "Samsung Internet",
        "Safari" | "Webview" if text.contains("CriOS/") => "Chrome",
        "Safari" | "Webview" if text.contains("FxiOS/") => "Firefox",
        "Chrome" if text.contains("OPR/") => "Opera",
        "HTTP Library" | "misc crawler" => VALUE_UNKNOWN,
        other => other,
    }
}

/// Versions are omitted: Windows 11 reports 10, and macOS has reported 10.15 since 2019.
fn system_name(os: &str) -> &str {
    match os {
        "Mac OSX" => "macOS",
        "Windows UNKNOWN Ver" => "Windows",
        windows if windows.starts_with("Windows Phone") => "Windows Phone",
        windows if windows.starts_with("Windows") => "Windows",
        other => other,
    }
}

/// How well a user's browser is known. A browser is identified by its cookie, not by its `User-Agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Familiarity {
    /// The user's first browser: the account is new.
    First,
    /// The user signed in with it before.
    Known,
    /// The user has used others, but never this one.
    Strange,
}

impl Familiarity {
    /// Whether the user gets an email about this sign-in. Not for the first browser: there is nobody to warn yet, and
    /// an email at every registration would teach people to ignore it.
    pub const fn deserves_an_email(self) -> bool {
        matches!(self, Self::Strange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_told_from_computers() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.1 Mobile/15E148 Safari/604.1";
        let android = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/131.0.0.0 Mobile Safari/537.36";
        let linux = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
        let portable = |text| DeviceName::from_user_agent(Some(text)).is_portable();
        assert_eq!([iphone, android, linux, "curl/8"].map(portable), [true, true, false, false]);
    }

    fn named(text: &str) -> (Option<String>, Option<String>) {
        let DeviceName { browser, system } = DeviceName::from_user_agent(Some(text));
        (browser, system)
    }

    #[test]
    fn browsers_are_called_what_people_call_them() {
        for (text, browser, system) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox", "Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Microsoft Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0",
                "Opera",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
                "Firefox",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.0.0 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome",
                "Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome",
                "ChromeOS",
            ),
        ] {
            assert_eq!(named(text), (Some(browser.to_owned()), Some(system.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_never_repeated() {
        let endless =
            format!("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0{}", " ".repeat(300));
        for text in ["", "-", "<script>alert(1)</script>", "\u{202e}evil", "curl/8.5.0", endless.as_str()] {
            let name = DeviceName::from_user_agent(Some(text));
            assert_eq!(name.browser, None, "{text:?}");
        }
        assert_eq!(DeviceName::from_user_agent(None), DeviceName::default());
    }

    #[test]
    fn only_a_strange_browser_deserves_an_email() {
        assert!(Familiarity::Strange.deserves_an_email());
        assert!(!Familiarity::Known.deserves_an_email() && !Familiarity::First.deserves_an_email());
    }
}
