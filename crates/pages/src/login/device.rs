//! Connecting a device (RFC 8628 §3.3): the person types its code, signs in, is asked on the consent page, and is told to
//! go back to the device.

use serde::Deserialize;

use crate::account::sessions::device_words;
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{DeviceCode, DeviceDone, DeviceOrigin};
use usher_accounts::FlowError;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::waiting_request::AnswerKind;
use usher_domain::urls;
use usher_flows::Outcome;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};
use usher_page_kit::views::FieldErrors;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UserCodeForm {
    user_code: String,
}

/// GET /device. A code in the URL is filled in and still confirmed by the person (RFC 8628 §5.4).
pub async fn get(mut page: LoginPage) -> PageResult {
    let user_code = page.param("user_code").unwrap_or_default().to_owned();
    let view = view(&mut page, user_code);
    page.show(&view)
}

/// POST /device
pub async fn enter_code(mut page: LoginPage, PageForm(form): PageForm<UserCodeForm>) -> PageResult {
    let LoginPage { app, visitor, .. } = &mut page;
    let authorizations = &app.usher.authorizations;
    let entered = authorizations.enter_user_code(&form.user_code, &mut visitor.browser, &visitor.device).await;
    match page.check(entered)? {
        Ok(Outcome::Show { step, interaction }) => Ok(show::show_step(&page.app, page.visitor, &step, &interaction)?),
        Ok(Outcome::Recorded { interaction, answer }) => {
            let answered = Outcome::Recorded { interaction: interaction.clone(), answer };
            Ok(show::outcome(&page.app, page.visitor, &interaction, answered)?)
        }
        Ok(Outcome::Answer(response)) => Ok(show::answer(page.visitor, response)?),
        Ok(Outcome::Leave(leaving)) => Ok(show::ask_to_leave(page.visitor, *leaving)?),
        Err(errors) => {
            let view = DeviceCode { errors, ..view(&mut page, form.user_code) };
            page.show_again(&view)
        }
    }
}

/// GET /device/done: what the person answered, in their browser.
pub async fn done(page: LoginPage) -> PageResult {
    let interaction = page.needed_interaction()?;
    let on = page.go_on(&interaction).await?;
    let Outcome::Recorded { answer, .. } = on else {
        return Ok(show::elsewhere(&page.app, page.visitor, &interaction, on).await?);
    };
    let client = page.app.usher.authorizations.client_of(&interaction).await?;
    let view = DeviceDone {
        page: page.head(&page.with_request(urls::DEVICE_DONE)),
        client: show::client_view(&client, &interaction.redirect_uri),
        allowed: answer == AnswerKind::Allowed,
        apps_url: urls::APPS.to_owned(),
    };
    page.show(&view)
}

/// Which device asks, for the consent page; `None` if the request is not that of a device.
pub(super) async fn origin(
    app: &App,
    interaction: &Interaction,
    lang: Lang,
) -> Result<Option<DeviceOrigin>, FlowError> {
    let Some(connecting) = &interaction.device else { return Ok(None) };
    let device = app.usher.authorizations.connecting_device(connecting).await?;
    Ok(Some(DeviceOrigin {
        user_code: connecting.user_code.to_string(),
        device: device_words(lang, device.user_agent.as_deref()),
        place: lang.network(&device.source),
        time: lang.date_time(device.created_at.0),
    }))
}

fn view(page: &mut LoginPage, user_code: String) -> DeviceCode {
    let here = match user_code.as_str() {
        "" => urls::DEVICE.to_owned(),
        code => urls::with(urls::DEVICE, "user_code", code),
    };
    DeviceCode { page: page.head(&here), form: page.form(urls::DEVICE), user_code, errors: FieldErrors::default() }
}
