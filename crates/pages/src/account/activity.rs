//! The activity log of an account.

use super::sessions::device_words;
use crate::views::{AccountActivity, EventView, HeadingLink, reason_words};
use usher_accounts::FlowError;
use usher_domain::event::EventCatalogue;
use usher_domain::page::Cursor;
use usher_domain::urls;
use usher_domain::user::activity::{Activity, ActivityHeading};
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{AccountPage, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_storage::events::ShownEvent;

/// GET
pub async fn get(page: AccountPage) -> PageResult {
    let heading = page.param("kind").map(heading_of).transpose()?;
    let before = page.param("before").map(cursor_of).transpose()?;
    let found = page.app.usher.activity_log.activity(&page.account, heading, before).await?;
    let head = page.head(urls::ACTIVITY);
    let view = AccountActivity {
        headings: headings(head.lang, heading),
        events: event_views(&page, &head, found.items).await?,
        newest_url: before.map(|_| address(heading, None)),
        older_url: found.next.map(|next| address(heading, Some(next))),
        not_me_url: urls::NOT_ME.to_owned(),
        page: head,
    };
    page.show(&view)
}

fn heading_of(word: &str) -> Result<ActivityHeading, HttpProblem> {
    ActivityHeading::from_word(word).ok_or_else(|| HttpProblem::bad_request("there is no such kind"))
}

fn cursor_of(text: &str) -> Result<Cursor, HttpProblem> {
    Cursor::decode(text).map_err(|error| HttpProblem::bad_request(error.to_string()))
}

/// The URL of a page of the list.
fn address(heading: Option<ActivityHeading>, before: Option<Cursor>) -> String {
    let url = heading.map_or_else(|| urls::ACTIVITY.to_owned(), |one| urls::with(urls::ACTIVITY, "kind", one.as_str()));
    before.map_or(url.clone(), |before| urls::with(&url, "before", &before.encode()))
}

fn headings(lang: Lang, chosen: Option<ActivityHeading>) -> Vec<HeadingLink> {
    let word = |heading: Option<ActivityHeading>| match heading {
        None => "activity-everything",
        Some(ActivityHeading::SignIns) => "activity-sign-ins",
        Some(ActivityHeading::Security) => "activity-security",
        Some(ActivityHeading::Applications) => "activity-applications",
        Some(ActivityHeading::Account) => "activity-account",
    };
    let all = std::iter::once(None).chain(ActivityHeading::ALL.into_iter().map(Some));
    let link = |heading: Option<ActivityHeading>| HeadingLink {
        label: lang.text(word(heading)),
        url: address(heading, None),
        current: heading == chosen,
    };
    all.map(link).collect()
}

/// The events of the account as rows.
pub(super) async fn event_views(
    page: &AccountPage,
    head: &Layout,
    shown: Vec<ShownEvent>,
) -> Result<Vec<EventView>, FlowError> {
    let mut views = Vec::new();
    for event in shown {
        views.extend(event_view(page, head, event).await?);
    }
    Ok(views)
}

async fn event_view(page: &AccountPage, head: &Layout, shown: ShownEvent) -> Result<Option<EventView>, FlowError> {
    let lang = head.lang;
    let event = shown.event;
    let client = match &event.client_id {
        Some(id) => page.app.usher.activity_log.client_name(id).await?,
        None => String::new(),
    };
    let Some(activity) = EventCatalogue::STANDARD.activity(&event.kind) else { return Ok(None) };
    let said = |name: &str| event.data.get(name).and_then(|value| value.as_str());
    let source = shown.source.as_deref().or_else(|| said("source"));
    let place = source.map(|source| lang.network(source));
    let device = shown.user_agent.as_deref().map(|agent| device_words(lang, Some(agent)));
    let whence: Vec<String> = [device, place].into_iter().flatten().collect();
    Ok(Some(EventView {
        what: lang.text_with(activity.text, &[("client", client.as_str().into())]),
        why: said("reason").and_then(|reason| reason_words(lang, reason)),
        whence: (!whence.is_empty()).then(|| whence.join(" · ")),
        icon: icon_of(activity),
        at: head.ago(event.at.0),
        // Events of the current session were caused by the user.
        reportable: activity.reportable && shown.session_id != Some(page.account.session.id),
    }))
}

fn icon_of(activity: Activity) -> &'static str {
    match activity.heading {
        _ if activity.text == "event-sign-in-failed" => "circle-x",
        ActivityHeading::SignIns => "circle-check",
        ActivityHeading::Security => "shield-check",
        ActivityHeading::Applications => "app-window",
        ActivityHeading::Account => "user-round",
    }
}
