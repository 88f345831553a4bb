//! Which SVG images may be logos: drawings of shapes alone. A strict list of elements and attributes; no script, no
//! style sheet, no text of HTML, no reference to another file, nothing that is drawn many times.
//!
//! An image that passes is kept as it is: nothing is removed from it, so what was checked is what is served.

/// What an image has that none may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SvgFault {
    #[error("an element <{0}>")]
    Element(String),
    #[error("an attribute {0}")]
    Attribute(String),
    #[error("a reference to something outside it, in {0}")]
    Reference(String),
    #[error("a document type, an instruction or a section")]
    Declaration,
    #[error("too many elements")]
    TooMany,
    #[error("an error in its markup")]
    Malformed,
}

const MAX_ELEMENTS: usize = 2000;
const MAX_DEPTH: usize = 32;
const NAMESPACE: &str = "http://www.w3.org/2000/svg";

const ELEMENTS: [&str; 16] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "mask",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
];
/// Elements of words that are not drawn.
const WORDS: [&str; 1] = ["title"];

const ATTRIBUTES: [&str; 62] = [
    "aria-hidden",
    "aria-label",
    "class",
    "clip-path",
    "clip-rule",
    "clipPathUnits",
    "color",
    "cx",
    "cy",
    "d",
    "data-name",
    "display",
    "fill",
    "fill-opacity",
    "fill-rule",
    "focusable",
    "fr",
    "fx",
    "fy",
    "gradientTransform",
    "gradientUnits",
    "height",
    "id",
    "mask",
    "mask-type",
    "maskContentUnits",
    "maskUnits",
    "offset",
    "opacity",
    "paint-order",
    "pathLength",
    "points",
    "preserveAspectRatio",
    "r",
    "role",
    "rx",
    "ry",
    "shape-rendering",
    "spreadMethod",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "style",
    "transform",
    "vector-effect",
    "version",
    "viewBox",
    "visibility",
    "width",
    "x",
    "x1",
    "x2",
    "xml:space",
    "y",
    "y1",
];
const MORE_ATTRIBUTES: [&str; 4] = ["xmlns", "xmlns:xlink", "y2", "enable-background"];

/// The bytes as the text of an SVG image, if that is what they begin as.
pub(super) fn text_of(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let start = text.trim_start();
    (start.starts_with("<svg") || start.starts_with("<?xml") || start.starts_with("<!--")).then_some(text)
}

/// Checks an image.
///
/// # Errors
/// The first fault.
pub(super) fn check(text: &str) -> Result<(), SvgFault> {
    let mut reader = Reader { rest: text.trim_start(), open: Vec::new(), elements: 0 };
    if let Some(rest) = reader.rest.strip_prefix("<?xml ") {
        let (declaration, rest) = rest.split_once("?>").ok_or(SvgFault::Malformed)?;
        if declaration.contains(['<', '>']) {
            return Err(SvgFault::Malformed);
        }
        reader.rest = rest;
    }
    while !reader.rest.is_empty() {
        reader.step()?;
    }
    if reader.elements > 0 && reader.open.is_empty() { Ok(()) } else { Err(SvgFault::Malformed) }
}

struct Reader<'a> {
    rest: &'a str,
    /// The elements that are open, the root first.
    open: Vec<&'a str>,
    elements: usize,
}

