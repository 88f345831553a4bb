//! A stored consent of a user to a client, so that the user is not asked twice.

use super::target::{ConsentedApis, GrantTargets};
use crate::id::{ClientId, UserId};
use crate::time::Timestamp;
use usher_protocol::scope::Scope;

/// A stored consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConsent {
    /// The user.
    pub user_id: UserId,
    /// The client.
    pub client_id: ClientId,
    /// The scope, of all APIs and of Usher itself.
    pub scope: Scope,
    /// The scopes at each API; absent in consents of former versions.
    pub apis: Option<ConsentedApis>,
    /// When it was last given.
    pub granted_at: Timestamp,
}

impl StoredConsent {
    /// Whether it covers this scope at these targets.
    pub fn covers(&self, scope: &Scope, targets: Option<&GrantTargets>) -> bool {
        scope.is_subset_of(&self.scope) && targets.is_none_or(|targets| targets.are_covered_by(self.apis.as_ref()))
    }

    /// This consent with a later one, as of its time.
    #[must_use]
    pub fn widened_by(&self, later: &Self) -> Self {
        let mut apis = self.apis.clone();
        for (api, scope) in later.apis.iter().flatten() {
            let known = apis.get_or_insert_default().entry(*api).or_default();
            *known = known.union(scope);
        }
        Self { scope: self.scope.union(&later.scope), apis, ..later.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ApiId;
    use crate::random::SeededRandom;

    #[test]
    fn a_wider_consent_keeps_each_scope_at_its_own_api() {
        let (now, random) = (Timestamp(7), SeededRandom::new(1));
        let (orders, bank) = (ApiId::new(now, &random), ApiId::new(now, &random));
        let at = |api: ApiId, scope: &str| {
            let scope = Scope::parse(scope).unwrap();
            let apis = ConsentedApis::from([(api, scope.clone())]);
            let user_id = UserId::new(now, &SeededRandom::new(2));
            StoredConsent { user_id, client_id: ClientId("web".into()), scope, apis: Some(apis), granted_at: now }
        };
        let both = at(orders, "read").widened_by(&at(bank, "pay")).widened_by(&at(orders, "write"));
        let covers = |api: ApiId, scope: &str| {
            let asked = at(api, scope);
            let targets = GrantTargets { apis: asked.apis.unwrap(), requested: true, ..GrantTargets::default() };
            both.covers(&asked.scope, Some(&targets))
        };
        assert!(covers(orders, "read write") && covers(bank, "pay"));
        assert!(!covers(bank, "read") && !covers(orders, "pay") && !covers(bank, "pay admin"));
        let former = StoredConsent { apis: None, ..at(orders, "read") };
        assert_eq!(former.widened_by(&former).apis, None, "what was given before names no API");
    }
}
