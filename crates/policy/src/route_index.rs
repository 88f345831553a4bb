//! The route rules of a table as a tree of segments, for modules that look one up for each request.

use std::collections::HashMap;

use super::routes::{PathPart, Pattern, method};
use super::table::Route;

/// Finds the same rule as [`super::routes::find`], in time that depends on the path and not on the number of rules. Rules
/// are named by their index.
#[derive(Debug, Clone, Default)]
pub struct RouteIndex {
    top: RouteNode,
}

#[derive(Debug, Clone, Default)]
struct RouteNode {
    literals: HashMap<String, RouteNode>,
    parameter: Option<Box<RouteNode>>,
    /// Rules whose pattern ends here.
    end: Vec<usize>,
    /// Rules whose pattern has its star here.
    open: Vec<usize>,
}

impl RouteIndex {
    /// Indexes rules. An error is the first pattern that cannot be parsed, with the fault.
    pub fn new(rules: &[Route]) -> Result<Self, String> {
        Self::spelt(rules, str::to_owned)
    }

    /// The same with patterns in small letters, to be asked with segments in small letters.
    pub fn in_small_letters(rules: &[Route]) -> Result<Self, String> {
        Self::spelt(rules, str::to_lowercase)
    }

    fn spelt(rules: &[Route], spell: fn(&str) -> String) -> Result<Self, String> {
        let mut index = Self::default();
        for (number, rule) in rules.iter().enumerate() {
            let pattern = Pattern::parse(&rule.p).map_err(|fault| format!("`{}`: {fault}", rule.p))?;
            let mut node = &mut index.top;
            for part in &pattern.parts {
                node = match part {
                    PathPart::Literal(text) => node.literals.entry(spell(text)).or_default(),
                    PathPart::Parameter => node.parameter.get_or_insert_default(),
                };
            }
            if pattern.open { &mut node.open } else { &mut node.end }.push(number);
        }
        Ok(index)
    }

    /// The index of the rule that applies, in `rules` that were indexed.
    pub fn find(&self, rules: &[Route], verb: &str, segments: &[String]) -> Option<usize> {
        self.top.find(rules, verb, segments)
    }
}

impl RouteNode {
    fn find(&self, rules: &[Route], verb: &str, segments: &[String]) -> Option<usize> {
        let below = match segments {
            [] => best(rules, &self.end, verb),
            [first, rest @ ..] => {
                let literal = self.literals.get(first).and_then(|node| node.find(rules, verb, rest));
                literal.or_else(|| self.parameter.as_ref()?.find(rules, verb, rest))
            }
        };
        below.or_else(|| best(rules, &self.open, verb))
    }
}

/// Of rules with one pattern, the one that names the method best.
fn best(rules: &[Route], numbers: &[usize], verb: &str) -> Option<usize> {
    let matching = numbers.iter().filter_map(|number| Some((method(&rules[*number], verb)?, *number)));
    matching.max_by_key(|(rank, _)| *rank).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::super::{path, routes};
    use super::*;

    #[test]
    fn the_index_finds_what_the_search_finds() {
        let patterns = ["/*", "/a/*", "/a/:x", "/a/b", "/a/b/*", "/a/:x/c", "/", "/A/:y/d"];
        let rule = |(method, path): (&str, &str)| {
            serde_json::from_value(serde_json::json!({ "m": [method], "p": path, "auth": true })).unwrap()
        };
        let all = ["*", "GET", "PUT"].into_iter().flat_map(|method| patterns.map(|path| (method, path)));
        for skipped in 0..patterns.len() * 3 {
            let rules: Vec<Route> =
                all.clone().enumerate().filter(|(n, _)| n % 5 != skipped % 5).map(|(_, r)| rule(r)).collect();
            let index = RouteIndex::new(&rules).unwrap();
            for verb in ["GET", "HEAD", "PUT", "POST"] {
                for raw in ["/", "/a", "/a/", "/a/b", "/a/z", "/a/b/c", "/a/z/c", "/a/z/d", "/A/b/d", "/x/y/z"] {
                    let found = index.find(&rules, verb, &path::segments(raw).unwrap()).map(|number| &rules[number]);
                    assert_eq!(found, routes::find(&rules, verb, raw).unwrap(), "{verb} {raw}");
                }
            }
        }
        assert!(RouteIndex::new(&[rule(("GET", "/a//b"))]).is_err());
        let small = RouteIndex::in_small_letters(&[rule(("GET", "/Admin"))]).unwrap();
        assert_eq!(small.find(&[rule(("GET", "/Admin"))], "GET", &["admin".to_owned()]), Some(0));
    }
}
