//! The buttons of the providers, on the pages for signing in and for registration.

use crate::login::kit::LoginPage;
use crate::views::ProviderButton;
use usher_accounts::FlowError;
use usher_accounts::upstream::SignInProvider;
use usher_domain::urls::UpstreamUrls;
use usher_domain::user::authentication::Method;

/// Those of the offered providers that `fits`; the one that this browser used last stands first.
pub(super) async fn provider_buttons(
    page: &LoginPage,
    fits: fn(&SignInProvider) -> bool,
) -> Result<Vec<ProviderButton>, FlowError> {
    let last_used =
        |id: &str| page.visitor.last_used().is_some_and(|last| last.method == Method::Provider(id.to_owned()));
    let offered = page.app.usher.providers.offered_providers().await?;
    let buttons = offered.into_iter().filter(fits).map(|one| ProviderButton {
        url: page.with_request(&UpstreamUrls::of(&one.id).start()),
        last_used: last_used(one.id.as_str()),
        id: one.id.to_string(),
        kind: one.kind,
        name: one.name,
    });
    let mut buttons: Vec<_> = buttons.collect();
    buttons.sort_by_key(|button| !button.last_used);
    Ok(buttons)
}
