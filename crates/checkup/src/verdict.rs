//! What is concluded from what an application did. Pure.

use super::case::{CaseWeight, CheckCase};
use usher_http_client::OutboundError;

/// The result of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseVerdict {
    Passed,
    Failed,
    /// What the application did says neither.
    NotDetermined,
    /// The application does not use this part of the protocol.
    NotUsed,
}

/// What the application did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseFinding {
    /// It signed the person in, as it should.
    SignedIn,
    /// It signed the person in although it should not.
    SignedInAnyway,
    /// It did not sign the person in.
    Refused,
    /// It did not sign the person in although it should.
    RefusedGood,
    /// It sent the code to the token endpoint.
    CodeSent,
    /// It stopped before it asked for tokens, so that it never saw the fault.
    NeverRedeemed,
    /// It answered 429.
    TooMany,
    /// A page of it could not be fetched.
    Unreachable(OutboundError),
    /// The sign-in URL did not lead to the test issuer.
    NeverAsked,
    /// It sends no `nonce`; PKCE protects it as well.
    NoNonce,
    /// It sends neither `nonce` nor `code_challenge`.
    NoProtection,
    UsesPkce,
    /// Its requests have no `code_challenge` with `S256`.
    NoPkce,
    /// It did not call userinfo.
    NoUserinfo,
    /// It shows the claims of somebody else.
    ShowsOther,
    /// It signed the person in; whether it used the claims of somebody else is not visible.
    ClaimsUnseen,
    /// The client has no `backchannel_logout_uri` at its own address.
    NoLogoutUri,
    /// The session ended, as it should.
    SessionEnded,
    /// The session ended although it should not.
    SessionEndedAnyway,
    /// The session did not end, and should not.
    SessionKept,
    /// The session did not end although it should.
    SessionStays,
    /// A good logout token ends no session, so a bad one says nothing.
    LogoutUnused,
    /// The check-up took too long.
    TimeOver,
}

impl CaseFinding {
    /// The verdict that follows.
    pub const fn verdict(self) -> CaseVerdict {
        match self {
            Self::SignedIn | Self::Refused | Self::UsesPkce | Self::SessionEnded | Self::SessionKept => {
                CaseVerdict::Passed
            }
            Self::SignedInAnyway
            | Self::RefusedGood
            | Self::CodeSent
            | Self::NoProtection
            | Self::NoPkce
            | Self::ShowsOther
            | Self::SessionEndedAnyway
            | Self::SessionStays => CaseVerdict::Failed,
            Self::NeverRedeemed
            | Self::TooMany
            | Self::Unreachable(_)
            | Self::NeverAsked
            | Self::NoNonce
            | Self::ClaimsUnseen
            | Self::LogoutUnused
            | Self::TimeOver => CaseVerdict::NotDetermined,
            Self::NoUserinfo | Self::NoLogoutUri => CaseVerdict::NotUsed,
        }
    }
}

/// What was seen of one sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignInSeen {
    /// Does the page for signed-in people open afterwards?
    pub signed_in: bool,
    /// Does that page show what only the faulty answer says?
    pub shows_other: bool,
    /// Did the application answer 429?
    pub throttled: bool,
    pub at_issuer: IssuerSeen,
}

/// What the test issuer saw of one sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuerSeen {
    /// Calls of the token endpoint with the code.
    pub redeemed: u32,
    /// Calls of userinfo with the access token.
    pub userinfo: u32,
    /// Did the authorization request have a `nonce`?
    pub has_nonce: bool,
    /// Did it have a `code_challenge` with the method `S256`?
    pub has_challenge: bool,
}

/// The finding of a case with a sign-in of its own.
pub fn judge(case: CheckCase, seen: SignInSeen) -> CaseFinding {
    use CheckCase as Case;
    let at = seen.at_issuer;
    if seen.throttled && !seen.signed_in {
        return CaseFinding::TooMany;
    }
    match case {
        Case::GoodSignIn | Case::RotatedKey if seen.signed_in => CaseFinding::SignedIn,
        Case::GoodSignIn | Case::RotatedKey => CaseFinding::RefusedGood,
        // A stateless application cannot know that a `state` was used; the page says nothing, since somebody is signed
        // in already.
        Case::ReplayedState | Case::WrongResponseIssuer | Case::NoResponseIssuer if at.redeemed > 0 => {
            CaseFinding::CodeSent
        }
        Case::ReplayedState => CaseFinding::Refused,
        Case::OtherUserinfo => judge_userinfo(seen),
        Case::WrongNonce | Case::NoNonce | Case::ReplayedNonce if !at.has_nonce => judge_without_nonce(at),
        _ if seen.signed_in => CaseFinding::SignedInAnyway,
        _ if needs_tokens(case) && at.redeemed == 0 => CaseFinding::NeverRedeemed,
        _ => CaseFinding::Refused,
    }
}

/// Is the fault in what the token endpoint answers?
fn needs_tokens(case: CheckCase) -> bool {
    case.group() == super::case::CaseGroup::IdToken || case == CheckCase::UsedCode
}

const fn judge_userinfo(seen: SignInSeen) -> CaseFinding {
    match (seen.at_issuer.redeemed, seen.at_issuer.userinfo, seen.signed_in) {
        (0, _, _) => CaseFinding::NeverRedeemed,
        (_, 0, true) => CaseFinding::NoUserinfo,
        (_, _, true) if seen.shows_other => CaseFinding::ShowsOther,
        (_, _, true) => CaseFinding::ClaimsUnseen,
        (_, _, false) => CaseFinding::Refused,
    }
}

const fn judge_without_nonce(at: IssuerSeen) -> CaseFinding {
    match (at.redeemed, at.has_challenge) {
        (0, _) => CaseFinding::NeverRedeemed,
        (_, true) => CaseFinding::NoNonce,
        (_, false) => CaseFinding::NoProtection,
    }
}

