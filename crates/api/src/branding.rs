//! Branding: how the pages and emails of a project look, and of the installation where projects choose nothing.

use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, http};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiResult;
use crate::caller::{AdminCaller, AuthenticatedCaller};
use crate::etag;
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_domain::branding::{BrandOwner, Branding, LogoKind, MAX_LOGO, TypedBrand};
use usher_domain::urls;
use usher_flows::Right;
use usher_http_server::extract::body;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::layers::limits::BodyLimit;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The example of a logo.
const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10" fill="#1d6a43"/></svg>"##;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    let logos = OpenApiRouter::new()
        .routes(routes!(put_logo, delete_logo))
        .routes(routes!(admin_put_logo, admin_delete_logo))
        .layer(Extension(BodyLimit(MAX_LOGO)));
    logos.routes(routes!(get, put)).routes(routes!(admin_get, admin_put))
}

/// Declares a body that has the settings among its members: a flattened structure could not refuse unknown ones.
macro_rules! settings_body {
    ($(#[$meta:meta])* $body:ident { $($more:tt)* }) => {
        $(#[$meta])*
        pub struct $body {
            /// The name of the service that people have their account at: at most 60 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "Greenhouse")]
            pub name: Option<String>,
            /// The colour of primary buttons on light ground, `#rrggbb`. It needs a contrast of 4.5:1 with the page and
            /// with white words; the refusal names the nearest colour that has it. The colours on dark ground are derived.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "#1d6a43", pattern = "^#[0-9a-fA-F]{6}$")]
            pub accent: Option<String>,
            /// The address that people write to for help.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "help@example.com")]
            pub support_email: Option<String>,
            /// The terms of service: an https URL.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "https://example.com/terms")]
            pub tos_uri: Option<String>,
            /// The privacy policy: an https URL.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "https://example.com/privacy")]
            pub policy_uri: Option<String>,
            /// The name that emails come from; `name` if absent. Their address is that of the installation.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "Greenhouse accounts")]
            pub sender_name: Option<String>,
            $($more)*
        }
    };
}

settings_body! {
    /// The settings of a branding. What is absent is that of the installation, or of Usher.
    #[derive(Debug, Clone, Default, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    BrandingBody {}
}

settings_body! {
    /// A branding.
    #[derive(Debug, Clone, Serialize, ToSchema)]
    BrandingView {
        /// The path of the logo, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(example = "/brand/01936d2e-3c00-7000-8000-000000000001/kZ0b2dRkXyQ8v1mN.png")]
        pub logo: Option<String>,
    }
}

impl BrandingView {
    fn new(owner: BrandOwner, branding: &Branding) -> Self {
        let settings = branding.settings.clone();
        Self {
            name: settings.name,
            accent: settings.accent.map(|colour| colour.to_string()),
            support_email: settings.support_email,
            tos_uri: settings.tos_uri,
            policy_uri: settings.policy_uri,
            sender_name: settings.sender_name,
            logo: branding.logo.as_ref().map(|logo| urls::brand_logo(owner, logo)),
        }
    }

    fn tagged(&self) -> Response {
        etag::with_tag_of(self, self)
    }
}

impl From<BrandingBody> for TypedBrand {
    fn from(body: BrandingBody) -> Self {
        Self {
            name: body.name,
            accent: body.accent,
            support_email: body.support_email,
            tos_uri: body.tos_uri,
            policy_uri: body.policy_uri,
            sender_name: body.sender_name,
        }
    }
}

/// An image as the body; 415 for another media type, 413 beyond the limit. Its bytes decide what it is.
pub struct ImageBody(Vec<u8>);

impl<S: Sync> FromRequest<S> for ImageBody {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let sent = request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_image = sent.is_some_and(|sent| LogoKind::ALL.iter().any(|kind| kind.media_type() == sent));
        if !is_image {
            let message = "The body must be image/png, image/webp or image/svg+xml.";
            return Err(HttpProblem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE_UNSUPPORTED", message));
        }
        Ok(Self(body::read(request).await?.to_vec()))
    }
}

async fn show(app: &App, owner: BrandOwner) -> ApiResult<Response> {
    Ok(BrandingView::new(owner, &app.usher.brandings.load(owner).await?).tagged())
}

async fn replace(app: &App, owner: BrandOwner, headers: &HeaderMap, body: BrandingBody) -> ApiResult<Response> {
    let read = app.usher.brandings.load(owner).await?;
    etag::check(headers, &BrandingView::new(owner, &read))?;
    let now = app.usher.brandings.replace_settings(owner, &read, body.into()).await?;
    Ok(BrandingView::new(owner, &now).tagged())
}

async fn replace_logo(
    app: &App,
    owner: BrandOwner,
    headers: &HeaderMap,
    image: Option<ImageBody>,
) -> ApiResult<Response> {
    let read = app.usher.brandings.load(owner).await?;
    etag::check(headers, &BrandingView::new(owner, &read))?;
    let now = app.usher.brandings.replace_logo(owner, &read, image.map(|image| image.0)).await?;
    Ok(BrandingView::new(owner, &now).tagged())
}

/// Show the branding of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/branding", tag = "projects", operation_id = "get_branding",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The branding", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, calling: AuthenticatedCaller, Path(id): Path<String>) -> ApiResult<Response> {
    let project = calling.project(&id, Right::View).await?;
    show(&app, BrandOwner::Project(project.id)).await
}

/// Replace the branding of a project, except its logo.
///
/// It applies to the sign-in pages of the project's clients at once. With `If-Match`, only if it is still the one that
/// was read.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/branding", tag = "projects", operation_id = "replace_branding",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the branding that was read"),
    ),
    request_body = BrandingBody,
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<BrandingBody>,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Own).await?;
    replace(&app, BrandOwner::Project(project.id), &headers, body).await
}

