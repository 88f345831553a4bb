//! Optional features of this binary: those for development are not in a release.

/// The features, and whether this binary has them.
pub const FEATURES: [(&str, bool); 3] = [
    ("demo", cfg!(feature = "demo")),
    ("sim", cfg!(feature = "sim")),
    ("vendored-openssl", cfg!(feature = "vendored-openssl")),
];

/// The parts of `usher dev` that this binary was built without.
pub fn missing() -> Vec<&'static str> {
    let parts = [("demo applications", cfg!(feature = "demo")), ("simulated providers", cfg!(feature = "sim"))];
    parts.into_iter().filter(|(_, built)| !built).map(|(words, _)| words).collect()
}
