//! What the route rules decide before a handler runs. The order of the checks is that of `sdk/vectors/README.md`.

use usher_policy::evaluate::Verdict;
use usher_policy::path::segments;
use usher_policy::table::Route;

use super::rules::Rules;
use crate::refusal::{Reason, Refusal};

/// A request, as the route rules see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteRequest<'a> {
    pub(crate) method: &'a str,
    /// As it was sent.
    pub(crate) path: &'a str,
    /// A CORS preflight carries no token (Fetch §4.8).
    pub(crate) is_preflight: bool,
}

/// The caller of a request, as the route rules see it.
pub(crate) trait RouteCaller {
    fn signed_in(&self) -> SignedIn<'_>;
    fn scope(&self) -> &[String];
    fn decides(&self, permission: &str) -> Verdict;
}

/// How and when somebody signed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn<'a> {
    pub(crate) acr: Option<&'a str>,
    /// In seconds since the epoch.
    pub(crate) at: Option<i64>,
}

/// What the route rules say about a request that they let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RoutePass<'a> {
    /// The permission that the handler has to check with the resource.
    pub(crate) conditional: Option<&'a str>,
    /// The token has to be introspected.
    pub(crate) fresh: bool,
    /// The rule that applies; `None` if none does.
    rule: Option<&'a Route>,
}

/// Applies the route rules.
pub(crate) fn check_route<'a>(
    rules: &'a Rules,
    request: RouteRequest<'_>,
    caller: Option<&impl RouteCaller>,
    allow_missing: bool,
    now: i64,
) -> Result<RoutePass<'a>, Refusal> {
    let segments = segments(request.path).map_err(|_| Refusal::from(Reason::PathAmbiguous))?;
    if request.is_preflight {
        return Ok(RoutePass::default());
    }
    let rule = rules.find(request.method, &segments);
    if rule.is_none() && !allow_missing {
        return Err(Reason::RouteUnlisted.into());
    }
    // A framework that ignores case would run the handler that another rule protects.
    let other = rules.find_ignoring_case(request.method, &segments);
    if other.is_some_and(|other| !other.public && rule.is_none_or(|rule| rule.p != other.p)) {
        return Err(Reason::PathAmbiguous.into());
    }
    let Some(rule) = rule else { return Ok(RoutePass::default()) };
    if rule.public {
        return Ok(RoutePass { rule: Some(rule), ..RoutePass::default() });
    }
    let conditional = check_caller(rule, caller.ok_or(Reason::TokenMissing)?, now)?;
    Ok(RoutePass { conditional, fresh: rule.fresh, rule: Some(rule) })
}

/// The permission that depends on the resource, if the caller passes.
fn check_caller<'a>(rule: &'a Route, caller: &impl RouteCaller, now: i64) -> Result<Option<&'a str>, Refusal> {
    check_scopes(caller.scope(), &rule.scopes)?;
    check_sign_in(caller.signed_in(), rule.acr.as_deref(), rule.max_age.map(u64::from), now)?;
    let Some(permission) = &rule.need else { return Ok(None) };
    match caller.decides(permission) {
        Verdict::Allow => Ok(None),
        Verdict::Conditional => Ok(Some(permission)),
        Verdict::Deny => Err(Refusal::permission(permission)),
    }
}

/// Requires all of the scopes (RFC 6750 §3.1).
pub(crate) fn check_scopes(held: &[String], needed: &[String]) -> Result<(), Refusal> {
    if needed.iter().all(|scope| held.contains(scope)) {
        return Ok(());
    }
    Err(Refusal { scope: Some(needed.join(" ")), ..Reason::ScopeInsufficient.into() })
}

/// Requires a sign-in that is strong and recent enough (RFC 9470). `max_age` is in seconds.
pub(crate) fn check_sign_in(
    held: SignedIn<'_>,
    acr: Option<&str>,
    max_age: Option<u64>,
    now: i64,
) -> Result<(), Refusal> {
    let is_old = |max_age: u64| held.at.is_none_or(|at| u64::try_from(now - at).is_ok_and(|age| age > max_age));
    let reason = if acr.is_some_and(|acr| !reaches(held.acr, acr)) {
        Reason::AcrInsufficient
    } else if max_age.is_some_and(is_old) {
        Reason::AuthTooOld
    } else {
        return Ok(());
    };
    Err(Refusal { acr: acr.map(str::to_owned), max_age, ..reason.into() })
}

