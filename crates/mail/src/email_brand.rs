//! Whom an email names, and how it looks.

use usher_domain::branding::Brand;
use usher_domain::branding::colour::Colour;
use usher_domain::branding::palette::{ColourPair, Palette};

/// The colours of buttons without branding, those of `static/styles/tokens.css`.
const INK: Colour = Colour::new(0x0f, 0x17, 0x1c);
const PAPER: Colour = Colour::new(0xff, 0xff, 0xff);
const PALE: Colour = Colour::new(0xec, 0xef, 0xf1);
const PLAIN: Palette = Palette {
    primary: ColourPair { light: INK, dark: PALE },
    primary_hover: ColourPair { light: INK, dark: PALE },
    on_primary: ColourPair { light: PAPER, dark: INK },
};

/// Whom an email names, and how it looks.
#[derive(Debug, Clone)]
pub struct EmailBrand {
    /// The service that the reader has the account at.
    pub service: String,
    /// The application that it is about, if it is about one.
    pub application: Option<String>,
    /// The whole URL of the logo.
    pub logo_url: Option<String>,
    pub palette: Palette,
    pub support_email: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    /// The name that it comes from, if it is not that of the configuration.
    pub sender_name: Option<String>,
}

impl EmailBrand {
    /// `whole_url` makes a whole URL of a path.
    pub fn new(brand: &Brand, application: Option<String>, whole_url: impl Fn(&str) -> String) -> Self {
        let logo = brand.logo.as_ref().filter(|(_, logo)| logo.kind.is_shown_in_emails());
        Self {
            service: brand.name.clone(),
            application: application.filter(|name| *name != brand.name),
            logo_url: logo.and(brand.logo_url()).map(|path| whole_url(&path)),
            palette: brand.palette.as_ref().map_or(PLAIN, |(_, palette)| *palette),
            support_email: brand.support_email.clone(),
            tos_uri: brand.tos_uri.clone(),
            policy_uri: brand.policy_uri.clone(),
            sender_name: brand.sender_name.clone(),
        }
    }

    /// The letter of the tile that stands for a missing logo.
    pub(crate) fn initial(&self) -> String {
        self.service.chars().find(|c| c.is_alphanumeric()).into_iter().flat_map(char::to_uppercase).collect()
    }
}

impl Default for EmailBrand {
    fn default() -> Self {
        Self::new(&Brand::default(), None, str::to_owned)
    }
}
