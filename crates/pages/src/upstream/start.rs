//! Starting a sign-in at a provider.

use super::trouble;
use crate::login::kit::LoginPage;
use usher_accounts::upstream::UpstreamIntent;
use usher_domain::provider::ProviderId;
use usher_domain::urls;
use usher_page_kit::kit::{InPath, PageKit as _, PageResult};

/// The longest `login_hint` that is passed on.
const MAX_HINT: usize = 320;

/// GET: the button on the sign-in page. Only the hint of the request is sent to the provider.
pub async fn get(mut page: LoginPage, InPath(provider): InPath<ProviderId>) -> PageResult {
    let next = urls::after_login(page.param("next"));
    let intent = UpstreamIntent::SignIn { interaction: page.sealed.clone(), next };
    let hint = page.param("login_hint").map(str::to_owned);
    let hint = hint.filter(|hint| hint.len() <= MAX_HINT && !hint.chars().any(char::is_control));
    let LoginPage { app, visitor, .. } = &mut page;
    match app.usher.upstream_sign_in.start(&provider, intent.clone(), hint, &mut visitor.browser).await {
        Ok(url) => page.redirect(url.as_str()),
        Err(fault) => Ok(trouble(&page.app, page.visitor, &provider, fault, Some(intent)).await?),
    }
}
