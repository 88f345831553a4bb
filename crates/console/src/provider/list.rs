//! The list of upstream providers.

use crate::views::{ConsoleProviders, ProviderKindLink, ProviderListItem};
use usher_accounts::upstream::StoredProvider;
use usher_domain::provider::ProviderKind;
use usher_domain::urls::{self, ProviderUrls};
use usher_page_kit::kit::{AdminPage, Notice, PageKit as _, PageResult};

pub(super) const REMOVED: Notice = Notice::new("removed", "provider-removed");

/// GET /console/providers
pub async fn list(page: AdminPage) -> PageResult {
    let providers = page.app.usher.providers.list_providers().await?;
    let view = ConsoleProviders {
        page: page.head(urls::PROVIDERS),
        providers: providers.iter().map(|provider| row(&page, provider)).collect(),
        kinds: page.app.usher.providers.kinds().iter().map(link).collect(),
        notice: page.notice(&[REMOVED]),
    };
    page.show(&view)
}

fn row(page: &AdminPage, provider: &StoredProvider) -> ProviderListItem {
    let (providers, settings) = (&page.app.usher.providers, &provider.settings);
    ProviderListItem {
        id: settings.id.to_string(),
        name: providers.kinds().button(settings).to_owned(),
        url: ProviderUrls::of(&settings.id).page(),
        enabled: settings.enabled,
        managed: provider.managed,
        callback_url: providers.upstream_callback(&settings.id),
    }
}

fn link(kind: &'static ProviderKind) -> ProviderKindLink {
    ProviderKindLink { kind, url: urls::with(urls::NEW_PROVIDER, "kind", kind.name) }
}
