//! Authentication context class references (OpenID Connect Core §2, `acr`).

/// Assurance levels, weakest first: the names of NIST SP 800-63B.
pub const ACR_VALUES: [&str; 2] = ["aal1", "aal2"];
