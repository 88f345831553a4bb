//! Why an assertion of another server is refused.

/// Why an assertion gets no access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdJagFault {
    Unreadable,
    UntrustedIssuer,
    OwnIssuer,
    Signature,
    Unavailable,
    TokenType,
    Audience,
    OtherClient,
    Subject,
    NoId,
    Expiry,
    Expired,
    Lifetime,
    NotYetValid,
    Resource,
    Scope,
    Unsupported,
    ProofMissing,
    UnknownUser,
    SecondFactor,
    Replayed,
}

impl IdJagFault {
    /// The fault in one sentence. It contains nothing of the request.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "the assertion is no compact JWT with an issuer",
            Self::UntrustedIssuer => {
                "the issuer of the assertion is no enabled provider with identity_assertions switched on"
            }
            Self::OwnIssuer => "the assertion was issued by this server itself: it is for another one",
            Self::Signature => "the assertion is not signed with a key of its issuer, or not in an accepted way",
            Self::Unavailable => "the keys of the issuer of the assertion cannot be fetched now",
            Self::TokenType => "the typ of the assertion is not oauth-id-jag+jwt",
            Self::Audience => "the aud of the assertion must be the issuer identifier of this server alone",
            Self::OtherClient => "the client_id of the assertion is not the client of the request",
            Self::Subject => "the assertion has no sub of 1 to 255 characters",
            Self::NoId => "the assertion has no jti of 1 to 255 characters",
            Self::Expiry => "the assertion has no exp and iat that are numbers",
            Self::Expired => "the assertion has expired",
            Self::Lifetime => "the assertion expires in more than an hour",
            Self::NotYetValid => "iat or nbf of the assertion is in the future",
            Self::Resource => "the resource of the assertion is not an absolute URI, or a list of up to ten",
            Self::Scope => "the scope of the assertion is not a scope",
            Self::Unsupported => {
                "the assertion has authorization_details, act, tenant or aud_tenant, which are not supported"
            }
            Self::ProofMissing => "the assertion is bound to a key that the request does not prove",
            Self::UnknownUser => {
                "nobody has linked the account of the assertion here, or the user is disabled: sign in with the provider once"
            }
            Self::SecondFactor => {
                "the user, the client or its project requires a second factor, which the assertion does not have or whose provider is not trusted with it"
            }
            Self::Replayed => "the assertion was used before",
        }
    }
}
