//! When a version of Facebook's Graph API ends: two years after its successor was released. A call to a version that
//! has ended is silently answered by the oldest live one.

use time::macros::date;
use time::{Date, Time};

use super::providers::facebook::{self, GRAPH_VERSION, VERSION};
use usher_domain::provider::ProviderSettings;
use usher_domain::time::Timestamp;

/// By major version. The newest has no end yet.
const ENDS: [(u16, Date); 7] = [
    (19, date!(2026 - 05 - 21)),
    (20, date!(2026 - 10 - 02)),
    (21, date!(2027 - 01 - 21)),
    (22, date!(2027 - 05 - 29)),
    (23, date!(2027 - 10 - 08)),
    (24, date!(2028 - 02 - 18)),
    (25, date!(2028 - 07 - 29)),
];

/// The version that a Facebook provider uses, and when it ends; `None` if unknown, or for another kind. Versions older
/// than the known ones ended with the oldest of them.
pub fn graph_version_end(settings: &ProviderSettings) -> Option<(String, Timestamp)> {
    if settings.kind.as_str() != facebook::KIND.name {
        return None;
    }
    let version = settings.text(&GRAPH_VERSION).unwrap_or(VERSION);
    let major: u16 = version.strip_prefix('v')?.split('.').next()?.parse().ok()?;
    let (_, end) = ENDS.iter().find(|(known, _)| major <= *known)?;
    Some((version.to_owned(), Timestamp(end.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_ends_on_its_day() {
        let settings = |version: Option<&str>| {
            let bare = ProviderSettings::new(facebook::KIND.default_id(), &facebook::KIND, "1");
            version.map_or(bare.clone(), |version| bare.with(&GRAPH_VERSION, version))
        };
        let end = |version| {
            graph_version_end(&settings(version)).map(|(version, end)| (version, end.rfc3339()[..10].to_owned()))
        };
        assert_eq!(end(Some("v21.0")), Some(("v21.0".into(), "2027-01-21".into())));
        assert_eq!(end(Some("v2.12")), Some(("v2.12".into(), "2026-05-21".into())));
        assert_eq!(end(None).map(|(version, _)| version), Some(VERSION.into()));
        assert_eq!((end(Some("v26.0")), end(Some("nonsense"))), (None, None));
    }
}
