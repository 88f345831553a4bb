//! The list of upstream providers.

use axum::extract::State;
use axum::response::Response;

use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{ConsoleProviders, ProviderKindLink, ProviderListItem};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::provider::ProviderKind;
use usher_domain::urls::{self, ProviderUrls};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET /console/providers
pub async fn list(
    State(app): State<App>,
    ConsoleAdministrator { visitor, account }: ConsoleAdministrator,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = visitor.page_of(&account, urls::CONSOLE);
    urls::PROVIDERS.clone_into(&mut page.language_url_base);
    let kinds = app.usher.providers.kinds();
    let providers = app.usher.providers.list_providers().await?.into_iter().map(|provider| ProviderListItem {
        id: provider.settings.id.to_string(),
        name: kinds.button(&provider.settings).to_owned(),
        url: ProviderUrls::of(&provider.settings.id).page(),
        enabled: provider.settings.enabled,
        managed: provider.managed,
        callback_url: app.usher.providers.upstream_callback(&provider.settings.id),
    });
    let link =
        |kind: &'static ProviderKind| ProviderKindLink { kind, url: urls::with(urls::NEW_PROVIDER, "kind", kind.name) };
    let removed = query.get("done").ok().flatten() == Some("removed");
    let notice = removed.then(|| page.t("provider-removed"));
    let view = ConsoleProviders {
        providers: providers.collect(),
        kinds: kinds.iter().map(link).collect(),
        notice,
        console_url: urls::CONSOLE.to_owned(),
        page,
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}
