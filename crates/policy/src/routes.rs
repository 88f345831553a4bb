//! The route rule that applies to a request: the most specific one, whatever the order.

use super::limits;
use super::names;
use super::path::{Ambiguous, segments};
use super::table::Route;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathPart {
    Literal(String),
    Parameter,
}

/// A pattern: `/orders/:id`, `/admin/*`. The star is last and also matches no segment: `/admin/*` matches `/admin`. Two
/// patterns are equal if they match the same paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub(super) parts: Vec<PathPart>,
    /// It ends with a star.
    pub(super) open: bool,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// A sentence that describes the fault.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > limits::PATH {
            return Err(format!("a path has at most {} characters", limits::PATH));
        }
        let inner = text.strip_prefix('/').ok_or("a path starts with `/`")?;
        let (inner, open) = match inner.strip_suffix('*') {
            Some("") => ("", true),
            Some(inner) => (inner.strip_suffix('/').ok_or("`*` is a whole segment, at the end")?, true),
            None => (inner, false),
        };
        if inner.is_empty() {
            return if open == text.contains('*') && text.len() <= 2 {
                Ok(Self { parts: Vec::new(), open })
            } else {
                Err("a path has no empty segments".to_owned())
            };
        }
        let parts = inner.split('/').map(PathPart::parse).collect::<Result<_, _>>()?;
        Ok(Self { parts, open })
    }

    fn matches(&self, segments: &[String]) -> bool {
        let long_enough =
            if self.open { segments.len() >= self.parts.len() } else { segments.len() == self.parts.len() };
        long_enough
            && self.parts.iter().zip(segments).all(|(part, segment)| match part {
                PathPart::Literal(text) => text == segment,
                PathPart::Parameter => true,
            })
    }

    /// Compares by specificity, left to right: a literal before a parameter before the end before a star.
    fn rank(&self) -> Vec<u8> {
        let parts = self.parts.iter().map(|part| if matches!(part, PathPart::Literal(_)) { 3 } else { 2 });
        parts.chain([u8::from(!self.open)]).collect()
    }
}

impl PathPart {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix(':') {
            let named = names::is_attribute(name);
            return if named { Ok(Self::Parameter) } else { Err(format!("`:{name}` is no name of a parameter")) };
        }
        let odd = |c: char| c.is_control() || "%?#\\*".contains(c);
        if text.is_empty() {
            return Err("a path has no empty segments and no slash at its end".to_owned());
        }
        if text == "." || text == ".." || text.contains(odd) {
            return Err(format!("`{text}` is no segment of a path; write it as it is, without `%` escapes"));
        }
        Ok(Self::Literal(text.to_owned()))
    }
}

/// The methods that a rule may name, besides `*`.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Whether the rule matches this method, and how specifically. A rule for `GET` also matches `HEAD`.
pub(super) fn method(rule: &Route, method: &str) -> Option<u8> {
    let names = |name: &str| rule.m.iter().any(|m| m == name);
    match () {
        () if names(method) => Some(2),
        () if method == "HEAD" && names("GET") => Some(1),
        () if names("*") => Some(0),
        () => None,
    }
}

/// The rule that applies to a request: of the matching ones, the one with the most specific path, then the one that
/// names the method. `None` if no rule matches.
///
/// # Errors
/// [`Ambiguous`] if the path is ambiguous.
pub fn find<'a>(rules: &'a [Route], verb: &str, raw: &str) -> Result<Option<&'a Route>, Ambiguous> {
    let segments = segments(raw)?;
    let matching = rules.iter().filter_map(|rule| {
        let named = method(rule, verb)?;
        let pattern = Pattern::parse(&rule.p).ok().filter(|pattern| pattern.matches(&segments))?;
        Some(((pattern.rank(), named), rule))
    });
    Ok(matching.max_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, rule)| rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(method: &str, path: &str) -> Route {
        let bare = serde_json::json!({ "m": [method], "p": path, "auth": true });
        serde_json::from_value(bare).unwrap()
    }

    #[test]
    fn the_most_specific_rule_counts_in_any_order() {
        let mut rules: Vec<_> =
            ["/*", "/a/*", "/a/:x", "/a/b", "/a/b/*", "/a/:x/c", "/"].iter().map(|p| rule("*", p)).collect();
        rules.push(rule("GET", "/a/b"));
        for _ in 0..2 {
            for (method, path, want) in [
                ("GET", "/", "/"),
                ("GET", "/z", "/*"),
                ("GET", "/a", "/a/*"),
                ("GET", "/a/", "/a/*"),
                ("GET", "/a/z", "/a/:x"),
                ("GET", "/a/b", "/a/b"),
                ("GET", "/a/b/c", "/a/b/*"),
                ("GET", "/a/z/c", "/a/:x/c"),
                ("GET", "/a/z/d", "/a/*"),
                ("GET", "/A/b", "/*"),
            ] {
                assert_eq!(find(&rules, method, path).unwrap().unwrap().p, want, "{path}");
            }
            assert_eq!(find(&rules, "GET", "/a/b").unwrap().unwrap().m, ["GET"]);
            assert_eq!(find(&rules, "HEAD", "/a/b").unwrap().unwrap().m, ["GET"], "HEAD is asked as GET");
            assert_eq!(find(&rules, "PUT", "/a/b").unwrap().unwrap().m, ["*"]);
            rules.reverse();
        }
        assert_eq!(find(&rules[..0], "GET", "/"), Ok(None));
        assert_eq!(find(&rules, "GET", "/a/../b"), Err(Ambiguous));
        assert!(
            find(&[rule("GET", "/a")], "get", "/a").unwrap().is_none(),
            "methods are case-sensitive (RFC 9110 §9.1)"
        );
    }

    #[test]
    fn garbage_is_no_pattern() {
        for bad in [
            "", "a", "//", "/a/", "/a//b", "/a*", "/*/a", "/a/**", "/:", "/:a-b", "/..", "/a%2f", "/a?b", "/a\n", "//*",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
        for good in ["/", "/*", "/a", "/a/*", "/:id", "/за/:id/*", "/a.b/c-d"] {
            assert!(Pattern::parse(good).is_ok(), "{good}");
        }
    }
}
