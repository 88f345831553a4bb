//! The list of users: search, filters, pages.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use super::provider_names::provider_names;
use super::words;
use crate::views::{ChosenFilter, FilterChoice, FilterField, UserListItem, UsersPage};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ProjectId;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::provider::ProviderId;
use usher_domain::urls;
use usher_domain::user::UserStatus;
use usher_domain::user::search::{UserFilter, UserOrder, UserPosition, UserQuery};
use usher_flows::PageStart;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::Layout;
use usher_storage::users::search::UserSummary;

/// Users on one page.
const PAGE: u32 = 25;
/// The periods of "joined" and "seen", in days.
const PERIODS: [(&str, &str); 4] =
    [("1", "users-last-day"), ("7", "users-last-week"), ("30", "users-last-month"), ("365", "users-last-year")];

/// GET /console/users
pub async fn get(page: AdminPage) -> PageResult {
    let choices = choices(&page).await?;
    let query = query(&page, &choices)?;
    let found = page.app.usher.user_directory.find_users(&query, &start(&page)?, PAGE).await;
    let found = match found {
        Err(FlowError::Rejected(Rejected::NotFound("page"))) => return Err(no_page().into()),
        found => found?,
    };
    let address = Address::of(&page, &choices);
    let head = page.head(&address.all());
    let names = provider_names(&page).await?;
    let view = UsersPage {
        notice: page.notice(&super::invite::NOTICES),
        text: page.param("q").unwrap_or_default().to_owned(),
        export_url: address.at(urls::EXPORT_USERS),
        chosen: chosen(&address, &choices, head.lang),
        fields: fields(&address, choices, head.lang),
        users: found.users.iter().map(|one| item(&head, one, &names)).collect(),
        next_url: found.next.map(|next| urls::with(&address.all(), "after", &next.encode())),
        previous_url: found.previous.map(|previous| urls::with(&address.all(), "before", &previous.encode())),
        first_url: page.param("after").or_else(|| page.param("before")).map(|_| address.all()),
        examined: found.stopped_after.and_then(|count| u32::try_from(count).ok()),
        page: head,
    };
    page.show(&view)
}

/// The parameters of the filters that are set, in their order.
pub(super) struct Address(Vec<(&'static str, String)>);

impl Address {
    pub(super) fn of(page: &AdminPage, choices: &[OfferedFilter]) -> Self {
        let names = std::iter::once("q").chain(choices.iter().map(|filter| filter.name));
        Self(names.filter_map(|name| Some((name, page.param(name)?.to_owned()))).collect())
    }

    fn all(&self) -> String {
        self.without("")
    }

    /// Another page with these filters.
    pub(super) fn at(&self, page: &str) -> String {
        self.0.iter().fold(page.to_owned(), |url, (name, value)| urls::with(&url, name, value))
    }

    /// The filters as the event log keeps them: the words that were searched for may name somebody.
    pub(super) fn recorded(&self) -> String {
        let shown = |(name, value): &(&'static str, String)| match *name {
            "q" => "q".to_owned(),
            name => format!("{name}={value}"),
        };
        self.0.iter().map(shown).collect::<Vec<_>>().join("&")
    }

    fn without(&self, name: &str) -> String {
        let kept = self.0.iter().filter(|(one, _)| *one != name);
        kept.fold(urls::USERS.to_owned(), |url, (name, value)| urls::with(&url, name, value))
    }

    fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| *one == name).map_or("", |(_, value)| value)
    }
}

/// A filter: its parameter, the key of its label, and its values with their labels.
pub(super) struct OfferedFilter {
    name: &'static str,
    label: &'static str,
    values: Vec<(String, String)>,
}

/// Every filter. The values of a form are those that the lists of the installation have.
pub(super) async fn choices(page: &AdminPage) -> Result<Vec<OfferedFilter>, FlowError> {
    let lang = page.head("").lang;
    let filter = |name, label, values: &[(&str, &str)]| OfferedFilter {
        name,
        label,
        values: values.iter().map(|(value, key)| ((*value).to_owned(), lang.text(key))).collect(),
    };
    let usher = &page.app.usher;
    let projects = usher.projects.list_projects(Cursor::START, MAX_PAGE).await?.items;
    let providers = usher.providers.list_providers().await?;
    Ok(vec![
        filter(
            "status",
            "users-status",
            &[("active", "users-active"), ("disabled", "users-disabled"), ("merged", "users-merged")],
        ),
        filter("admin", "users-role", &[("true", "users-admins"), ("false", "users-no-admins")]),
        filter("second_factor", "users-factor", &[("true", "users-with-factor"), ("false", "users-without-factor")]),
        filter("has_email", "email", &[("true", "users-with-email"), ("false", "users-without-email")]),
        OfferedFilter {
            name: "provider",
            label: "users-provider",
            values: providers
                .iter()
                .map(|one| (one.settings.id.to_string(), usher.providers.kinds().button(&one.settings).to_owned()))
                .collect(),
        },
        OfferedFilter {
            name: "project",
            label: "users-project",
            values: projects.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        },
        filter("created", "users-joined", &PERIODS),
        filter("seen", "users-seen", &PERIODS),
        filter("order", "users-order", &[("oldest", "users-oldest"), ("last_seen", "users-latest")]),
    ])
}

