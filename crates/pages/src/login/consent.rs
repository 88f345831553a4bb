//! Consent: the requested scopes, in plain language, with equal buttons for allow and deny.

use axum::extract::State;
use axum::response::Response;

use super::device;
use super::sign_in::text;
use crate::show;
use crate::views::{Consent, Form, Message, ScopeView};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::Email;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_domain::user::User;
use usher_flows::{FlowError, Outcome, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;
use usher_protocol::scope::Scope;
use usher_protocol::user_claims::UserClaims;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = query.get("interaction").ok().flatten().unwrap_or_default().to_owned();
    let interaction = show::needed_interaction(&app, &sealed, &visitor)?;
    let mut interaction =
        match app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device).await? {
            Outcome::Show { step: InteractionStep::Consent, interaction } => *interaction,
            on => return show::elsewhere(&app, visitor, &interaction, on).await,
        };
    let client = app.usher.authorizations.client_of(&interaction).await?;
    let account = app
        .usher
        .authorizations
        .account_for(&interaction, &visitor.browser)
        .await?
        .ok_or(FlowError::from(Rejected::NotSignedIn))?;
    let earlier = app.usher.authorizations.consented(&account, &client.id).await?;
    let lang = visitor.lang(interaction.request.ui_locales.as_deref(), account.user.locale.as_deref());
    let mut page = visitor.page(lang);
    page.language_url_base = urls::with(urls::CONSENT, "interaction", &sealed);
    // The answer applies to the user who was asked, even if another user signs in here meanwhile.
    interaction.choose(account.session.id);
    let asked = app.usher.authorizations.seal_interaction(&interaction)?;
    let restarted = query.get("done").ok().flatten() == Some(urls::DONE_RESTARTED);
    let view = Consent {
        notice: restarted.then(|| Message::ConsentRestarted.text(lang)),
        page,
        client: show::client_view(&client, &interaction.redirect_uri),
        name: account.user.profile.display_name().unwrap_or_default(),
        email: account.user.label(),
        switch_url: Some(urls::with(urls::ACCOUNTS, "interaction", &sealed)),
        scopes: scopes(lang, &interaction, &account.user, &earlier),
        device: device::origin(&app, &interaction, lang).await?,
        form: Form::of_sign_in(urls::CONSENT, asked, visitor.form_token()),
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let sealed = text(&form, "interaction");
    if let Some(again) = show::begun_anew(&app, &visitor, Some(&sealed), urls::CONSENT, None)? {
        return Ok(visitor.redirect(&again));
    }
    let interaction = show::needed_interaction(&app, &sealed, &visitor)?;
    let outcome = match app.usher.authorizations.go_on(interaction.clone(), &visitor.browser, &visitor.device).await? {
        Outcome::Show { step: InteractionStep::Consent, .. } | Outcome::Answer(_) => {
            answer(&app, &visitor, interaction.clone(), &form).await?
        }
        elsewhere @ (Outcome::Show { .. } | Outcome::DeviceAnswered { .. }) => elsewhere,
    };
    show::outcome(&app, visitor, &interaction, outcome)
}

async fn answer(app: &App, visitor: &Visitor, interaction: Interaction, form: &Params) -> Result<Outcome, HttpProblem> {
    Ok(match text(form, "decision").as_str() {
        "allow" => app.usher.authorizations.allow(interaction, &visitor.browser, &visitor.device).await?,
        "deny" => app.usher.authorizations.deny(interaction, &visitor.browser).await?,
        _ => return Err(HttpProblem::bad_request("decision must be allow or deny")),
    })
}

/// The requested scopes, each with the values of this user that it would release.
fn scopes(lang: Lang, interaction: &Interaction, user: &User, earlier: &Scope) -> Vec<ScopeView> {
    let known = user.claims();
    let asked = interaction.request.scope.iter();
    let shown = asked.map(|scope| {
        let values = UserClaims::STANDARD.released(&known, &Scope::of([scope]), &std::collections::BTreeSet::new());
        let value = match scope {
            "email" => values.get("email").and(user.email.as_ref()).map(Email::readable),
            "phone" => values.get("phone_number").and_then(|value| value.as_str()).map(str::to_owned),
            "profile" => values.get("name").and_then(|value| value.as_str()).map(str::to_owned),
            _ => None,
        };
        let view = ScopeView::new(lang, scope, value, !earlier.contains(scope));
        // A device has a session of its own: signing out in this browser does not end it.
        let of_device = interaction.device.is_some() && scope == "offline_access";
        if of_device { ScopeView { description: lang.text("scope-offline-device-text"), ..view } } else { view }
    });
    shown.collect()
}
