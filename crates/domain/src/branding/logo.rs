//! Uploaded logos: what they are is read from their bytes, and they may be nothing else besides.

use serde::{Deserialize, Serialize};

use super::svg::{self, SvgFault};
use crate::wire_names::wire_names;

/// The largest file, in bytes.
pub const MAX_LOGO: usize = 128 * 1024;
/// The largest width and height, in pixels.
const MAX_SIDE: u32 = 2048;

wire_names! {
    /// The kind of a logo: the extension of its file name.
    LogoKind, UnknownLogoKind, "the logo must be png, svg or webp":
    Png = "png";
    Svg = "svg";
    WebP = "webp";
}

/// A logo that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
}

/// Why a file is refused as a logo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    #[error("must be a PNG, WebP or SVG image")]
    Unknown,
    #[error("must not be larger than {} KiB", MAX_LOGO / 1024)]
    TooLarge,
    #[error("must not be wider or higher than {MAX_SIDE} pixels")]
    TooManyPixels,
    #[error("is damaged, or has something behind the image")]
    Damaged,
    #[error("must not move")]
    Animated,
    #[error("is an SVG image with {0}: export it as plain SVG, or as PNG")]
    Svg(SvgFault),
}

impl LogoKind {
    /// The media type that it is served as.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::WebP => "image/webp",
        }
    }

    /// Whether mail programs show it.
    pub const fn is_shown_in_emails(self) -> bool {
        matches!(self, Self::Png)
    }
}

impl Logo {
    /// Reads what a file is from its bytes.
    ///
    /// # Errors
    /// [`LogoFault`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, LogoFault> {
        if bytes.len() > MAX_LOGO {
            return Err(LogoFault::TooLarge);
        }
        let kind = if bytes.starts_with(PNG) {
            png(&bytes)?;
            LogoKind::Png
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            webp(&bytes)?;
            LogoKind::WebP
        } else if let Some(text) = svg::text_of(&bytes) {
            svg::check(text).map_err(LogoFault::Svg)?;
            LogoKind::Svg
        } else {
            return Err(LogoFault::Unknown);
        };
        Ok(Self { kind, bytes })
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Every chunk from the header to the end, which is the end of the file too (PNG, third edition, §5).
fn png(bytes: &[u8]) -> Result<(), LogoFault> {
    let mut rest = &bytes[PNG.len()..];
    let mut is_first = true;
    loop {
        let (head, after) = rest.split_at_checked(8).ok_or(LogoFault::Damaged)?;
        let length = usize::try_from(be(&head[..4])).map_err(|_| LogoFault::Damaged)?;
        let data = after.get(..length).ok_or(LogoFault::Damaged)?;
        // The checksum of four bytes follows.
        rest = after.get(length + 4..).ok_or(LogoFault::Damaged)?;
        match &head[4..] {
            b"IHDR" if is_first && length == 13 => fits(be(&data[..4]), be(&data[4..8]))?,
            _ if is_first => return Err(LogoFault::Damaged),
            b"acTL" => return Err(LogoFault::Animated),
            b"IEND" => return if rest.is_empty() && length == 0 { Ok(()) } else { Err(LogoFault::Damaged) },
            _ => {}
        }
        is_first = false;
    }
}

/// The chunks of the container (RFC 9649 §2), which fill the file.
fn webp(bytes: &[u8]) -> Result<(), LogoFault> {
    if usize::try_from(le(&bytes[4..8])).ok() != Some(bytes.len() - 8) {
        return Err(LogoFault::Damaged);
    }
    let mut rest = &bytes[12..];
    let mut has_image = false;
    while !rest.is_empty() {
        let (head, after) = rest.split_at_checked(8).ok_or(LogoFault::Damaged)?;
        let length = usize::try_from(le(&head[4..])).map_err(|_| LogoFault::Damaged)?;
        let data = after.get(..length).ok_or(LogoFault::Damaged)?;
        rest = after.get(length + length % 2..).ok_or(LogoFault::Damaged)?;
        match &head[..4] {
            b"VP8 " => {
                let side = |at: usize| data.get(at..at + 2).map(|two| le(two) & 0x3fff).ok_or(LogoFault::Damaged);
                fits(side(6)?, side(8)?)?;
                has_image = true;
            }
            b"VP8L" => {
                let bits = le(data.get(1..5).ok_or(LogoFault::Damaged)?);
                fits((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)?;
                has_image = true;
            }
            b"VP8X" => {
                let side = |at: usize| data.get(at..at + 3).map(|three| le(three) + 1).ok_or(LogoFault::Damaged);
                fits(side(4)?, side(7)?)?;
            }
            b"ANIM" | b"ANMF" => return Err(LogoFault::Animated),
            _ => {}
        }
    }
    if has_image { Ok(()) } else { Err(LogoFault::Damaged) }
}

const fn fits(width: u32, height: u32) -> Result<(), LogoFault> {
    if width == 0 || height == 0 {
        Err(LogoFault::Damaged)
    } else if width > MAX_SIDE || height > MAX_SIDE {
        Err(LogoFault::TooManyPixels)
    } else {
        Ok(())
    }
}

/// Up to four bytes, the highest first.
fn be(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Up to four bytes, the lowest first.
fn le(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], &name[..], data, b"crc."].concat()
    }

