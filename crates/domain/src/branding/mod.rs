//! Branding: how the pages and emails of a project, or of the whole installation, look and whom they name.

pub mod colour;
mod logo;
pub mod palette;
mod svg;

use serde::{Deserialize, Serialize};

pub use logo::{Logo, LogoFault, LogoKind, MAX_LOGO};

use self::colour::Colour;
use self::palette::Palette;
use crate::email::Email;
use crate::id::ProjectId;
use crate::text::{TextRule, check_name};
use usher_protocol::authorize::redirect_uri::check_link;
use uuid::Uuid;

/// The longest name, in characters: of the service, and of the sender.
const MAX_NAME: u32 = 60;

/// What is named if nobody has chosen a name.
pub const PRODUCT: &str = "Usher";

/// Whose branding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrandOwner {
    /// Applies wherever a project has chosen nothing.
    Installation,
    Project(ProjectId),
}

impl BrandOwner {
    /// The key of its row: that of the project, or the nil UUID.
    pub const fn key(self) -> ProjectId {
        match self {
            Self::Installation => ProjectId(Uuid::nil()),
            Self::Project(id) => id,
        }
    }

    pub const fn project(self) -> Option<ProjectId> {
        match self {
            Self::Installation => None,
            Self::Project(id) => Some(id),
        }
    }

    /// The owner with this key.
    pub const fn of_key(key: ProjectId) -> Self {
        if key.0.is_nil() { Self::Installation } else { Self::Project(key) }
    }
}

/// What an owner decides. Whatever is absent is that of the installation, or of Usher.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandSettings {
    /// The name of the service that people have their account at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The colour of primary buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<Colour>,
    /// The address that people write to for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_email: Option<String>,
    /// The URL of the terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The URL of the privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The name that emails come from. Their address is that of the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
}

/// The settings as they were typed. An empty text is as good as none.
#[derive(Debug, Clone, Default)]
pub struct TypedBrand {
    pub name: Option<String>,
    pub accent: Option<String>,
    pub support_email: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub sender_name: Option<String>,
}

/// Why a member is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field} {why}")]
pub struct BrandFault {
    pub field: &'static str,
    pub why: BrandRule,
}

/// The rule that a member breaks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BrandRule {
    #[error(transparent)]
    Text(TextRule),
    #[error("must not contain < or >")]
    Brackets,
    #[error(transparent)]
    Colour(#[from] colour::NotAColour),
    #[error(transparent)]
    TooLight(#[from] palette::TooLight),
    #[error("must be an email address")]
    Email,
    #[error("must be an https URL")]
    Link,
    #[error(transparent)]
    Logo(#[from] LogoFault),
}

impl Eq for BrandFault {}

/// The branding of an owner, as it is stored, without the bytes of the logo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branding {
    pub settings: BrandSettings,
    pub logo: Option<LogoRef>,
}

/// Names a stored logo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoRef {
    pub kind: LogoKind,
    /// The hash of its bytes, for its URL.
    pub hash: String,
}

impl TypedBrand {
    /// The settings as they are stored.
    ///
    /// # Errors
    /// All faults.
    pub fn checked(self) -> Result<BrandSettings, Vec<BrandFault>> {
        let mut faults = Vec::new();
        let settings = BrandSettings {
            name: checked("name", self.name, &mut faults, name),
            accent: checked("accent", self.accent, &mut faults, accent),
            support_email: checked("support_email", self.support_email, &mut faults, email),
            tos_uri: checked("tos_uri", self.tos_uri, &mut faults, link),
            policy_uri: checked("policy_uri", self.policy_uri, &mut faults, link),
            sender_name: checked("sender_name", self.sender_name, &mut faults, name),
        };
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}

fn checked<T>(
    field: &'static str,
    typed: Option<String>,
    faults: &mut Vec<BrandFault>,
    rule: fn(&str) -> Result<T, BrandRule>,
) -> Option<T> {
    let typed = typed.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
    rule(&typed).map_err(|why| faults.push(BrandFault { field, why })).ok()
}

/// Emails show names beside addresses, so that none may look like one.
fn name(typed: &str) -> Result<String, BrandRule> {
    let name = check_name(typed, MAX_NAME).map_err(BrandRule::Text)?;
    if name.contains(['<', '>']) { Err(BrandRule::Brackets) } else { Ok(name) }
}

fn accent(typed: &str) -> Result<Colour, BrandRule> {
    let colour = typed.parse()?;
    Palette::of(colour)?;
    Ok(colour)
}

fn email(typed: &str) -> Result<String, BrandRule> {
    Ok(Email::parse(typed).map_err(|_| BrandRule::Email)?.as_str().to_owned())
}

fn link(typed: &str) -> Result<String, BrandRule> {
    check_link(typed).map(|()| typed.to_owned()).map_err(|_| BrandRule::Link)
}

/// What pages and emails show: every value is that of the project, else of the installation, else of Usher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    pub name: String,
    /// Whose colours they are, and what they are.
    pub palette: Option<(BrandOwner, Palette)>,
    /// Whose logo it is, and which.
    pub logo: Option<(BrandOwner, LogoRef)>,
    pub support_email: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    /// The name that emails come from, if it is not that of the configuration.
    pub sender_name: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: PRODUCT.to_owned(),
            palette: None,
            logo: None,
            support_email: None,
            tos_uri: None,
            policy_uri: None,
            sender_name: None,
        }
    }
}

