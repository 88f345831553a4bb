//! What people type into fields.

/// The text; `None` if there is none.
pub fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The lines that hold text.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A checkbox as it is sent.
pub const fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "" }
}
