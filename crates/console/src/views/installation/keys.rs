//! The signing keys on a timeline, and the pages that confirm a change.

use askama::Template;

use usher_page_kit::views::{Form, Layout, Moment};

/// The signing keys.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/keys.html")]
pub struct KeysPage {
    pub page: Layout,
    pub notice: Option<String>,
    /// After how many days a key is replaced.
    pub rotate_days: u32,
    pub jwks_url: String,
    pub timeline: KeyTimeline,
    pub keys: Vec<KeyRow>,
    /// Who presents tokens of keys that no longer sign.
    pub old_uses: Vec<KeyUseRow>,
}

/// The keys by algorithm over time.
#[derive(Clone, Debug, Default)]
pub struct KeyTimeline {
    /// What it shows, in a sentence.
    pub summary: String,
    /// The height of the drawing, in pixels, and where its lines end.
    pub height: i32,
    pub bottom: i32,
    /// Dates below: position in percent, and words.
    pub dates: Vec<(String, String)>,
    /// The present moment, in percent.
    pub now: String,
    pub rows: Vec<KeyTimelineRow>,
}

/// The keys of one algorithm.
#[derive(Clone, Debug, Default)]
pub struct KeyTimelineRow {
    pub alg: String,
    /// The top of its bars and the base of its words, in pixels.
    pub y: i32,
    pub words_y: i32,
    pub spans: Vec<KeySpan>,
}

/// A time of a key.
#[derive(Clone, Debug, Default)]
pub struct KeySpan {
    /// `next`, `active` or `retired`.
    pub class: &'static str,
    /// In percent.
    pub x: String,
    pub width: String,
    pub title: String,
}

/// A key in the table.
#[derive(Clone, Debug, Default)]
pub struct KeyRow {
    pub kid: String,
    pub alg: String,
    /// `next`, `active`, `retired` or `pruned`.
    pub state: &'static str,
    pub published: Moment,
    /// The key of the text about what is next, and its time.
    pub next: Option<(&'static str, Moment)>,
    pub revoke_url: String,
}

/// A client that presents tokens of a key that no longer signs.
#[derive(Clone, Debug, Default)]
pub struct KeyUseRow {
    /// The name of the client.
    pub client: String,
    /// Its page.
    pub url: String,
    pub kid: String,
    pub last_used: Moment,
}

impl KeyRow {
    /// The key of the state's name.
    pub fn state_key(&self) -> &'static str {
        match self.state {
            "next" => "keys-next",
            "active" => "keys-active",
            "retired" => "keys-retired",
            _ => "keys-pruned",
        }
    }

    /// The class of the badge.
    pub fn badge(&self) -> &'static str {
        match self.state {
            "next" => " note",
            "active" => " good",
            _ => "",
        }
    }
}

/// Confirms that the keys are rotated, or that one is revoked.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/key_confirm.html")]
pub struct KeyConfirm {
    pub page: Layout,
    pub form: Form,
    /// The key to revoke; without one, all keys are rotated.
    pub key: Option<KeyRow>,
    pub back_url: String,
}
