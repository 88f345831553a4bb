//! The settings of a project: its name; and deleting it.

use serde::Deserialize;

use crate::views::{ConfirmDeletion, ProjectSettingsPage, ProjectSettingsValues};
use usher_accounts::FlowError;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::project::Project;
use usher_domain::urls;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::ProjectTab;

const SAVED: Notice = Notice::new("saved", "project-saved");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmationForm {
    confirmation: String,
}

/// GET /console/projects/{project}/settings
pub async fn get(mut page: ProjectPage) -> PageResult {
    let notice = page.notice(&[SAVED]);
    let view = ProjectSettingsPage { notice, ..view(&mut page) };
    page.show(&view)
}

/// POST changes the fields that were edited.
pub async fn save(mut page: ProjectPage, PageForm(values): PageForm<ProjectSettingsValues>) -> PageResult {
    let saved = save_edited(&page, &values).await;
    match page.check(saved)? {
        Ok(()) => {
            let here = page.urls.settings();
            page.done(&here, SAVED)
        }
        Err(errors) => {
            let view = ProjectSettingsPage { values, errors, ..view(&mut page) };
            page.show_again(&view)
        }
    }
}

async fn save_edited(page: &ProjectPage, values: &ProjectSettingsValues) -> Result<(), FlowError> {
    let (projects, loaded) = (&page.app.usher.projects, LoadedValues::decode(&values.loaded));
    if loaded.is_edited("name", &values.name) {
        projects.rename_project(&page.project, &values.name).await?;
    }
    Ok(())
}

/// GET …/delete asks for the project's name.
pub async fn confirm_delete(mut page: ProjectPage) -> PageResult {
    let view = confirm_view(&mut page).await?;
    page.show(&view)
}

/// POST …/delete
pub async fn delete(mut page: ProjectPage, PageForm(form): PageForm<ConfirmationForm>) -> PageResult {
    let deleted = page.app.usher.projects.delete_project(&page.project, &form.confirmation).await;
    match page.check(deleted)? {
        Ok(()) => page.redirect(urls::PROJECTS),
        Err(errors) => {
            let view = ConfirmDeletion { errors, ..confirm_view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

fn view(page: &mut ProjectPage) -> ProjectSettingsPage {
    let here = page.urls.settings();
    let head = page.head(&here);
    ProjectSettingsPage {
        project: page.project_head(&head, ProjectTab::Settings),
        form: page.form(here),
        values: values_of(&page.project),
        delete_url: page.urls.delete(),
        page: head,
        ..ProjectSettingsPage::default()
    }
}

fn values_of(project: &Project) -> ProjectSettingsValues {
    let name = project.name.clone();
    let loaded = LoadedValues::of(&[("name", &name)]).encode();
    ProjectSettingsValues { name, loaded }
}

async fn confirm_view(page: &mut ProjectPage) -> Result<ConfirmDeletion, FlowError> {
    let here = page.urls.delete();
    let (head, usher, id) = (page.head(&here), &page.app.usher, page.project.id);
    let counts = [
        ("project-ends-clients", usher.clients.list_clients(id, "", MAX_PAGE).await?.len()),
        ("project-ends-apis", usher.apis.list_apis(id).await?.len()),
        ("project-ends-webhooks", usher.webhooks.list_webhooks(id).await?.len()),
        ("project-ends-members", usher.members.list_members(id, Cursor::START, MAX_PAGE).await?.items.len()),
    ];
    let line =
        |(key, count): (&str, usize)| (count > 0).then(|| head.tn(key, u32::try_from(count).unwrap_or(u32::MAX)));
    Ok(ConfirmDeletion {
        project: page.project_head(&head, ProjectTab::Settings),
        name: page.project.name.clone(),
        meaning: head.t("project-delete-text"),
        with_it: counts.into_iter().filter_map(line).collect(),
        is_typed: true,
        keep_url: page.urls.settings(),
        form: page.form(here),
        page: head,
        ..ConfirmDeletion::default()
    })
}
