//! The buttons of the providers, on the pages for signing in and for registration.

use crate::login::kit::LoginPage;
use crate::views::ProviderButton;
use usher_accounts::FlowError;
use usher_accounts::upstream::SignInProvider;
use usher_domain::urls::UpstreamUrls;
use usher_domain::user::authentication::Method;

/// The providers that have a place, by their places; the one that this browser used last stands first.
pub(super) async fn provider_buttons(
    page: &LoginPage,
    place: impl Fn(&SignInProvider) -> Option<usize> + Send,
) -> Result<Vec<ProviderButton>, FlowError> {
    let last_used =
        |id: &str| page.visitor.last_used().is_some_and(|last| last.method == Method::Provider(id.to_owned()));
    let offered = page.app.usher.providers.offered_providers().await?;
    let placed = offered.into_iter().filter_map(|one| place(&one).map(|place| (place, one)));
    let buttons = placed.map(|(place, one)| {
        let button = ProviderButton {
            url: page.with_request(&UpstreamUrls::of(&one.id).start()),
            last_used: last_used(one.id.as_str()),
            id: one.id.to_string(),
            kind: one.kind,
            name: one.name,
        };
        (place, button)
    });
    let mut buttons: Vec<_> = buttons.collect();
    buttons.sort_by_key(|(place, button)| (!button.last_used, *place));
    Ok(buttons.into_iter().map(|(_, button)| button).collect())
}
