//! The first page of an account: what is safe, what to do, and what is new.

use super::activity::event_views;
use super::apps::app_view;
use super::sessions::session_view;
use crate::views::{AccountOverview, Advice, Protection, SignInRequestView};
use usher_accounts::FlowError;
use usher_domain::urls;
use usher_domain::user::session::Session;
use usher_flows::OpenCibaRequest;
use usher_page_kit::kit::{AccountPage, PageKit as _, PageResult};
use usher_page_kit::views::Layout;

/// How many rows each list shows.
const ROWS: usize = 4;

/// GET
pub async fn get(page: AccountPage) -> PageResult {
    let head = page.head(urls::ACCOUNT);
    let usher = &page.app.usher;
    let sessions = latest_first(usher.profiles.sessions_of(&page.account).await?, &page);
    let apps = usher.applications.applications(&page.account).await?;
    let mut events = usher.activity_log.activity(&page.account, None, None).await?.items;
    events.truncate(ROWS);
    let this = page.account.session.id;
    let view = AccountOverview {
        name: page.account.user.profile.display_name().unwrap_or_default(),
        email: page.account.user.readable_email(),
        advice: advice(&page).await?,
        requests: requests(&page, &head).await?,
        session_count: count(sessions.len()),
        sessions: sessions.iter().take(ROWS).map(|session| session_view(&head, session, this)).collect(),
        app_count: count(apps.len()),
        apps: apps.iter().take(ROWS).map(|app| app_view(&head, usher.core.issuer(), app)).collect(),
        events: event_views(&page, &head, events).await?,
        page: head,
    };
    page.show(&view)
}

async fn requests(page: &AccountPage, head: &Layout) -> Result<Vec<SignInRequestView>, FlowError> {
    let open = page.app.usher.authorizations.open_ciba_requests(&page.account).await?;
    let view = |OpenCibaRequest { request, client }: OpenCibaRequest| SignInRequestView {
        client: client.metadata.client_name.clone(),
        asked: head.ago(request.created_at.0),
        url: urls::with(urls::CIBA, "request", &request.id.to_string()),
    };
    Ok(open.into_iter().map(view).collect())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn latest_first(mut sessions: Vec<Session>, page: &AccountPage) -> Vec<Session> {
    let this = page.account.session.id;
    sessions.sort_by_key(|session| (session.id != this, std::cmp::Reverse(session.last_seen_at)));
    sessions
}

/// The one thing that would protect the account best.
async fn advice(page: &AccountPage) -> Result<Advice, FlowError> {
    let (usher, account) = (&page.app.usher, &page.account);
    let factors = usher.factor_rules.factors_of(account).await?;
    let has_passkey = !usher.passkeys.passkeys_of(account).await?.is_empty();
    let has_password = usher.passwords.has_password(account).await?;
    Ok(Advice::for_account(&Protection {
        has_address: account.user.email.is_some(),
        has_passkey,
        offers_passkeys: usher.passkeys.offers_passkeys(),
        asks_second: factors.totp || factors.always || !has_password,
        has_codes: factors.recovery_codes > 0,
    }))
}
