//! The optional parts that this program was built with: those of development are left out of a release.

/// A part, and whether this program has it.
pub const FEATURES: [(&str, bool); 3] = [
    ("demo", cfg!(feature = "demo")),
    ("sim", cfg!(feature = "sim")),
    ("vendored-openssl", cfg!(feature = "vendored-openssl")),
];

/// What `usher dev` usually starts and this program was built without, in words.
pub fn missing() -> Vec<&'static str> {
    let parts = [("demo applications", cfg!(feature = "demo")), ("simulated providers", cfg!(feature = "sim"))];
    parts.into_iter().filter(|(_, built)| !built).map(|(words, _)| words).collect()
}
