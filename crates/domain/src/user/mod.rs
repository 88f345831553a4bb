//! The user: one identity, the same for every sign-in method.

pub mod activity;
pub mod authentication;
pub mod device;
pub mod factors;
pub mod identity;
pub mod import;
pub mod linking;
pub mod merge;
pub mod passkey;
pub mod profile;
pub mod profile_change;
pub mod proof;
pub mod remembered;
pub mod saved_filter;
pub mod search;
pub mod session;
pub mod source;
pub mod ways_in;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use profile::{AddressClaim, MAX_TEXT, Profile, ProfileFault, ProfileRule};

use crate::email::Email;
use crate::id::UserId;
use crate::time::Timestamp;
use crate::user::profile_change::ProfileChange;
use crate::user::source::{AttributeOrigin, AttributeSource, AttributeSources};
use crate::wire_names::wire_names;

/// The `sub` of every token about a user: random, never reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sub(pub String);

wire_names! {
    /// Whether a user may sign in.
    UserStatus, UnknownUserStatus, "status of a user":
    /// May sign in.
    Active = "active";
    /// Disabled: may not sign in, and grants are not valid.
    Disabled = "disabled";
    /// Merged into another user, who has all data.
    Merged = "merged";
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The internal id.
    pub id: UserId,
    /// The id that applications see.
    pub sub: Sub,
    /// The verified email address; none if the provider sent none.
    pub email: Option<Email>,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// Whether the user is an administrator.
    pub admin: bool,
    /// The language of pages and emails, if the user chose one (BCP 47).
    pub locale: Option<String>,
    /// The profile.
    pub profile: Profile,
    /// The source of each attribute.
    pub sources: AttributeSources,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When any of the above last changed.
    pub updated_at: Timestamp,
    /// Until then sign-in methods cannot be changed: the owner reported a compromise.
    pub factors_frozen_until: Option<Timestamp>,
}

impl User {
    /// Whether sign-in methods, password and address are frozen now.
    pub fn factors_are_frozen(&self, now: Timestamp) -> bool {
        self.factors_frozen_until.is_some_and(|until| now < until)
    }

    /// How a page names the user: by address, or by name, or not at all.
    pub fn label(&self) -> String {
        let email = self.email.as_ref().map(Email::readable);
        email.or_else(|| self.profile.display_name()).unwrap_or_default()
    }

    /// What the user types to confirm an action on this account: the address, or the `sub` without one.
    pub fn confirmation(&self) -> &str {
        self.account_name()
    }

    /// The name under which attempts are counted: the address, or the `sub` without one.
    pub fn account_name(&self) -> &str {
        self.email.as_ref().map_or(&self.sub.0, Email::as_str)
    }

    /// The address as text; empty without one.
    pub fn email_text(&self) -> &str {
        self.email.as_ref().map_or("", Email::as_str)
    }

    /// The address for display; empty without one.
    pub fn readable_email(&self) -> String {
        self.email.as_ref().map(Email::readable).unwrap_or_default()
    }

    /// What the page shows to be typed: the displayed address, or the `sub` without one.
    pub fn label_to_confirm(&self) -> String {
        self.email.as_ref().map_or_else(|| self.sub.0.clone(), Email::readable)
    }

    /// Applies a change of the profile and records its source. A new telephone number is not verified.
    pub fn change_profile(&mut self, change: &ProfileChange, origin: &AttributeOrigin, at: Timestamp) {
        let mut profile = change.apply(&self.profile);
        profile.phone_number_verified &= profile.phone_number == self.profile.phone_number;
        self.set_profile(profile, origin, at);
    }

    /// Replaces the profile and records the source of what is new.
    pub fn set_profile(&mut self, profile: Profile, origin: &AttributeOrigin, at: Timestamp) {
        self.sources.note_changes(&self.profile.members(), &profile.members(), origin, at);
        self.profile = profile;
        self.updated_at = at;
    }

    /// Sets an address that was just verified.
    pub fn set_email(&mut self, email: Email, origin: AttributeOrigin, at: Timestamp) {
        self.sources.set("email", AttributeSource { origin, at, verified_at: Some(at) });
        self.email = Some(email);
        self.updated_at = at;
    }

    /// Removes the address.
    pub fn drop_email(&mut self, at: Timestamp) {
        self.sources.remove("email");
        self.email = None;
        self.updated_at = at;
    }

    /// Every known standard claim of the user, regardless of scopes.
    pub fn claims(&self) -> Map<String, Value> {
        let mut claims = self.profile.members();
        if let Some(name) = self.profile.display_name() {
            claims.insert("name".to_owned(), name.into());
        }
        if self.profile.phone_number.is_some() {
            claims.insert("phone_number_verified".to_owned(), self.profile.phone_number_verified.into());
        }
        if let Some(locale) = self.profile.locale.as_ref().or(self.locale.as_ref()) {
            claims.insert("locale".to_owned(), json!(locale));
        }
        if let Some(email) = &self.email {
            claims.insert("email".to_owned(), json!(email.as_str()));
            claims.insert("email_verified".to_owned(), json!(true));
        }
        claims.insert("updated_at".to_owned(), json!(self.updated_at.0));
        claims
    }
}
