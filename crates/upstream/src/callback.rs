//! The callback from a provider, parsed once, before anything in it is trusted.

use std::fmt;

use subtle::ConstantTimeEq as _;

use super::error::UpstreamError;
use super::kept::PendingAuthorization;
use usher_domain::provider::ProviderId;

/// Known parameters. They must not be repeated; others may be.
const KNOWN: &[&str] = &[
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_subcode",
    "error_reason",
    "user",
    "id_token",
    "access_token",
];
const LONGEST: usize = 16 * 1024;

/// The parameters of a callback, from the query or a posted form.
#[derive(Clone, Default)]
pub struct Callback {
    pairs: Vec<(String, String)>,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.pairs.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_tuple("Callback").field(&names).finish()
    }
}

impl Callback {
    /// Reads `application/x-www-form-urlencoded` text, decoding once.
    ///
    /// # Errors
    /// [`UpstreamError::Malformed`] if a known parameter is repeated, or the whole is too long.
    pub fn parse(encoded: &str) -> Result<Self, UpstreamError> {
        if encoded.len() > LONGEST {
            return Err(UpstreamError::Malformed("it is too long"));
        }
        Self::of_pairs(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
    }

    /// Like [`Callback::parse`], from decoded parameters.
    ///
    /// # Errors
    /// Like [`Callback::parse`].
    pub fn of_pairs(pairs: Vec<(String, String)>) -> Result<Self, UpstreamError> {
        let twice = KNOWN.iter().any(|known| pairs.iter().filter(|(name, _)| name == known).count() > 1);
        if twice {
            return Err(UpstreamError::Malformed("a parameter was sent more than once"));
        }
        Ok(Self { pairs })
    }

    /// A parameter, if it is present and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The `state`, by which the flow is found.
    pub fn state(&self) -> Option<&str> {
        self.get("state")
    }

    /// The code, after checking that the callback belongs to this flow, this provider and this issuer.
    ///
    /// `accepts` checks a present `iss`; `promised` says whether it is required (RFC 9207 §2.4).
    pub(super) fn code(
        &self,
        provider: &ProviderId,
        kept: &PendingAuthorization,
        promised: bool,
        accepts: impl Fn(&str) -> bool,
    ) -> Result<&str, UpstreamError> {
        let same = self.state().is_some_and(|state| bool::from(state.as_bytes().ct_eq(kept.state.as_bytes())));
        if !same || *provider != kept.provider {
            return Err(UpstreamError::StateMismatch);
        }
        match self.get("iss") {
            Some(issuer) if !accepts(issuer) => {
                return Err(UpstreamError::misbehaved("its callback names another issuer"));
            }
            None if promised => return Err(UpstreamError::misbehaved("its callback names no issuer")),
            _ => {}
        }
        if let Some(error) = self.get("error") {
            return Err(UpstreamError::of_code(error));
        }
        self.get("code").ok_or_else(|| UpstreamError::misbehaved("its callback holds no code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> PendingAuthorization {
        PendingAuthorization {
            provider: "google".parse().unwrap(),
            state: "st".into(),
            nonce: None,
            pkce_verifier: None,
            redirect_uri: "https://id.test/cb".into(),
        }
    }

    fn code(text: &str) -> Result<String, UpstreamError> {
        let callback = Callback::parse(text)?;
        let google = "https://accounts.google.com";
        callback.code(&"google".parse().unwrap(), &kept(), false, |iss| iss == google).map(str::to_owned)
    }

    #[test]
    fn what_google_sends_is_taken_with_all_its_extras_and_decoded_once() {
        let text = "state=st&iss=https%3A%2F%2Faccounts.google.com&code=4%2F0A%252Fx&scope=email+profile+openid&scope=x&authuser=0&prompt=none";
        assert_eq!(code(text).unwrap(), "4/0A%2Fx");
    }

    #[test]
    fn an_answer_of_another_flow_provider_or_issuer_is_not_taken() {
        assert_eq!(code("code=1"), Err(UpstreamError::StateMismatch));
        assert_eq!(code("code=1&state="), Err(UpstreamError::StateMismatch));
        assert_eq!(code("code=1&state=st2"), Err(UpstreamError::StateMismatch));
        assert_eq!(code("code=1&state=s"), Err(UpstreamError::StateMismatch));
        assert_eq!(code("code=1&state=st&iss=https://evil.test").unwrap_err().word(), "misbehaved");
        assert_eq!(code("code=1&state=st&iss=accounts.google.com").unwrap_err().word(), "misbehaved");
        let elsewhere = Callback::parse("code=1&state=st").unwrap();
        assert_eq!(elsewhere.code(&"x".parse().unwrap(), &kept(), false, |_| true), Err(UpstreamError::StateMismatch));
        assert_eq!(elsewhere.code(&kept().provider, &kept(), true, |_| true).unwrap_err().word(), "misbehaved");
    }

    #[test]
    fn the_issuer_is_asked_before_the_error_is_believed() {
        assert_eq!(code("error=access_denied&state=st"), Err(UpstreamError::Denied));
        assert_eq!(code("error=user_cancelled_authorize&state=st"), Err(UpstreamError::Denied));
        assert_eq!(code("error=access_denied&state=st&iss=https://evil.test").unwrap_err().word(), "misbehaved");
        assert_eq!(code("error=access_denied&state=other"), Err(UpstreamError::StateMismatch));
        let facebook =
            "error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state=st";
        assert_eq!(code(facebook), Err(UpstreamError::Denied));
        assert_eq!(code("error=%3Cscript%3E&state=st").unwrap_err().word(), "misbehaved");
    }

    #[test]
    fn a_parameter_that_matters_stands_once() {
        for twice in ["code=1&code=2&state=st", "code=1&state=st&state=st", "code=1&state=st&iss=a&iss=a"] {
            assert_eq!(code(twice).unwrap_err().word(), "malformed", "{twice}");
        }
        for garbage in ["", "&&&", "%%%=%", "code", "=st"] {
            assert!(code(garbage).is_err(), "{garbage}");
        }
        assert!(Callback::parse(&"a".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn printing_a_callback_shows_no_value() {
        assert_eq!(format!("{:?}", Callback::parse("code=hush&state=hush").unwrap()), r#"Callback(["code", "state"])"#);
    }
}