    fn png_of(width: u32, height: u32, more: &[Vec<u8>]) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
        [PNG.to_vec(), chunk(*b"IHDR", &header), more.concat(), chunk(*b"IEND", b"")].concat()
    }

    fn webp_of(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let body: Vec<u8> = chunks
            .iter()
            .flat_map(|(name, data)| {
                let length = u32::try_from(data.len()).unwrap().to_le_bytes();
                let pad = vec![0; data.len() % 2];
                [&name[..], &length, data, &pad].concat()
            })
            .collect();
        let length = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &body].concat()
    }

    fn kind(bytes: Vec<u8>) -> Result<LogoKind, LogoFault> {
        Logo::read(bytes).map(|logo| logo.kind)
    }

    #[test]
    fn a_logo_is_what_its_bytes_are() {
        assert_eq!(kind(png_of(64, 64, &[chunk(*b"IDAT", b"x")])), Ok(LogoKind::Png));
        let bits = 63_u32 | 31 << 14;
        assert_eq!(kind(webp_of(&[(b"VP8L", [&[0x2f][..], &bits.to_le_bytes()].concat())])), Ok(LogoKind::WebP));
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>"#;
        assert_eq!(kind(svg.into()), Ok(LogoKind::Svg));
        for other in [&b""[..], b"GIF89a", b"\xff\xd8\xff", b"<html>", b"%PDF-1.7", b"BM", b"\x00\x00\x01\x00"] {
            assert!(kind(other.to_vec()).is_err(), "{}", other.escape_ascii());
        }
    }

    #[test]
    fn an_image_that_is_something_else_as_well_is_refused() {
        let png = png_of(64, 64, &[]);
        for behind in [&b"<script>alert(1)</script>"[..], b"PK\x03\x04", b"\0"] {
            assert_eq!(kind([&png, behind].concat()), Err(LogoFault::Damaged));
        }
        let webp = webp_of(&[(b"VP8 ", vec![0, 0, 0, 0, 0, 0, 64, 0, 64, 0])]);
        assert_eq!(kind([&webp[..], b"<script>"].concat()), Err(LogoFault::Damaged));
    }

    #[test]
    fn a_huge_a_moving_and_a_damaged_image_are_refused() {
        assert_eq!(kind(png_of(2048, 2048, &[])), Ok(LogoKind::Png));
        assert_eq!(kind(png_of(2049, 1, &[])), Err(LogoFault::TooManyPixels));
        assert_eq!(kind(png_of(60_000, 60_000, &[])), Err(LogoFault::TooManyPixels));
        assert_eq!(kind(png_of(0, 1, &[])), Err(LogoFault::Damaged));
        assert_eq!(kind(png_of(1, 1, &[chunk(*b"acTL", b"")])), Err(LogoFault::Animated));
        assert_eq!(kind(webp_of(&[(b"VP8X", vec![2; 10]), (b"ANIM", vec![])])), Err(LogoFault::TooManyPixels));
        assert_eq!(kind(webp_of(&[(b"ANIM", vec![])])), Err(LogoFault::Animated));
        assert_eq!(kind(webp_of(&[])), Err(LogoFault::Damaged));
        assert_eq!(kind(vec![b' '; MAX_LOGO + 1]), Err(LogoFault::TooLarge));
        let png = png_of(64, 64, &[]);
        for end in 8..png.len() {
            assert!(kind(png[..end].to_vec()).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_panic(start in 0..3_usize, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let head: &[u8] = [PNG, b"RIFF\x10\0\0\0WEBP", b"<svg "][start];
            let _ = Logo::read([head, &bytes].concat());
        }
    }
}
