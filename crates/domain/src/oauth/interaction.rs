//! An authorization request in progress: what was requested, what has happened since, and the next step.
//!
//! An interaction is sealed into the pages that it passes and bound to the browser that started it, so that restarts,
//! tabs and several instances need no shared state.
//! Every step returns to [`Interaction::next_step`]; no step leads to another by itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, SessionId};
use crate::time::Timestamp;
use crate::user::Sub;
use crate::user::authentication::acr_meets;
use usher_protocol::acr::ACR_VALUES;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;

/// How long a person may take.
pub const LIFETIME: Duration = Duration::from_hours(1);

/// How long an unfinished request can be restarted: longer than people leave a page open overnight, and not longer than
/// clients keep its `state`.
pub const RENEWABLE: Duration = Duration::from_hours(24);

/// An authorization request in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The client.
    pub client_id: ClientId,
    /// The redirect URI, checked.
    pub redirect_uri: String,
    /// Whether the request named the redirect URI; otherwise it was the only registered one.
    pub redirect_uri_sent: bool,
    /// The request.
    pub request: AuthorizeRequest,
    /// The user that `id_token_hint` names, if it was sent.
    pub hinted: Option<Hint>,
    /// When it started.
    pub began_at: Timestamp,
    /// When the client sent the request, if it was restarted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_from: Option<Timestamp>,
    /// The browser that started it: a hash of its cookie.
    pub browser: String,
    /// The session in which the person has authenticated since it started.
    pub signed_in: Option<SessionId>,
    /// The account that the person has chosen since it started.
    pub chosen: Option<SessionId>,
    /// Whether the person has given consent since it started.
    pub allowed: bool,
}

/// The content of an `id_token_hint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A valid ID token of Usher about this user.
    Person(Sub),
    /// Not a verifiable ID token: the client expects somebody unknown.
    Unreadable,
}

/// The facts on which the next step depends.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they occur in any combination")]
pub struct Facts<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// The live session, if there is one.
    pub session: Option<SessionFacts<'a>>,
    /// Whether the browser has any account, signed in or not.
    pub knows_accounts: bool,
    /// `login_hint` names an account that is not signed in.
    pub hint_names_another: bool,
    /// The scope of a stored consent.
    pub consented: Option<&'a Scope>,
    /// The client is first-party.
    pub first_party: bool,
    /// Any program could impersonate the client: stored consent does not count (OAuth 2.1 §7.3.1).
    pub unproven: bool,
    /// `max_age` of the client's registration.
    pub default_max_age: Option<u64>,
    /// The authentication context that the client or its project requires.
    pub required_acr: Option<&'a str>,
    /// The contexts that the client prefers if the request names none, best first.
    pub default_acr_values: &'a [String],
}

/// The live session.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts<'a> {
    /// Its id.
    pub id: SessionId,
    /// The user.
    pub sub: &'a Sub,
    /// When the person last authenticated in it.
    pub auth_time: Timestamp,
    /// The authentication context.
    pub acr: &'a str,
    /// Whether the user has a second factor.
    pub second_factor: bool,
}

/// The next step of the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask the person to sign in.
    SignIn {
        /// The person is signed in, but must authenticate again.
        again: bool,
    },
    /// Show registration.
    SignUp,
    /// Let the person choose among the accounts of this browser.
    ChooseAccount,
    /// Ask the person for a second factor, in addition to the session.
    StepUp,
    /// Ask the person to set up a second factor: it is required and they have none.
    Enrol,
    /// Ask for consent.
    Consent,
    /// Return to the client with a code.
    Finish,
    /// Return to the client with an error.
    Fail(OAuthError),
}

impl Interaction {
    /// Continues with this session, chosen by or shown to the person, and no other.
    pub fn choose(&mut self, session: SessionId) {
        self.signed_in = self.signed_in.filter(|acted| *acted == session);
        self.chosen = Some(session);
    }

