//! A check-up's report as the page shows it.

use crate::views::{CheckUpReport, CheckedCase, CheckedGroup};
use usher_flows::check_ups::{
    CaseFinding, CaseGroup, CaseResult, CaseVerdict, CheckCase, Grade, Obstacle, OutboundError, Phase, Progress,
    RequestFault, Tally, TestIssuer,
};
use usher_i18n::{Arg, Lang};
use usher_page_kit::views::Layout;

/// The environment of the application for the time of the check-up.
pub(super) fn issuer_settings(issuer: &TestIssuer) -> String {
    let mut lines = vec![format!("OIDC_ISSUER={}", issuer.issuer), format!("OIDC_CLIENT_ID={}", issuer.client_id)];
    lines.extend(issuer.client_secret.as_ref().map(|secret| format!("OIDC_CLIENT_SECRET={secret}")));
    lines.join("\n")
}

/// The report, once there is one.
pub(super) fn report(page: &Layout, progress: &Progress) -> Option<CheckUpReport> {
    let lang = page.lang;
    let ended = progress.ended_at.map(|at| page.ago(at.0));
    match &progress.phase {
        Phase::Prepared | Phase::Running => None,
        Phase::Stopped(obstacle) => Some(CheckUpReport {
            tone: "warn",
            title: lang.text("check-up-no-grade"),
            text: obstacle_text(lang, obstacle),
            advice: obstacle_advice(lang, obstacle),
            steps: progress.steps.clone(),
            ended,
            ..CheckUpReport::default()
        }),
        Phase::Graded(tally, grade) => {
            let (tone, title, text) = grade_texts(*grade);
            Some(CheckUpReport {
                tone,
                title: lang.text(title),
                text: lang.text(text),
                tally: tally_rows(*tally),
                groups: groups(lang, &progress.results),
                ended,
                ..CheckUpReport::default()
            })
        }
    }
}

/// The colour of a grade, and its texts.
const fn grade_texts(grade: Grade) -> (&'static str, &'static str, &'static str) {
    match grade {
        Grade::Full => ("ok", "check-up-full", "check-up-full-text"),
        Grade::Incomplete => ("ok", "check-up-incomplete", "check-up-incomplete-text"),
        Grade::Advice => ("warn", "check-up-advice", "check-up-advice-text"),
        Grade::Unsafe => ("bad", "check-up-unsafe", "check-up-unsafe-text"),
    }
}

/// The word of a verdict: also what the page is styled by.
const fn verdict_word(verdict: CaseVerdict) -> &'static str {
    match verdict {
        CaseVerdict::Passed => "passed",
        CaseVerdict::Failed => "failed",
        CaseVerdict::NotDetermined => "unknown",
        CaseVerdict::NotUsed => "unused",
    }
}

const fn verdict_key(verdict: CaseVerdict) -> &'static str {
    match verdict {
        CaseVerdict::Passed => "check-up-passed",
        CaseVerdict::Failed => "check-up-failed",
        CaseVerdict::NotDetermined => "check-up-unknown",
        CaseVerdict::NotUsed => "check-up-unused",
    }
}

fn tally_rows(tally: Tally) -> Vec<(&'static str, &'static str, u32)> {
    let rows = [
        (CaseVerdict::Passed, tally.passed),
        (CaseVerdict::Failed, tally.failed),
        (CaseVerdict::NotDetermined, tally.not_determined),
        (CaseVerdict::NotUsed, tally.not_used),
    ];
    rows.into_iter().map(|(verdict, count)| (verdict_word(verdict), verdict_key(verdict), count)).collect()
}

const fn group_key(group: CaseGroup) -> &'static str {
    match group {
        CaseGroup::SignIn => "check-up-group-sign-in",
        CaseGroup::Callback => "check-up-group-callback",
        CaseGroup::IdToken => "check-up-group-id-token",
        CaseGroup::Userinfo => "check-up-group-userinfo",
        CaseGroup::Logout => "check-up-group-logout",
    }
}

