//! An attempt as a handler describes it.

use std::collections::BTreeMap;

use super::stated::{stated_in_assertion, stated_in_proof};
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::oauth::attempt::diagnosis::{Diagnosis, diagnose};
use usher_domain::oauth::attempt::redacted::{kept, presence, shown};
use usher_domain::oauth::attempt::{AttemptKind, AttemptStep};
use usher_domain::oauth::interaction::Interaction;
use usher_domain::time::Timestamp;
use usher_protocol::cause::RejectionCause;
use usher_protocol::client::auth::ClientCredentials;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::params::Params;
use usher_storage::EventOrigin;

/// The name under which the method of authentication is kept.
pub(super) const METHOD: &str = "token_endpoint_auth_method";

/// What an attempt led to.
#[derive(Debug, Clone)]
pub(super) enum DraftOutcome {
    /// It succeeded.
    Succeeded {
        /// The granted scope.
        scope: Option<String>,
        /// The ID token, of which only the names of its claims are kept.
        id_token: Option<String>,
    },
    /// It failed.
    Failed { code: &'static str, reason: String, diagnosis: Diagnosis },
}

/// An attempt that is not written yet.
#[derive(Debug, Clone)]
pub struct AttemptDraft {
    pub(super) at: Timestamp,
    pub(super) kind: AttemptKind,
    pub(super) client_id: String,
    pub(super) origin: EventOrigin,
    pub(super) sent: BTreeMap<String, String>,
    pub(super) outcome: DraftOutcome,
    pub(super) clock_ahead: Option<i64>,
}

impl AttemptDraft {
    fn new(kind: AttemptKind, client_id: &str, at: Timestamp, sent: BTreeMap<String, String>) -> Self {
        Self {
            at,
            kind,
            client_id: client_id.to_owned(),
            origin: EventOrigin::current(),
            sent,
            outcome: DraftOutcome::Succeeded { scope: None, id_token: None },
            clock_ahead: None,
        }
    }

    /// A call of a program that succeeded.
    pub fn of_call(
        kind: AttemptKind,
        credentials: &ClientCredentials,
        form: &Params,
        granted: (Option<String>, Option<String>),
        at: Timestamp,
    ) -> Self {
        let mut sent = kept(form);
        sent.insert(METHOD.to_owned(), credentials.method().to_owned());
        let (scope, id_token) = granted;
        let outcome = DraftOutcome::Succeeded { scope, id_token };
        Self { outcome, ..Self::new(kind, credentials.client_id(), at, sent) }
    }

    /// A call of a program that failed, with the proof of possession that it sent. `None` if it is no attempt that a
    /// developer looks for: a device that asks again, or a failure of the server.
    pub fn of_failed_call(
        kind: AttemptKind,
        client_id: &str,
        credentials: Option<&ClientCredentials>,
        (form, proof): (&Params, Option<&str>),
        error: &FlowError,
        at: Timestamp,
    ) -> Option<Self> {
        let refused = refusal(error)?;
        let mut sent = kept(form);
        let mut clock_ahead = None;
        if let Some(credentials) = credentials {
            sent.insert(METHOD.to_owned(), credentials.method().to_owned());
            if let Some(secret) = credentials.secret() {
                sent.insert("client_secret".to_owned(), shape_of_secret(secret, credentials.client_id()));
            }
        }
        let stated = match refused.cause() {
            Some(RejectionCause::Assertion(_)) => {
                form.get("client_assertion").ok().flatten().and_then(stated_in_assertion)
            }
            Some(RejectionCause::Dpop(_)) => proof.and_then(stated_in_proof),
            _ => None,
        };
        if let Some(stated) = stated {
            clock_ahead = stated.issued_at.map(|issued| issued.saturating_sub(at.0));
            sent.extend(stated.claims);
        }
        let draft = Self::new(kind, client_id, at, sent);
        Some(Self { clock_ahead, ..draft.failed(&refused) })
    }

    /// An authorization request that is answered with an error or shown as a page.
    pub(crate) fn of_request(client_id: &str, params: &Params, error: &OAuthError, at: Timestamp) -> Self {
        Self::new(AttemptKind::Authorize, client_id, at, kept(params)).failed(error)
    }

    /// The same with this redirect URI, which a pushed request holds.
    #[must_use]
    pub(crate) fn with_redirect_uri(mut self, sent: &str) -> Self {
        self.sent.insert("redirect_uri".to_owned(), shown(sent));
        self
    }

