//! Grant types (RFC 6749 §1.3).

/// A grant type: the token endpoint accepts it, the metadata announces it, and clients may be registered for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantType {
    /// The value of `grant_type`.
    pub name: &'static str,
    /// Only for confidential clients, which can authenticate (RFC 6749 §2.1).
    pub confidential: bool,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::GrantType;

    pub(crate) const GRANT_TYPES: [GrantType; 3] = [
        GrantType { name: "authorization_code", confidential: false },
        GrantType { name: "refresh_token", confidential: false },
        GrantType { name: "client_credentials", confidential: true },
    ];
}
