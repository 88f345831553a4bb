//! The caller of a request, and what the access rules let them do.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use http::request::Parts;
use serde::Serialize;
use usher_policy::evaluate::{EvaluationRequest, PolicyDecision, Verdict, evaluate, explain};

use crate::cache::Verified;
use crate::event::Decision;
use crate::identity::Identity;
use crate::locks::lock;
use crate::policy::route_check::{RouteCaller, SignedIn};
use crate::policy::{Attributes, Filter, attributes_of};
use crate::refusal::{Reason, Refusal};
use crate::state::{RuleSet, State};

/// The caller of a request. It gives the fields of [`Identity`], and asks the access rules.
///
/// In a handler behind [`Usher`](crate::Usher) it is in the extensions of the request; with axum it is an extractor.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    state: Arc<State>,
    verified: Arc<Verified>,
    token: String,
    /// `user.…` of conditions, if the application adds to what the token says.
    user: Option<Attributes>,
    /// `context.…` of conditions.
    context: Attributes,
    /// What the ID token of a session says about the person.
    profile: Attributes,
    /// The token was introspected for this request.
    is_fresh: AtomicBool,
    /// Permissions that the handler has to check with the resource.
    owed: Mutex<Vec<String>>,
}

impl Deref for Auth {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0.verified.identity
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity: &Identity = self;
        f.debug_tuple("Auth").field(identity).finish()
    }
}

impl Auth {
    /// `parts` are those of the request, if there is one.
    /// `profile` is what the ID token of a session says about the person.
    pub(crate) async fn of(
        state: Arc<State>,
        verified: Arc<Verified>,
        token: &str,
        parts: Option<&Parts>,
        profile: Attributes,
    ) -> Self {
        let context = match (&state.options.context, parts) {
            (Some(context), Some(parts)) => context(parts),
            _ => Attributes::new(),
        };
        let user = match &state.options.user_attributes {
            None if profile.is_empty() => None,
            None => Some(user_of(&verified, &profile, Attributes::new())),
            Some(attributes) => {
                let attributes = attributes(Arc::clone(&verified.identity)).await;
                Some(user_of(&verified, &profile, attributes))
            }
        };
        Self(Arc::new(Inner {
            token: token.to_owned(),
            user,
            context,
            profile,
            is_fresh: AtomicBool::new(false),
            owed: Mutex::default(),
            state,
            verified,
        }))
    }

    /// The access token as it was sent.
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// The person for a front end: `id`, `roles`, and in web mode the claims of the ID token, such as `name` and `email`.
    pub fn profile(&self) -> Attributes {
        user_of(&self.0.verified, &self.0.profile, Attributes::new())
    }

    /// Whether the access rules allow a permission on a resource, whose attributes have the names that it serializes to.
    /// With `()` for the resource: whether they allow it on every resource.
    pub fn can(&self, permission: &str, resource: impl Serialize) -> bool {
        self.decide(permission, resource) == Verdict::Allow
    }

    /// The same with three answers: `Conditional` where it depends on the resource and there is none.
    pub fn decide(&self, permission: &str, resource: impl Serialize) -> Verdict {
        let Some(current) = self.0.state.current_rules() else { return Verdict::Deny };
        let resource = attributes_of(resource);
        let verdict = evaluate(&current.rules.table, &self.question(permission, resource.as_ref()));
        if resource.is_some() {
            self.settle(permission);
        }
        self.note(&current, permission, verdict);
        verdict
    }

    /// The decision with every rule that was evaluated. It tells the access rules: for administrators.
    pub fn explain(&self, permission: &str, resource: impl Serialize) -> PolicyDecision {
        let resource = attributes_of(resource);
        match self.0.state.current_rules() {
            None => PolicyDecision { verdict: Verdict::Deny, reasons: vec![] },
            Some(current) => explain(&current.rules.table, &self.question(permission, resource.as_ref())),
        }
    }

    /// The resources for which a permission holds, for a query.
    pub fn filter(&self, permission: &str) -> Filter {
        let Some(current) = self.0.state.current_rules() else { return Filter::NOTHING };
        self.0.state.warn_unknown(&current.rules, permission);
        self.settle(permission);
        Filter::of(&current.rules.table, &self.question(permission, None))
    }

    /// The filter of every permission, for a front end: as JSON, `matches` of `@usher-id/sdk` reads it.
    pub fn permissions(&self) -> BTreeMap<String, Filter> {
        let Some(current) = self.0.state.current_rules() else { return BTreeMap::new() };
        let table = &current.rules.table;
        let filter = |permission: &String| (permission.clone(), Filter::of(table, &self.question(permission, None)));
        table.permissions.keys().map(filter).collect()
    }

    /// Asks Usher whether the token is active (RFC 7662), once for each request.
    pub async fn is_fresh(&self) -> Result<bool, Refusal> {
        match self.refresh().await {
            Ok(()) => Ok(true),
            Err(Reason::TokenRevoked) => Ok(false),
            Err(reason) => Err(reason.into()),
        }
    }

    pub(crate) async fn refresh(&self) -> Result<(), Reason> {
        if !self.0.is_fresh.load(Ordering::Relaxed) {
            self.0.state.require_active(&self.0.token).await?;
            self.0.is_fresh.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn question<'a>(&'a self, permission: &'a str, resource: Option<&'a Attributes>) -> EvaluationRequest<'a> {
        EvaluationRequest {
            roles: &self.user.roles,
            permission,
            user: self.0.user.as_ref().unwrap_or(&self.0.verified.user),
            context: &self.0.context,
            token: &self.claims,
            resource,
        }
    }

    fn note(&self, current: &RuleSet, permission: &str, verdict: Verdict) {
        self.0.state.warn_unknown(&current.rules, permission);
        self.0.state.emit_decision(|| Decision {
            subject: self.user.id.clone(),
            client_id: self.client_id.clone(),
            permission: permission.to_owned(),
            verdict,
            revision: current.rules.table.revision,
        });
    }

    /// The handler has to check the permission with the resource.
    pub(crate) fn owe(&self, permission: String) {
        lock(&self.0.owed).push(permission);
    }

    fn settle(&self, permission: &str) {
        lock(&self.0.owed).retain(|owed| owed != permission);
    }

    /// A permission that was not checked.
    pub(crate) fn owed(&self) -> Option<String> {
        lock(&self.0.owed).first().cloned()
    }
}

/// The attributes of a person: those of the profile, then others; `id` and `roles` are always those of the token.
fn user_of(verified: &Verified, profile: &Attributes, others: Attributes) -> Attributes {
    let mut user = profile.clone();
    user.extend(others);
    user.extend(verified.user.clone());
    user
}

impl RouteCaller for Auth {
    fn signed_in(&self) -> SignedIn<'_> {
        SignedIn { acr: self.acr.as_deref(), at: self.0.verified.signed_in_at() }
    }

    fn scope(&self) -> &[String] {
        &self.scope
    }

    fn decides(&self, permission: &str) -> Verdict {
        self.decide(permission, ())
    }
}
