//! A row as data about a person.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::columns::{ColumnPlan, ColumnTarget};
use crate::csv;
use crate::hashes;
use crate::reason::Reason;
use crate::row::{RawRow, RowFault};
use crate::split::delimiter;
use usher_domain::email::Email;
use usher_domain::time::Timestamp;
use usher_domain::user::Profile;
use usher_domain::user::import::ImportFormat;

/// The deepest nesting of JSON that is looked into.
const DEEPEST: usize = 5;
/// The most members of one object.
const MEMBERS: usize = 300;
/// The most identities of one person.
const IDENTITIES: usize = 20;
/// The longest `sub` (OpenID Connect Core §2), and the longest subject of an identity.
const LONGEST_ID: usize = 255;

/// What a row says about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRecord {
    pub sub: Option<String>,
    pub email: Option<Email>,
    pub email_verified: Option<bool>,
    pub disabled: bool,
    pub created_at: Option<Timestamp>,
    pub language: Option<String>,
    pub profile: Profile,
    pub identities: Vec<ImportedIdentity>,
    /// A hash that can be compared.
    pub password_hash: Option<String>,
    /// What was left out, and why.
    pub remarks: Vec<Reason>,
}

/// An account at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedIdentity {
    /// The id or the kind of the provider.
    pub provider: String,
    pub issuer: Option<String>,
    pub subject: String,
    pub handle: Option<String>,
}

/// How the rows of a file are read.
#[derive(Debug, Clone)]
pub struct RowReader {
    format: ImportFormat,
    header: Vec<String>,
    plan: ColumnPlan,
}

impl RowReader {
    pub fn new(format: ImportFormat, header: &[String], plan: ColumnPlan) -> Self {
        Self { format, header: header.to_vec(), plan }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// Why nothing can be done with it.
    pub fn read(&self, raw: &RawRow) -> Result<ImportRecord, Reason> {
        let mut record = ImportRecord::default();
        for (column, value) in columns_of(self.format, &self.header, raw)? {
            if let Some(target) = self.plan.target(&column) {
                record.set(target, &value)?;
            }
        }
        record.profile = record.profile.checked().map_err(|fault| Reason::about("invalid", fault.claim))?;
        Ok(record)
    }
}

/// The columns of a row with their values.
pub fn columns_of(format: ImportFormat, header: &[String], raw: &RawRow) -> Result<Vec<(String, Value)>, RowFault> {
    let text = raw.text.as_ref().map_err(|fault| *fault)?;
    match format {
        ImportFormat::JsonLines | ImportFormat::JsonDocument => {
            let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| RowFault::NotJson)?;
            let mut found = Vec::new();
            flatten("", object, 0, &mut found);
            Ok(found)
        }
        _ => {
            let cells = csv::cells(text, delimiter(format))?;
            if cells.len() > header.len() {
                return Err(RowFault::Cells);
            }
            Ok(header.iter().cloned().zip(cells.into_iter().map(Value::String)).collect())
        }
    }
}

/// Members of objects are named with dots, unless the object itself has a meaning.
fn flatten(prefix: &str, object: Map<String, Value>, depth: usize, found: &mut Vec<(String, Value)>) {
    for (name, value) in object.into_iter().take(MEMBERS) {
        let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            Value::Object(inner)
                if depth < DEEPEST && ColumnTarget::by_name(&name) != Some(ColumnTarget::CustomHash) =>
            {
                flatten(&name, inner, depth + 1, found);
            }
            other if found.len() < MEMBERS => found.push((name, other)),
            _ => return,
        }
    }
}