/// Levels of authentication, the weakest first. Any other one is compared for equality.
const LEVELS: [&str; 3] = ["aal1", "aal2", "aal3"];

fn reaches(held: Option<&str>, needed: &str) -> bool {
    let level = |acr: &str| LEVELS.iter().position(|level| *level == acr);
    held.is_some_and(|held| held == needed || level(needed).is_some_and(|needed| level(held) > Some(needed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;
    use serde_json::{Value as Json, json};
    use usher_policy::evaluate::{EvaluationRequest, evaluate};
    use usher_policy::value::Attributes;

    struct Caller<'a> {
        rules: &'a Rules,
        claims: &'a Json,
        roles: Vec<String>,
        scope: Vec<String>,
    }

    impl<'a> Caller<'a> {
        fn of(rules: &'a Rules, auth: &'a Json) -> Option<Self> {
            let claims = auth.get("claims")?;
            let scope = claims["scope"].as_str().unwrap_or_default().split_whitespace();
            let roles = serde_json::from_value(auth["roles"].clone()).unwrap();
            Some(Self { rules, claims, roles, scope: scope.map(str::to_owned).collect() })
        }
    }

    impl RouteCaller for Caller<'_> {
        fn signed_in(&self) -> SignedIn<'_> {
            SignedIn { acr: self.claims["acr"].as_str(), at: self.claims["auth_time"].as_i64() }
        }

        fn scope(&self) -> &[String] {
            &self.scope
        }

        fn decides(&self, permission: &str) -> Verdict {
            let user = json!({ "id": self.claims["sub"], "roles": self.roles });
            let question = EvaluationRequest {
                roles: &self.roles,
                permission,
                user: user.as_object().unwrap(),
                context: &Attributes::new(),
                token: self.claims.as_object().unwrap(),
                resource: None,
            };
            evaluate(&self.rules.table, &question)
        }
    }

    #[test]
    fn route_rules_answer_as_in_every_module() {
        let file = vectors::read("routes.json");
        let rules = Rules::parse(file["table"].to_string().as_bytes()).unwrap();
        for case in vectors::cases("routes.json") {
            if case.get("table").is_some() {
                continue; // nothing is published: a test of the layer
            }
            let (name, expect) = (&case["name"], &case["expect"]);
            let request = RouteRequest {
                method: case["method"].as_str().unwrap(),
                path: case["path"].as_str().unwrap(),
                is_preflight: case["preflight"] == true,
            };
            let caller = Caller::of(&rules, &case["auth"]);
            let allow_missing = case["options"]["onMissingRoute"] == "allow";
            let checked = check_route(&rules, request, caller.as_ref(), allow_missing, file["now"].as_i64().unwrap());
            match checked {
                Err(refusal) => {
                    assert_eq!(json!(refusal.status().as_u16()), expect["status"], "{name}");
                    assert_eq!(json!(refusal.code()), expect["code"], "{name}");
                    assert_eq!(json!(refusal.reason.as_str()), expect["reason"], "{name}");
                    assert_eq!(json!(refusal.permission), expect["permission"], "{name}");
                    assert_eq!(json!(refusal.scope), expect["scope"], "{name}");
                    assert_eq!(json!(refusal.acr), expect["acr_values"], "{name}");
                    assert_eq!(json!(refusal.max_age), expect["max_age"], "{name}");
                }
                Ok(pass) => {
                    assert_eq!(expect["status"], 200, "{name}");
                    assert_eq!(json!(pass.rule.map(|rule| &rule.p)), expect["rule"], "{name}");
                    assert_eq!(json!(pass.conditional), expect["conditional"], "{name}");
                    assert_eq!(pass.fresh, expect["fresh"] == true, "{name}");
                }
            }
        }
    }
}
