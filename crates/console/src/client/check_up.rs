//! The check-up of a client's application: prepares it, starts it, shows its report.

use axum::Json;
use axum::response::IntoResponse as _;
use serde_json::json;

use super::attempts::client_of;
use super::check_up_view::{issuer_settings, report};
use crate::views::{CheckUpPage, CheckUpStage, CheckUpValues, ClientHead, ClientTab};
use usher_domain::oauth::client::Client;
use usher_domain::urls::ProjectClientUrls;
use usher_flows::Right;
use usher_flows::check_ups::{ApplicationUrls, Phase, UrlFault, application_origins, can_be_examined};
use usher_page_kit::kit::{ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{FieldErrors, ProjectTab};

const PREPARED: Notice = Notice::new("prepared", "check-up-prepared");
const ENDED: Notice = Notice::new("ended", "check-up-ended");

/// GET /console/projects/{project}/clients/{client}/check-up
pub async fn get(mut page: ProjectPage, InPath((_, id)): InPath<(String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let notice = page.notice(&[PREPARED, ENDED]);
    let view = CheckUpPage { notice, ..view(&mut page, &client) };
    page.show(&view)
}

/// POST prepares a check-up.
pub async fn prepare(
    mut page: ProjectPage,
    InPath((_, id)): InPath<(String, String)>,
    PageForm(values): PageForm<CheckUpValues>,
) -> PageResult {
    let client = client_of(&page, &id).await?;
    let urls = match read(&page, &client, &values) {
        Ok(urls) => urls,
        Err(errors) => return show_again(page, &client, values, errors),
    };
    let prepared = page.app.usher.check_ups.prepare_check_up(&client, urls).await;
    match page.check(prepared)? {
        Ok(()) => page.done(&urls_of(&client).check_up(), PREPARED),
        Err(errors) => show_again(page, &client, values, errors),
    }
}

/// POST …/start
pub async fn start(mut page: ProjectPage, InPath((_, id)): InPath<(String, String)>, _: ButtonForm) -> PageResult {
    let client = client_of(&page, &id).await?;
    let started = page.app.usher.check_ups.start_check_up(&client).await;
    match page.check(started)? {
        Ok(()) => page.redirect(&urls_of(&client).check_up()),
        Err(errors) => show_again(page, &client, CheckUpValues::default(), errors),
    }
}

/// POST …/end
pub async fn end(page: ProjectPage, InPath((_, id)): InPath<(String, String)>, _: ButtonForm) -> PageResult {
    let client = client_of(&page, &id).await?;
    page.app.usher.check_ups.end_check_up(&client)?;
    page.done(&urls_of(&client).check_up(), ENDED)
}

/// GET …/waiting: is it over?
pub async fn waiting(page: ProjectPage, InPath((_, id)): InPath<(String, String)>) -> PageResult {
    let client = client_of(&page, &id).await?;
    let runs = page.app.usher.check_ups.check_up_of(&client).is_some_and(|check_up| check_up.is_running());
    page.reply(Json(json!({ "done": !runs })).into_response())
}

fn urls_of(client: &Client) -> ProjectClientUrls {
    ProjectClientUrls::of(&client.project_id, &client.id)
}

/// The URLs that were typed, or what is wrong with them.
fn read(page: &ProjectPage, client: &Client, values: &CheckUpValues) -> Result<ApplicationUrls, FieldErrors> {
    let lang = page.head("").lang;
    let read = ApplicationUrls::read(&values.sign_in_url, &values.protected_url, &application_origins(client));
    let urls = read.map_err(|faults| {
        let fields = ["sign_in_url", "protected_url"].into_iter().zip(faults);
        fields.filter_map(|(field, fault)| Some((field, lang.text(text_of_fault(fault?))))).collect::<FieldErrors>()
    })?;
    match page.app.usher.check_ups.reach_application(&urls) {
        Ok(()) => Ok(urls),
        Err(_) => Err(FieldErrors::one("sign_in_url", "check-up-url-closed", lang)),
    }
}

const fn text_of_fault(fault: UrlFault) -> &'static str {
    match fault {
        UrlFault::Malformed => "check-up-url-malformed",
        UrlFault::Elsewhere => "check-up-url-elsewhere",
    }
}

fn show_again(mut page: ProjectPage, client: &Client, values: CheckUpValues, errors: FieldErrors) -> PageResult {
    let view = CheckUpPage { errors, ..view(&mut page, client) };
    let view = if values == CheckUpValues::default() { view } else { CheckUpPage { values, ..view } };
    page.show_again(&view)
}

fn view(page: &mut ProjectPage, client: &Client) -> CheckUpPage {
    let urls = urls_of(client);
    let head = page.head(&urls.check_up());
    let check_ups = &page.app.usher.check_ups;
    let (now, found) = (page.app.usher.core.now(), check_ups.check_up_of(client));
    let valid = found.as_ref().is_some_and(|check_up| check_up.is_valid(now));
    let mut view = CheckUpPage {
        project: page.project_head(&head, ProjectTab::Clients),
        client: ClientHead::of(client, ClientTab::CheckUp),
        form: page.form(urls.check_up()),
        origins: application_origins(client),
        page: head,
        ..CheckUpPage::default()
    };
    if !can_be_examined(client) {
        view.stage = CheckUpStage::Impossible;
        return view;
    }
    view.start = page.form(urls.start_check_up());
    view.end = page.form(urls.end_check_up());
    let Some(check_up) = found else { return view };
    view.values = CheckUpValues {
        sign_in_url: check_up.urls.sign_in.to_string(),
        protected_url: check_up.urls.protected.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    view.prepared = valid.then(|| view.page.ago(check_up.prepared_at.0));
    if page.may(Right::Develop) && valid {
        view.settings = issuer_settings(&check_up.issuer);
    }
    let progress = check_up.progress();
    view.stage = match progress.phase {
        Phase::Prepared if valid => CheckUpStage::Prepared,
        Phase::Prepared => CheckUpStage::None,
        Phase::Running => CheckUpStage::Running,
        Phase::Graded(..) | Phase::Stopped(_) => CheckUpStage::Over,
    };
    view.tried = progress.results.len();
    view.report = report(&view.page, &progress);
    view
}
