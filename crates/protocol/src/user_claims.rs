//! The table of a user's claims (OpenID Connect Core §5.1): one row for each, with the scope that requests it. A claim that
//! people fill in themselves also says how it is checked, asked for and shown.
//!
//! Discovery, releases, the API with its schema, the profile page, the consent page, upstream providers and the seeded user
//! read these rows. A new attribute of users is a row here, and its name in `common.ftl`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::scope::Scope;

/// The claim with a user's roles, unless the client chose another name.
pub const ROLES_CLAIM: &str = "roles";

/// One claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserClaim {
    /// Members of the address are `address.country` and so on.
    pub name: &'static str,
    /// The scope that requests it (§5.4).
    pub scope: &'static str,
    /// The key of its name in `common.ftl`.
    pub label: &'static str,
    /// Absent if people do not fill it in themselves.
    pub attribute: Option<UserAttribute>,
}

/// A claim with a text that people fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserAttribute {
    pub rule: AttributeRule,
    /// For the OpenAPI document.
    pub about: &'static str,
    /// The value of the seeded user.
    pub sample: &'static str,
    /// Whether the OpenAPI document shows the sample.
    pub shows_sample: bool,
    /// Whether it is taken from upstream providers that send the claim.
    pub from_providers: bool,
    /// Absent if the profile page does not ask for it.
    pub field: Option<AttributeField>,
}

/// How the value of an attribute is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeRule {
    /// One line.
    Text,
    /// May have line breaks.
    Lines,
    WebAddress,
    /// A web address, which is loaded by browsers.
    Picture,
    /// A language tag (BCP 47).
    Language,
    TimeZone,
    PhoneNumber,
    /// A date, or part of one.
    Date,
}

/// The field of an attribute on the profile page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeField {
    pub group: FieldGroup,
    /// The line in its group. Two fields of one line stand side by side, in the order of `column`.
    pub line: u8,
    pub column: u8,
    /// The `type` of the input.
    pub input: &'static str,
    /// The `autocomplete` token of HTML.
    pub autocomplete: &'static str,
    /// The key of a hint, or empty.
    pub hint: &'static str,
    pub is_required: bool,
}

/// A part of the profile page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldGroup {
    Main,
    /// Shown when the person asks for more.
    More,
    Address,
}

const fn claim(name: &'static str, scope: &'static str, label: &'static str) -> UserClaim {
    UserClaim::new(name, scope, label)
}

impl UserClaim {
    /// A claim that people do not fill in.
    pub const fn new(name: &'static str, scope: &'static str, label: &'static str) -> Self {
        Self { name, scope, label, attribute: None }
    }

    const fn with(self, rule: AttributeRule, about: &'static str, sample: &'static str) -> Self {
        let (shows_sample, from_providers, field) = (false, false, None);
        Self { attribute: Some(UserAttribute { rule, about, sample, shows_sample, from_providers, field }), ..self }
    }

    /// People fill it in: one line of text.
    #[must_use]
    pub const fn text(self, about: &'static str, sample: &'static str) -> Self {
        self.with(AttributeRule::Text, about, sample)
    }

    const fn change(self, changed: UserAttribute) -> Self {
        Self { attribute: Some(changed), ..self }
    }

    const fn expect_attribute(self) -> UserAttribute {
        match self.attribute {
            Some(attribute) => attribute,
            None => panic!("only an attribute has this"),
        }
    }

    /// The OpenAPI document shows the sample.
    #[must_use]
    pub const fn showing_sample(self) -> Self {
        self.change(UserAttribute { shows_sample: true, ..self.expect_attribute() })
    }

    /// It is taken from upstream providers.
    #[must_use]
    pub const fn from_providers(self) -> Self {
        self.change(UserAttribute { from_providers: true, ..self.expect_attribute() })
    }

    /// The profile page asks for it.
    #[must_use]
    pub const fn field(self, group: FieldGroup, (line, column): (u8, u8), input: &'static str) -> Self {
        let (autocomplete, hint, is_required) = ("on", "", false);
        let field = AttributeField { group, line, column, input, autocomplete, hint, is_required };
        self.change(UserAttribute { field: Some(field), ..self.expect_attribute() })
    }

    const fn change_field(self, changed: AttributeField) -> Self {
        self.change(UserAttribute { field: Some(changed), ..self.expect_attribute() })
    }

    const fn expect_field(self) -> AttributeField {
        match self.expect_attribute().field {
            Some(field) => field,
            None => panic!("only a field has this"),
        }
    }

    #[must_use]
    pub const fn completed_by(self, autocomplete: &'static str) -> Self {
        self.change_field(AttributeField { autocomplete, ..self.expect_field() })
    }

