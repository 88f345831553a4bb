//! Connecting a device (RFC 8628 §3.3): the person types its code, signs in, is asked on the consent page, and is told to
//! go back to the device.

use axum::extract::State;
use axum::response::Response;

use super::of_refused;
use super::sign_in::{text, with_status};
use crate::account::sessions::device_words;
use crate::show;
use crate::views::{DeviceCode, DeviceDone, DeviceOrigin, FieldErrors, Form};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::urls;
use usher_flows::{FlowError, Outcome};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// GET /device. A code in the URL is filled in and still confirmed by the person (RFC 8628 §5.4).
pub async fn get(mut visitor: Visitor, QueryParams(query): QueryParams) -> Result<Response, HttpProblem> {
    let body = show::html(&view(&mut visitor, text(&query, "user_code")))?;
    Ok(visitor.reply(body))
}

/// POST /device
pub async fn post(
    State(app): State<App>,
    mut visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let typed = text(&form, "user_code");
    match app.usher.authorizations.enter_user_code(&typed, &mut visitor.browser, &visitor.device).await {
        Ok(Outcome::Show { step, interaction }) => show::show_step(&app, visitor, &step, &interaction),
        Ok(Outcome::DeviceAnswered { interaction, allowed }) => {
            let answered = Outcome::DeviceAnswered { interaction: interaction.clone(), allowed };
            show::outcome(&app, visitor, &interaction, answered)
        }
        Ok(Outcome::Answer(response)) => show::answer(visitor, response),
        Err(error) => refused(visitor, typed, error),
    }
}

/// The page again, with the reason.
fn refused(mut visitor: Visitor, typed: String, error: FlowError) -> Result<Response, HttpProblem> {
    let mut page = view(&mut visitor, typed);
    let words = match &error {
        FlowError::Rejected(refused) => of_refused(refused, page.page.lang),
        _ => None,
    };
    let problem = HttpProblem::from(error);
    let Some(words) = words else { return Err(problem) };
    page.errors = words;
    let body = show::html(&page)?;
    Ok(visitor.reply(with_status(&problem, body)))
}

/// GET /device/done: what the person answered, in their browser.
pub async fn done(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = text(&query, "interaction");
    let interaction = show::needed_interaction(&app, &sealed, &visitor)?;
    let on = app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device).await?;
    let Outcome::DeviceAnswered { allowed, .. } = on else {
        return show::elsewhere(&app, visitor, &interaction, on).await;
    };
    let client = app.usher.authorizations.client_of(&interaction).await?;
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = urls::with(urls::DEVICE_DONE, "interaction", &sealed);
    let client = show::client_view(&client, &interaction.redirect_uri);
    let body = show::html(&DeviceDone { page, client, allowed, apps_url: urls::APPS.to_owned() })?;
    Ok(visitor.reply(body))
}

/// Which device asks, for the consent page; `None` if the request is not that of a device.
pub(super) async fn origin(
    app: &App,
    interaction: &Interaction,
    lang: Lang,
) -> Result<Option<DeviceOrigin>, HttpProblem> {
    let Some(connecting) = &interaction.device else { return Ok(None) };
    let device = app.usher.authorizations.connecting_device(connecting).await?;
    Ok(Some(DeviceOrigin {
        user_code: connecting.user_code.to_string(),
        device: device_words(lang, device.user_agent.as_deref()),
        place: lang.network(&device.source),
        time: lang.date_time(device.created_at.0),
    }))
}

fn view(visitor: &mut Visitor, user_code: String) -> DeviceCode {
    let mut page = visitor.page(visitor.lang(None, None));
    page.language_url_base = match user_code.as_str() {
        "" => urls::DEVICE.to_owned(),
        code => urls::with(urls::DEVICE, "user_code", code),
    };
    let form = Form::new(urls::DEVICE, visitor.form_token());
    DeviceCode { page, form, user_code, errors: FieldErrors::default() }
}