impl ImportRecord {
    /// Takes a value. An empty one says nothing; of several columns with one meaning the first counts.
    fn set(&mut self, target: ColumnTarget, value: &Value) -> Result<(), Reason> {
        let invalid = || Reason::about("invalid", target.word());
        match target {
            ColumnTarget::Identities => return self.set_identities(value),
            ColumnTarget::Credentials => {
                if let Some(hash) = hashes::of_keycloak(&parsed(value)) {
                    self.set_hash(hash.map_err(Reason::from));
                }
                return Ok(());
            }
            ColumnTarget::CustomHash if !value.is_null() => {
                self.set_hash(hashes::of_auth0(&parsed(value)).map_err(Reason::from));
                return Ok(());
            }
            _ => {}
        }
        let Some(text) = text_of(value) else { return Ok(()) };
        match target {
            ColumnTarget::Sub => self.sub = self.sub.take().or(Some(text)),
            ColumnTarget::Email if self.email.is_none() => {
                let email = Email::parse(&text).and_then(|email| email.check_public().map(|()| email));
                self.email = Some(email.map_err(|_| Reason::new("email-invalid"))?);
            }
            ColumnTarget::EmailVerified => self.email_verified = Some(truth(&text).ok_or_else(invalid)?),
            ColumnTarget::Disabled => self.disabled = truth(&text).ok_or_else(invalid)?,
            ColumnTarget::Enabled => self.disabled = !truth(&text).ok_or_else(invalid)?,
            ColumnTarget::CreatedAt => self.created_at = Some(moment(&text).ok_or_else(invalid)?),
            ColumnTarget::Language => self.language = Some(text),
            ColumnTarget::Claim(name) if self.profile.text(name).is_empty() => self.profile.set_text(name, &text),
            ColumnTarget::PhoneVerified => self.profile.phone_number_verified = truth(&text).ok_or_else(invalid)?,
            ColumnTarget::PasswordHash => self.set_hash(hashes::of_text(&text).map_err(Reason::from)),
            _ => {}
        }
        Ok(())
    }

    fn set_hash(&mut self, hash: Result<String, Reason>) {
        match hash {
            Ok(hash) => self.password_hash = self.password_hash.take().or(Some(hash)),
            Err(reason) => self.remarks.push(reason),
        }
    }

    fn set_identities(&mut self, value: &Value) -> Result<(), Reason> {
        let value = parsed(value);
        let list = match &value {
            Value::Null => return Ok(()),
            Value::String(text) if text.trim().is_empty() => return Ok(()),
            Value::Array(list) if list.len() <= IDENTITIES => list,
            _ => return Err(Reason::about("invalid", "identities")),
        };
        for one in list {
            match identity(one) {
                // The accounts of Auth0's own database are no identities.
                Some(identity) if identity.provider == "auth0" => {}
                Some(identity) => self.identities.push(identity),
                None => self.remarks.push(Reason::new("identity-invalid")),
            }
        }
        Ok(())
    }
}

/// A cell of CSV holds JSON as text.
fn parsed(value: &Value) -> Value {
    let inner = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    inner.unwrap_or_else(|| value.clone())
}

fn identity(value: &Value) -> Option<ImportedIdentity> {
    let member = |names: &[&str]| {
        let found = names.iter().find_map(|name| value.get(*name))?;
        text_of(found).filter(|text| is_id(text))
    };
    Some(ImportedIdentity {
        provider: provider_name(&member(&["provider", "identityProvider", "idpId"])?),
        issuer: member(&["issuer"]),
        subject: member(&["subject", "user_id", "userId"])?,
        handle: member(&["handle", "userName"]),
    })
}

/// The kind of a provider that Auth0 names otherwise.
fn provider_name(name: &str) -> String {
    match name {
        "google-oauth2" => "google",
        "windowslive" => "microsoft",
        "twitter" => "x",
        other => other,
    }
    .to_owned()
}

