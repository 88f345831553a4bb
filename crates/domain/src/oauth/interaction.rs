//! An authorization request in progress: what was requested, what has happened since, and the next step.
//!
//! An interaction is sealed into the pages that it passes and bound to the browser that started it, so that restarts,
//! tabs and several instances need no shared state.
//! Every step returns to [`Interaction::next_step`]; no step leads to another by itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::Client;
use super::device_authorization::ConnectingDevice;
use super::single_use::SingleUseId;
use super::target::GrantTargets;
use crate::id::{ClientId, GrantId, SessionId};
use crate::time::Timestamp;
use crate::user::Sub;
use crate::user::authentication::acr_meets;
use usher_protocol::acr::ACR_VALUES;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::authorize::prompt::Prompt;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::device::DEVICE_CODE_GRANT;
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
    /// The redirect URI, checked; empty for a device and a CIBA request, which have none.
    pub redirect_uri: String,
    /// Whether the request named the redirect URI; otherwise it was the only registered one.
    pub redirect_uri_sent: bool,
    /// The request.
    pub request: AuthorizeRequest,
    /// The device that is to be connected, if the request is that of a device (RFC 8628).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<ConnectingDevice>,
    /// The CIBA request that the person answers, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ciba: Option<GrantId>,
    /// What it is for; absent in requests of a former version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<GrantTargets>,
    /// The pushed request that it is, which is used up by the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<SingleUseId>,
    /// The user that `id_token_hint` names, if it was sent.
    pub hinted: Option<IdTokenHint>,
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
pub enum IdTokenHint {
    /// A valid ID token of Usher about this user.
    Person(Sub),
    /// Not a verifiable ID token: the client expects somebody unknown.
    Unreadable,
}

/// The facts on which the next step depends.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they occur in any combination")]
pub struct InteractionFacts<'a> {
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
pub enum InteractionStep {
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
    /// The request of a client that asks for the answer itself. The person is always asked: whoever makes them open its page
    /// must not profit from an earlier consent (RFC 8628 §5.4).
    pub fn without_redirect(
        client_id: ClientId,
        request: AuthorizeRequest,
        began_at: Timestamp,
        browser: String,
    ) -> Self {
        let prompt = Prompt { consent: true, ..Prompt::default() };
        Self {
            client_id,
            redirect_uri: String::new(),
            redirect_uri_sent: false,
            request: AuthorizeRequest { prompt, ..request },
            device: None,
            ciba: None,
            targets: None,
            pushed: None,
            hinted: None,
            began_at,
            renewed_from: None,
            browser,
            signed_in: None,
            chosen: None,
            allowed: false,
        }
    }

    /// Continues with this session, chosen by or shown to the person, and no other.
    pub fn choose(&mut self, session: SessionId) {
        self.signed_in = self.signed_in.filter(|acted| *acted == session);
        self.chosen = Some(session);
    }

    /// Whether the answer is written down for the client, which asks for it, instead of sent to a redirect URI.
    pub const fn answers_by_record(&self) -> bool {
        self.device.is_some() || self.ciba.is_some()
    }

    /// Whether this client may still be answered as the interaction does.
    pub fn is_allowed_to(&self, client: &Client) -> bool {
        client.is_active()
            && match (&self.device, self.ciba) {
                (Some(_), _) => client.metadata.may_use(DEVICE_CODE_GRANT),
                (None, Some(_)) => client.metadata.may_use(CIBA_GRANT),
                (None, None) => client.allows_redirect(&self.redirect_uri),
            }
    }

