//! Small pieces of HTML that templates insert without escaping.

use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};
use usher_domain::time::Timestamp;
use usher_i18n::Lang;

/// The URL of `icons.svg`.
#[derive(Clone, Debug, Default)]
pub struct SpriteUrl(String);

impl SpriteUrl {
    pub const fn new(url: String) -> Self {
        Self(url)
    }

    pub fn icon(&self, name: &'static str) -> Icon {
        Icon { sprite: self.clone(), name, class: "icon" }
    }

    /// Our own symbol, in the colours of the scheme.
    pub fn symbol(&self) -> Icon {
        Icon { sprite: self.clone(), name: "usher", class: "symbol" }
    }

    /// The mark of a provider; its colours are its own.
    pub fn mark(&self, kind: &str) -> Icon {
        let name = match kind {
            "apple" => "p-apple",
            "facebook" => "p-facebook",
            "github" => "p-github",
            "google" => "p-google",
            "microsoft" => "p-microsoft",
            "x" => "p-x",
            _ => return self.icon("plug"),
        };
        Icon { sprite: self.clone(), name, class: "mark" }
    }
}

/// A drawing of the sprite. Words beside it say the same, so screen readers skip it.
#[derive(Clone, Debug)]
pub struct Icon {
    sprite: SpriteUrl,
    name: &'static str,
    class: &'static str,
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sprite: SpriteUrl(url), name, class } = self;
        write!(f, r#"<svg class="{class}" aria-hidden="true"><use href="{url}#{name}"></use></svg>"#)
    }
}

/// URL, name and class are ours.
impl HtmlSafe for Icon {}

/// A point in time: how long ago it was, or the date; with the full time as its title.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    at: i64,
    text: String,
    title: String,
}

impl Moment {
    /// Relative to `now`; after a week the date.
    pub fn ago(lang: Lang, at: i64, now: i64) -> Self {
        let title = lang.date_time(at);
        Self { at, text: lang.ago(at, now).unwrap_or_else(|| title.clone()), title }
    }

    /// The time of day, in a list under the heading of its day (UTC).
    pub fn clock(lang: Lang, at: i64) -> Self {
        Self { at, text: lang.time_of_day(at), title: lang.date_time(at) }
    }

    /// The date, for a time that is still to come, or that a sentence needs as a date.
    pub fn date(lang: Lang, at: i64) -> Self {
        let title = lang.date_time(at);
        Self { at, text: title.clone(), title }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, text, title } = self;
        let exact = Timestamp(*at).rfc3339();
        // The script writes dates in the reader's time zone.
        let is_date = if text == title { " data-date" } else { "" };
        write!(f, r#"<time datetime="{exact}" title="{title}"{is_date}>{text}</time>"#)
    }
}

/// Times and translations have no markup.
impl HtmlSafe for Moment {}

/// A sentence with a point in time.
#[derive(Clone, Debug)]
pub struct Sentence(String);

impl Sentence {
    /// What stands in the text in place of the time.
    pub const PLACE: &str = "\u{fffc}";

    /// `text` with `moment` in its place.
    pub fn new(text: &str, moment: &Moment) -> Self {
        let mut escaped = String::new();
        // Writing to a string cannot fail.
        let _ = Html.write_escaped_str(&mut escaped, text);
        Self(escaped.replace(Self::PLACE, &moment.to_string()))
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text was escaped.
impl HtmlSafe for Sentence {}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_363_080;

    #[test]
    fn a_time_is_relative_and_its_title_is_exact() {
        let moment = Moment::ago(Lang::En, AT, AT + 300);
        let html = r#"<time datetime="2026-11-22T15:58:00Z" title="22 Nov 2026, 15:58 UTC">5 minutes ago</time>"#;
        assert_eq!(moment.to_string(), html);
        assert!(
            Moment::ago(Lang::En, AT, AT + 8 * 24 * 3600).to_string().contains("data-date>22 Nov 2026, 15:58 UTC<")
        );
        assert!(Moment::date(Lang::Uk, AT).to_string().contains("data-date>22 лист. 2026, 15:58 UTC<"));
    }

    #[test]
    fn a_sentence_escapes_its_text_and_not_its_time() {
        let sentence = Sentence::new("<used> \u{fffc}", &Moment::ago(Lang::En, AT, AT)).to_string();
        assert!(sentence.starts_with("&#60;used&#62; <time "), "{sentence}");
    }

    #[test]
    fn a_provider_without_a_mark_has_a_plug() {
        let sprite = SpriteUrl::new("icons.svg".into());
        assert!(sprite.mark("google").to_string().contains("icons.svg#p-google"));
        assert!(sprite.mark("keycloak").to_string().contains("icons.svg#plug"));
    }
}