impl Reader<'_> {
    /// Reads words, a comment or a tag.
    fn step(&mut self) -> Result<(), SvgFault> {
        let (words, at_tag) = self.rest.split_at(self.rest.find('<').unwrap_or(self.rest.len()));
        if !words.is_empty() {
            self.rest = at_tag;
            let may_have_words = self.open.last().is_some_and(|name| WORDS.contains(name) || *name == "desc");
            return if may_have_words || words.trim().is_empty() { Ok(()) } else { Err(SvgFault::Malformed) };
        }
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            let (inside, rest) = comment.split_once("-->").ok_or(SvgFault::Malformed)?;
            self.rest = rest;
            return if inside.contains("--") { Err(SvgFault::Malformed) } else { Ok(()) };
        }
        if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
            return Err(SvgFault::Declaration);
        }
        if let Some(end) = self.rest.strip_prefix("</") {
            let (name, rest) = end.split_once('>').ok_or(SvgFault::Malformed)?;
            self.rest = rest;
            return if self.open.pop() == Some(name.trim_end()) { Ok(()) } else { Err(SvgFault::Malformed) };
        }
        self.element()
    }

    fn element(&mut self) -> Result<(), SvgFault> {
        let inside = &self.rest[1..];
        let length = inside.find(|c: char| !is_name(c)).ok_or(SvgFault::Malformed)?;
        let (name, mut rest) = inside.split_at(length);
        self.elements += 1;
        let is_root = self.elements == 1;
        if is_root != (name == "svg") || !(ELEMENTS.contains(&name) || WORDS.contains(&name)) {
            return Err(SvgFault::Element(shown(name)));
        }
        if self.elements > MAX_ELEMENTS || self.open.len() >= MAX_DEPTH {
            return Err(SvgFault::TooMany);
        }
        if !is_root && self.open.is_empty() {
            return Err(SvgFault::Malformed);
        }
        // What is drawn through a mask may not be drawn through another one, and so on: that multiplies.
        let in_mask = self.open.iter().chain([&name]).any(|open| matches!(*open, "mask" | "clipPath"));
        let mut names: Vec<&str> = Vec::new();
        loop {
            let trimmed = rest.trim_start();
            if let Some(after) = trimmed.strip_prefix("/>") {
                self.rest = after;
                break;
            }
            if let Some(after) = trimmed.strip_prefix('>') {
                self.rest = after;
                self.open.push(name);
                break;
            }
            let (attribute, value, after) =
                attribute(trimmed).filter(|_| trimmed.len() < rest.len()).ok_or(SvgFault::Malformed)?;
            if names.contains(&attribute) {
                return Err(SvgFault::Malformed);
            }
            names.push(attribute);
            check_attribute(attribute, value, in_mask)?;
            rest = after;
        }
        let has_size = names.contains(&"viewBox") || names.contains(&"width") && names.contains(&"height");
        if is_root && !(names.contains(&"xmlns") && has_size) { Err(SvgFault::Malformed) } else { Ok(()) }
    }
}

/// `name="value"`, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_at(text.find(|c: char| !is_name(c))?);
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = rest[1..].split_once(quote)?;
    (!name.is_empty()).then_some((name, value, rest))
}

fn check_attribute(name: &str, value: &str, in_mask: bool) -> Result<(), SvgFault> {
    if !(ATTRIBUTES.contains(&name) || MORE_ATTRIBUTES.contains(&name)) {
        return Err(SvgFault::Attribute(shown(name)));
    }
    let reference = || SvgFault::Reference(shown(name));
    match name {
        "xmlns" => return if value == NAMESPACE { Ok(()) } else { Err(reference()) },
        "xmlns:xlink" => return Ok(()),
        "aria-label" | "id" | "class" | "data-name" => {
            return if value.contains('<') { Err(SvgFault::Malformed) } else { Ok(()) };
        }
        _ => {}
    }
    // Escapes could hide the words that are looked for.
    if value.contains(['<', '&', '\\', '@']) || value.contains("/*") {
        return Err(reference());
    }
    let lower = value.to_ascii_lowercase();
    let paint = matches!(name, "fill" | "stroke") || name == "style";
    for (at, _) in lower.match_indices('(') {
        let function = lower[..at].rsplit(|c: char| !is_name(c)).next().unwrap_or_default();
        let is_inside = lower[at + 1..].trim_start_matches(['"', '\'', ' ']).starts_with('#');
        let is_allowed = match function {
            "url" => is_inside && (paint || !in_mask && matches!(name, "mask" | "clip-path")),
            "rgb" | "rgba" | "hsl" | "hsla" => paint || name == "stop-color" || name == "color",
            "matrix" | "translate" | "scale" | "rotate" | "skewx" | "skewy" => true,
            _ => false,
        };
        if !is_allowed {
            return Err(reference());
        }
    }
    if name == "style" && in_mask && lower.contains("url") { Err(reference()) } else { Ok(()) }
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')
}

