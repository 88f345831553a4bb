//! The filters of the audit log: read from the URL, and written into one.

use std::net::IpAddr;

use form_urlencoded::Serializer;
use uuid::Uuid;

use crate::views::installation::{AuditFilterValues, event_texts};
use usher_accounts::FlowError;
use usher_domain::id::ProjectId;
use usher_domain::time::Timestamp;
use usher_flows::Usher;
use usher_http_server::extract::client_ip::SourcePrefix;
use usher_i18n::Lang;
use usher_page_kit::views::FieldErrors;
use usher_protocol::params::Params;
use usher_storage::events::log::Search;

/// Longest value of a filter, in bytes.
const MAX_VALUE: usize = 300;
const DAY: i64 = 86_400;

/// The filters that a query names.
pub fn read(query: &Params) -> AuditFilterValues {
    let text = |name: &str| {
        let value = query.get(name).ok().flatten().map(str::trim).unwrap_or_default();
        if value.len() > MAX_VALUE { String::new() } else { value.to_owned() }
    };
    AuditFilterValues {
        who: text("who"),
        kind: text("kind"),
        project: text("project"),
        client: text("client"),
        address: text("address"),
        trace: text("trace"),
        since: text("since"),
        until: text("until"),
    }
}

/// The query that names these filters; empty without any.
pub fn query(values: &AuditFilterValues) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [
        ("who", &values.who),
        ("kind", &values.kind),
        ("project", &values.project),
        ("client", &values.client),
        ("address", &values.address),
        ("trace", &values.trace),
        ("since", &values.since),
        ("until", &values.until),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// A URL with a query, which may be empty.
pub fn with_query(url: &str, query: &str) -> String {
    if query.is_empty() { url.to_owned() } else { format!("{url}?{query}") }
}

/// The search for these filters, or what is wrong with them.
pub async fn search(
    usher: &Usher,
    values: &AuditFilterValues,
    lang: Lang,
) -> Result<Result<Search, FieldErrors>, FlowError> {
    let mut errors = FieldErrors::default();
    let mut search = Search::default();
    if !values.who.is_empty() {
        search.who = usher.installation.find_person(&values.who).await?;
        if search.who.is_none() {
            errors.add("who", lang.text("audit-bad-who"));
        }
    }
    search.kinds = event_texts::kinds_of(&values.kind).unwrap_or_default();
    search.project = values.project.parse::<ProjectId>().ok();
    let mut read = |field: &'static str, key: &'static str, text: &str, fits: bool| {
        if !text.is_empty() && !fits {
            errors.add(field, lang.text(key));
        }
    };
    search.client = values.client.parse().ok().filter(|_| !values.client.is_empty());
    read("client", "audit-bad-client", &values.client, search.client.is_some());
    search.source = values.address.parse::<IpAddr>().ok().map(|address| SourcePrefix::of(address).to_string());
    read("address", "audit-bad-address", &values.address, search.source.is_some());
    search.trace_id = Uuid::try_parse(&values.trace).ok();
    read("trace", "audit-bad-trace", &values.trace, search.trace_id.is_some());
    let (since, until) = (Timestamp::of_date(&values.since), Timestamp::of_date(&values.until));
    read("since", "audit-bad-date", &values.since, since.is_some());
    read("until", "audit-bad-date", &values.until, until.is_some());
    search.since = since.unwrap_or(search.since);
    // The day that is named belongs to the period.
    search.until = until.map_or(search.until, |until| Timestamp(until.0 + DAY));
    Ok(if errors.is_empty() { Ok(search) } else { Err(errors) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(query: &str) -> AuditFilterValues {
        read(&Params::decode(query.as_bytes()).unwrap())
    }

    #[test]
    fn a_filter_is_written_as_it_was_read() {
        let text = "who=ana%40example.test&kind=key.revoked&trace=4bf92f3577b34da6a3ce929d0e0e4736&since=2026-11-01";
        assert_eq!(query(&values(text)), text);
        assert_eq!(query(&values("before=x&other=1&who=")), "");
        assert_eq!(with_query("/console/audit", ""), "/console/audit");
        assert_eq!(with_query("/console/audit", "who=a"), "/console/audit?who=a");
    }

    #[test]
    fn garbage_is_no_filter() {
        let long = format!("who={}&who=a&kind={}", "a".repeat(301), "b".repeat(301));
        assert!(values(&long).is_empty());
    }
}