impl Brand {
    /// This brand with what `owner` has chosen instead.
    #[must_use]
    pub fn overlaid(self, owner: BrandOwner, branding: Branding) -> Self {
        let Branding { settings, logo } = branding;
        let palette = settings.accent.and_then(|accent| Palette::of(accent).ok());
        Self {
            // A service that has a name of its own signs with it.
            sender_name: settings.sender_name.or_else(|| settings.name.clone()).or(self.sender_name),
            name: settings.name.unwrap_or(self.name),
            palette: palette.map(|palette| (owner, palette)).or(self.palette),
            logo: logo.map(|logo| (owner, logo)).or(self.logo),
            support_email: settings.support_email.or(self.support_email),
            tos_uri: settings.tos_uri.or(self.tos_uri),
            policy_uri: settings.policy_uri.or(self.policy_uri),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(typed: TypedBrand) -> Vec<String> {
        typed.checked().unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_typed_is_trimmed_and_what_is_empty_is_absent() {
        let typed = TypedBrand {
            name: Some("  Greenhouse\u{202e} ".into()),
            accent: Some("#1D6A43".into()),
            support_email: Some(" help@example.com ".into()),
            tos_uri: Some(String::new()),
            ..TypedBrand::default()
        };
        let settings = typed.checked().unwrap();
        assert_eq!(settings.name.as_deref(), Some("Greenhouse"));
        assert_eq!(settings.accent.unwrap().to_string(), "#1d6a43");
        assert_eq!(settings.support_email.as_deref(), Some("help@example.com"));
        assert_eq!(settings.tos_uri, None);
    }

    #[test]
    fn every_fault_is_reported_with_its_field() {
        let bad = TypedBrand {
            name: Some("a\nb".into()),
            accent: Some("#ffd400".into()),
            support_email: Some("help".into()),
            tos_uri: Some("javascript:alert(1)".into()),
            policy_uri: Some("http://example.com/".into()),
            sender_name: Some("Bank <bank@example.com>".into()),
        };
        let faults = faults(bad);
        assert_eq!(faults.len(), 6, "{faults:?}");
        assert!(faults[1].contains("nearest colour that works is #"), "{faults:?}");
    }

    #[test]
    fn a_colour_is_no_place_for_a_style_sheet() {
        for hostile in ["#1d6a43;}*{display:none", "red", "url(https://evil.test)", "#1d6a43 /*", "var(--x)"] {
            assert_eq!(faults(TypedBrand { accent: Some(hostile.into()), ..TypedBrand::default() }).len(), 1);
        }
    }

    #[test]
    fn a_project_overrides_value_by_value() {
        let settings = |name: &str, support: Option<&str>| BrandSettings {
            name: Some(name.into()),
            support_email: support.map(Into::into),
            ..BrandSettings::default()
        };
        let project = BrandOwner::Project(ProjectId(Uuid::from_u128(7)));
        let whole = Branding { settings: settings("Acme", Some("help@acme.test")), logo: None };
        let part = Branding { settings: settings("Greenhouse", None), logo: None };
        let brand = Brand::default().overlaid(BrandOwner::Installation, whole).overlaid(project, part);
        assert_eq!((brand.name.as_str(), brand.support_email.as_deref()), ("Greenhouse", Some("help@acme.test")));
        assert_eq!(brand.sender_name.as_deref(), Some("Greenhouse"));
        assert_eq!(Brand::default().name, PRODUCT);
    }

    #[test]
    fn an_owner_is_known_by_its_key() {
        for owner in [BrandOwner::Installation, BrandOwner::Project(ProjectId(Uuid::from_u128(7)))] {
            assert_eq!(BrandOwner::of_key(owner.key()), owner);
        }
    }
}