    #[must_use]
    pub const fn hint(self, hint: &'static str) -> Self {
        self.change_field(AttributeField { hint, ..self.expect_field() })
    }

    #[must_use]
    pub const fn required(self) -> Self {
        self.change_field(AttributeField { is_required: true, ..self.expect_field() })
    }

    /// Whether it is a member of the address, which is one claim.
    pub fn address_member(&self) -> Option<&'static str> {
        self.name.strip_prefix("address.")
    }

    /// The name of its field: address members stand beside other claims.
    pub fn field_name(&self) -> &'static str {
        self.address_member().unwrap_or(self.name)
    }
}

use AttributeRule::{Date, Language, Lines, PhoneNumber, Picture, TimeZone, WebAddress};
use FieldGroup::{Address, Main, More};

const ROWS: &[UserClaim] = &[
    claim("name", "profile", "claim-name")
        .text("Full name, if it is not just first and last.", "Ana Luísa Souza")
        .from_providers()
        .field(More, (1, 2), "text")
        .completed_by("name"),
    claim("family_name", "profile", "family-name")
        .text("Last name.", "Souza")
        .showing_sample()
        .from_providers()
        .field(Main, (1, 2), "text")
        .completed_by("family-name"),
    claim("given_name", "profile", "given-name")
        .text("First name.", "Ana")
        .showing_sample()
        .from_providers()
        .field(Main, (1, 1), "text")
        .completed_by("given-name")
        .required(),
    claim("middle_name", "profile", "claim-middle-name")
        .text("Middle name.", "Luísa")
        .field(More, (1, 1), "text")
        .completed_by("additional-name"),
    claim("nickname", "profile", "nickname")
        .text("Casual name.", "Aninha")
        .field(Main, (2, 1), "text")
        .completed_by("nickname"),
    claim("preferred_username", "profile", "claim-preferred-username")
        .text("Short name for display.", "ana")
        .from_providers()
        .field(More, (2, 1), "text"),
    claim("profile", "profile", "claim-profile")
        .with(WebAddress, "Profile page.", "https://example.test/people/ana")
        .field(More, (3, 1), "url"),
    claim("picture", "profile", "claim-picture")
        .with(Picture, "Picture.", "https://example.test/people/ana.png")
        .from_providers()
        .field(More, (3, 2), "url")
        .completed_by("photo"),
    claim("website", "profile", "website")
        .with(WebAddress, "Web site.", "https://ana.example.test/")
        .field(Main, (3, 1), "url")
        .completed_by("url"),
    claim("gender", "profile", "claim-gender")
        .text("Gender, as free text.", "female")
        .field(More, (2, 2), "text")
        .completed_by("sex"),
    claim("birthdate", "profile", "birthdate")
        .with(Date, "`YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.", "1990-05-17")
        .field(Main, (2, 2), "date")
        .completed_by("bday"),
    claim("zoneinfo", "profile", "zoneinfo")
        .with(TimeZone, "Time zone, such as `Europe/Lisbon`.", "America/Sao_Paulo")
        .field(Main, (4, 2), "text")
        .hint("zoneinfo-hint"),
    claim("locale", "profile", "language").with(Language, "Language tag.", "pt-BR").from_providers(),
    claim("updated_at", "profile", "claim-updated-at"),
    claim("email", "email", "email"),
    claim("email_verified", "email", "claim-email-verified"),
    claim("address", "address", "claim-address"),
    claim("address.formatted", "address", "claim-address").with(
        Lines,
        "The complete address, formatted for mailing.",
        "Rua das Flores 12\nSão Paulo, SP\n01000-000\nBrasil",
    ),
    claim("address.street_address", "address", "claim-street-address")
        .text("Street and number.", "Rua das Flores 12")
        .field(Address, (1, 1), "text")
        .completed_by("address-line1"),
    claim("address.locality", "address", "claim-locality")
        .text("City.", "São Paulo")
        .field(Address, (2, 2), "text")
        .completed_by("address-level2"),
    claim("address.region", "address", "claim-region")
        .text("State or province.", "SP")
        .field(Address, (3, 1), "text")
        .completed_by("address-level1"),
    claim("address.postal_code", "address", "claim-postal-code")
        .text("Postal code.", "01000-000")
        .field(Address, (2, 1), "text")
        .completed_by("postal-code"),
    claim("address.country", "address", "claim-country")
        .text("Country.", "Brasil")
        .field(Address, (3, 2), "text")
        .completed_by("country-name"),
    claim("phone_number", "phone", "phone-number")
        .with(PhoneNumber, "Telephone number, E.164 preferred.", "+12025550143")
        .field(Main, (4, 1), "tel")
        .completed_by("tel")
        .hint("phone-hint"),
    claim("phone_number_verified", "phone", "claim-phone-verified"),
    // Not standard: a user's roles in the client's project.
    claim(ROLES_CLAIM, "roles", "claim-roles"),
];

