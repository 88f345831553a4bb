//! Random documents and requests, well typed but with missing values.

use serde_json::{Map, Value as Json, json};
use usher_domain::random::{Random, SeededRandom};
use usher_policy::PolicyDocument;
use usher_policy::value::Attributes;

const TYPES: [&str; 4] = ["string", "bool", "int", "strings"];
const ROOTS: [&str; 4] = ["user", "resource", "context", "token"];

pub struct Draw(SeededRandom);

/// A generated request, with its values.
pub struct Asked {
    pub roles: Vec<String>,
    pub permission: String,
    pub user: Attributes,
    pub resource: Attributes,
    pub context: Attributes,
    pub token: Attributes,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    pub fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % limit as u64).unwrap()
    }

    fn one_in(&self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn attributes(&self) -> Json {
        let count = 2 + self.below(4);
        (0..count).map(|i| (format!("a{i}"), json!(self.pick(&TYPES)))).collect::<Map<_, _>>().into()
    }

    pub fn document(&self) -> PolicyDocument {
        // Entity types share their attributes, so that every condition is well typed for each of them.
        let shared = self.attributes();
        let entities: Map<String, Json> = (0..=self.below(3))
            .map(|i| {
                let actions: Map<String, Json> =
                    (0..=self.below(4)).map(|j| (format!("act{j}"), json!("item"))).collect();
                (["Order", "Product", "Admin"][i].to_owned(), json!({"attributes": shared, "actions": actions}))
            })
            .collect();
        let (user, context, token) = (self.attributes(), self.attributes(), self.attributes());
        let declared = [&user, &shared, &context, &token];
        let conditions: Map<String, Json> =
            (0..=self.below(5)).map(|i| (format!("c{i}"), self.condition(&declared, 3))).collect();
        let mut roles = Map::new();
        for i in 0..2 + self.below(5) {
            let inherits: Vec<String> = (0..i).filter(|_| self.one_in(3)).map(|j| format!("r{j}")).collect();
            let grants: Map<String, Json> =
                (0..self.below(6)).map(|_| (self.key(&entities), self.cell(conditions.len()))).collect();
            roles.insert(format!("r{i}"), json!({"inherits": inherits, "grants": grants}));
        }
        let document = json!({
            "entities": entities, "user": user, "context": context, "token": token, "conditions": conditions, "roles": roles,
        });
        PolicyDocument::from_json(document).unwrap()
    }

    fn key(&self, entities: &Map<String, Json>) -> String {
        let names: Vec<_> = entities.keys().collect();
        let entity = *self.pick(&names);
        match self.below(8) {
            0 => "*".to_owned(),
            1 | 2 => format!("{entity}:*"),
            _ => {
                let actions: Vec<_> = entities[entity]["actions"].as_object().unwrap().keys().collect();
                format!("{entity}:{}", self.pick(&actions))
            }
        }
    }

    fn cell(&self, conditions: usize) -> Json {
        let name = || format!("c{}", self.below(conditions));
        match self.below(10) {
            0 => json!("deny"),
            1 | 2 => json!("allow"),
            3 | 4 => json!([name(), name()]),
            _ => json!(name()),
        }
    }

    fn condition(&self, declared: &[&Json; 4], depth: usize) -> Json {
        let part = |count: usize| (0..count).map(|_| self.condition(declared, depth - 1)).collect::<Vec<_>>();
        match if depth == 0 { 9 } else { self.below(10) } {
            0 | 1 => json!({"all": part(1 + self.below(3))}),
            2 | 3 => json!({"any": part(1 + self.below(3))}),
            4 | 5 => json!({"not": part(1)[0]}),
            _ => self.leaf(declared),
        }
    }

    fn leaf(&self, declared: &[&Json; 4]) -> Json {
        let (path, kind) = self.path(declared, |_| true).unwrap();
        if self.one_in(6) {
            return json!({"present": path});
        }
        let other = |wanted: &str| {
            let found =
                self.path(declared, |kind| kind == wanted).map(|(found, _)| found).filter(|found| *found != path);
            found.filter(|_| !self.one_in(2)).map_or_else(|| self.literal(wanted), Json::from)
        };
        let (op, sides) = match kind.as_str() {
            "strings" => ("contains", [json!(path), other("string")]),
            "string" if self.one_in(2) => ("in", [json!(path), other("strings")]),
            "int" => (*self.pick(&["eq", "ne", "gt", "gte", "lt", "lte"]), [json!(path), other("int")]),
            kind => (*self.pick(&["eq", "ne"]), [json!(path), other(kind)]),
        };
        let [left, right] = sides;
        if matches!(op, "in" | "contains") || self.one_in(2) {
            json!({op: [left, right]})
        } else {
            json!({op: [right, left]})
        }
    }

    fn path(&self, declared: &[&Json; 4], fits: impl Fn(&str) -> bool) -> Option<(String, String)> {
        let mut found = vec![];
        for (root, attributes) in ROOTS.iter().zip(declared) {
            for (name, kind) in attributes.as_object().unwrap() {
                found.push((format!("{root}.{name}"), kind.as_str().unwrap().to_owned()));
            }
        }
        found.extend([("user.id".to_owned(), "string".to_owned()), ("user.roles".to_owned(), "strings".to_owned())]);
        found.retain(|(_, kind)| fits(kind));
        (!found.is_empty()).then(|| self.pick(&found).clone())
    }

    fn literal(&self, kind: &str) -> Json {
        match kind {
            "string" => json!({"lit": self.text()}),
            "strings" => json!({"lit": (0..=self.below(3)).map(|_| self.text()).collect::<Vec<_>>()}),
            kind => self.value(kind),
        }
    }

    fn text(&self) -> String {
        (*self.pick(&["a", "b", "", "é", "e\u{301}", "\u{202e}x", "\"\\\n\0", "𝕏"])).to_owned()
    }

    fn value(&self, kind: &str) -> Json {
        match kind {
            "string" => json!(self.text()),
            "bool" => json!(self.one_in(2)),
            "int" => [
                json!(-1),
                json!(0),
                json!(1),
                json!({"int": i64::MAX.to_string()}),
                json!({"int": i64::MIN.to_string()}),
            ][self.below(5)]
            .clone(),
            _ => json!((0..self.below(3)).map(|_| self.text()).collect::<Vec<_>>()),
        }
    }

    /// Values for declared attributes: some missing, and some of none of the four types, which is the same.
    fn values(&self, declared: &usher_policy::document::DeclaredAttributes) -> Attributes {
        let mut values = Attributes::new();
        for (name, kind) in declared {
            let kind = serde_json::to_value(kind).unwrap();
            match self.below(10) {
                0 | 1 => continue,
                2 => values
                    .insert(name.clone(), self.pick(&[json!(null), json!(1.5), json!({}), json!(["a", 1])]).clone()),
                _ => values.insert(name.clone(), self.value(kind.as_str().unwrap())),
            };
        }
        values
    }

    pub fn question(&self, document: &PolicyDocument) -> Asked {
        let permissions: Vec<String> = document.permissions().map(|(permission, _)| permission).collect();
        let permission = self.pick(&permissions).clone();
        let entity = permission.split_once(':').unwrap().0;
        let mut roles: Vec<String> = document.roles.keys().filter(|_| self.one_in(3)).cloned().collect();
        if self.one_in(4) {
            roles.push("nobody".to_owned());
        }
        let mut user = self.values(&document.user);
        if !self.one_in(5) {
            user.insert("id".to_owned(), json!(self.text()));
            user.insert("roles".to_owned(), json!(roles));
        }
        Asked {
            roles,
            user,
            resource: self.values(&document.entities[entity].attributes),
            context: self.values(&document.context),
            token: self.values(&document.token),
            permission,
        }
    }
}
