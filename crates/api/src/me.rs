//! The signed-in user's own profile.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiResult;
use super::auth::UserCaller;
use super::fields::{Fields, not_settable};
use super::problems::{BodyProblems, PersonProblems};
use usher_domain::user::{Profile, User};
use usher_flows::Rejected;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// The claims with a text value.
const TEXTS: [&str; 14] = [
    "given_name",
    "family_name",
    "middle_name",
    "name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
];
/// The members of the `address` claim.
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, patch))
}

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The subject identifier: the `sub` of every token about the user.
    #[schema(example = "u5Zk0vBq2Tn4Xc6Lw8Ry1U")]
    pub sub: String,
    /// The email address.
    #[schema(example = "ana@example.test")]
    pub email: Option<String>,
    /// Is it verified? Unverified addresses are never stored.
    pub email_verified: bool,
    /// `user`, and `admin` for administrators.
    #[schema(example = json!(["user"]))]
    pub roles: Vec<&'static str>,
    /// The language of pages and emails, if the user chose one.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// When the user was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When any of this last changed, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub updated_at: i64,
    /// Is the telephone number verified?
    pub phone_number_verified: bool,
    /// The profile claims.
    #[serde(flatten)]
    pub claims: ProfileClaims,
}

/// The profile claims (OpenID Connect Core §5.1). Claims without a value are absent.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ProfileClaims {
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ana")]
    given_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Souza")]
    family_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    /// Full name, if it is not just first and last.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    /// Short name for display.
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    /// Profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// Web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    /// Gender, as free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    birthdate: Option<String>,
    /// Time zone, such as `Europe/Lisbon`.
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<String>,
    /// Language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// Telephone number, E.164 preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<PostalAddress>,
}

