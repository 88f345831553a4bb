//! Whether a document can be published: our own checks, then Cedar's, every fault with its place.

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationError, ValidationMode, Validator};
use miette::Diagnostic;
use serde::Serialize;

use super::cedar::{self, CedarGuards, MappedCedarText};
use super::check::{self, Conditions};
use super::compile::{TableId, compile};
use super::document::PolicyDocument;
use super::fault::{DocumentFault, Span};
use super::limits;

/// The result of a validation.
#[derive(Debug, Clone, Serialize)]
pub struct Review {
    /// Whether it can be published.
    pub valid: bool,
    /// Its faults.
    pub faults: Vec<DocumentFault>,
    /// The rules as Cedar, if they could be rendered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cedar: Option<CedarSource>,
}

/// The rules as Cedar.
#[derive(Debug, Clone, Serialize)]
pub struct CedarSource {
    /// The schema.
    pub schema: String,
    /// The policies; the spans of faults are byte ranges in it.
    pub policies: String,
}

/// Validates a document. It takes up to a second for the largest: do not call it on an async thread.
pub fn validate(document: &PolicyDocument) -> Review {
    let (mut faults, conditions) = check::check(document);
    if faults.iter().any(DocumentFault::is_error) {
        return Review { valid: false, faults, cedar: None };
    }
    let text = cedar::policies(document, &conditions);
    faults.extend(ask_cedar(document, &conditions, &text));
    if !faults.iter().any(DocumentFault::is_error) {
        faults.extend(too_large(document));
    }
    let schema = cedar::schema(document, CedarGuards::On);
    let valid = !faults.iter().any(DocumentFault::is_error);
    Review { valid, faults, cedar: Some(CedarSource { schema, policies: text.text }) }
}

fn too_large(document: &PolicyDocument) -> Vec<DocumentFault> {
    let edition = TableId { project: "0".repeat(36), revision: u64::MAX, iat: i64::MAX };
    let bytes = match compile(document, edition) {
        Ok(table) => serde_json::to_vec(&table).map_or(usize::MAX, |json| json.len()),
        Err(faults) => return faults,
    };
    let fits = bytes <= limits::TABLE_BYTES;
    if fits {
        vec![]
    } else {
        vec![DocumentFault::error("", format!("compiled, it has {bytes} bytes: more than {}", limits::TABLE_BYTES))]
    }
}

/// Type-checks every condition with Cedar for every entity type that it is used for, with guards and without.
fn ask_cedar(document: &PolicyDocument, conditions: &Conditions, published: &MappedCedarText) -> Vec<DocumentFault> {
    let mut faults: Vec<DocumentFault> = Vec::new();
    for guards in [CedarGuards::Off, CedarGuards::On] {
        let schema = match Schema::from_cedarschema_str(&cedar::schema(document, guards)) {
            Ok((schema, _)) => schema,
            Err(error) => return vec![DocumentFault::error("/entities", format!("Cedar refuses the schema: {error}"))],
        };
        let (probes, set) = match probes(document, conditions, guards) {
            Ok(found) => found,
            Err(fault) => return vec![fault],
        };
        let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
        for error in result.validation_errors() {
            let fault = fault_of(error, &probes, published);
            if !faults.iter().any(|known| known.pointer == fault.pointer) {
                faults.push(fault);
            }
        }
    }
    faults
}

type CedarProbes<'a> = std::collections::BTreeMap<String, (&'a str, MappedCedarText)>;

fn probes<'a>(
    document: &'a PolicyDocument,
    conditions: &Conditions,
    guards: CedarGuards,
) -> Result<(CedarProbes<'a>, PolicySet), DocumentFault> {
    let (mut probes, mut set) = (CedarProbes::new(), PolicySet::new());
    for (name, entity) in check::uses(document) {
        let action = document.entities.get(entity).and_then(|declared| declared.actions.keys().next());
        let (Some(condition), Some(action)) = (conditions.get(name), action) else { continue };
        let text = cedar::probe(name, condition, &format!("{entity}:{action}"), guards);
        let id = format!("{name}@{entity}");
        let refused = |error: &dyn std::fmt::Display| {
            DocumentFault::error(super::fault::pointer(["conditions", name]), format!("Cedar refuses it: {error}"))
        };
        let policy = Policy::parse(Some(PolicyId::new(&id)), &text.text).map_err(|error| refused(&error))?;
        set.add(policy).map_err(|error| refused(&error))?;
        probes.insert(id, (name, text));
    }
    Ok((probes, set))
}

fn fault_of(error: &ValidationError, probes: &CedarProbes<'_>, published: &MappedCedarText) -> DocumentFault {
    let id = error.policy_id().to_string();
    let message = error.to_string();
    let message = message.strip_prefix(&format!("for policy `{id}`, ")).unwrap_or(&message);
    let message = error.help().map_or_else(|| message.to_owned(), |help| format!("{message}: {help}"));
    let Some((name, probe)) = probes.get(&id) else { return DocumentFault::error("", message) };
    let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let whole = super::fault::pointer(["conditions", name]);
    let pointer = offset.and_then(|offset| probe.pointer_at(offset)).map_or(whole, str::to_owned);
    let span = published.span_of(&pointer).map(|range| Span { start: range.start, end: range.end });
    DocumentFault { cedar: span, ..DocumentFault::error(pointer, message) }
}