pub(super) fn query(page: &AdminPage, choices: &[OfferedFilter]) -> Result<UserQuery, PageStop> {
    // A project that the form does not offer may still be named.
    let offered = |name: &str, value: &str| {
        name == "project"
            || choices.iter().any(|one| one.name == name && one.values.iter().any(|(own, _)| own == value))
    };
    let since = |name: &str| -> Result<_, PageStop> {
        let days: Option<u64> = read(page, name, &offered)?;
        Ok(days.map(|days| page.app.usher.core.now() - Duration::from_hours(24 * days)))
    };
    let filter = UserFilter {
        status: read::<UserStatus>(page, "status", &offered)?,
        admin: read(page, "admin", &offered)?,
        has_email: read(page, "has_email", &offered)?,
        second_factor: read(page, "second_factor", &offered)?,
        provider: read::<ProviderId>(page, "provider", &offered)?,
        project: read::<ProjectId>(page, "project", &offered)?,
        created_since: since("created")?,
        seen_since: since("seen")?,
    };
    let order = read(page, "order", &offered)?.unwrap_or(UserOrder::Newest);
    Ok(UserQuery::new(page.param("q").unwrap_or_default(), filter, order))
}

/// The value of a filter; 400 for one that it does not have.
fn read<T: FromStr>(
    page: &AdminPage,
    name: &str,
    offered: &impl Fn(&str, &str) -> bool,
) -> Result<Option<T>, PageStop> {
    let Some(text) = page.param(name) else { return Ok(None) };
    let value = text.parse().ok().filter(|_| offered(name, text));
    Ok(Some(value.ok_or_else(|| HttpProblem::parameter(name, "it is not one of its values"))?))
}

fn start(page: &AdminPage) -> Result<PageStart, PageStop> {
    let position = |text: &str| UserPosition::decode(text).ok_or_else(no_page);
    Ok(match (page.param("after"), page.param("before")) {
        (Some(after), _) => PageStart::After(position(after)?),
        (None, Some(before)) => PageStart::Before(position(before)?),
        (None, None) => PageStart::First,
    })
}

fn no_page() -> HttpProblem {
    HttpProblem::bad_request("This is not a page of this list.")
}

fn item(head: &Layout, one: &UserSummary, names: &HashMap<String, String>) -> UserListItem {
    let provider_name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    UserListItem {
        person: words::person(&one.user),
        state: words::state(one),
        admin: one.user.admin,
        methods: words::methods(one, head.lang, provider_name),
        sessions: one.sessions,
        last_seen: one.last_seen_at.map(|at| head.ago(at.0)),
        joined: head.ago(one.user.created_at.0),
    }
}

pub(super) fn chosen(address: &Address, choices: &[OfferedFilter], lang: Lang) -> Vec<ChosenFilter> {
    let set = choices.iter().filter(|filter| filter.name != "order" && !address.value(filter.name).is_empty());
    set.map(|filter| {
        let value = address.value(filter.name);
        let known = filter.values.iter().find(|(own, _)| own == value);
        ChosenFilter {
            label: lang.text(filter.label),
            value: known.map_or_else(|| value.to_owned(), |(_, label)| label.clone()),
            remove_url: address.without(filter.name),
        }
    })
    .collect()
}

fn fields(address: &Address, choices: Vec<OfferedFilter>, lang: Lang) -> Vec<FilterField> {
    let field = |filter: OfferedFilter| {
        let value = address.value(filter.name);
        let any = if filter.name == "order" { "users-newest" } else { "users-any" };
        let choice = |(own, label): (String, String)| FilterChoice { selected: own == value, value: own, label };
        FilterField {
            name: filter.name,
            label: lang.text(filter.label),
            any: lang.text(any),
            choices: filter.values.into_iter().map(choice).collect(),
        }
    };
    choices.into_iter().filter(|filter| !filter.values.is_empty()).map(field).collect()
}
