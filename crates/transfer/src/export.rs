//! Users as rows of a file: CSV or JSON Lines, with the same columns.

use serde_json::{Map, Value, json};
use usher_domain::user::UserStatus;
use usher_domain::user::identity::Identity;
use usher_protocol::user_claims::UserClaims;
use usher_storage::users::search::UserSummary;

use crate::csv;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    Csv,
    JsonLines,
}

impl ExportFormat {
    /// Its word in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "json_lines",
        }
    }

    /// What stands before the first user.
    pub fn head(self) -> String {
        match self {
            Self::Csv => csv::line(columns()),
            Self::JsonLines => String::new(),
        }
    }

    /// A user as a row, with the line break.
    pub fn row(self, summary: &UserSummary, identities: &[Identity]) -> String {
        let members = members(summary, identities);
        match self {
            Self::Csv => csv::line(columns().map(|column| members.get(column).map(cell).unwrap_or_default())),
            Self::JsonLines => format!("{}\n", Value::Object(members)),
        }
    }
}

/// The columns in their order. `factors` says what people have to set up again; it is not imported.
fn columns() -> impl Iterator<Item = &'static str> {
    let before = ["sub", "email", "email_verified", "disabled", "created_at", "language"];
    let claims = UserClaims::STANDARD.attributes().map(|(claim, _)| claim.name);
    before.into_iter().chain(claims).chain(["phone_number_verified", "identities", "factors"])
}

/// The members of a row. Those that say nothing are absent.
fn members(summary: &UserSummary, identities: &[Identity]) -> Map<String, Value> {
    let user = &summary.user;
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    put("sub", json!(user.sub.0));
    if let Some(email) = &user.email {
        put("email", json!(email.as_str()));
        put("email_verified", json!(true));
    }
    put("disabled", json!(user.status != UserStatus::Active));
    put("created_at", json!(user.created_at.rfc3339()));
    if let Some(language) = &user.locale {
        put("language", json!(language));
    }
    for (claim, _) in UserClaims::STANDARD.attributes() {
        let text = user.profile.text(claim.name);
        if !text.is_empty() {
            put(claim.name, json!(text));
        }
    }
    if user.profile.phone_number.is_some() {
        put("phone_number_verified", json!(user.profile.phone_number_verified));
    }
    if !identities.is_empty() {
        put("identities", identities.iter().map(identity).collect());
    }
    put("factors", json!(factors(summary)));
    members
}

fn identity(identity: &Identity) -> Value {
    let mut value = json!({
        "provider": identity.provider.as_str(),
        "issuer": identity.issuer,
        "subject": identity.subject,
    });
    if let Some(handle) = &identity.handle {
        value["handle"] = json!(handle);
    }
    value
}

fn factors(summary: &UserSummary) -> Vec<&'static str> {
    let all = [("password", summary.password), ("totp", summary.totp), ("passkey", summary.passkeys > 0)];
    all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

/// A value as a cell: lists of words with spaces, other lists as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ColumnTarget;

    #[test]
    fn every_column_but_the_factors_can_be_imported() {
        let unknown: Vec<_> = columns().filter(|column| ColumnTarget::by_name(column).is_none()).collect();
        assert_eq!(unknown, ["factors"]);
        assert_eq!(columns().filter_map(ColumnTarget::by_name).map(ColumnTarget::word).collect::<Vec<_>>(), {
            columns().filter(|column| *column != "factors").collect::<Vec<_>>()
        });
    }

    #[test]
    fn cells_hold_lists_as_words_or_json() {
        assert_eq!(cell(&json!(["password", "totp"])), "password totp");
        assert_eq!(cell(&json!([{ "a": 1 }])), "[{\"a\":1}]");
        assert_eq!((cell(&json!(true)), cell(&json!("x"))), ("true".to_owned(), "x".to_owned()));
    }
}