/// The finding of a logout token: `good` if it should end the session, which is `open` afterwards or not.
pub const fn judge_logout(good: bool, open: bool) -> CaseFinding {
    match (good, open) {
        (true, true) => CaseFinding::SessionStays,
        (true, false) => CaseFinding::SessionEnded,
        (false, true) => CaseFinding::SessionKept,
        (false, false) => CaseFinding::SessionEndedAnyway,
    }
}

/// How good an application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// Everything that it uses was tried, and passed.
    Full,
    /// Nothing failed, and something could not be tried.
    Incomplete,
    /// A recommended check is missing.
    Advice,
    /// A check is missing that the specifications demand.
    Unsafe,
}

/// How many cases ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
    pub not_determined: u32,
    pub not_used: u32,
}

/// The counts and the grade.
pub fn grade(results: impl IntoIterator<Item = (CheckCase, CaseFinding)>) -> (Tally, Grade) {
    let (mut tally, mut worst) = (Tally::default(), None);
    for (case, finding) in results {
        let count = match finding.verdict() {
            CaseVerdict::Passed => &mut tally.passed,
            CaseVerdict::Failed => {
                worst = worst.max(Some(case.weight()));
                &mut tally.failed
            }
            CaseVerdict::NotDetermined => &mut tally.not_determined,
            CaseVerdict::NotUsed => &mut tally.not_used,
        };
        *count += 1;
    }
    let grade = match (worst, tally.not_determined) {
        (Some(CaseWeight::Must), _) => Grade::Unsafe,
        (Some(CaseWeight::Should), _) => Grade::Advice,
        (None, 0) => Grade::Full,
        (None, _) => Grade::Incomplete,
    };
    (tally, grade)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(signed_in: bool, redeemed: u32) -> SignInSeen {
        let at_issuer = IssuerSeen { redeemed, userinfo: redeemed, has_nonce: true, has_challenge: true };
        SignInSeen { signed_in, at_issuer, ..SignInSeen::default() }
    }

    #[test]
    fn whoever_signs_in_on_a_faulty_answer_fails() {
        for case in CheckCase::ALL.iter().copied().filter(|case| case.is_faulty_sign_in()) {
            let finding = judge(case, seen(true, 1));
            let wanted = match case {
                CheckCase::RotatedKey => CaseFinding::SignedIn,
                CheckCase::ReplayedState | CheckCase::WrongResponseIssuer | CheckCase::NoResponseIssuer => {
                    CaseFinding::CodeSent
                }
                CheckCase::OtherUserinfo => CaseFinding::ClaimsUnseen,
                _ => CaseFinding::SignedInAnyway,
            };
            assert_eq!(finding, wanted, "{}", case.name());
        }
    }

    #[test]
    fn a_fault_that_the_application_never_saw_proves_nothing() {
        for case in [CheckCase::WrongIssuer, CheckCase::Unsigned, CheckCase::OtherUserinfo, CheckCase::UsedCode] {
            assert_eq!(judge(case, seen(false, 0)).verdict(), CaseVerdict::NotDetermined, "{}", case.name());
            assert_eq!(judge(case, seen(false, 1)).verdict(), CaseVerdict::Passed, "{}", case.name());
        }
        assert_eq!(judge(CheckCase::WrongState, seen(false, 0)), CaseFinding::Refused);
        let busy = SignInSeen { throttled: true, ..seen(false, 1) };
        assert_eq!(judge(CheckCase::WrongIssuer, busy), CaseFinding::TooMany);
    }

    #[test]
    fn without_a_nonce_pkce_decides() {
        let mut bare = seen(true, 1);
        bare.at_issuer.has_nonce = false;
        assert_eq!(judge(CheckCase::WrongNonce, bare), CaseFinding::NoNonce);
        bare.at_issuer.has_challenge = false;
        assert_eq!(judge(CheckCase::WrongNonce, bare), CaseFinding::NoProtection);
    }

    #[test]
    fn userinfo_of_somebody_else_must_not_be_shown() {
        assert_eq!(judge(CheckCase::OtherUserinfo, seen(true, 1)), CaseFinding::ClaimsUnseen);
        let other = SignInSeen { shows_other: true, ..seen(true, 1) };
        assert_eq!(judge(CheckCase::OtherUserinfo, other), CaseFinding::ShowsOther);
        let mut none = seen(true, 1);
        none.at_issuer.userinfo = 0;
        assert_eq!(judge(CheckCase::OtherUserinfo, none).verdict(), CaseVerdict::NotUsed);
    }

    #[test]
    fn the_worst_failure_makes_the_grade() {
        let good = (CheckCase::GoodSignIn, CaseFinding::SignedIn);
        assert_eq!(grade([good]).1, Grade::Full);
        let unused = (CheckCase::GoodLogout, CaseFinding::NoLogoutUri);
        assert_eq!(grade([good, unused]), (Tally { passed: 1, not_used: 1, ..Tally::default() }, Grade::Full));
        let unknown = (CheckCase::WrongNonce, CaseFinding::NoNonce);
        assert_eq!(grade([good, unknown]).1, Grade::Incomplete);
        let weak = (CheckCase::Pkce, CaseFinding::NoPkce);
        assert_eq!(grade([good, unknown, weak]).1, Grade::Advice);
        let bad = (CheckCase::WrongState, CaseFinding::SignedInAnyway);
        let (tally, graded) = grade([good, bad, weak, unknown]);
        assert_eq!(graded, Grade::Unsafe);
        assert_eq!(tally, Tally { passed: 1, failed: 2, not_determined: 1, not_used: 0 });
    }
}
