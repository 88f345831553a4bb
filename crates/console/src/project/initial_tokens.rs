//! The tokens of a project with which clients register themselves.

use std::time::Duration;

use crate::views::{InitialTokenItem, InitialTokenValues, InitialTokensPage};
use usher_accounts::admin::initial_tokens::NewInitialToken;
use usher_accounts::{FlowError, Rejected};
use usher_domain::oauth::initial_token::InitialToken;
use usher_domain::urls::InitialTokenUrls;
use usher_page_kit::kit::{
    ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult, ProjectPage, SecretPage as _,
};
use usher_page_kit::views::{ProjectTab, ShownSecret};

const DAY: u64 = 86_400;
const ADDED: Notice = Notice::new("added", "initial-token-added");
const DELETED: Notice = Notice::new("deleted", "initial-token-deleted");

/// GET /console/projects/{project}/initial-tokens
pub async fn get(mut page: ProjectPage) -> PageResult {
    let here = page.urls.initial_tokens();
    let token = page.secret(&here).await?;
    let notice = page.notice(&[ADDED, DELETED]).filter(|_| token != Some(ShownSecret::Before));
    let view = InitialTokensPage { token, notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST creates a token, which the page shows once.
pub async fn create(mut page: ProjectPage, PageForm(values): PageForm<InitialTokenValues>) -> PageResult {
    let made = create_typed(&page, &values).await;
    match page.check(made)? {
        Ok((_, token)) => {
            let here = page.urls.initial_tokens();
            page.done_with_secret(&here, ADDED, &token)
        }
        Err(errors) => {
            let view = InitialTokensPage { values, errors, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

/// POST …/{token}/delete
pub async fn delete(page: ProjectPage, InPath((_, id)): InPath<(String, String)>, _: ButtonForm) -> PageResult {
    page.app.usher.initial_tokens.delete_initial_token(page.project.id, &id).await?;
    let here = page.urls.initial_tokens();
    page.done(&here, DELETED)
}

async fn create_typed(page: &ProjectPage, values: &InitialTokenValues) -> Result<(InitialToken, String), FlowError> {
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| Rejected::InitialTokenLimits);
    let new = NewInitialToken {
        project: page.project.id,
        name: values.name.clone(),
        max_clients: number(&values.max_clients)?,
        lifetime: Duration::from_secs(u64::from(number(&values.days)?) * DAY),
    };
    page.app.usher.initial_tokens.create_initial_token(new).await
}

async fn view(page: &mut ProjectPage) -> Result<InitialTokensPage, FlowError> {
    let here = page.urls.initial_tokens();
    let head = page.head(&here);
    let usher = &page.app.usher;
    let tokens = usher.initial_tokens.list_initial_tokens(page.project.id).await?;
    let (now, settings) = (usher.core.now(), &usher.core.config.client_registration);
    let (closed, open) = (!settings.offers_dynamic(), settings.is_open());
    let mut rows = Vec::new();
    for token in tokens {
        let delete = page.form(InitialTokenUrls::of(&token.project_id, &token.id).delete());
        rows.push(InitialTokenItem {
            ended: !token.is_good(now),
            name: token.name,
            registered: token.registered,
            max_clients: token.max_clients,
            expires: head.date(token.expires_at.0),
            delete,
        });
    }
    Ok(InitialTokensPage {
        project: page.project_head(&head, ProjectTab::InitialTokens),
        form: page.form(here),
        tokens: rows,
        closed,
        open,
        values: InitialTokenValues { max_clients: "1".into(), days: "30".into(), ..InitialTokenValues::default() },
        page: head,
        ..InitialTokensPage::default()
    })
}
