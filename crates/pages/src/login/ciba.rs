//! Answering a CIBA request: the person opens it, signs in, is asked on the consent page, and is told what happens now.

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{CibaAnswer, CibaDone, CibaOrigin};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::GrantId;
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::waiting_request::AnswerKind;
use usher_domain::urls;
use usher_flows::Outcome;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_page_kit::kit::{PageKit as _, PageResult};

/// GET /ciba. Without `request` it is the newest request for the account of this browser.
pub async fn get(mut page: LoginPage) -> PageResult {
    let id = match page.param("request") {
        Some(named) => named.parse::<GrantId>().map_err(|_| FlowError::from(Rejected::CibaRequestOver)),
        None => page.app.usher.authorizations.newest_ciba_request(&page.visitor.browser).await,
    };
    let id = match id {
        Err(FlowError::Rejected(Rejected::NotSignedIn)) => return page.redirect(&urls::login_then(urls::CIBA)),
        id => id?,
    };
    let LoginPage { app, visitor, .. } = &mut page;
    let opened = app.usher.authorizations.open_ciba_request(id, &mut visitor.browser, &visitor.device).await?;
    match opened {
        Outcome::Show { step, interaction } => Ok(show::show_step(&page.app, page.visitor, &step, &interaction)?),
        Outcome::Recorded { interaction, answer } => {
            let answered = Outcome::Recorded { interaction: interaction.clone(), answer };
            Ok(show::outcome(&page.app, page.visitor, &interaction, answered)?)
        }
        Outcome::Answer(response) => Ok(show::answer(page.visitor, response)?),
        Outcome::Leave(leaving) => Ok(show::ask_to_leave(page.visitor, *leaving)?),
    }
}

/// GET /ciba/done: what the person answered, in their browser.
pub async fn done(page: LoginPage) -> PageResult {
    let interaction = page.needed_interaction()?;
    let on = page.go_on(&interaction).await?;
    let Outcome::Recorded { answer, .. } = on else {
        return Ok(show::elsewhere(&page.app, page.visitor, &interaction, on).await?);
    };
    let client = page.app.usher.authorizations.client_of(&interaction).await?;
    let view = CibaDone {
        page: page.head(&page.with_request(urls::CIBA_DONE)),
        client: show::client_view(&client, &interaction.redirect_uri),
        answer: match answer {
            AnswerKind::Allowed => CibaAnswer::Allowed,
            AnswerKind::Denied => CibaAnswer::Denied,
            AnswerKind::Reported => CibaAnswer::Reported,
        },
    };
    page.show(&view)
}

/// Where the request comes from, for the consent page; `None` if it is not one of CIBA.
pub(super) async fn origin(app: &App, interaction: &Interaction, lang: Lang) -> Result<Option<CibaOrigin>, FlowError> {
    let Some(id) = interaction.ciba else { return Ok(None) };
    let request = app.usher.authorizations.ciba_request(id).await?;
    Ok(Some(CibaOrigin {
        binding_message: request.binding_message,
        place: lang.network(&request.source),
        time: lang.date_time(request.created_at.0),
    }))
}
