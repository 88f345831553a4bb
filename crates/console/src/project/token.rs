//! The token of a project, and rotating it.

use std::time::Duration;

use serde::Deserialize;

use super::list::MADE;
use crate::views::ProjectTokenPage;
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_flows::{Rotation, USUAL_OVERLAP};
use usher_page_kit::kit::{FormField, Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage as _};
use usher_page_kit::views::{ProjectTab, ShownSecret};

const ROTATED: Notice = Notice::new("rotated", "token-rotated");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateTokenForm {
    current_token: String,
    /// In seconds.
    overlap: FormField<u64>,
    discard_history: bool,
}

/// GET /console/projects/{project}/token
pub async fn get(mut page: ProjectPage) -> PageResult {
    let here = page.urls.token();
    let token = page.secret(&here).await?;
    let notice = page.notice(&[MADE, ROTATED]).filter(|_| token != Some(ShownSecret::Before));
    let view = ProjectTokenPage { token, notice, ..view(&mut page) };
    page.show(&view)
}

/// POST
pub async fn rotate(mut page: ProjectPage, PageForm(form): PageForm<RotateTokenForm>) -> PageResult {
    let rotated = match rotation(&form) {
        Ok(rotation) => page.app.usher.projects.rotate_project_token(&page.project, rotation).await,
        Err(refused) => Err(refused),
    };
    match page.check_with(rotated, fault)? {
        Ok((token, _)) => {
            let here = page.urls.token();
            page.done_with_secret(&here, ROTATED, &token)
        }
        Err(errors) => {
            let view = ProjectTokenPage { errors, ..typed(view(&mut page), form) };
            page.show_again(&view)
        }
    }
}

fn typed(view: ProjectTokenPage, form: RotateTokenForm) -> ProjectTokenPage {
    let RotateTokenForm { current_token, overlap, discard_history } = form;
    ProjectTokenPage { current_token, overlap: overlap.text, discard_history, ..view }
}

fn rotation(form: &RotateTokenForm) -> Result<Rotation, FlowError> {
    let presented = form.current_token.trim_ascii();
    Ok(Rotation {
        presented: Some(presented.to_owned()).filter(|token| !token.is_empty()),
        overlap: Duration::from_secs(form.overlap.value.ok_or(Rejected::Overlap)?),
        discard_history: form.discard_history,
    })
}

fn fault(refused: &Rejected) -> Option<FormFault> {
    (*refused == Rejected::Superseded).then(|| FormFault::new("", "token-superseded"))
}

fn view(page: &mut ProjectPage) -> ProjectTokenPage {
    let here = page.urls.token();
    let head = page.head(&here);
    ProjectTokenPage {
        project: page.project_head(&head, ProjectTab::Token),
        form: page.form(here),
        overlap: USUAL_OVERLAP.as_secs().to_string(),
        page: head,
        ..ProjectTokenPage::default()
    }
}