    /// Whether it is too old to continue.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.began_at + LIFETIME
    }

    /// Whether the request names the user, or some of whom it is one.
    pub fn expects_somebody(&self) -> bool {
        !self.request.claims.subs.is_empty() || matches!(self.hinted, Some(IdTokenHint::Person(_)))
    }

    /// Whether the client expects another user.
    pub fn expects_another(&self, sub: &Sub) -> bool {
        let expected = &self.request.claims.subs;
        if !expected.is_empty() {
            return !expected.contains(&sub.0);
        }
        match &self.hinted {
            Some(IdTokenHint::Person(hinted)) => hinted != sub,
            Some(IdTokenHint::Unreadable) => true,
            None => false,
        }
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
    pub fn next_step(&self, facts: &InteractionFacts<'_>) -> InteractionStep {
        if let Some(asked) = &self.request.claims.essential_acr
            && !asked.is_empty()
            && !asked.iter().any(|acr| ACR_VALUES.contains(&acr.as_str()))
        {
            let why = "the authentication that was asked for is not offered";
            return InteractionStep::Fail(OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, why));
        }
        if let Some(step) = self.account_step(facts) {
            return self.unless_silent(step);
        }
        if let Some(step) = facts.session.and_then(|session| self.acr_step(facts, &session)) {
            return self.unless_silent(step);
        }
        if self.needs_consent(facts) {
            return self.unless_silent(InteractionStep::Consent);
        }
        InteractionStep::Finish
    }

    /// The step that is missing for the required authentication context.
    fn acr_step(&self, facts: &InteractionFacts<'_>, session: &SessionFacts<'_>) -> Option<InteractionStep> {
        let met = |asked: &str| acr_meets(session.acr, asked);
        let essential = self.request.claims.essential_acr.as_deref().unwrap_or_default();
        let wanting = facts.required_acr.is_some_and(|asked| !met(asked))
            || (!essential.is_empty() && !essential.iter().any(|asked| met(asked)));
        if wanting {
            return Some(if session.second_factor { InteractionStep::StepUp } else { InteractionStep::Enrol });
        }
        // A voluntary context (OpenID Connect Core §3.1.2.1) is requested only if the person has a second factor.
        let wished = match self.request.acr_values.as_slice() {
            [] => facts.default_acr_values,
            asked => asked,
        };
        let best = wished.iter().find(|asked| ACR_VALUES.contains(&asked.as_str()));
        let unmet = best.is_some_and(|asked| !met(asked));
        (unmet && session.second_factor && !self.request.prompt.none).then_some(InteractionStep::StepUp)
    }

    /// The `acr` to return for a session with `held`: if certain values are essential, the one that it satisfies
    /// (OpenID Connect Core §5.5.1.1).
    pub fn reported_acr(&self, held: &str) -> String {
        let essential = self.request.claims.essential_acr.as_deref().unwrap_or_default();
        if essential.is_empty() || essential.iter().any(|asked| asked == held) {
            return held.to_owned();
        }
        essential.iter().find(|asked| acr_meets(held, asked)).cloned().unwrap_or_else(|| held.to_owned())
    }

    /// With `prompt=none` every page becomes its error (OpenID Connect Core §3.1.2.6).
    fn unless_silent(&self, step: InteractionStep) -> InteractionStep {
        let (code, why) = match step {
            _ if !self.request.prompt.none => return step,
            InteractionStep::ChooseAccount => (ErrorCode::AccountSelectionRequired, "an account has to be chosen"),
            InteractionStep::Consent => (ErrorCode::ConsentRequired, "consent is missing"),
            InteractionStep::StepUp => (ErrorCode::InteractionRequired, "a second factor has to be shown"),
            InteractionStep::Enrol => (ErrorCode::UnmetAuthenticationRequirements, "the person has no second factor"),
            _ => (ErrorCode::LoginRequired, "nobody who will do is signed in"),
        };
        InteractionStep::Fail(OAuthError::new(code, why))
    }

    /// The step that is missing until the right user is signed in, recently enough.
    fn account_step(&self, facts: &InteractionFacts<'_>) -> Option<InteractionStep> {
        let prompt = self.request.prompt;
        let acted = self.signed_in.is_some() || self.chosen.is_some();
        if prompt.create && !acted {
            return Some(InteractionStep::SignUp);
        }
        if prompt.select_account && !acted && facts.knows_accounts {
            return Some(InteractionStep::ChooseAccount);
        }
        let Some(session) = facts.session else {
            return Some(InteractionStep::SignIn { again: false });
        };
        // An unreadable hint cannot be checked: the user who signs in now is accepted.
        let answered = acted && !self.expects_somebody();
        if !answered && self.expects_another(session.sub) {
            return Some(InteractionStep::SignIn { again: false });
        }
        if facts.hint_names_another && !acted {
            return Some(InteractionStep::ChooseAccount);
        }
        (!self.is_fresh_enough(facts, &session)).then_some(InteractionStep::SignIn { again: true })
    }

    fn is_fresh_enough(&self, facts: &InteractionFacts<'_>, session: &SessionFacts<'_>) -> bool {
        // The session id alone would not suffice: the time prevents a replay with an older session.
        if self.signed_in == Some(session.id) && session.auth_time >= self.began_at {
            return true;
        }
        let max_age = self.request.max_age.or(facts.default_max_age);
        !self.request.prompt.login
            && max_age.is_none_or(|limit| facts.now.seconds_since(session.auth_time) <= limit && limit > 0)
    }

    /// The scope that the person is asked to consent to: the requested one, and the scopes of claims that are requested by
    /// name (OpenID Connect Core §5.5).
    pub fn consent_scope(&self) -> Scope {
        self.request.scope.union(&self.request.claims.scope())
    }

    fn needs_consent(&self, facts: &InteractionFacts<'_>) -> bool {
        if self.allowed {
            return false;
        }
        if self.request.prompt.consent {
            return true;
        }
        let asked = self.consent_scope();
        let remembered = !facts.unproven && facts.consented.is_some_and(|scope| asked.is_subset_of(scope));
        // Not even a first-party client skips consent if any program could impersonate it and keep access (OAuth 2.1
        // §7.3.1).
        let trusted = facts.first_party && !(facts.unproven && self.request.scope.contains("offline_access"));
        !trusted && !remembered
    }
}

#[cfg(test)]
mod tests;
