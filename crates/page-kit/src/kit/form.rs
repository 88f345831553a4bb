//! Forms: checked against cross-site requests, and parsed into types.

use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::value::{Error as ValueError, MapDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::stop::PageStop;
use usher_http_server::extract::form_token;
use usher_http_server::extract::params::FormParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// A form of one of our pages, shown to this browser: 403 otherwise. A field that was sent twice counts as not sent.
#[derive(Debug)]
pub struct PageForm<T>(pub T);

/// A form with nothing but a button.
pub type ButtonForm = PageForm<NoFields>;

#[derive(Debug, Deserialize)]
pub struct NoFields {}

impl<T: DeserializeOwned> FromRequest<App> for PageForm<T> {
    type Rejection = PageStop;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let FormParams(form) = FormParams::from_request(request, app).await?;
        form_token::check(app, &headers, &form)?;
        Ok(Self(parse(&form)?))
    }
}

/// The fields as a `T`; 400 if one does not fit.
fn parse<T: DeserializeOwned>(form: &Params) -> Result<T, HttpProblem> {
    let once = form.iter().filter(|(name, _)| form.all(name).count() == 1);
    let fields = MapDeserializer::<_, ValueError>::new(once.map(|(name, value)| (name, FieldText(value))));
    T::deserialize(fields).map_err(|_| HttpProblem::bad_request("A field of the form is missing or invalid."))
}

/// A typed field: what was typed, and what it means. It never fails to parse, so that a form shows all its errors, and
/// what was typed, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField<T> {
    pub text: String,
    pub value: Option<T>,
}

impl<T> Default for FormField<T> {
    fn default() -> Self {
        Self { text: String::new(), value: None }
    }
}

impl<'de, T: FromStr> Deserialize<'de> for FormField<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self { value: text.parse().ok(), text })
    }
}

/// The text of a field, as serde reads it: an empty one is `None`, and any other text of a check box is `true`.
#[derive(Clone, Copy)]
struct FieldText<'a>(&'a str);

impl IntoDeserializer<'_, ValueError> for FieldText<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for FieldText<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_bool(!self.0.is_empty())
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_u64(self.0.parse().map_err(ValueError::custom)?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        StrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The parameters of the path; 404 if one cannot be the name of anything.
#[derive(Debug)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = PageStop;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Path(found) = Path::from_request_parts(parts, app).await.map_err(|_| HttpProblem::not_found())?;
        Ok(Self(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::id::SessionId;
    use usher_domain::project::member::Role;

    #[derive(Debug, Deserialize, Default)]
    #[serde(default)]
    struct SpecimenForm {
        name: String,
        note: Option<String>,
        sure: bool,
        overlap: Option<u64>,
        role: FormField<Role>,
        session: Option<SessionId>,
    }

    fn read(pairs: &[(&str, &str)]) -> Result<SpecimenForm, HttpProblem> {
        parse(&Params::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn a_form_is_read_into_its_type() {
        let session = "01936d2e-3c00-7000-8000-000000000007";
        let form = read(&[
            ("name", " Shop "),
            ("note", ""),
            ("sure", "true"),
            ("overlap", "60"),
            ("role", "owner"),
            ("session", session),
            ("csrf", "x"),
        ])
        .unwrap();
        assert_eq!((form.name.as_str(), form.note, form.sure, form.overlap), (" Shop ", None, true, Some(60)));
        assert_eq!(form.role.value, Some(Role::Owner));
        assert_eq!(form.session.map(|session| session.to_string()).as_deref(), Some(session));
    }

    #[test]
    fn a_field_that_does_not_parse_keeps_what_was_typed() {
        let form = read(&[("role", "king")]).unwrap();
        assert_eq!((form.role.text.as_str(), form.role.value), ("king", None));
    }

    #[test]
    fn a_repeated_field_counts_as_not_sent() {
        assert_eq!(read(&[("name", "a"), ("name", "b")]).unwrap().name, "");
    }

    #[test]
    fn garbage_in_a_checked_field_is_a_bad_request() {
        for (name, garbage) in [("session", "x"), ("session", "\u{FFFE}"), ("overlap", "-1"), ("overlap", "soon")] {
            assert_eq!(read(&[(name, garbage)]).unwrap_err().status.as_u16(), 400, "{name}: {garbage:?}");
        }
    }
}
