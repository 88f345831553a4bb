//! What a grant is for: the APIs, with the scope at each, and Usher itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{ApiId, ProjectId};
use usher_protocol::scope::Scope;

/// The targets of a grant. Names are short because a code, which travels in a URL, holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantTargets {
    /// Usher itself: userinfo, and its API.
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    pub usher: bool,
    /// The APIs, all of one project, and the granted scope at each.
    #[serde(rename = "a", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apis: BTreeMap<ApiId, Scope>,
    /// The project of the APIs, if it is not that of the client.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub other_project: Option<ProjectId>,
    /// The request named them; otherwise they are those of the client's registration.
    #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
    pub requested: bool,
}

/// The scopes that a user allowed a client, at each API.
pub type ConsentedApis = BTreeMap<ApiId, Scope>;

impl GrantTargets {
    /// Whether a stored consent covers the APIs. A consent of a former version names none: it was for the APIs of the
    /// client's own project that the request did not name.
    pub fn are_covered_by(&self, consented: Option<&ConsentedApis>) -> bool {
        let Some(consented) = consented else {
            return self.apis.is_empty() || !self.requested && self.other_project.is_none();
        };
        self.apis.iter().all(|(api, scope)| consented.get(api).is_some_and(|allowed| scope.is_subset_of(allowed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use crate::time::Timestamp;

    fn targets(apis: &[(ApiId, &str)]) -> GrantTargets {
        let apis = apis.iter().map(|(api, scope)| (*api, Scope::parse(scope).unwrap())).collect();
        GrantTargets { apis, requested: true, ..GrantTargets::default() }
    }

    #[test]
    fn a_consent_covers_a_scope_only_at_the_api_that_it_was_given_for() {
        let random = SeededRandom::new(1);
        let (orders, bank) = (ApiId::new(Timestamp(7), &random), ApiId::new(Timestamp(7), &random));
        let consented = targets(&[(orders, "read")]).apis;
        assert!(targets(&[(orders, "read")]).are_covered_by(Some(&consented)));
        assert!(targets(&[(orders, "")]).are_covered_by(Some(&consented)));
        for asked in [
            vec![(bank, "read")],
            vec![(bank, "")],
            vec![(orders, "read write")],
            vec![(orders, "read"), (bank, "read")],
        ] {
            assert!(!targets(&asked).are_covered_by(Some(&consented)), "{asked:?}");
        }
    }

    #[test]
    fn a_consent_of_a_former_version_covers_what_was_not_requested_by_name() {
        let random = SeededRandom::new(1);
        let named = targets(&[(ApiId::new(Timestamp(7), &random), "read")]);
        assert!(!named.are_covered_by(None));
        let usual = GrantTargets { requested: false, ..named };
        assert!(usual.are_covered_by(None));
        let foreign = GrantTargets { other_project: Some(ProjectId::new(Timestamp(7), &random)), ..usual };
        assert!(!foreign.are_covered_by(None));
        assert!(GrantTargets { usher: true, requested: true, ..GrantTargets::default() }.are_covered_by(None));
    }
}