    /// Whether it is too old to continue.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.began_at + LIFETIME
    }

    /// The user that the client expects, if the request names one.
    pub fn expected_sub(&self) -> Option<&str> {
        self.request.claims.sub.as_deref().or(match &self.hinted {
            Some(Hint::Person(sub)) => Some(sub.0.as_str()),
            Some(Hint::Unreadable) | None => None,
        })
    }

    /// Whether the client expects another user.
    pub fn expects_another(&self, sub: &Sub) -> bool {
        self.expected_sub().map_or(self.hinted.is_some(), |expected| expected != sub.0)
    }

    /// The same request, restarted: the person authenticates and consents again. `None` if the client sent it too long
    /// ago.
    #[must_use]
    pub fn renew(&self, now: Timestamp) -> Option<Self> {
        let asked_at = self.renewed_from.unwrap_or(self.began_at);
        (now < asked_at + RENEWABLE).then(|| Self {
            began_at: now,
            renewed_from: Some(asked_at),
            signed_in: None,
            chosen: self.chosen.filter(|_| !self.request.prompt.select_account),
            allowed: false,
            ..self.clone()
        })
    }

    /// Decides the next step.
    pub fn next_step(&self, facts: &Facts<'_>) -> Step {
        if let Some(asked) = &self.request.claims.essential_acr
            && !asked.is_empty()
            && !asked.iter().any(|acr| ACR_VALUES.contains(&acr.as_str()))
        {
            let why = "the authentication that was asked for is not offered";
            return Step::Fail(OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, why));
        }
        if let Some(step) = self.account_step(facts) {
            return self.unless_silent(step);
        }
        if let Some(step) = facts.session.and_then(|session| self.acr_step(facts, &session)) {
            return self.unless_silent(step);
        }
        if self.needs_consent(facts) {
            return self.unless_silent(Step::Consent);
        }
        Step::Finish
    }

    /// The step that is missing for the required authentication context.
    fn acr_step(&self, facts: &Facts<'_>, session: &SessionFacts<'_>) -> Option<Step> {
        let met = |asked: &str| acr_meets(session.acr, asked);
        let essential = self.request.claims.essential_acr.as_deref().unwrap_or_default();
        let wanting = facts.required_acr.is_some_and(|asked| !met(asked))
            || (!essential.is_empty() && !essential.iter().any(|asked| met(asked)));
        if wanting {
            return Some(if session.second_factor { Step::StepUp } else { Step::Enrol });
        }
        // A voluntary context (OpenID Connect Core §3.1.2.1) is requested only if the person has a second factor.
        let wished = match self.request.acr_values.as_slice() {
            [] => facts.default_acr_values,
            asked => asked,
        };
        let best = wished.iter().find(|asked| ACR_VALUES.contains(&asked.as_str()));
        let unmet = best.is_some_and(|asked| !met(asked));
        (unmet && session.second_factor && !self.request.prompt.none).then_some(Step::StepUp)
    }

    /// The `acr` to return for a session with `held`: if certain values are essential, the one that it satisfies
    /// (OpenID Connect Core §5.5.1.1).
    pub fn acr_to_tell(&self, held: &str) -> String {
        let essential = self.request.claims.essential_acr.as_deref().unwrap_or_default();
        if essential.is_empty() || essential.iter().any(|asked| asked == held) {
            return held.to_owned();
        }
        essential.iter().find(|asked| acr_meets(held, asked)).cloned().unwrap_or_else(|| held.to_owned())
    }

    /// With `prompt=none` every page becomes its error (OpenID Connect Core §3.1.2.6).
    fn unless_silent(&self, step: Step) -> Step {
        let (code, why) = match step {
            _ if !self.request.prompt.none => return step,
            Step::ChooseAccount => (ErrorCode::AccountSelectionRequired, "an account has to be chosen"),
            Step::Consent => (ErrorCode::ConsentRequired, "consent is missing"),
            Step::StepUp => (ErrorCode::InteractionRequired, "a second factor has to be shown"),
            Step::Enrol => (ErrorCode::UnmetAuthenticationRequirements, "the person has no second factor"),
            _ => (ErrorCode::LoginRequired, "nobody who will do is signed in"),
        };
        Step::Fail(OAuthError::new(code, why))
    }

    /// The step that is missing until the right user is signed in, recently enough.
    fn account_step(&self, facts: &Facts<'_>) -> Option<Step> {
        let prompt = self.request.prompt;
        let acted = self.signed_in.is_some() || self.chosen.is_some();
        if prompt.create && !acted {
            return Some(Step::SignUp);
        }
        if prompt.select_account && !acted && facts.knows_accounts {
            return Some(Step::ChooseAccount);
        }
        let Some(session) = facts.session else {
            return Some(Step::SignIn { again: false });
        };
        // An unreadable hint cannot be checked: the user who signs in now is accepted.
        let settled = acted && self.expected_sub().is_none();
        if !settled && self.expects_another(session.sub) {
            return Some(Step::SignIn { again: false });
        }
        if facts.hint_names_another && !acted {
            return Some(Step::ChooseAccount);
        }
        (!self.is_fresh_enough(facts, &session)).then_some(Step::SignIn { again: true })
    }

    fn is_fresh_enough(&self, facts: &Facts<'_>, session: &SessionFacts<'_>) -> bool {
        // The session id alone would not suffice: the time prevents a replay with an older session.
        if self.signed_in == Some(session.id) && session.auth_time >= self.began_at {
            return true;
        }
        let max_age = self.request.max_age.or(facts.default_max_age);
        !self.request.prompt.login
            && max_age.is_none_or(|limit| facts.now.seconds_since(session.auth_time) <= limit && limit > 0)
    }

    fn needs_consent(&self, facts: &Facts<'_>) -> bool {
        if self.allowed {
            return false;
        }
        if self.request.prompt.consent {
            return true;
        }
        let remembered = !facts.unproven && facts.consented.is_some_and(|scope| self.request.scope.is_subset_of(scope));
        // Not even a first-party client skips consent if any program could impersonate it and keep access (OAuth 2.1
        // §7.3.1).
        let trusted = facts.first_party && !(facts.unproven && self.request.scope.contains("offline_access"));
        !trusted && !remembered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use usher_protocol::prompt::Prompt;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    #[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they occur in any combination")]
    struct Scene {
        interaction: Interaction,
        sub: Sub,
        session: Option<(SessionId, Timestamp)>,
        consented: Option<Scope>,
        first_party: bool,
        unproven: bool,
        acr: &'static str,
        second_factor: bool,
        required_acr: Option<&'static str>,
        default_acr_values: Vec<String>,
        hint_names_another: bool,
    }

    fn scene(prompt: &str) -> Scene {
        let session = SessionId::new(NOW, &SeededRandom::new(1));
        let request = AuthorizeRequest {
            scope: Scope::of(["openid"]),
            prompt: Prompt::parse(prompt).unwrap(),
            ..AuthorizeRequest::default()
        };
        Scene {
            interaction: Interaction {
                client_id: ClientId("web".into()),
                redirect_uri: "https://rp.test/cb".into(),
                redirect_uri_sent: true,
                request,
                hinted: None,
                began_at: NOW,
                renewed_from: None,
                browser: String::new(),
                signed_in: None,
                chosen: None,
                allowed: false,
            },
            sub: Sub("ana".into()),
            session: Some((session, NOW - Duration::from_secs(100))),
            consented: Some(Scope::of(["openid"])),
            first_party: false,
            unproven: false,
            acr: "aal1",
            second_factor: false,
            required_acr: None,
            default_acr_values: Vec::new(),
            hint_names_another: false,
        }
    }

    impl Scene {
        fn step(&self) -> Step {
            self.interaction.next_step(&Facts {
                now: NOW,
                session: self.session.map(|(id, auth_time)| SessionFacts {
                    id,
                    sub: &self.sub,
                    auth_time,
                    acr: self.acr,
                    second_factor: self.second_factor,
                }),
                knows_accounts: self.session.is_some(),
                hint_names_another: self.hint_names_another,
                consented: self.consented.as_ref(),
                first_party: self.first_party,
                unproven: self.unproven,
                default_max_age: None,
                required_acr: self.required_acr,
                default_acr_values: &self.default_acr_values,
            })
        }

        fn failure(&self) -> &'static str {
            match self.step() {
                Step::Fail(error) => error.code.as_str(),
                other => panic!("expected a failure, got {other:?}"),
            }
        }
    }

    #[test]
    fn a_signed_in_person_who_consented_goes_straight_back() {
        assert_eq!(scene("").step(), Step::Finish);
        assert_eq!(scene("none").step(), Step::Finish);
    }

    #[test]
    fn a_request_is_begun_anew_for_a_day_and_without_what_was_done_in_it() {
        let mut left = scene("login").interaction;
        left.signed_in = Some(SessionId::new(NOW, &SeededRandom::new(2)));
        left.allowed = true;
        let mut now = NOW;
        for _ in 0..24 {
            let renewed = left.renew(now).expect("within a day");
            assert_eq!((renewed.signed_in, renewed.allowed, renewed.is_expired(now)), (None, false, false));
            assert_eq!(renewed.request, left.request);
            (left, now) = (renewed, now + LIFETIME);
        }
        assert_eq!(left.renew(now), None, "however often it was begun anew");
    }

    #[test]
    fn silence_fails_where_a_page_would_be_needed() {
        let mut nobody = scene("none");
        nobody.session = None;
        assert_eq!(nobody.failure(), "login_required");
        let mut unasked = scene("none");
        unasked.consented = None;
        assert_eq!(unasked.failure(), "consent_required");
    }

    #[test]
    fn prompt_login_is_met_only_by_signing_in_during_this_interaction() {
        let mut scene = scene("login");
        assert_eq!(scene.step(), Step::SignIn { again: true });
        let (id, _) = scene.session.unwrap();
        scene.interaction.signed_in = Some(id);
        assert_eq!(scene.step(), Step::SignIn { again: true }, "the mark does not help an older authentication");
        scene.session = Some((id, NOW));
        assert_eq!(scene.step(), Step::Finish);
    }

    #[test]
    fn max_age_asks_again_once_the_authentication_is_too_old() {
        for (max_age, step) in
            [(99, Step::SignIn { again: true }), (0, Step::SignIn { again: true }), (100, Step::Finish)]
        {
            let mut scene = scene("");
            scene.interaction.request.max_age = Some(max_age);
            assert_eq!(scene.step(), step, "{max_age}");
        }
    }

    #[test]
    fn a_hint_about_somebody_else_never_succeeds_silently() {
        let mut scene = scene("none");
        for hint in [Hint::Person(Sub("bob".into())), Hint::Unreadable] {
            scene.interaction.hinted = Some(hint);
            scene.interaction.request.prompt = Prompt::parse("none").unwrap();
            assert_eq!(scene.failure(), "login_required");
            scene.interaction.request.prompt = Prompt::default();
            assert_eq!(scene.step(), Step::SignIn { again: false });
        }
        scene.interaction.hinted = Some(Hint::Person(Sub("ana".into())));
        assert_eq!(scene.step(), Step::Finish);
    }

    #[test]
    fn after_an_unreadable_hint_whoever_signs_in_goes_on() {
        let mut scene = scene("");
        scene.interaction.hinted = Some(Hint::Unreadable);
        scene.interaction.signed_in = scene.session.map(|(id, _)| id);
        assert_eq!(scene.step(), Step::Finish);
        scene.interaction.hinted = Some(Hint::Person(Sub("bob".into())));
        assert_eq!(scene.step(), Step::SignIn { again: false }, "a readable one goes on holding");
    }

    #[test]
    fn a_login_hint_of_another_account_lets_the_person_choose_once() {
        let mut scene = scene("none");
        scene.hint_names_another = true;
        assert_eq!(scene.failure(), "account_selection_required");
        scene.interaction.request.prompt = Prompt::default();
        assert_eq!(scene.step(), Step::ChooseAccount);
        scene.interaction.chosen = scene.session.map(|(id, _)| id);
        assert_eq!(scene.step(), Step::Finish);
        scene.interaction.chosen = None;
        scene.session = None;
        assert_eq!(scene.step(), Step::SignIn { again: false });
    }

    #[test]
    fn choosing_and_creating_come_first_and_once() {
        let mut choose = scene("select_account");
        assert_eq!(choose.step(), Step::ChooseAccount);
        choose.interaction.chosen = choose.session.map(|(id, _)| id);
        assert_eq!(choose.step(), Step::Finish);
        assert_eq!(scene("create").step(), Step::SignUp);
    }

    #[test]
    fn consent_is_asked_for_what_is_new_and_skipped_for_the_house_itself() {
        let mut more = scene("");
        more.interaction.request.scope = Scope::of(["openid", "email"]);
        assert_eq!(more.step(), Step::Consent);
        more.first_party = true;
        assert_eq!(more.step(), Step::Finish);
        let mut again = scene("consent");
        again.first_party = true;
        assert_eq!(again.step(), Step::Consent);
        again.interaction.allowed = true;
        assert_eq!(again.step(), Step::Finish);
        let mut unproven = scene("");
        unproven.unproven = true;
        assert_eq!(unproven.step(), Step::Consent);
        unproven.first_party = true;
        assert_eq!(unproven.step(), Step::Finish);
        unproven.interaction.request.scope = Scope::of(["openid", "offline_access"]);
        assert_eq!(unproven.step(), Step::Consent, "lasting access is given to nobody unseen");
    }

    #[test]
    fn an_essential_context_that_is_not_offered_is_said_so() {
        let mut scene = scene("");
        scene.interaction.request.claims.essential_acr = Some(vec!["aal3".into()]);
        assert_eq!(scene.failure(), "unmet_authentication_requirements");
        scene.interaction.request.claims.essential_acr = Some(vec!["aal1".into()]);
        assert_eq!(scene.step(), Step::Finish);
    }

    #[test]
    fn what_client_or_project_require_is_asked_for_or_set_up_and_never_passed_over() {
        let mut scene = scene("");
        scene.required_acr = Some("aal2");
        assert_eq!(scene.step(), Step::Enrol);
        scene.second_factor = true;
        assert_eq!(scene.step(), Step::StepUp);
        scene.acr = "aal2";
        assert_eq!(scene.step(), Step::Finish);
    }

    #[test]
    fn an_essential_context_is_asked_for_and_told_as_it_was_asked() {
        let mut scene = scene("");
        scene.interaction.request.claims.essential_acr = Some(vec!["aal2".into()]);
        assert_eq!(scene.step(), Step::Enrol);
        scene.second_factor = true;
        assert_eq!(scene.step(), Step::StepUp);
        scene.acr = "aal2";
        assert_eq!((scene.step(), scene.interaction.acr_to_tell("aal2").as_str()), (Step::Finish, "aal2"));
        scene.interaction.request.claims.essential_acr = Some(vec!["aal1".into()]);
        assert_eq!((scene.step(), scene.interaction.acr_to_tell("aal2").as_str()), (Step::Finish, "aal1"));
    }

    #[test]
    fn a_wish_is_granted_where_it_can_be_and_else_forgotten() {
        let mut scene = scene("");
        scene.interaction.request.acr_values = vec!["phr".into(), "aal2".into(), "aal1".into()];
        assert_eq!(scene.step(), Step::Finish);
        scene.second_factor = true;
        assert_eq!(scene.step(), Step::StepUp);
        scene.interaction.request.acr_values = vec!["aal1".into(), "aal2".into()];
        assert_eq!(scene.step(), Step::Finish);
        scene.interaction.request.acr_values.clear();
        scene.default_acr_values = vec!["aal2".into()];
        assert_eq!(scene.step(), Step::StepUp);
        scene.interaction.request.prompt = Prompt::parse("none").unwrap();
        assert_eq!(scene.step(), Step::Finish);
    }

    #[test]
    fn in_silence_a_missing_factor_is_an_error() {
        let mut scene = scene("none");
        scene.required_acr = Some("aal2");
        assert_eq!(scene.failure(), "unmet_authentication_requirements");
        scene.second_factor = true;
        assert_eq!(scene.failure(), "interaction_required");
    }
}