/// The beginning of a name, for an error.
fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(r#"<svg xmlns="{NAMESPACE}" viewBox="0 0 24 24">{inside}</svg>"#)
    }

    #[test]
    fn a_drawing_passes() {
        for drawing in [
            svg(r##"<path d="M0 0h24v24z" fill="#1d6a43"/>"##),
            svg(
                "<title>Greenhouse &amp; sons</title><g transform=\"translate(2 2) scale(.5)\"><circle cx='1' cy='1' r='1'/></g>",
            ),
            svg(
                r##"<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><rect width="9" height="9" fill="url(#a)"/>"##,
            ),
            svg(r#"<mask id="m"><rect width="9" height="9"/></mask><g mask="url(#m)"><path d="M0 0"/></g>"#),
            svg(r#"<path style="fill:#1d6a43;stroke:none" d="M0 0"/>"#),
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- by hand -->\n{}\n", svg("")),
        ] {
            assert_eq!(check(&drawing), Ok(()), "{drawing}");
        }
    }

    #[test]
    fn what_runs_or_reaches_outside_is_refused() {
        for inside in [
            "<script>alert(1)</script>",
            "<script href=\"data:text/javascript,alert(1)\"/>",
            "<SCRIPT/>",
            "<foreignObject><p>x</p></foreignObject>",
            "<style>*{}</style>",
            "<a href=\"javascript:alert(1)\"><path d=\"\"/></a>",
            "<use href=\"#x\"/>",
            "<image href=\"https://evil.test/a.png\"/>",
            "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>",
            "<set attributeName=\"onload\" to=\"alert(1)\"/>",
            "<handler type=\"text/javascript\">alert(1)</handler>",
            "<path onload=\"alert(1)\" d=\"\"/>",
            "<path/onload=\"alert(1)\"/>",
            "<path d=\"\" ONCLICK='alert(1)'/>",
            "<path href=\"#a\"/>",
            "<path xlink:href=\"#a\"/>",
            "<path style=\"fill:url(https://evil.test)\"/>",
            "<path style=\"fill:u\\72l(https://evil.test)\"/>",
            "<path style=\"fill:&#117;rl(https://evil.test)\"/>",
            "<path style=\"@import 'https://evil.test'\"/>",
            "<path style=\"fill:image-set('https://evil.test' 1x)\"/>",
            "<path fill=\"url(https://evil.test#a)\"/>",
            "<path fill=\"url( //evil.test )\"/>",
            "<path d=\"url(#a)\"/>",
            "<path filter=\"url(#a)\"/>",
            "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<html:script xmlns:html=\"http://www.w3.org/1999/xhtml\"/>",
            "<path xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<![CDATA[<script>]]>",
            "<?xml-stylesheet href=\"https://evil.test\"?>",
            "<!ENTITY a \"b\">",
            "<path d='' d=''/>",
            "<path d=M0/>",
            "<g>",
            "</g>",
            "words",
            "<mask id='a'><g mask='url(#b)'/></mask>",
            "<clipPath id='a' clip-path='url(#b)'/>",
            "<mask id='a'><g style='mask:url(#b)'/></mask>",
        ] {
            let drawing = svg(inside);
            assert!(check(&drawing).is_err(), "{drawing}");
        }
        for whole in [
            "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>",
            "<svg viewBox=\"0 0 1 1\"/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/><script/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/><svg/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>text",
            "<svgx/>",
            "<!-- -->",
            "<?xml version=\"1.0\"?><?xml-stylesheet href=\"a\"?><svg/>",
            "<svg",
        ] {
            assert!(check(whole).is_err(), "{whole}");
        }
    }

    #[test]
    fn what_is_drawn_too_often_is_refused() {
        assert_eq!(check(&svg(&"<g>".repeat(MAX_DEPTH))), Err(SvgFault::TooMany));
        assert_eq!(check(&svg(&"<g/>".repeat(MAX_ELEMENTS))), Err(SvgFault::TooMany));
    }

    proptest::proptest! {
        #[test]
        fn garbage_is_refused_without_panic(text in "\\PC{0,40}", tags in "[<>/=\"' a-z!?-]{0,80}") {
            let _ = check(&text);
            let _ = check(&svg(&tags));
            let _ = check(&format!("<svg {tags}"));
        }
    }
}
