//! The activity log of an account.

use axum::extract::State;
use axum::response::Response;

use super::sessions::device_words;
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{AccountActivity, EventView, HeadingLink, reason_words};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::event::EventCatalogue;
use usher_domain::page::Cursor;
use usher_domain::urls;
use usher_domain::user::activity::ActivityHeading;
use usher_flows::Account;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_storage::events::ShownEvent;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let heading = match query.get("kind").ok().flatten() {
        Some(word) => {
            Some(ActivityHeading::from_word(word).ok_or_else(|| HttpProblem::bad_request("there is no such kind"))?)
        }
        None => None,
    };
    let before = match query.get("before").ok().flatten() {
        Some(text) => Some(Cursor::decode(text).map_err(|error| HttpProblem::bad_request(error.to_string()))?),
        None => None,
    };
    let found = app.usher.activity_log.activity(&account, heading, before).await?;
    let here = address(heading, None);
    let page = visitor.page_of(&account, urls::ACTIVITY);
    let lang = page.lang;
    let mut events = Vec::new();
    for shown in found.items {
        events.extend(event_view(&app, lang, &account, shown).await?);
    }
    let view = AccountActivity {
        page,
        headings: headings(lang, heading),
        events,
        newest_url: before.map(|_| here),
        older_url: found.next.map(|next| address(heading, Some(next))),
        not_me_url: urls::NOT_ME.to_owned(),
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// The URL of a page of the list.
fn address(heading: Option<ActivityHeading>, before: Option<Cursor>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(heading) = heading {
        query.append_pair("kind", heading.as_str());
    }
    if let Some(before) = before {
        query.append_pair("before", &before.encode());
    }
    let query = query.finish();
    if query.is_empty() { urls::ACTIVITY.to_owned() } else { format!("{}?{query}", urls::ACTIVITY) }
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

async fn event_view(
    app: &App,
    lang: Lang,
    account: &Account,
    shown: ShownEvent,
) -> Result<Option<EventView>, HttpProblem> {
    let event = shown.event;
    let client = match &event.client_id {
        Some(id) => app.usher.activity_log.client_name(id).await?,
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
        at: lang.date_time(event.at.0),
        // Events of the current session were caused by the user.
        reportable: activity.reportable && shown.session_id != Some(account.session.id),
    }))
}