    /// The end of an interaction: a code, or an error.
    pub(crate) fn of_interaction(interaction: &Interaction, error: Option<&OAuthError>, at: Timestamp) -> Self {
        let request = &interaction.request;
        let scope = request.scope.to_string();
        let mut sent = BTreeMap::from([
            ("redirect_uri".to_owned(), shown(&interaction.redirect_uri)),
            ("scope".to_owned(), shown(&scope)),
        ]);
        let texts = [
            ("state", request.state.as_deref()),
            ("nonce", request.nonce.as_deref()),
            ("login_hint", request.login_hint.as_deref()),
            (
                "code_challenge",
                request.code_challenge.as_ref().map(usher_protocol::authorize::pkce::CodeChallenge::as_str),
            ),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                sent.insert(name.to_owned(), presence(value));
            }
        }
        let draft = Self::new(AttemptKind::Authorize, &interaction.client_id.0, at, sent);
        match error {
            Some(error) => draft.failed(error),
            None => Self { outcome: DraftOutcome::Succeeded { scope: Some(scope), id_token: None }, ..draft },
        }
    }

    /// A logout request of a client, with its fault.
    pub fn of_logout(client_id: &str, params: &Params, fault: Option<&'static str>, at: Timestamp) -> Self {
        let draft = Self::new(AttemptKind::Logout, client_id, at, kept(params));
        let Some(fault) = fault else { return draft };
        let of_uri = fault.starts_with("post_logout_redirect_uri");
        let step = if of_uri { AttemptStep::RedirectUri } else { AttemptStep::Client };
        let diagnosis =
            Diagnosis { step, spec: if of_uri { "RP-Initiated Logout §3" } else { "RP-Initiated Logout §2" } };
        let code = ErrorCode::InvalidRequest.as_str();
        Self { outcome: DraftOutcome::Failed { code, reason: fault.to_owned(), diagnosis }, ..draft }
    }

    fn failed(self, error: &OAuthError) -> Self {
        let diagnosis = diagnose(self.kind, error);
        let (code, reason) = (error.code.as_str(), shown(error.precise()));
        Self { outcome: DraftOutcome::Failed { code, reason, diagnosis }, ..self }
    }
}

/// The OAuth error of a refusal that the recorder keeps.
pub(crate) fn refusal(error: &FlowError) -> Option<OAuthError> {
    match error {
        // A device asks every five seconds until the person answers; a nonce is asked for once in each exchange.
        FlowError::OAuth(error) => {
            let expected = [ErrorCode::AuthorizationPending, ErrorCode::UseDpopNonce];
            (!expected.contains(&error.code) && error.cause() != Some(RejectionCause::UnknownClient))
                .then(|| error.clone())
        }
        FlowError::Rejected(Rejected::TooMany { .. }) => {
            Some(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many attempts; try again later"))
        }
        FlowError::Rejected(_) | FlowError::Internal(_) => None,
    }
}

/// What is said of a secret: its length, and signs of a copying mistake.
fn shape_of_secret(secret: &str, client_id: &str) -> String {
    let mut shape = presence(secret);
    let signs = [
        (secret.trim() != secret, "begins or ends with a space or line break"),
        (secret.contains('%'), "contains a percent sign: it may be encoded twice"),
        (secret.starts_with(['"', '\'']), "begins with a quotation mark"),
        (secret == client_id, "is the client_id"),
    ];
    for (_, sign) in signs.into_iter().filter(|(is, _)| *is) {
        shape.push_str(", ");
        shape.push_str(sign);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_described_and_not_repeated() {
        let shape = shape_of_secret("canary-secret\n", "web");
        assert!(!shape.contains("canary"), "{shape}");
        assert!(shape.contains("line break"), "{shape}");
        assert!(shape_of_secret("web", "web").contains("is the client_id"));
    }

    #[test]
    fn a_device_that_waits_leaves_no_attempt() {
        let waiting = FlowError::OAuth(OAuthError::new(ErrorCode::AuthorizationPending, "x"));
        assert!(refusal(&waiting).is_none());
        assert!(refusal(&RejectionCause::UnknownClient.into()).is_none());
        assert!(refusal(&RejectionCause::WrongSecret.into()).is_some());
    }
}
