//! The rules as Cedar: a schema of the entity types, and a policy for every cell of the matrix.
//!
//! Role inheritance uses Cedar's hierarchy and wildcards are action groups, so Cedar resolves both itself. Every leaf
//! is guarded by `has`, because Cedar skips a policy whose condition raises an error.

use std::fmt::Write as _;
use std::ops::Range;

use super::check::Conditions;
use super::condition::Condition;
use super::document::{DeclaredAttributes, PolicyDocument, TOKEN_CLAIMS, USER_ATTRIBUTES};
use super::fault::pointer;
use super::leaf::{Leaf, LeafTest, Literal, Operand, Operator, Path, PathRoot};
use super::names;
use super::value::Type;

/// Whether leaves have `has` guards for missing attributes. Without guards, and with every attribute required, Cedar
/// reports every typo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CedarGuards {
    /// Every leaf is guarded, every attribute may be missing.
    On,
    /// No leaf is guarded, no attribute is optional: only for checking.
    Off,
}

/// Cedar text with the position of each leaf of a condition.
#[derive(Debug, Clone, Default)]
pub struct MappedCedarText {
    /// The text.
    pub text: String,
    /// The ranges of leaves, with their pointers into the document.
    pub leaves: Vec<(Range<usize>, String)>,
}

/// The schema.
pub fn schema(document: &PolicyDocument, guards: CedarGuards) -> String {
    let mut out = String::from("namespace Usher {\n  entity Role in [Role];\n  entity Subject in [Role] {");
    let known = |known: &[(&str, Type)], declared: &DeclaredAttributes| {
        let known = known.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
        known.chain(declared.iter().map(|(name, kind)| (name.clone(), *kind))).collect::<DeclaredAttributes>()
    };
    attributes(&mut out, &known(&USER_ATTRIBUTES, &document.user), guards);
    out.push_str("};\n}\n");
    for (name, entity) in &document.entities {
        let _ = write!(out, "entity {name} {{");
        attributes(&mut out, &entity.attributes, guards);
        out.push_str("};\n");
    }
    out.push_str("type Circumstances = {");
    attributes(&mut out, &document.context, guards);
    out.push_str(" token: {");
    attributes(&mut out, &known(&TOKEN_CLAIMS, &document.token), guards);
    out.push_str("} };\naction \"*\";\n");
    for (name, entity) in &document.entities {
        let _ = writeln!(out, "action \"{name}:*\" in [\"*\"];");
        for action in entity.actions.keys() {
            let _ = writeln!(
                out,
                "action \"{name}:{action}\" in [\"{name}:*\"] appliesTo {{ principal: [Usher::Subject], resource: [{name}], context: Circumstances }};"
            );
        }
    }
    out
}

fn attributes(out: &mut String, declared: &DeclaredAttributes, guards: CedarGuards) {
    let mark = if guards == CedarGuards::On { "?" } else { "" };
    for (name, kind) in declared {
        let kind = match kind {
            Type::String => "String",
            Type::Bool => "Bool",
            Type::Int => "Long",
            Type::Strings => "Set<String>",
        };
        let _ = write!(out, " {name}{mark}: {kind},");
    }
    out.push(' ');
}

/// Every policy of the document, in one text.
pub fn policies(document: &PolicyDocument, conditions: &Conditions) -> MappedCedarText {
    let mut out = MappedCedarText::default();
    for (role, declared) in &document.roles {
        for (key, cell) in &declared.grants {
            let effect = if cell.is_deny() { "forbid" } else { "permit" };
            let relation = if key.ends_with('*') { "in" } else { "==" };
            let _ = write!(
                out.text,
                "@id(\"{role}/{key}\")\n{effect} (\n  principal in Usher::Role::\"{role}\",\n  action {relation} Action::\"{key}\",\n  resource\n)"
            );
            if !cell.is_allow() && !cell.is_deny() {
                out.text.push_str(" when {\n  ");
                for (i, name) in cell.words().iter().enumerate() {
                    out.text.push_str(if i > 0 { " ||\n  " } else { "" });
                    if let Some(condition) = conditions.get(name) {
                        out.condition(condition, &pointer(["conditions", name]), CedarGuards::On);
                    }
                }
                out.text.push_str("\n}");
            }
            out.text.push_str(";\n\n");
        }
    }
    out
}

