//! The people who sign in at a test issuer: they exist nowhere else.

use serde_json::{Map, Value, json};

use usher_domain::random::Random;

/// A person of a check-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPerson {
    pub sub: String,
    name: String,
    email: String,
}

impl TestPerson {
    /// A person whose values appear on no page by chance.
    pub fn new(given_name: &str, random: &dyn Random) -> Self {
        let mark = random.digits(8);
        Self {
            sub: format!("check-up-{mark}"),
            name: format!("{given_name} Checkup{mark}"),
            email: format!("check-up-{mark}@example.com"),
        }
    }

    /// What a page shows of this person, if it shows who is signed in.
    pub fn is_on(&self, page: &str) -> bool {
        [&self.sub, &self.name, &self.email].into_iter().any(|mark| page.contains(mark.as_str()))
    }

    /// The claims about the person.
    pub fn claims(&self) -> Map<String, Value> {
        let (given, family) = self.name.split_once(' ').unwrap_or((&self.name, ""));
        let claims = json!({
            "sub": self.sub,
            "name": self.name,
            "given_name": given,
            "family_name": family,
            "preferred_username": self.sub,
            "email": self.email,
            "email_verified": true,
        });
        claims.as_object().cloned().unwrap_or_default()
    }
}