/// Replace the logo of a project.
///
/// A PNG or WebP image of at most 2048 × 2048 pixels, or an SVG image of shapes alone; at most 128 KiB. It is shown at 48
/// × 48 pixels.
#[utoipa::path(
    put, path = "/api/v1/projects/{id}/branding/logo", tag = "projects", operation_id = "replace_logo",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the branding that was read"),
    ),
    request_body(
        content = String, content_type = "image/svg+xml",
        description = "The image; also image/png or image/webp, in bytes", example = json!(LOGO)
    ),
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
        (status = 415, description = "The body is no PNG, WebP or SVG image", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn put_logo(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    image: ImageBody,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Own).await?;
    replace_logo(&app, BrandOwner::Project(project.id), &headers, Some(image)).await
}

/// Remove the logo of a project.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/branding/logo", tag = "projects", operation_id = "delete_logo",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the branding that was read"),
    ),
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete_logo(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let project = calling.project(&id, Right::Own).await?;
    replace_logo(&app, BrandOwner::Project(project.id), &headers, None).await
}

/// Show the branding of the installation.
#[utoipa::path(
    get, path = "/api/v1/admin/branding", tag = "admin", operation_id = "admin_get_branding",
    responses(
        (status = 200, description = "The branding", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn admin_get(State(app): State<App>, _: AdminCaller) -> ApiResult<Response> {
    show(&app, BrandOwner::Installation).await
}

/// Replace the branding of the installation, except its logo.
///
/// It applies wherever a project has chosen nothing. With `If-Match`, only if it is still the one that was read.
#[utoipa::path(
    put, path = "/api/v1/admin/branding", tag = "admin", operation_id = "admin_replace_branding",
    params(("If-Match" = Option<String>, Header, description = "The tag of the branding that was read")),
    request_body = BrandingBody,
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn admin_put(
    State(app): State<App>,
    _: AdminCaller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<BrandingBody>,
) -> ApiResult<Response> {
    replace(&app, BrandOwner::Installation, &headers, body).await
}

/// Replace the logo of the installation.
///
/// As that of a project.
#[utoipa::path(
    put, path = "/api/v1/admin/branding/logo", tag = "admin", operation_id = "admin_replace_logo",
    params(("If-Match" = Option<String>, Header, description = "The tag of the branding that was read")),
    request_body(
        content = String, content_type = "image/svg+xml",
        description = "The image; also image/png or image/webp, in bytes", example = json!(LOGO)
    ),
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals, BodyRefusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
        (status = 415, description = "The body is no PNG, WebP or SVG image", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn admin_put_logo(
    State(app): State<App>,
    _: AdminCaller,
    headers: HeaderMap,
    image: ImageBody,
) -> ApiResult<Response> {
    replace_logo(&app, BrandOwner::Installation, &headers, Some(image)).await
}

/// Remove the logo of the installation.
#[utoipa::path(
    delete, path = "/api/v1/admin/branding/logo", tag = "admin", operation_id = "admin_delete_logo",
    params(("If-Match" = Option<String>, Header, description = "The tag of the branding that was read")),
    responses(
        (status = 200, description = "The branding as it is now", body = BrandingView,
            headers(("ETag" = String, description = "The tag of this branding, for `If-Match`"))),
        Refusals,
        (status = 412, description = "It has changed meanwhile", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn admin_delete_logo(State(app): State<App>, _: AdminCaller, headers: HeaderMap) -> ApiResult<Response> {
    replace_logo(&app, BrandOwner::Installation, &headers, None).await
}
