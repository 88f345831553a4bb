//! The token of a project, and rotating it.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;

use super::project_access::ProjectAccess;
use super::{done, shown};
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::views::{FieldErrors, ProjectTab, ProjectTokenPage, ShownSecret};
use usher_domain::project::Project;
use usher_domain::urls::ProjectUrls;
use usher_flows::{FlowError, Rejected, Rotation, USUAL_OVERLAP};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// GET /console/projects/{project}/token
pub async fn get(
    State(app): State<App>,
    mut access: ProjectAccess,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&mut access);
    let here = page.page.language_url_base.clone();
    page.token = shown::read(&app, &access.visitor, &access.account, &here, &query).await?;
    let known = [("made", "message-project-created"), ("rotated", "token-rotated")];
    page.notice = done::words(&query, page.page.lang, &known).filter(|_| page.token != Some(ShownSecret::Before));
    access.show(&page)
}

/// POST rotates the token: `current_token`, `overlap` in seconds, `discard_history`.
pub async fn post(
    State(app): State<App>,
    mut access: ProjectAccess,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    access.visitor.check_form(&form)?;
    let here = ProjectUrls::of(&access.project.id).token();
    let error = match rotate(&app, &access.project, &form).await {
        Ok(token) => return shown::lead_to(&app, access.visitor, &access.account, &here, ("rotated", &token)),
        Err(error) => error,
    };
    let mut page = view(&mut access);
    page.errors = done::faults(error, page.page.lang, words)?;
    (page.current_token, page.overlap) = (text(&form, "current_token"), text(&form, "overlap"));
    page.discard_history = !text(&form, "discard_history").is_empty();
    access.show_again(&page)
}

async fn rotate(app: &App, project: &Project, form: &Params) -> Result<String, FlowError> {
    let (token, _) = app.usher.projects.rotate_project_token(project, rotation(form)?).await?;
    Ok(token)
}

fn rotation(form: &Params) -> Result<Rotation, Rejected> {
    let presented = text(form, "current_token").trim_ascii().to_owned();
    let seconds: u64 = text(form, "overlap").parse().map_err(|_| Rejected::Overlap)?;
    Ok(Rotation {
        presented: Some(presented).filter(|token| !token.is_empty()),
        overlap: Duration::from_secs(seconds),
        discard_history: !text(form, "discard_history").is_empty(),
    })
}

fn words(refused: &Rejected, lang: Lang) -> Option<FieldErrors> {
    match refused {
        Rejected::Superseded => Some(FieldErrors::from_iter([("", lang.text("token-superseded"))])),
        other => of_refused(other, lang),
    }
}

fn view(access: &mut ProjectAccess) -> ProjectTokenPage {
    let here = ProjectUrls::of(&access.project.id).token();
    let page = access.page(&here);
    ProjectTokenPage {
        project: access.head(&page, ProjectTab::Token),
        form: access.form(&here),
        overlap: USUAL_OVERLAP.as_secs().to_string(),
        page,
        ..ProjectTokenPage::default()
    }
}
