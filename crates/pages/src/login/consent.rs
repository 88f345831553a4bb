//! Consent: the requested scopes, in plain language, with equal buttons for allow and deny.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::{ciba, device};
use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{Consent, ConsentApi, ScopeView};
use usher_accounts::{FlowError, Rejected};
use usher_domain::email::Email;
use usher_domain::oauth::consent::StoredConsent;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_domain::user::User;
use usher_flows::{Outcome, RequestedApi};
use usher_i18n::Lang;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::{Form, Message};
use usher_protocol::scope::{Scope, is_of_usher};
use usher_protocol::user_claims::UserClaims;

#[derive(Debug, Deserialize)]
pub struct ConsentForm {
    interaction: Option<String>,
    decision: Decision,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Decision {
    Allow,
    Deny,
    /// Somebody else started the CIBA request.
    NotMe,
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let interaction = page.needed_interaction()?;
    match page.go_on(&interaction).await? {
        Outcome::Show { step: InteractionStep::Consent, interaction } => {
            let view = view(&mut page, *interaction).await?;
            page.show(&view)
        }
        on => Ok(show::elsewhere(&page.app, page.visitor, &interaction, on).await?),
    }
}

/// POST
pub async fn answer(mut page: LoginPage, PageForm(form): PageForm<ConsentForm>) -> PageResult {
    page.belongs_to(Some(form.interaction.unwrap_or_default())).await;
    if let Some(again) = page.begun_anew(urls::CONSENT, None)? {
        return page.redirect(&again);
    }
    let interaction = page.needed_interaction()?;
    let outcome = match page.go_on(&interaction).await? {
        Outcome::Show { step: InteractionStep::Consent, .. } | Outcome::Answer(_) | Outcome::Leave(_) => {
            decide(&page, interaction.clone(), form.decision).await?
        }
        elsewhere @ (Outcome::Show { .. } | Outcome::Recorded { .. }) => elsewhere,
    };
    Ok(show::outcome(&page.app, page.visitor, &interaction, outcome)?)
}

async fn decide(page: &LoginPage, interaction: Interaction, decision: Decision) -> Result<Outcome, FlowError> {
    let (authorizations, browser) = (&page.app.usher.authorizations, &page.visitor.browser);
    match decision {
        Decision::Allow => authorizations.allow(interaction, browser, &page.visitor.device).await,
        Decision::Deny => authorizations.deny(interaction, browser).await,
        Decision::NotMe => authorizations.report(interaction, browser).await,
    }
}

async fn view(page: &mut LoginPage, mut interaction: Interaction) -> Result<Consent, PageStop> {
    let authorizations = &page.app.usher.authorizations;
    let client = authorizations.client_of(&interaction).await?;
    let account = authorizations.account_for(&interaction, &page.visitor.browser).await?;
    let account = account.ok_or(FlowError::from(Rejected::NotSignedIn))?;
    let earlier = authorizations.consented(&account, &client.id).await?;
    let requested = authorizations.requested_apis(&client, &interaction).await?;
    // The answer applies to the user who was asked, even if another user signs in here meanwhile.
    interaction.choose(account.session.id);
    let asked = authorizations.seal_interaction(&interaction)?;
    let (ui_locales, here) = (interaction.request.ui_locales.as_deref(), page.with_request(urls::CONSENT));
    let head = page.head_for(ui_locales, account.user.locale.as_deref(), &here);
    let restarted = page.param(urls::DONE) == Some(urls::DONE_RESTARTED);
    Ok(Consent {
        notice: restarted.then(|| Message::ConsentRestarted.text(head.lang)),
        client: show::client_view(&client, &interaction.redirect_uri),
        device: device::origin(&page.app, &interaction, head.lang).await?,
        ciba: ciba::origin(&page.app, &interaction, head.lang).await?,
        name: account.user.profile.display_name().unwrap_or_default(),
        email: account.user.label(),
        // Only the person who is asked may answer a CIBA request.
        switch_url: interaction.ciba.is_none().then(|| page.with_request(urls::ACCOUNTS)),
        scopes: scopes(head.lang, &interaction, &account.user, earlier.as_ref()),
        apis: requested.into_iter().map(|api| of_api(head.lang, api, earlier.as_ref())).collect(),
        form: Form { interaction: Some(asked), ..page.form(urls::CONSENT) },
        page: head,
    })
}

/// The requested scopes of Usher, each with the values of this user that it would release.
fn scopes(lang: Lang, interaction: &Interaction, user: &User, earlier: Option<&StoredConsent>) -> Vec<ScopeView> {
    let known = user.claims();
    // Requests of former versions do not say which scopes are those of APIs.
    let is_shown = |scope: &&str| interaction.targets.is_none() || is_of_usher(scope);
    let asked = interaction.consent_scope();
    let shown = asked.iter().filter(is_shown).map(|scope| {
        let values = UserClaims::STANDARD.released(&known, &Scope::of([scope]), &BTreeSet::new());
        let value = match scope {
            "email" => values.get("email").and(user.email.as_ref()).map(Email::readable),
            "phone" => values.get("phone_number").and_then(|value| value.as_str()).map(str::to_owned),
            "profile" => values.get("name").and_then(|value| value.as_str()).map(str::to_owned),
            _ => None,
        };
        let view = ScopeView::new(lang, scope, value, !earlier.is_some_and(|earlier| earlier.scope.contains(scope)));
        // It has a session of its own: signing out in this browser does not end it.
        let of_device = interaction.answers_by_record() && scope == "offline_access";
        if of_device { ScopeView { description: lang.text("scope-offline-device-text"), ..view } } else { view }
    });
    shown.collect()
}

/// A requested API with its scopes in the words of its owner.
fn of_api(lang: Lang, api: RequestedApi, earlier: Option<&StoredConsent>) -> ConsentApi {
    let allowed = earlier.and_then(|earlier| earlier.apis.as_ref()?.get(&api.id));
    let host = Url::parse(&api.identifier).ok().and_then(|url| url.host_str().map(str::to_owned));
    let scopes = api.scopes.into_iter().map(|scope| {
        let new = !allowed.is_some_and(|allowed| allowed.contains(&scope.name));
        ScopeView::of_api(lang, scope.name, scope.description, new)
    });
    ConsentApi {
        scopes: scopes.collect(),
        name: api.name,
        host: host.unwrap_or(api.identifier),
        new: allowed.is_none(),
    }
}
