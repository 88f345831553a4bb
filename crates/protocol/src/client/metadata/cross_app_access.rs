//! The member `cross_app_access`: the servers at which a client may act for users by an ID-JAG of this one
//! (draft-ietf-oauth-identity-assertion-authz-grant §5).

use serde::{Deserialize, Serialize};

use super::{ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri;
use crate::resource::canonical;
use crate::scope::Scope;

/// The member.
const MEMBER: &str = "cross_app_access";
/// Most servers of one client, and most resources at one.
const MOST: usize = 20;
/// Longest `client_id`, which may be a URL.
const MAX_LENGTH: usize = 500;

/// One such server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossAppAccess {
    /// The issuer identifier of the server.
    pub audience: String,
    /// The id of the client there.
    pub client_id: String,
    /// The client by which that server signs people in here: it knows them by the `sub` that this client gets.
    pub relying_party: String,
    /// The scopes that it may ask for there; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The resources that it may ask for there; any if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

impl CrossAppAccess {
    fn fault(&self) -> Option<&'static str> {
        let plain = |text: &str| (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if redirect_uri::check_called(&self.audience).is_err() || self.audience.contains('?') {
            return Some("holds an audience that is no issuer identifier: an https URL without a query");
        }
        if !plain(&self.client_id) || !plain(&self.relying_party) {
            return Some("holds a client_id or relying_party that is empty, too long, or has spaces");
        }
        if self.scope.as_ref().is_some_and(Scope::is_empty) {
            return Some("holds an empty scope: leave it out if every scope is allowed");
        }
        let wrong = self.resources.len() > MOST || self.resources.iter().any(|name| canonical(name).is_err());
        wrong.then_some("holds a resource that is no absolute URI without a fragment, or more than 20")
    }
}

impl ClientMetadata {
    /// What the client may ask for at the server with this issuer identifier.
    pub fn cross_app_access_at(&self, audience: &str) -> Option<&CrossAppAccess> {
        self.cross_app_access.iter().find(|one| one.audience == audience)
    }

    pub(super) fn cross_app_faults(&self) -> Vec<MetadataFault> {
        let all = &self.cross_app_access;
        let mut faults: Vec<_> =
            all.iter().filter_map(CrossAppAccess::fault).map(|why| MetadataFault::new(MEMBER, why)).collect();
        let twice = |one: &CrossAppAccess| all.iter().filter(|other| other.audience == one.audience).count() > 1;
        if all.iter().any(twice) {
            faults.push(MetadataFault::new(MEMBER, "holds an audience twice"));
        }
        if all.len() > MOST {
            faults.push(MetadataFault::new(MEMBER, format!("must not hold more than {MOST}")));
        }
        if !all.is_empty() && self.is_public() {
            faults.push(MetadataFault::new(MEMBER, "needs a client that keeps a secret"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::samples::GRANT_TYPES;
    use serde_json::{Value, json};

    fn fault(all: &Value) -> Option<String> {
        let document = json!({"client_name": "Wiki", "redirect_uris": ["https://rp.test/cb"], "cross_app_access": all});
        let metadata: ClientMetadata = serde_json::from_value(document).ok()?;
        metadata.check(&GRANT_TYPES).err().map(|faults| faults[0].to_string())
    }

    #[test]
    fn each_server_is_named_once_and_in_full() {
        let chat = json!({
            "audience": "https://chat.test", "client_id": "wiki-at-chat", "relying_party": "client_chat",
            "scope": "chat.read", "resources": ["https://api.chat.test"],
        });
        let with = |member: &str, value: Value| {
            let mut one = chat.clone();
            one[member] = value;
            json!([one])
        };
        assert_eq!(fault(&json!([chat, with("audience", "https://mail.test/a".into())[0]])), None);
        for (bad, why) in [
            (json!([chat, chat]), "twice"),
            (with("audience", "http://chat.test".into()), "issuer identifier"),
            (with("audience", "https://chat.test/?a=b".into()), "issuer identifier"),
            (with("audience", "chat".into()), "issuer identifier"),
            (with("client_id", "".into()), "client_id"),
            (with("relying_party", "a b".into()), "relying_party"),
            (with("scope", "".into()), "empty scope"),
            (with("resources", json!(["chat"])), "resource"),
            (with("resources", json!(vec!["https://a.test"; 21])), "resource"),
            (json!(vec![chat.clone(); 21]), "twice"),
        ] {
            assert!(fault(&bad).is_some_and(|fault| fault.contains(why)), "{bad}: {:?}", fault(&bad));
        }
        for unreadable in [with("tenant", "t".into()), json!([{"audience": "https://chat.test"}])] {
            let document = json!({"cross_app_access": unreadable});
            assert!(serde_json::from_value::<ClientMetadata>(document).is_err());
        }
    }

    #[test]
    fn a_public_client_has_none() {
        let document = json!({
            "client_name": "App", "redirect_uris": ["https://rp.test/cb"], "token_endpoint_auth_method": "none",
            "cross_app_access": [{"audience": "https://chat.test", "client_id": "app", "relying_party": "client_chat"}],
        });
        let metadata: ClientMetadata = serde_json::from_value(document).unwrap();
        let faults = metadata.check(&GRANT_TYPES).unwrap_err();
        assert!(faults.iter().any(|fault| fault.fault.contains("keeps a secret")), "{faults:?}");
    }
}
