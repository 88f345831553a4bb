//! Forms with a file: checked against cross-site requests like all others.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use super::stop::PageStop;
use usher_http_server::extract::multipart::{self, UploadedForm};
use usher_http_server::extract::streamed_form::StreamedForm;
use usher_http_server::extract::{body, form_token};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// A form of one of our pages with a file, shown to this browser: 403 otherwise.
#[derive(Debug)]
pub struct PageUpload(pub UploadedForm);

impl FromRequest<App> for PageUpload {
    type Rejection = PageStop;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let form = match multipart::boundary(kind) {
            Some(boundary) => multipart::read(&body::read(request).await?, boundary).ok_or_else(malformed)?,
            // Without a file: a form as any other.
            None if kind.starts_with("application/x-www-form-urlencoded") => {
                let fields = Params::decode(&body::read(request).await?).map_err(HttpProblem::from)?;
                UploadedForm { fields, file: None }
            }
            None => return Err(other_type().into()),
        };
        form_token::check(app, &headers, &form.fields)?;
        Ok(Self(form))
    }
}

/// A form of one of our pages with a file that is received piece by piece, shown to this browser: 403 otherwise.
#[derive(Debug)]
pub struct PageFile(pub StreamedForm);

impl FromRequest<App> for PageFile {
    type Rejection = PageStop;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let form = if multipart::boundary(kind).is_some() {
            StreamedForm::open(request).await?
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let fields = Params::decode(&body::read(request).await?).map_err(HttpProblem::from)?;
            StreamedForm { fields, file: None }
        } else {
            return Err(other_type().into());
        };
        form_token::check(app, &headers, &form.fields)?;
        Ok(Self(form))
    }
}

fn malformed() -> HttpProblem {
    HttpProblem::bad_request("The form with the file cannot be read.")
}

fn other_type() -> HttpProblem {
    let message = "The body must be multipart/form-data.";
    HttpProblem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE_UNSUPPORTED", message)
}