/// A policy that only uses a condition for one action.
pub fn probe(name: &str, condition: &Condition, action: &str, guards: CedarGuards) -> MappedCedarText {
    let mut out = MappedCedarText::default();
    let _ = write!(out.text, "permit (principal, action == Action::\"{action}\", resource) when {{ ");
    out.condition(condition, &pointer(["conditions", name]), guards);
    out.text.push_str(" };");
    out
}

impl MappedCedarText {
    /// The pointer of the innermost range that contains this byte.
    pub fn pointer_at(&self, offset: usize) -> Option<&str> {
        self.leaves.iter().find(|(range, _)| range.contains(&offset)).map(|(_, pointer)| pointer.as_str())
    }

    /// The first range of a leaf.
    pub fn span_of(&self, pointer: &str) -> Option<Range<usize>> {
        self.leaves.iter().find(|(_, at)| at == pointer).map(|(range, _)| range.clone())
    }

    fn condition(&mut self, condition: &Condition, at: &str, guards: CedarGuards) {
        let (parts, between) = match condition {
            Condition::Leaf(leaf) => {
                let start = self.text.len();
                self.leaf(leaf, guards);
                self.leaves.push((start..self.text.len(), format!("{at}{}", leaf.pointer)));
                return;
            }
            Condition::All(parts) => (parts, " && "),
            Condition::Any(parts) => (parts, " || "),
        };
        self.text.push('(');
        for (i, part) in parts.iter().enumerate() {
            self.text.push_str(if i > 0 { between } else { "" });
            self.condition(part, at, guards);
        }
        self.text.push(')');
    }

    fn leaf(&mut self, leaf: &Leaf, guards: CedarGuards) {
        let bang = if leaf.negated { "!" } else { "" };
        let (op, left, right) = match &leaf.test {
            LeafTest::Present(path) => {
                // Without guards an undeclared path must be an error, which `has` does not report.
                let text = if guards == CedarGuards::On { guard(path) } else { format!("{0} == {0}", place(path)) };
                let _ = write!(self.text, "{bang}({text})");
                return;
            }
            LeafTest::Compare { op, left, right } => (*op, left, right),
        };
        self.text.push('(');
        if guards == CedarGuards::On {
            for path in leaf.paths() {
                let _ = write!(self.text, "{} && ", guard(path));
            }
        }
        let (left, right) = (operand(left), operand(right));
        let _ = match op {
            Operator::In => write!(self.text, "{bang}({right}.contains({left}))"),
            Operator::Contains => write!(self.text, "{bang}({left}.contains({right}))"),
            _ => write!(self.text, "{left} {} {right}", infix(op)),
        };
        self.text.push(')');
    }
}

const fn infix(op: Operator) -> &'static str {
    match op {
        Operator::Ne => "!=",
        Operator::Gt => ">",
        Operator::Gte => ">=",
        Operator::Lt => "<",
        Operator::Lte => "<=",
        Operator::Eq | Operator::In | Operator::Contains => "==",
    }
}

const fn root(root: PathRoot) -> &'static str {
    match root {
        PathRoot::User => "principal",
        PathRoot::Resource => "resource",
        PathRoot::Context => "context",
        PathRoot::Token => "context.token",
    }
}

fn guard(path: &Path) -> String {
    debug_assert!(names::is_attribute(&path.name), "reading a path saw to it");
    format!("{} has {}", root(path.root), path.name)
}

fn place(path: &Path) -> String {
    format!("{}.{}", root(path.root), path.name)
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Path(path) => place(path),
        Operand::Literal(Literal::Bool(truth)) => truth.to_string(),
        Operand::Literal(Literal::Int(number)) => number.to_string(),
        Operand::Literal(Literal::Text(text)) => quoted(text),
        Operand::Literal(Literal::Texts(texts)) => {
            format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A quoted text. Characters that are not printable, or change the writing direction, are escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                let _ = write!(out, "{}", letter.escape_unicode());
            }
            _ if letter.is_control() => {
                let _ = write!(out, "{}", letter.escape_unicode());
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}
