//! The cases of a check-up: what the test issuer sends, and where the specification says what to do about it.

/// What a failed case means for the grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseWeight {
    /// The specification recommends the check.
    Should,
    /// The specification demands the check: without it somebody else may sign in.
    Must,
}

/// The part of the protocol that a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseGroup {
    /// A sign-in as it should be.
    SignIn,
    /// The redirect back to the application.
    Callback,
    /// The ID token and the token response.
    IdToken,
    Userinfo,
    /// Back-channel logout.
    Logout,
}

impl CaseGroup {
    /// In the order of the report.
    pub const ALL: [Self; 5] = [Self::SignIn, Self::Callback, Self::IdToken, Self::Userinfo, Self::Logout];
}

/// Each row: the case, its name in URLs and texts, its group and weight, the section of the specification.
macro_rules! cases {
    ($($(#[$doc:meta])* $case:ident, $name:literal, $group:ident, $weight:ident, $spec:literal;)*) => {
        /// One case of a check-up.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CheckCase {
            $($(#[$doc])* $case),*
        }

        impl CheckCase {
            /// In the order in which they are tried.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// Its name: lowercase words with dashes.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$case => $name),* }
            }

            pub const fn group(self) -> CaseGroup {
                match self { $(Self::$case => CaseGroup::$group),* }
            }

            pub const fn weight(self) -> CaseWeight {
                match self { $(Self::$case => CaseWeight::$weight),* }
            }

            /// Document and section.
            pub const fn spec(self) -> &'static str {
                match self { $(Self::$case => $spec),* }
            }
        }
    };
}

cases! {
    /// Nothing is wrong: the application must sign the person in.
    GoodSignIn, "sign-in", SignIn, Must, "OpenID Connect Core §3.1";
    /// Does the request have a `code_challenge` with the method `S256`?
    Pkce, "pkce", SignIn, Should, "RFC 9700 §2.1.1";
    /// Signed with a key that was published a moment ago: the application must fetch it.
    RotatedKey, "rotated-key", SignIn, Must, "OpenID Connect Core §10.1.1";

    WrongState, "wrong-state", Callback, Must, "RFC 6749 §10.12";
    NoState, "no-state", Callback, Must, "RFC 6749 §10.12";
    /// The response arrives in a browser that did not ask for it.
    OtherBrowser, "other-browser", Callback, Must, "RFC 9700 §4.7.1";
    /// A second response with a `state` that was used, and a new code.
    ReplayedState, "replayed-state", Callback, Should, "RFC 9700 §4.7.1";
    /// The `iss` parameter names another issuer: a mix-up attack.
    WrongResponseIssuer, "wrong-response-iss", Callback, Should, "RFC 9207 §2.4";
    /// The `iss` parameter is absent although the metadata promises it.
    NoResponseIssuer, "no-response-iss", Callback, Should, "RFC 9207 §2.4";
    /// The token endpoint says that the code was used before.
    UsedCode, "used-code", Callback, Must, "RFC 6749 §5.2";

    NoIdToken, "no-id-token", IdToken, Must, "OpenID Connect Core §3.1.3.3";
    WrongIssuer, "wrong-iss", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    WrongAudience, "wrong-aud", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    /// Several audiences, issued to another client (`azp`).
    ForeignAudience, "several-aud", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    Expired, "expired", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    /// `iat` is tomorrow.
    IssuedInFuture, "future-iat", IdToken, Should, "OpenID Connect Core §3.1.3.7";
    /// `nbf` is tomorrow.
    NotYetValid, "future-nbf", IdToken, Should, "RFC 7519 §4.1.5";
    NoSubject, "no-sub", IdToken, Must, "OpenID Connect Core §2";
    /// Core §3.1.3.7 allows TLS in place of the signature, because the token comes from the token endpoint.
    BadSignature, "bad-signature", IdToken, Should, "OpenID Connect Core §3.1.3.7";
    /// `alg: none`.
    Unsigned, "unsigned", IdToken, Must, "RFC 8725 §3.2";
    WrongNonce, "wrong-nonce", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    NoNonce, "no-nonce", IdToken, Must, "OpenID Connect Core §3.1.3.7";
    /// The `nonce` of an earlier sign-in.
    ReplayedNonce, "replayed-nonce", IdToken, Must, "OpenID Connect Core §3.1.3.7";

    /// Userinfo is about somebody else than the ID token.
    OtherUserinfo, "other-userinfo", Userinfo, Must, "OpenID Connect Core §5.3.2";

    /// A good logout token must end the session.
    GoodLogout, "logout", Logout, Must, "Back-Channel Logout §2.7";
    UnsignedLogout, "unsigned-logout", Logout, Must, "Back-Channel Logout §2.6";
    WrongIssuerLogout, "wrong-iss-logout", Logout, Must, "Back-Channel Logout §2.6";
    WrongAudienceLogout, "wrong-aud-logout", Logout, Must, "Back-Channel Logout §2.6";
    ExpiredLogout, "expired-logout", Logout, Must, "Back-Channel Logout §2.6";
    /// An ID token has a `nonce`, a logout token never.
    NonceInLogout, "nonce-logout", Logout, Must, "Back-Channel Logout §2.6";
    NoEventLogout, "no-event-logout", Logout, Must, "Back-Channel Logout §2.6";
}

impl CheckCase {
    /// Where the section is published.
    pub fn spec_url(self) -> String {
        let (name, place) = self.spec().split_once(" §").unwrap_or((self.spec(), ""));
        match (name, name.strip_prefix("RFC ")) {
            (_, Some(number)) => format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{place}"),
            ("Back-Channel Logout", _) => "https://openid.net/specs/openid-connect-backchannel-1_0.html".to_owned(),
            _ => "https://openid.net/specs/openid-connect-core-1_0.html".to_owned(),
        }
    }

    /// Is it tried with a sign-in of its own, whose answer is faulty?
    pub fn is_faulty_sign_in(self) -> bool {
        self.group() != CaseGroup::Logout && !matches!(self, Self::GoodSignIn | Self::Pkce)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own_and_a_section_to_read() {
        let names: BTreeSet<_> = CheckCase::ALL.iter().map(|case| case.name()).collect();
        assert_eq!(names.len(), CheckCase::ALL.len());
        for case in CheckCase::ALL {
            assert!(case.spec().contains(" §"), "{}", case.name());
            assert!(case.spec_url().starts_with("https://"), "{}", case.name());
        }
        assert_eq!(CheckCase::WrongState.spec_url(), "https://www.rfc-editor.org/rfc/rfc6749#section-10.12");
    }

    #[test]
    fn the_good_sign_in_comes_first() {
        assert_eq!(CheckCase::ALL.first(), Some(&CheckCase::GoodSignIn));
    }
}