fn groups(lang: Lang, results: &[CaseResult]) -> Vec<CheckedGroup> {
    let of_group = |group: CaseGroup| {
        let cases = CheckCase::ALL.iter().filter(|case| case.group() == group);
        let results = cases.filter_map(|case| results.iter().find(|result| result.case == *case));
        CheckedGroup { title: lang.text(group_key(group)), cases: results.map(|one| case_item(lang, one)).collect() }
    };
    CaseGroup::ALL.into_iter().map(of_group).filter(|group| !group.cases.is_empty()).collect()
}

fn case_item(lang: Lang, result: &CaseResult) -> CheckedCase {
    let verdict = result.finding.verdict();
    let (title, why) = case_texts(result.case);
    CheckedCase {
        name: result.case.name(),
        verdict: verdict_word(verdict),
        verdict_key: verdict_key(verdict),
        title: lang.text(title),
        why: lang.text(why),
        finding: finding_text(lang, result.finding),
        spec: result.case.spec(),
        spec_url: result.case.spec_url(),
        steps: result.steps.clone(),
    }
}

/// What is sent, and why that matters.
const fn case_texts(case: CheckCase) -> (&'static str, &'static str) {
    use CheckCase as Case;
    match case {
        Case::GoodSignIn => ("case-sign-in", "case-sign-in-why"),
        Case::Pkce => ("case-pkce", "case-pkce-why"),
        Case::RotatedKey => ("case-rotated-key", "case-rotated-key-why"),
        Case::WrongState => ("case-wrong-state", "case-wrong-state-why"),
        Case::NoState => ("case-no-state", "case-wrong-state-why"),
        Case::OtherBrowser => ("case-other-browser", "case-other-browser-why"),
        Case::ReplayedState => ("case-replayed-state", "case-replayed-state-why"),
        Case::WrongResponseIssuer => ("case-wrong-response-iss", "case-response-iss-why"),
        Case::NoResponseIssuer => ("case-no-response-iss", "case-response-iss-why"),
        Case::UsedCode => ("case-used-code", "case-used-code-why"),
        Case::NoIdToken => ("case-no-id-token", "case-no-id-token-why"),
        Case::WrongIssuer => ("case-wrong-iss", "case-wrong-iss-why"),
        Case::WrongAudience => ("case-wrong-aud", "case-wrong-aud-why"),
        Case::ForeignAudience => ("case-several-aud", "case-wrong-aud-why"),
        Case::Expired => ("case-expired", "case-expired-why"),
        Case::IssuedInFuture => ("case-future-iat", "case-future-why"),
        Case::NotYetValid => ("case-future-nbf", "case-future-why"),
        Case::NoSubject => ("case-no-sub", "case-no-sub-why"),
        Case::BadSignature => ("case-bad-signature", "case-bad-signature-why"),
        Case::Unsigned => ("case-unsigned", "case-unsigned-why"),
        Case::WrongNonce => ("case-wrong-nonce", "case-nonce-why"),
        Case::NoNonce => ("case-no-nonce", "case-nonce-why"),
        Case::ReplayedNonce => ("case-replayed-nonce", "case-nonce-why"),
        Case::OtherUserinfo => ("case-other-userinfo", "case-other-userinfo-why"),
        Case::GoodLogout => ("case-logout", "case-logout-why"),
        Case::UnsignedLogout => ("case-unsigned-logout", "case-bad-logout-why"),
        Case::WrongIssuerLogout => ("case-wrong-iss-logout", "case-bad-logout-why"),
        Case::WrongAudienceLogout => ("case-wrong-aud-logout", "case-bad-logout-why"),
        Case::ExpiredLogout => ("case-expired-logout", "case-bad-logout-why"),
        Case::NonceInLogout => ("case-nonce-logout", "case-confused-logout-why"),
        Case::NoEventLogout => ("case-no-event-logout", "case-confused-logout-why"),
    }
}