/// Whether a text can be a `sub`, or the subject of an identity: 1 to 255 visible ASCII characters.
pub fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The text of a value; `None` if it says nothing. A list with one value is that value.
fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(list) if list.len() == 1 => return list.first().filter(|one| !one.is_array()).and_then(text_of),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// A time of RFC 3339, a date, or seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    /// Later numbers are milliseconds: as seconds they would be in the year 5138.
    const MILLISECONDS: i64 = 100_000_000_000;
    if let Ok(number) = text.parse::<i64>() {
        let seconds = if number >= MILLISECONDS { number / 1000 } else { number };
        return Some(Timestamp(seconds)).filter(|at| at.0 >= 0);
    }
    let parsed = OffsetDateTime::parse(text, &Rfc3339).ok().map(|at| Timestamp(at.unix_timestamp()));
    parsed.or_else(|| Timestamp::of_date(text)).filter(|at| at.0 >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: ImportFormat, header: &[&str], text: &str) -> Result<ImportRecord, Reason> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let reader = RowReader::new(format, &header, ColumnPlan::default());
        reader.read(&RawRow { row: 2, text: Ok(text.to_owned()) })
    }

    #[test]
    fn a_user_of_auth0_is_read() {
        let record = read(
            ImportFormat::JsonLines,
            &[],
            r#"{"user_id":"auth0|1","email":"Ana@X.test","email_verified":true,"given_name":"Ana","blocked":false,
            "identities":[{"provider":"auth0","user_id":"1"},{"provider":"google-oauth2","user_id":"7"}],
            "created_at":"2020-01-02T03:04:05.678Z","logins_count":4,"user_metadata":{"x":1},
            "passwordHash":"$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}"#,
        )
        .unwrap();
        assert_eq!(record.sub.as_deref(), Some("auth0|1"));
        assert_eq!(record.email.as_ref().map(Email::as_str), Some("ana@x.test"));
        assert_eq!((record.email_verified, record.disabled), (Some(true), false));
        assert_eq!(record.created_at, Some(Timestamp(1_577_934_245)));
        assert_eq!(record.identities.len(), 1);
        assert_eq!((&*record.identities[0].provider, &*record.identities[0].subject), ("google", "7"));
        assert!(record.password_hash.is_some() && record.remarks.is_empty());
    }

    #[test]
    fn a_user_of_keycloak_and_one_of_zitadel_are_read() {
        let keycloak = read(
            ImportFormat::JsonDocument,
            &[],
            r#"{"id":"u-1","username":"ana","firstName":"Ana","enabled":false,"emailVerified":true,"email":"a@x.test",
            "createdTimestamp":1577934245678,"attributes":{"locale":["pt"],"phoneNumber":["+351 912345678"]},
            "federatedIdentities":[{"identityProvider":"github","userId":"9","userName":"ana"}],"requiredActions":[]}"#,
        )
        .unwrap();
        assert_eq!((keycloak.sub.as_deref(), keycloak.disabled), (Some("u-1"), true));
        assert_eq!(keycloak.created_at, Some(Timestamp(1_577_934_245)));
        assert_eq!(keycloak.profile.locale.as_deref(), Some("pt"));
        assert_eq!(keycloak.identities[0].handle.as_deref(), Some("ana"));
        let zitadel = read(
            ImportFormat::JsonDocument,
            &[],
            r#"{"userId":"1","user":{"userName":"ana","profile":{"firstName":"Ana","preferredLanguage":"en"},
            "email":{"email":"a@x.test","isEmailVerified":true},"hashedPassword":{"value":"secret"}}}"#,
        )
        .unwrap();
        assert_eq!((zitadel.sub.as_deref(), zitadel.language.as_deref()), (Some("1"), Some("en")));
        assert_eq!(zitadel.email_verified, Some(true));
        assert_eq!(zitadel.remarks, [Reason::new("hash-unsupported")]);
    }

    #[test]
    fn what_is_invalid_is_named() {
        let csv = |header: &[&str], text: &str| read(ImportFormat::Csv, header, text).map_err(|why| why.to_string());
        for (header, text, why) in [
            ("email", "nobody", "email-invalid"),
            ("email", "a@localhost", "email-invalid"),
            ("email", "a\0@x.test", "email-invalid"),
            ("given_name", "a\0b", "invalid:given_name"),
            ("phone_number", "call me", "invalid:phone_number"),
            ("email_verified", "perhaps", "invalid:email_verified"),
            ("created_at", "yesterday", "invalid:created_at"),
            ("identities", "[", "invalid:identities"),
            ("email", "a@x.test,b", "row-cells"),
            ("email", "\"a@x.test", "row-quotes"),
        ] {
            assert_eq!(csv(&[header], text).unwrap_err(), why, "{text}");
        }
        assert_eq!(read(ImportFormat::JsonLines, &[], "[1]"), Err(Reason::new("row-not-json")));
        let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
        assert_eq!(read(ImportFormat::JsonLines, &[], &deep), Err(Reason::new("row-not-json")));
    }

    #[test]
    fn empty_cells_and_missing_ones_say_nothing() {
        let read =
            read(ImportFormat::Csv, &["email", "email_verified", "given_name", "identities"], "a@x.test,, ,").unwrap();
        assert_eq!(read, ImportRecord { email: Email::parse("a@x.test").ok(), ..ImportRecord::default() });
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(text in "\\PC{0,80}", json in "[\\[\\]{}\":,a-z0-9]{0,80}") {
            let header = ["email", "identities", "password_hash", "created_at", "credentials"];
            for text in [text, json] {
                let _ = read(ImportFormat::Csv, &header, &text);
                let _ = read(ImportFormat::JsonLines, &[], &text);
                let member = format!("{{\"credentials\":{text},\"identities\":{text},\"custom_password_hash\":{text}}}");
                let _ = read(ImportFormat::JsonLines, &[], &member);
            }
        }
    }
}
