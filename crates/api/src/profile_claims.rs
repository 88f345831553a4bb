//! The attributes of users in JSON bodies, by the rows of [`usher_protocol::user_claims`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::ApiResult;
use super::fields::{Fields, not_settable};
use usher_domain::user::Profile;
use usher_protocol::user_claims::{UserAttribute, UserClaim, UserClaims};

/// The profile claims (OpenID Connect Core §5.1). Claims without a value are absent.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileClaims(Map<String, Value>);

impl ProfileClaims {
    pub fn of(profile: &Profile) -> Self {
        let mut members = profile.members();
        members.retain(|name, _| is_settable(UserClaims::STANDARD, name));
        Self(members)
    }
}

/// Whether callers set this member of a body: a text, or the address.
fn is_settable(table: UserClaims, name: &str) -> bool {
    name == "address" || table.attributes().any(|(row, _)| row.name == name)
}

impl PartialSchema for ProfileClaims {
    fn schema() -> RefOr<Schema> {
        let about = "The profile claims (OpenID Connect Core §5.1). Claims without a value are absent.";
        let claims = UserClaims::STANDARD.attributes().filter(|(row, _)| row.address_member().is_none());
        let address = Ref::builder().ref_location_from_schema_name(PostalAddress::name());
        let address = OneOfBuilder::new()
            .item(address.description(Some("Postal address.")).build())
            .item(ObjectBuilder::new().schema_type(Type::Null))
            .default(Some(Value::Null));
        texts_schema(about, claims).property("address", address).into()
    }
}

impl ToSchema for ProfileClaims {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProfileClaims".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PostalAddress::name().into_owned(), PostalAddress::schema()));
    }
}

/// The schema of the address claim (OpenID Connect Core §5.1.1).
struct PostalAddress;

impl PartialSchema for PostalAddress {
    fn schema() -> RefOr<Schema> {
        let members = UserClaims::STANDARD.attributes().filter(|(row, _)| row.address_member().is_some());
        texts_schema("A postal address (OpenID Connect Core §5.1.1).", members).into()
    }
}

impl ToSchema for PostalAddress {
    fn name() -> std::borrow::Cow<'static, str> {
        "PostalAddress".into()
    }
}

/// An object with these attributes as optional texts.
#[expect(deprecated, reason = "the whole document says `example`, which every reader of OpenAPI knows")]
fn texts_schema<'a>(about: &str, attributes: impl Iterator<Item = (&'a UserClaim, UserAttribute)>) -> ObjectBuilder {
    attributes.fold(ObjectBuilder::new().description(Some(about)), |object, (row, attribute)| {
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(attribute.about))
            .default(Some(Value::Null))
            .example(attribute.shows_sample.then(|| json!(attribute.sample)));
        object.property(row.field_name(), text)
    })
}

/// Splits a body into claims and the rest; 400 that names every member that cannot be set.
pub fn claims_of(body: Map<String, Value>) -> ApiResult<(Map<String, Value>, Map<String, Value>)> {
    split(UserClaims::STANDARD, body)
}

fn split(table: UserClaims, body: Map<String, Value>) -> ApiResult<(Map<String, Value>, Map<String, Value>)> {
    let in_address = body.get("address").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let strange = in_address.map(|part| format!("address.{part}")).filter(|name| !is_settable(table, name));
    let others = body.keys().filter(|name| !is_settable(table, name) && *name != "language").cloned();
    let unknown: Vec<String> = others.chain(strange).collect();
    if !unknown.is_empty() {
        return Err(not_settable(&unknown));
    }
    Ok(body.into_iter().partition(|(name, _)| is_settable(table, name)))
}

/// The profile with changed claims. Records a fault for a member that is neither text nor `null`.
pub fn changed(old: &Profile, claims: Map<String, Value>, fields: &mut Fields) -> Profile {
    let mut now = old.members();
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
    Profile::from_members(now).unwrap_or_else(|| old.clone())
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
    use super::*;
    use usher_domain::user::AddressClaim;

    #[test]
    fn every_attribute_is_shown_and_can_be_set_but_for_what_is_proven() {
        let mut profile = Profile::default();
        for (row, attribute) in UserClaims::STANDARD.attributes() {
            profile.set_text(row.name, attribute.sample);
        }
        let claims = profile.members();
        let mut fields = Fields::read(Map::new(), &[]).ok().unwrap();
        let (set, rest) = claims_of(claims.clone()).ok().unwrap();
        assert_eq!((changed(&Profile::default(), set, &mut fields), rest), (profile.clone(), Map::new()));
        let proven = Profile { phone_number_verified: true, ..profile };
        assert_eq!(ProfileClaims::of(&proven).0, claims);
        assert!(claims_of(proven.members()).is_err(), "nobody sets that their number is verified");
    }

    #[test]
    fn the_schema_has_every_attribute() {
        let schema = serde_json::to_value(ProfileClaims::schema()).unwrap();
        let address = serde_json::to_value(PostalAddress::schema()).unwrap();
        for (row, attribute) in UserClaims::STANDARD.attributes() {
            let within = if row.address_member().is_some() { &address } else { &schema };
            assert_eq!(within["properties"][row.field_name()]["description"], attribute.about, "{}", row.name);
        }
    }

    #[test]
    fn a_specimen_is_in_the_schema_and_can_be_set() {
        const TABLE: UserClaims = UserClaims::new(&[UserClaim::new("shoe_size", "profile", "nickname")
            .text("Size of shoes.", "38")
            .showing_sample()]);
        let schema: RefOr<Schema> = texts_schema("Attributes.", TABLE.attributes()).into();
        let wanted =
            json!({"type": ["string", "null"], "description": "Size of shoes.", "default": null, "example": "38"});
        assert_eq!(serde_json::to_value(schema).unwrap()["properties"]["shoe_size"], wanted);
        let body = json!({"shoe_size": "38", "language": "uk"}).as_object().unwrap().clone();
        let (claims, rest) = split(TABLE, body.clone()).ok().unwrap();
        assert_eq!((claims.len(), rest.len()), (1, 1));
        let mut fields = Fields::read(Map::new(), &[]).ok().unwrap();
        assert_eq!(changed(&Profile::default(), claims, &mut fields).text("shoe_size"), "38");
        assert!(claims_of(body).is_err(), "Usher has no such attribute");
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