/// The claims that a reader knows. Tests pass some of their own.
#[derive(Debug, Clone, Copy)]
pub struct UserClaims(&'static [UserClaim]);

impl UserClaims {
    /// The claims of Usher.
    pub const STANDARD: Self = Self(ROWS);

    pub const fn new(rows: &'static [UserClaim]) -> Self {
        Self(rows)
    }

    /// Every claim; the address is one.
    pub fn claims(self) -> impl Iterator<Item = &'static UserClaim> {
        self.0.iter().filter(|row| row.address_member().is_none())
    }

    /// What people fill in, members of the address included.
    pub fn attributes(self) -> impl Iterator<Item = (&'static UserClaim, UserAttribute)> {
        self.0.iter().filter_map(|row| row.attribute.map(|attribute| (row, attribute)))
    }

    /// The row of a claim, or of a member of the address.
    pub fn find(self, name: &str) -> Option<&'static UserClaim> {
        self.0.iter().find(|row| row.name == name)
    }

    /// Whether a request may name this claim (§5.5).
    pub fn contains(self, name: &str) -> bool {
        self.claims().any(|row| row.name == name)
    }

    /// Whether a token of this scope requests claims of the user.
    pub fn are_requested_by(self, scope: &Scope) -> bool {
        self.claims().any(|row| scope.contains(row.scope))
    }

    /// Of all known claims of a user, those that these scopes and names release.
    ///
    /// Claims that are absent, null or empty are omitted (§5.3.2).
    pub fn released(self, known: &Map<String, Value>, scope: &Scope, by_name: &BTreeSet<String>) -> Map<String, Value> {
        let by_scope = self.claims().filter(|row| scope.contains(row.scope)).map(|row| row.name);
        let mut out = Map::new();
        for name in by_scope.chain(by_name.iter().map(String::as_str)) {
            if let Some(value) = known.get(name).filter(|value| !is_blank(value)) {
                out.insert(name.to_owned(), value.clone());
            }
        }
        out
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_scope_releases_its_claims_and_no_others() {
        let Value::Object(known) =
            json!({"name": "Ana", "email": "ana@example.test", "gender": "", "phone_number": "+351", "secret": 1})
        else {
            unreachable!()
        };
        let by_name = BTreeSet::from(["email".to_owned()]);
        let released = UserClaims::STANDARD.released(&known, &Scope::of(["openid", "profile"]), &by_name);
        assert_eq!(Value::Object(released), json!({"name": "Ana", "email": "ana@example.test"}));
    }

    #[test]
    fn having_no_role_is_released_as_well() {
        let Value::Object(known) = json!({"roles": []}) else { unreachable!() };
        let released = UserClaims::STANDARD.released(&known, &Scope::of(["roles"]), &BTreeSet::new());
        let wanted = json!({"roles": []});
        assert_eq!(Value::Object(released), wanted, "an application that merges claims would keep old roles");
    }

    /// One row is all that a new attribute needs: this one exists in this test only.
    #[test]
    fn a_specimen_is_released_by_its_scope_and_by_its_name() {
        const TABLE: UserClaims = UserClaims::new(&[
            claim("shoe_size", "shoes", "nickname").text("Size of shoes.", "38"),
            claim("email", "email", "email"),
        ]);
        let Value::Object(known) = json!({"shoe_size": "38", "email": "ana@example.test"}) else { unreachable!() };
        let by_scope = TABLE.released(&known, &Scope::of(["openid", "shoes"]), &BTreeSet::new());
        assert_eq!(Value::Object(by_scope), json!({"shoe_size": "38"}));
        let by_name = TABLE.released(&known, &Scope::of(["openid"]), &BTreeSet::from(["shoe_size".to_owned()]));
        assert_eq!(Value::Object(by_name), json!({"shoe_size": "38"}));
        assert!(TABLE.contains("shoe_size") && TABLE.are_requested_by(&Scope::of(["shoes"])));
        assert_eq!(UserClaims::STANDARD.released(&known, &Scope::of(["shoes"]), &BTreeSet::new()), Map::new());
    }

    #[test]
    fn every_row_has_a_name_of_its_own_and_no_two_fields_stand_in_one_place() {
        let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
        let fields: Vec<_> = UserClaims::STANDARD.attributes().filter_map(|(_, attribute)| attribute.field).collect();
        for (index, one) in fields.iter().enumerate() {
            let same =
                |other: &AttributeField| (other.group, other.line, other.column) == (one.group, one.line, one.column);
            assert!(!fields[index + 1..].iter().any(same), "{one:?}");
        }
    }
}
