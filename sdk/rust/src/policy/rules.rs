use std::sync::OnceLock;

use usher_policy::limits::TABLE_BYTES;
use usher_policy::route_index::RouteIndex;
use usher_policy::table::{Route, Table};

/// The access rules, ready to be asked.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) table: Table,
    routes: RouteIndex,
    /// Some pattern has capital letters.
    has_capitals: bool,
    /// The patterns in small letters, made when a path first needs it.
    small_routes: OnceLock<RouteIndex>,
}

/// Access rules that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RulesFault {
    #[error("the table is larger than {TABLE_BYTES} bytes")]
    TooLarge,
    #[error("the table cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("route {0}")]
    Route(String),
}

impl Rules {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, RulesFault> {
        if bytes.len() > TABLE_BYTES {
            return Err(RulesFault::TooLarge);
        }
        let table = Table::read(bytes)?;
        let is_one =
            |route: &&Route| [route.need.is_some(), route.public, route.auth].iter().filter(|set| **set).count() == 1;
        if let Some(route) = table.routes.iter().find(|route| !is_one(route)) {
            return Err(RulesFault::Route(format!("`{}`: exactly one of need, public and auth is set", route.p)));
        }
        let routes = RouteIndex::new(&table.routes).map_err(RulesFault::Route)?;
        let has_capitals = table.routes.iter().any(|route| route.p != route.p.to_lowercase());
        Ok(Self { table, routes, has_capitals, small_routes: OnceLock::new() })
    }

    pub(crate) fn has_permission(&self, permission: &str) -> bool {
        self.table.permissions.contains_key(permission)
    }

    /// The rule that applies to a request.
    pub(crate) fn find(&self, method: &str, segments: &[String]) -> Option<&Route> {
        self.routes.find(&self.table.routes, method, segments).map(|number| &self.table.routes[number])
    }

    /// The rule that applies if case is ignored, as many frameworks do; `None` if case makes no difference.
    pub(crate) fn find_ignoring_case(&self, method: &str, segments: &[String]) -> Option<&Route> {
        let is_small = |segment: &String| segment.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if !self.has_capitals && segments.iter().all(is_small) {
            return None;
        }
        let small: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
        if !self.has_capitals && small == segments {
            return None;
        }
        let index = self.small_routes.get_or_init(|| {
            RouteIndex::in_small_letters(&self.table.routes).unwrap_or_default() // the patterns were parsed before
        });
        index.find(&self.table.routes, method, &small).map(|number| &self.table.routes[number])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;
    use serde_json::{Value as Json, json};
    use usher_policy::evaluate::{EvaluationRequest, evaluate, explain};
    use usher_policy::path::segments;
    use usher_policy::value::Attributes;

    fn object(json: &Json) -> Attributes {
        json.as_object().cloned().unwrap_or_default()
    }

    fn check(rules: &Rules, case: &Json) {
        let roles: Vec<String> = serde_json::from_value(case["roles"].clone()).unwrap();
        let [user, context, token] = ["user", "context", "token"].map(|name| object(&case[name]));
        let resource = case.get("resource").map(object);
        let question = EvaluationRequest {
            roles: &roles,
            permission: case["permission"].as_str().unwrap(),
            user: &user,
            context: &context,
            token: &token,
            resource: resource.as_ref(),
        };
        assert_eq!(json!(evaluate(&rules.table, &question)), case["expect"], "{case}");
        assert_eq!(json!(explain(&rules.table, &question).verdict), case["expect"], "{case}");
    }

    fn parse(table: &Json) -> Rules {
        Rules::parse(table.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn decisions_are_those_of_every_module_and_of_cedar() {
        let file = vectors::read("policy/decisions.json");
        let rules = parse(&file["table"]);
        file["cases"].as_array().unwrap().iter().for_each(|case| check(&rules, case));
        for set in vectors::read("policy/generated.json")["sets"].as_array().unwrap() {
            let rules = parse(&set["table"]);
            set["cases"].as_array().unwrap().iter().for_each(|case| check(&rules, case));
        }
    }

    #[test]
    fn paths_are_read_as_in_every_module() {
        for case in vectors::cases("policy/paths.json") {
            assert_eq!(json!(segments(case["raw"].as_str().unwrap()).ok()), case["segments"], "{case}");
        }
    }

    #[test]
    fn the_rule_that_applies_is_the_same_in_every_module() {
        let file = vectors::read("policy/routes.json");
        let mut table = vectors::read("policy/decisions.json")["table"].clone();
        table["routes"] = file["routes"].clone();
        let rules = parse(&table);
        for case in vectors::cases("policy/routes.json") {
            let segments = segments(case["path"].as_str().unwrap());
            let found = segments.ok().and_then(|segments| rules.find(case["method"].as_str().unwrap(), &segments));
            assert_eq!(json!(found.map(|route| &route.p)), case["pattern"], "{case}");
        }
    }

    #[test]
    fn tables_that_cannot_be_used_are_refused() {
        let good = vectors::read("policy/decisions.json")["table"].clone();
        let changed = |pointer: &str, value: Json| {
            let mut table = good.clone();
            *table.pointer_mut(pointer).unwrap() = value;
            Rules::parse(table.to_string().as_bytes())
        };
        assert!(changed("/v", json!(1)).is_ok());
        assert!(changed("/v", json!(2)).is_err());
        assert!(changed("/default", json!("allow")).is_err());
        assert!(changed("/routes/0", json!({ "m": ["GET"], "p": "/a//b", "public": true })).is_err());
        assert!(changed("/routes/0", json!({ "m": ["GET"], "p": "/a" })).is_err());
        assert!(changed("/routes/0", json!({ "m": ["GET"], "p": "/a", "auth": true, "public": true })).is_err());
        assert!(changed("/roles/viewer/Order:read", json!("nowhere")).is_err());
        assert!(changed("/conditions/own", json!({ "like": ["user.id", "user.id"] })).is_err());
        assert!(matches!(Rules::parse(&vec![b' '; TABLE_BYTES + 1]), Err(RulesFault::TooLarge)));
        assert!(Rules::parse(b"").is_err());
    }
}
