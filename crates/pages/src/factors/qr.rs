//! A text as a QR code: an SVG without styles, dark on light in every colour scheme.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The image; empty if the text is too long.
pub(super) fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return String::new() };
    let image = code
        .render::<svg::Color<'_>>()
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .min_dimensions(200, 200)
        .build();
    // The XML declaration is not allowed within a page.
    image.find("<svg").map(|at| image[at..].to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_no_style_and_no_text_of_its_own() {
        let image = svg("otpauth://totp/id.example.com:ana@example.test?secret=JBSWY3DPEHPK3PXP");
        assert!(image.starts_with("<svg") && image.ends_with("</svg>"), "{image}");
        assert!(!image.contains("style") && !image.contains("JBSW"));
        assert_eq!(svg(&"x".repeat(10_000)), "");
    }
}
