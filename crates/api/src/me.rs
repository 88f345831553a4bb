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
use super::fields::Fields;
use super::problems::{BodyProblems, PersonProblems};
use super::profile_claims::{ProfileClaims, changed, claims_of};
use usher_accounts::Rejected;
use usher_domain::user::User;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;
use usher_i18n::Lang;

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
        Self {
            sub: user.sub.0.clone(),
            email: user.email.as_ref().map(ToString::to_string),
            email_verified: user.email.is_some(),
            roles: if user.admin { vec!["user", "admin"] } else { vec!["user"] },
            language: user.locale.clone(),
            created_at: user.created_at.0,
            updated_at: user.updated_at.0,
            phone_number_verified: user.profile.phone_number_verified,
            claims: ProfileClaims::of(&user.profile),
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
