//! Checks that every enabled provider can be reached and knows the client.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Finding;
use crate::app::bootstrap::assemble;
use crate::app::source::{OsRandom, SystemClock};
use usher_accounts::MASTER_KEY_NAME;
use usher_config::Config;
use usher_domain::provider::ProviderSettings;
use usher_domain::time::Timestamp;
use usher_flows::Usher;
use usher_storage::Store;
use usher_upstream::UpstreamError;

const SUBJECT: &str = "provider";
/// The finding for a development provider that does not respond.
const SIMULATED: &str = "it is simulated, and runs only beside `usher dev`";
/// A version of Facebook's API that ends sooner than this gets a warning.
const SOON: Duration = Duration::from_hours(24 * 183);

/// One finding for each provider, and one for a version of Facebook's API that ends soon. None if the database cannot
/// be opened, which another check reports.
pub async fn examine(config: &Config, store: Store, now: Timestamp) -> Vec<Finding> {
    if !matches!(store.find_value(MASTER_KEY_NAME).await, Ok(Some(_))) {
        return Vec::new();
    }
    let random = Arc::new(OsRandom::default());
    let Ok((usher, _)) = assemble(config.clone(), store, Arc::new(SystemClock), random).await else {
        return Vec::new();
    };
    let Ok(all) = usher.providers.list_providers().await else { return Vec::new() };
    let used: Vec<ProviderSettings> = all.into_iter().map(|one| one.settings).filter(|one| one.enabled).collect();
    let mut findings = join_all(used.iter().map(|settings| try_out(&usher, settings))).await;
    findings.extend(used.iter().filter_map(|settings| sunset(settings, now)));
    findings
}

async fn try_out(usher: &Usher, settings: &ProviderSettings) -> Finding {
    let id = &settings.id;
    let steps = match usher.providers.test_provider(id).await {
        Ok(steps) => steps,
        Err(error) => {
            return Finding::bad(SUBJECT, format!("{id}: opening its secret"), error.to_string(), "add it anew");
        }
    };
    let tried: Vec<&str> = steps.iter().map(|step| step.step).collect();
    let failed = steps.iter().find_map(|step| Some((step.step, step.outcome.as_ref().err()?)));
    match failed {
        Some((step, UpstreamError::Unavailable(_))) if is_simulated(usher, settings).await => {
            Finding::doubtful(SUBJECT, format!("{id}: {step}"), SIMULATED, "start `usher dev`, or remove the provider")
        }
        None => Finding::good(SUBJECT, format!("{id}: {}", tried.join(", ")), "is reached and knows us"),
        Some((step, error)) => {
            let remedy = match error {
                UpstreamError::Unavailable(_) => {
                    "look whether this machine reaches it; the other ways in work meanwhile".to_owned()
                }
                _ => format!(
                    "compare client id, secret and {} with what is registered there",
                    usher.providers.upstream_callback(id)
                ),
            };
            Finding::bad(SUBJECT, format!("{id}: {step}"), error.to_string(), remedy)
        }
    }
}

/// Did `usher dev` configure this provider for a simulator of its own?
#[cfg(feature = "sim")]
async fn is_simulated(usher: &Usher, settings: &ProviderSettings) -> bool {
    crate::app::dev::simulated::is_ours(usher, settings).await.unwrap_or(false)
}

/// A build without the simulator has no such providers.
#[cfg(not(feature = "sim"))]
#[expect(clippy::unused_async, reason = "with the simulator there is something to wait for")]
async fn is_simulated(_: &Usher, _: &ProviderSettings) -> bool {
    false
}

fn sunset(settings: &ProviderSettings, now: Timestamp) -> Option<Finding> {
    let (version, end) = usher_upstream::graph_version_end(settings)?;
    let left = end.0.saturating_sub(now.0);
    let soon = i64::try_from(SOON.as_secs()).unwrap_or(i64::MAX);
    (left < soon).then(|| {
        let (tried, day) = (format!("{}: comparing Graph versions", settings.id), end.rfc3339());
        let verb = if left < 0 { "ended" } else { "ends" };
        let found = format!("{version} {verb} on {}", day.get(..10).unwrap_or(&day));
        Finding::doubtful(SUBJECT, tried, found, "set graph_version to a newer one, and try it out")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::FindingLevel;
    use usher_upstream::providers::{facebook, x};

    fn facebook(version: &str) -> ProviderSettings {
        ProviderSettings::new(facebook::KIND.default_id(), &facebook::KIND, "1").with(&facebook::GRAPH_VERSION, version)
    }

    #[test]
    fn a_version_of_facebook_is_doubted_from_half_a_year_before_its_end() {
        // 2026-11-22T00:00:00Z
        let now = Timestamp(1_795_305_600);
        let found = sunset(&facebook("v21.0"), now).unwrap();
        assert_eq!((found.verdict, found.found.as_str()), (FindingLevel::Doubtful, "v21.0 ends on 2027-01-21"));
        assert_eq!(sunset(&facebook("v19.0"), now).unwrap().found, "v19.0 ended on 2026-05-21");
        let found = sunset(&facebook("v22.0"), now + Duration::from_hours(24 * 9)).unwrap();
        assert_eq!(found.found, "v22.0 ends on 2027-05-29");
        for fine in ["v22.0", "v25.0", "v26.0", "v99.0"] {
            assert_eq!(sunset(&facebook(fine), now), None, "{fine}");
        }
        assert_eq!(sunset(&ProviderSettings { kind: (&x::KIND).into(), ..facebook("v19.0") }, now), None);
    }
}