/// A postal address (OpenID Connect Core §5.1.1).
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PostalAddress {
    /// The complete address, formatted for mailing.
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

/// The members to change: an absent one stays, and `null` deletes (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` and `changed` read it")]
#[schema(example = json!({"nickname": "Aninha", "website": null, "language": "pt-BR"}))]
pub struct ChangeMe {
    /// The language of pages and emails: `en`, `pt-BR` or `uk`.
    language: Option<String>,
    /// Any profile claim.
    #[serde(flatten)]
    claims: ProfileClaims,
}

impl Me {
    /// The wire form of a user.
    pub fn of(user: &User) -> Self {
        let claims = serde_json::to_value(&user.profile).and_then(serde_json::from_value).unwrap_or_default();
        Self {
            sub: user.sub.0.clone(),
            email: user.email.as_ref().map(ToString::to_string),
            email_verified: user.email.is_some(),
            roles: if user.admin { vec!["user", "admin"] } else { vec!["user"] },
            language: user.locale.clone(),
            created_at: user.created_at.0,
            updated_at: user.updated_at.0,
            phone_number_verified: user.profile.phone_number_verified,
            claims,
        }
    }
}

/// Show the signed-in user.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "session", operation_id = "get_me",
    responses((status = 200, description = "The person who calls", body = Me), PersonProblems),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(person: UserCaller) -> Json<Me> {
    Json(Me::of(&person.account.user))
}

/// Change the signed-in user's profile.
///
/// Members that cannot be set (`roles`, `email`, `email_verified`, `sub`, …) are rejected by name, and nothing changes
/// then.
#[utoipa::path(
    patch, path = "/api/v1/me", tag = "session", operation_id = "change_me",
    request_body = ChangeMe,
    responses((status = 200, description = "As it is now", body = Me), PersonProblems, BodyProblems),
    security(("token" = []), ("session" = [])),
)]
pub async fn patch(
    State(app): State<App>,
    person: UserCaller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Json<Me>> {
    let (claims, language) = claims_of(body)?;
    let mut fields = Fields::read(language, &["language"])?;
    let language = fields.optional_text("language");
    let lang = language.as_deref().and_then(Lang::from_tag);
    if language.is_some() && lang.is_none() {
        fields.fault("language", "it must be en, pt-BR or uk");
    }
    let profile = changed(&person.account.user.profile, claims, &mut fields);
    if let Err((first, others)) = profile.clone().checked_throughout() {
        let faults: Vec<Rejected> = [first].into_iter().chain(others).map(Rejected::Profile).collect();
        fields.refused(&faults);
    }
    fields.finish()?;
    let user = app.usher.profiles.update_profile(&person.account, profile, lang).await?;
    Ok(Json(Me::of(&user)))
}

/// Splits a body into claims and the rest; 400 that names every member that cannot be set.
fn claims_of(body: Map<String, Value>) -> ApiResult<(Map<String, Value>, Map<String, Value>)> {
    let in_address = body.get("address").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let strange = in_address.filter(|part| !ADDRESS.contains(&part.as_str())).map(|part| format!("address.{part}"));
    let is_claim = |name: &str| TEXTS.contains(&name) || name == "address";
    let others = body.keys().filter(|name| !is_claim(name) && *name != "language").cloned();
    let unknown: Vec<String> = others.chain(strange).collect();
    if !unknown.is_empty() {
        return Err(not_settable(&unknown));
    }
    Ok(body.into_iter().partition(|(name, _)| is_claim(name)))
}

/// The profile with changed claims. Records a fault for a member that is neither text nor `null`.
fn changed(old: &Profile, claims: Map<String, Value>, fields: &mut Fields) -> Profile {
    let Ok(Value::Object(mut now)) = serde_json::to_value(old) else { return old.clone() };
    for (name, value) in claims {
        if name == "address" {
            let part = now.remove("address").unwrap_or(Value::Null);
            now.insert(name, changed_address(part, value, fields));
        } else {
            put(&mut now, "", &name, value, fields);
        }
    }
    if now.get("address").is_some_and(|address| address.as_object().is_none_or(Map::is_empty)) {
        now.remove("address");
    }
    serde_json::from_value(Value::Object(now)).unwrap_or_else(|_| old.clone())
}

fn changed_address(old: Value, new: Value, fields: &mut Fields) -> Value {
    let mut now = if let Value::Object(parts) = old { parts } else { Map::new() };
    match new {
        Value::Null => return Value::Null,
        Value::Object(parts) => {
            for (name, value) in parts {
                put(&mut now, "address.", &name, value, fields);
            }
        }
        _ => fields.fault("address", "it must be an object or null"),
    }
    Value::Object(now)
}

fn put(into: &mut Map<String, Value>, within: &str, name: &str, value: Value, fields: &mut Fields) {
    match value {
        Value::Null => {
            into.remove(name);
        }
        Value::String(_) => {
            into.insert(name.to_owned(), value);
        }
        _ => fields.fault(&format!("{within}{name}"), "it must be a text or null"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use usher_domain::user::AddressClaim;

    #[test]
    fn every_claim_of_a_profile_is_shown_and_can_be_set_but_for_what_is_proven() {
        let set: Map<String, Value> = TEXTS.iter().map(|name| ((*name).to_owned(), json!("2000"))).collect();
        let parts: Map<String, Value> = ADDRESS.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
        let mut claims = set;
        claims.insert("address".to_owned(), Value::Object(parts));
        let mut fields = Fields::read(Map::new(), &[]).ok().unwrap();
        let profile = changed(&Profile::default(), claims.clone(), &mut fields);
        assert_eq!(serde_json::to_value(&profile).unwrap(), Value::Object(claims.clone()));
        let shown: ProfileClaims = serde_json::from_value(Value::Object(claims.clone())).unwrap();
        assert_eq!(serde_json::to_value(&shown).unwrap(), Value::Object(claims));
        let all = Profile { phone_number_verified: true, ..profile };
        let names: BTreeSet<String> =
            serde_json::to_value(&all).unwrap().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names.len(), TEXTS.len() + 2, "a claim was added to the profile: add it here");
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_null_goes() {
        let country =
            AddressClaim { country: Some("BR".into()), locality: Some("Olinda".into()), ..AddressClaim::default() };
        let old = Profile {
            given_name: Some("Ana".into()),
            nickname: Some("Aninha".into()),
            address: Some(country),
            ..Profile::default()
        };
        let Value::Object(claims) = json!({"nickname": null, "gender": "f", "address": {"country": null}}) else {
            return;
        };
        let mut fields = Fields::read(Map::new(), &[]).ok().unwrap();
        let new = changed(&old, claims, &mut fields);
        assert_eq!(
            (new.given_name.as_deref(), new.nickname.as_deref(), new.gender.as_deref()),
            (Some("Ana"), None, Some("f"))
        );
        assert_eq!(new.address, Some(AddressClaim { locality: Some("Olinda".into()), ..AddressClaim::default() }));
    }
}