/// What the application did.
fn finding_text(lang: Lang, finding: CaseFinding) -> String {
    lang.text(match finding {
        CaseFinding::SignedIn => "finding-signed-in",
        CaseFinding::SignedInAnyway => "finding-signed-in-anyway",
        CaseFinding::Refused => "finding-refused",
        CaseFinding::RefusedGood => "finding-refused-good",
        CaseFinding::CodeSent => "finding-code-sent",
        CaseFinding::NeverRedeemed => "finding-never-redeemed",
        CaseFinding::TooMany => "finding-too-many",
        CaseFinding::Unreachable(error) => return lang.text(outbound_key(error)),
        CaseFinding::NeverAsked => "finding-never-asked",
        CaseFinding::NoNonce => "finding-no-nonce",
        CaseFinding::NoProtection => "finding-no-protection",
        CaseFinding::UsesPkce => "finding-uses-pkce",
        CaseFinding::NoPkce => "finding-no-pkce",
        CaseFinding::NoUserinfo => "finding-no-userinfo",
        CaseFinding::ShowsOther => "finding-shows-other",
        CaseFinding::ClaimsUnseen => "finding-claims-unseen",
        CaseFinding::NoLogoutUri => "finding-no-logout-uri",
        CaseFinding::SessionEnded => "finding-session-ended",
        CaseFinding::SessionEndedAnyway => "finding-session-ended-anyway",
        CaseFinding::SessionKept => "finding-session-kept",
        CaseFinding::SessionStays => "finding-session-stays",
        CaseFinding::LogoutUnused => "finding-logout-unused",
        CaseFinding::TimeOver => "finding-time-over",
    })
}

const fn outbound_key(error: OutboundError) -> &'static str {
    match error {
        OutboundError::Rejected => "check-up-call-rejected",
        OutboundError::TooSlow => "check-up-call-slow",
        OutboundError::Unreachable | OutboundError::TooLarge | OutboundError::Setup => "check-up-call-unreachable",
    }
}

/// Why there is no grade.
fn obstacle_text(lang: Lang, obstacle: &Obstacle) -> String {
    let with = |key, name, value: &str| lang.text_with(key, &[(name, Arg::from(value))]);
    let page = |key, url: &str, status: u16| {
        lang.text_with(key, &[("url", Arg::from(url)), ("status", Arg::from(status.to_string().as_str()))])
    };
    match obstacle {
        Obstacle::Outbound(error) => lang.text(outbound_key(*error)),
        Obstacle::Left(origin) => with("obstacle-left", "origin", origin),
        Obstacle::NoRequest { url, status } => page("obstacle-no-request", url, *status),
        Obstacle::Lost => lang.text("obstacle-lost"),
        Obstacle::Request(RequestFault::Parameter(name)) => with("obstacle-parameter", "name", name),
        Obstacle::Request(RequestFault::Client(sent)) => with("obstacle-client", "sent", sent),
        Obstacle::Request(RequestFault::RedirectUri(sent)) => with("obstacle-redirect", "sent", sent),
        Obstacle::Request(RequestFault::Unsupported(name)) => with("obstacle-unsupported", "name", name),
        Obstacle::Request(RequestFault::NoOpenId) => lang.text("obstacle-no-openid"),
        Obstacle::Token(why) => with("obstacle-token", "why", why),
        Obstacle::NeverRedeemed { status } => page("obstacle-never-redeemed", "", *status),
        Obstacle::NotSignedIn { url, status } => page("obstacle-not-signed-in", url, *status),
        Obstacle::NoDifference { url } => with("obstacle-no-difference", "url", url),
    }
}

/// What to do about it.
fn obstacle_advice(lang: Lang, obstacle: &Obstacle) -> String {
    lang.text(match obstacle {
        Obstacle::Outbound(OutboundError::Rejected) => "obstacle-advice-closed",
        Obstacle::Outbound(_) => "obstacle-advice-reach",
        Obstacle::Left(_) | Obstacle::NoRequest { .. } | Obstacle::Lost => "obstacle-advice-issuer",
        Obstacle::Request(_) => "obstacle-advice-request",
        Obstacle::Token(_) => "obstacle-advice-token",
        Obstacle::NeverRedeemed { .. } => "obstacle-advice-log",
        Obstacle::NotSignedIn { .. } | Obstacle::NoDifference { .. } => "obstacle-advice-page",
    })
}
