//! The names of the providers, for the ways in of a user.

use std::collections::HashMap;

use usher_accounts::FlowError;
use usher_accounts::upstream::StoredProvider;
use usher_page_kit::kit::AdminPage;

/// The names of the providers by their ids.
pub(super) async fn provider_names(page: &AdminPage) -> Result<HashMap<String, String>, FlowError> {
    let providers = &page.app.usher.providers;
    let name = |one: &StoredProvider| (one.settings.id.to_string(), providers.kinds().button(&one.settings).to_owned());
    Ok(providers.list_providers().await?.iter().map(name).collect())
}
