//! The colours of the style sheet that meet, in both colour schemes (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

use usher_http_server::assets;

/// Words, and the grounds behind them: 4.5:1.
const WORDS: [(&str, &[&str]); 20] = [
    ("ink", &["ground", "surface", "raised", "sunken", "hover", "selected", "mark", "accent-soft"]),
    ("soft", &["ground", "surface", "raised", "sunken", "hover", "neutral", "accent-soft"]),
    ("soft", &["good-soft", "caution-soft", "bad-soft"]),
    ("ink", &["good-soft", "caution-soft", "bad-soft"]),
    ("faint", &["ground", "surface", "raised", "sunken", "hover"]),
    ("link", &["ground", "surface", "raised", "sunken", "hover", "good-soft", "caution-soft", "bad-soft"]),
    ("on-primary", &["primary", "primary-hover"]),
    ("on-accent", &["accent-fill"]),
    ("accent-text", &["accent-soft"]),
    ("good-text", &["good-soft", "surface"]),
    ("caution-text", &["caution-soft", "surface"]),
    ("bad-text", &["bad-soft", "surface", "ground"]),
    ("violet-text", &["violet-soft"]),
    ("accent-text", &["surface"]),
    ("ink", &["neutral"]),
    ("faint", &["selected"]),
    ("primary", &["surface", "ground"]),
    ("link", &["accent-soft"]),
    ("bad-text", &["hover"]),
    ("soft", &["selected"]),
];

/// Edges of fields, the focus ring, and drawings that carry a state: 3:1.
const DRAWINGS: [(&str, &[&str]); 6] = [
    ("field-edge", &["surface", "ground"]),
    ("focus", &["surface", "ground", "raised", "hover", "selected"]),
    ("accent", &["surface", "selected", "accent-soft"]),
    ("good", &["surface", "good-soft"]),
    ("caution", &["surface", "caution-soft"]),
    ("bad", &["surface", "bad-soft"]),
];

/// `--name: light-dark(#rrggbb, #rrggbb)`, as name and both colours.
fn colours(sheet: &str) -> BTreeMap<&str, [u32; 2]> {
    let colour = |line: &'_ str| {
        let both = line.strip_prefix("light-dark(")?.strip_suffix(");")?.split_once(", ")?;
        let one = |text: &str| u32::from_str_radix(text.strip_prefix('#')?, 16).ok();
        Some([one(both.0)?, one(both.1)?])
    };
    let lines = sheet.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
    lines.filter_map(|(name, value)| Some((name, colour(value)?))).collect()
}

/// The relative luminance of an sRGB colour.
fn luminance(colour: u32) -> f64 {
    let linear = |shift: u32| {
        let part = f64::from((colour >> shift) & 0xff) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn too_weak(pairs: &[(&str, &[&str])], least: f64) -> Vec<String> {
    let (_, bytes) = assets::bytes("app.css").unwrap();
    let sheet = std::str::from_utf8(&bytes).unwrap();
    let colours = colours(sheet);
    let mut weak = Vec::new();
    for (front, grounds) in pairs {
        for ground in *grounds {
            for (scheme, name) in ["light", "dark"].into_iter().enumerate() {
                let ratio = contrast(colours[front][scheme], colours[ground][scheme]);
                if ratio < least {
                    weak.push(format!("{front} on {ground}, {name}: {ratio:.2}"));
                }
            }
        }
    }
    weak
}

#[test]
fn words_can_be_read_on_every_ground() {
    assert_eq!(too_weak(&WORDS, 4.5), Vec::<String>::new());
}

#[test]
fn edges_and_states_can_be_seen_on_every_ground() {
    assert_eq!(too_weak(&DRAWINGS, 3.0), Vec::<String>::new());
}
