//! Choosing an account among those in the browser.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{AccountChooser, AccountView};
use usher_accounts::{Account, FlowError};
use usher_domain::id::SessionId;
use usher_domain::oauth::interaction::{Interaction, InteractionStep};
use usher_domain::urls;
use usher_page_kit::kit::{FormField, PageForm, PageKit as _, PageResult};
use usher_page_kit::visitor_pages::VisitorPages as _;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    interaction: Option<String>,
    /// The session of the account; any other text is another account.
    account: FormField<SessionId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    interaction: Option<String>,
    remove: FormField<SessionId>,
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let interaction = page.interaction()?;
    let asked = interaction.as_ref().and_then(|one| one.request.ui_locales.clone());
    let accounts = page.app.usher.accounts.accounts(&page.visitor.browser).await?;
    let view = AccountChooser {
        client: page.client(interaction.as_ref()).await?,
        page: page.head_for(asked.as_deref(), None, &page.with_request(urls::ACCOUNTS)),
        form: page.form_of_request(urls::ACCOUNTS),
        accounts: accounts.iter().map(account_view).collect(),
    };
    page.show(&view)
}

/// POST
pub async fn choose(mut page: LoginPage, PageForm(form): PageForm<ChooseForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    let interaction = page.interaction()?;
    let chosen = known(&page, form.account.value).await?;
    if let Some(account) = chosen.as_ref().filter(|account| account.live) {
        page.visitor.browser.prefer(account);
    }
    match (interaction, chosen) {
        (None, Some(account)) if account.live => page.redirect(urls::PROFILE),
        (None, _) => page.redirect(urls::LOGIN),
        (Some(interaction), Some(account)) if account.live => go_on_as(page, interaction, account.session.id).await,
        (Some(interaction), known) => sign_in_as(page, interaction, known.as_ref()),
    }
}

/// POST …/remove
pub async fn remove(mut page: LoginPage, PageForm(form): PageForm<RemoveForm>) -> PageResult {
    page.belongs_to(form.interaction).await;
    page.interaction()?;
    if let Some(account) = known(&page, form.remove.value).await? {
        if account.live {
            page.app.usher.sign_outs.sign_out(&account).await?;
        }
        page.visitor.browser.forget(&account);
    }
    let to = page.with_request(urls::ACCOUNTS);
    Ok(page.visitor.redirect_to_page(&to))
}

/// The account of this browser with this session.
async fn known(page: &LoginPage, session: Option<SessionId>) -> Result<Option<Account>, FlowError> {
    let accounts = page.app.usher.accounts.accounts(&page.visitor.browser).await?;
    Ok(accounts.into_iter().find(|account| Some(account.session.id) == session))
}

async fn go_on_as(page: LoginPage, mut interaction: Interaction, session: SessionId) -> PageResult {
    interaction.choose(session);
    let outcome = page.go_on(&interaction).await?;
    Ok(show::outcome(&page.app, page.visitor, &interaction, outcome)?)
}

fn sign_in_as(page: LoginPage, mut interaction: Interaction, known: Option<&Account>) -> PageResult {
    if let Some(known) = known {
        interaction.request.login_hint = known.user.email.as_ref().map(ToString::to_string);
    }
    interaction.choose(known.map_or(nobody(), |account| account.session.id));
    let step = InteractionStep::SignIn { again: false };
    Ok(show::show_step(&page.app, page.visitor, &step, &interaction)?)
}

/// "Another account": a session id that no account of this browser has.
const fn nobody() -> SessionId {
    SessionId(uuid::Uuid::nil())
}

fn account_view(account: &Account) -> AccountView {
    AccountView {
        handle: account.session.id.to_string(),
        name: account.user.profile.display_name().unwrap_or_default(),
        email: account.user.readable_email(),
        signed_in: account.live,
    }
}
