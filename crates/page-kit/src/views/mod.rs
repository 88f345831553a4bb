//! What the views of all pages share: layout, form, errors, times, texts, and the two pages that the kit itself shows.

#[cfg(test)]
mod contrast;
mod form;
mod kept;
mod layout;
mod markup;
mod message;
mod mismatch;
mod onward;
mod profile_fields;
mod project;

pub use form::{FieldErrors, Form};
pub use kept::Kept;
pub use layout::{AccountChip, AssetUrls, LanguageLink, Layout, NavLink, ProjectLink, Tab, initials, tone};
pub use markup::{Moment, SpriteUrl};
pub use message::Message;
pub use mismatch::{Mismatch, UriDifference, UriSegment};
pub use onward::Onward;
pub use profile_fields::profile_fields;
pub use project::{ProjectHead, ProjectTab, ShownSecret};
