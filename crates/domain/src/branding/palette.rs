//! The colours of primary buttons, derived from one accent colour for both colour schemes.
//!
//! The ground and surface are those of `static/styles/tokens.css`.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::colour::{Colour, Oklch};

/// Text on a button, and a button on the page (WCAG 2.2, 1.4.3).
pub const LEAST_CONTRAST: f64 = 4.5;

const WHITE: Colour = Colour::new(0xff, 0xff, 0xff);
/// `--ground` and `--surface` of the light scheme.
const LIGHT_GROUNDS: [Colour; 2] = [Colour::new(0xf4, 0xf7, 0xf9), WHITE];
/// `--raised` and `--surface` of the dark scheme.
const DARK_GROUNDS: [Colour; 2] = [Colour::new(0x18, 0x1e, 0x22), Colour::new(0x10, 0x15, 0x17)];
/// The lightness of buttons on dark ground.
const DARK_LIGHTNESS: f64 = 0.78;
/// Below this chroma a colour is grey: on dark ground its button is nearly white, as without branding.
const GREY: f64 = 0.03;

/// A colour in the light scheme and in the dark one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColourPair {
    pub light: Colour,
    pub dark: Colour,
}

/// The colours of primary buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    pub primary: ColourPair,
    /// Under the pointer.
    pub primary_hover: ColourPair,
    /// The words on them.
    pub on_primary: ColourPair,
}

/// The accent colour is too light: its button would hardly be seen, or its words hardly be read.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "has a contrast of {contrast:.2}:1 with the page and with white words, where 4.5:1 is needed: the nearest colour that \
     works is {nearest}"
)]
pub struct TooLight {
    pub contrast: f64,
    pub nearest: Colour,
}

impl Palette {
    /// The palette of an accent colour.
    ///
    /// # Errors
    /// [`TooLight`], with the nearest darker colour that works.
    pub fn of(accent: Colour) -> Result<Self, TooLight> {
        let contrast = least_contrast(accent, &LIGHT_GROUNDS);
        let exact = Oklch::from(accent);
        if contrast < LEAST_CONTRAST {
            return Err(TooLight { contrast, nearest: darkened(exact) });
        }
        let dark = on_dark_ground(exact);
        // The words on dark ground: nearly black, with a trace of the accent.
        let ink = exact.at_lightness(0.19).with_chroma(exact.chroma.min(0.03)).colour();
        Ok(Self {
            primary: ColourPair { light: accent, dark: dark.colour() },
            primary_hover: ColourPair { light: hovered(exact), dark: lighter(dark).colour() },
            on_primary: ColourPair { light: WHITE, dark: ink },
        })
    }

    /// The style sheet that replaces the colours of primary buttons: three custom properties, in the
    /// layer of the tokens, so that what follows that layer still decides.
    pub fn style_sheet(&self) -> String {
        let Self { primary, primary_hover, on_primary } = self;
        let pair = |pair: &ColourPair| format!("light-dark({}, {})", pair.light, pair.dark);
        format!(
            "@layer tokens {{\n  :root {{\n    --primary: {};\n    --primary-hover: {};\n    --on-primary: {};\n  }}\n}}\n",
            pair(primary),
            pair(primary_hover),
            pair(on_primary)
        )
    }
}

impl Palette {
    /// A hash of the style sheet, for its URL.
    pub fn version(&self) -> String {
        URL_SAFE_NO_PAD.encode(&digest(&SHA256, self.style_sheet().as_bytes()).as_ref()[..9])
    }
}

fn least_contrast(colour: Colour, grounds: &[Colour]) -> f64 {
    grounds.iter().map(|ground| colour.contrast(*ground)).fold(f64::INFINITY, f64::min)
}

/// The lightest colour of this hue that works.
fn darkened(exact: Oklch) -> Colour {
    let mut lightness = exact.lightness;
    loop {
        let colour = exact.at_lightness(lightness).colour();
        if lightness <= 0.0 || least_contrast(colour, &LIGHT_GROUNDS) >= LEAST_CONTRAST {
            return colour;
        }
        lightness -= 0.004;
    }
}

fn on_dark_ground(exact: Oklch) -> Oklch {
    let mut dark = exact.at_lightness(if exact.chroma < GREY { 0.94 } else { DARK_LIGHTNESS });
    while least_contrast(dark.colour(), &DARK_GROUNDS) < LEAST_CONTRAST && dark.lightness < 1.0 {
        dark = dark.at_lightness(dark.lightness + 0.01);
    }
    dark
}

/// Darker, or lighter if it is nearly black.
fn hovered(exact: Oklch) -> Colour {
    let step = if exact.lightness > 0.3 { -0.06 } else { 0.1 };
    exact.at_lightness(exact.lightness + step).colour()
}

fn lighter(exact: Oklch) -> Oklch {
    exact.at_lightness(exact.lightness + 0.06)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    fn assert_readable(palette: &Palette) {
        let Palette { primary, primary_hover, on_primary } = palette;
        for (scheme, button, words, grounds) in [
            ("light", primary.light, on_primary.light, LIGHT_GROUNDS),
            ("light, hover", primary_hover.light, on_primary.light, LIGHT_GROUNDS),
            ("dark", primary.dark, on_primary.dark, DARK_GROUNDS),
            ("dark, hover", primary_hover.dark, on_primary.dark, DARK_GROUNDS),
        ] {
            assert!(button.contrast(words) >= LEAST_CONTRAST, "{scheme}: {palette:?}");
            assert!(least_contrast(button, &grounds) >= LEAST_CONTRAST, "{scheme}, on the page: {palette:?}");
        }
    }

    #[test]
    fn the_dark_pair_and_the_ink_are_derived() {
        for accent in ["#1d6a43", "#0f171c", "#000000", "#b3261e", "#5b2bd9", "#00658a", "#6b6b6b"] {
            let palette = Palette::of(colour(accent)).unwrap();
            assert_eq!(palette.primary.light, colour(accent));
            assert_readable(&palette);
        }
    }

    #[test]
    fn a_light_colour_is_refused_with_the_nearest_that_works() {
        for accent in ["#ffd400", "#ffffff", "#7bd389", "#ff7a59", "#00b7ff"] {
            let refused = Palette::of(colour(accent)).unwrap_err();
            assert!(refused.contrast < LEAST_CONTRAST, "{accent}");
            let contrast = least_contrast(refused.nearest, &LIGHT_GROUNDS);
            assert!((LEAST_CONTRAST..LEAST_CONTRAST + 0.4).contains(&contrast), "{accent}: {contrast}");
            assert_readable(&Palette::of(refused.nearest).unwrap());
        }
    }

    #[test]
    fn the_style_sheet_has_three_properties_and_nothing_that_was_typed() {
        let sheet = Palette::of(colour("#1d6a43")).unwrap().style_sheet();
        assert!(sheet.contains("--primary: light-dark(#1d6a43, #"), "{sheet}");
        assert_eq!(sheet.matches("light-dark(").count(), 3);
    }

    proptest! {
        #[test]
        fn every_colour_has_a_readable_palette_or_a_neighbour_that_has_one(red: u8, green: u8, blue: u8) {
            let accent = Colour::new(red, green, blue);
            let palette = Palette::of(accent).or_else(|refused| Palette::of(refused.nearest)).unwrap();
            assert_readable(&palette);
        }
    }
}
