//! The style sheets and logos of brandings. Their URLs name their content, so that browsers keep them.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::problem::HttpProblem;
use crate::state::App;
use usher_domain::branding::colour::Colour;
use usher_domain::branding::palette::Palette;
use usher_domain::urls;

/// An image is nothing but an image: opened as a page, it runs nothing and fetches nothing.
const IMAGE_ALONE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Emails show logos.
const ANYWHERE: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));

/// The routes of the files.
pub fn routes() -> Router<App> {
    Router::new()
        .route(urls::BRAND_SHEET, get(sheet))
        .route(urls::BRAND_LOGO, get(logo))
        .route(urls::BRAND_PREVIEW, get(preview))
}

/// The version in a URL.
#[derive(Deserialize)]
struct Version {
    v: Option<String>,
}

/// GET /brand/{owner}.css
async fn sheet(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(asked): Query<Version>,
) -> Result<Response, HttpProblem> {
    let owner = file.strip_suffix(".css").and_then(urls::read_brand_owner).ok_or_else(HttpProblem::not_found)?;
    let brand = app.usher.brandings.brand(owner).await?;
    let (of, palette) = brand.palette.as_ref().ok_or_else(HttpProblem::not_found)?;
    if *of != owner {
        return Err(HttpProblem::not_found());
    }
    // The sheet of another version is the present one, which is not kept under that URL.
    let caching = if asked.v.as_deref() == Some(palette.version().as_str()) { FOR_EVER } else { "no-cache" };
    let headers = [(CACHE_CONTROL, caching), (CONTENT_TYPE, "text/css; charset=utf-8")];
    Ok((headers, palette.style_sheet()).into_response())
}

/// GET /brand/preview/{rrggbb}.css
async fn preview(Path(file): Path<String>) -> Result<Response, HttpProblem> {
    let accent = file.strip_suffix(".css").and_then(|digits| format!("#{digits}").parse::<Colour>().ok());
    let palette = accent.and_then(|accent| Palette::of(accent).ok()).ok_or_else(HttpProblem::not_found)?;
    let headers = [(CACHE_CONTROL, "no-cache"), (CONTENT_TYPE, "text/css; charset=utf-8")];
    Ok((headers, palette.style_sheet()).into_response())
}

/// GET /brand/{owner}/{hash}.{kind}
async fn logo(State(app): State<App>, Path((owner, file)): Path<(String, String)>) -> Result<Response, HttpProblem> {
    let owner = urls::read_brand_owner(&owner).ok_or_else(HttpProblem::not_found)?;
    let (hash, extension) = file.split_once('.').ok_or_else(HttpProblem::not_found)?;
    let found = app.usher.brandings.find_logo(owner, hash).await?;
    let (kind, bytes) = found.filter(|(kind, _)| kind.as_str() == extension).ok_or_else(HttpProblem::not_found)?;
    let headers =
        [(CACHE_CONTROL, FOR_EVER), (CONTENT_TYPE, kind.media_type()), (CONTENT_SECURITY_POLICY, IMAGE_ALONE)];
    Ok((headers, [ANYWHERE], bytes).into_response())
}
