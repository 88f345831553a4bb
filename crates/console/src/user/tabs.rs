//! One user: ways in, sessions, applications with the claims that each would get, roles, activity.

use super::{change, head};
use crate::views::{
    ClaimsView, MethodView, RoleView, UserActivityPage, UserApplicationView, UserApplicationsPage, UserEventView,
    UserRolesPage, UserSessionView, UserSessionsPage, UserSignInPage, UserTab,
};
use usher_accounts::{Application, FlowError};
use usher_domain::event::EventCatalogue;
use usher_domain::id::{ClientId, SessionId, UserId};
use usher_domain::page::Cursor;
use usher_domain::time::Timestamp;
use usher_domain::urls::{self, ClientUrls, ProjectUrls, UserUrls};
use usher_domain::user::User;
use usher_domain::user::device::DeviceName;
use usher_domain::user::session::Session;
use usher_flows::SignInMethods;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, InPath, PageKit as _, PageResult, PageStop};
use usher_page_kit::views::Layout;
use usher_protocol::user_claims::UserClaims;
use usher_storage::events::log::{AuditEvent, Search, Who};

/// Events on one page.
const EVENTS: u32 = 50;

/// GET …/sign-in
pub async fn sign_in(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (_, user, head) = head::load(&mut page, id, UserTab::SignIn).await?;
    let methods = page.app.usher.user_details.sign_in_methods(id).await?;
    let names = super::provider_names::provider_names(&page).await?;
    let view = UserSignInPage {
        methods: method_views(&head, &methods, |id| names.get(id).cloned().unwrap_or_else(|| id.to_owned())),
        recovery_codes: methods.factors.recovery_codes,
        user,
        page: head,
    };
    page.show(&view)
}

fn method_views(head: &Layout, methods: &SignInMethods, provider: impl Fn(&str) -> String) -> Vec<MethodView> {
    let mut views = Vec::new();
    if methods.password {
        views.push(MethodView { icon: "key-round", title: head.t("password"), ..MethodView::default() });
    }
    views.extend(methods.passkeys.iter().map(|passkey| MethodView {
        icon: "fingerprint",
        title: passkey.name.clone(),
        detail: head.t("users-passkey"),
        since: Some(head.ago(passkey.created_at.0)),
        used: passkey.last_used_at.map(|at| head.ago(at.0)),
        mark: String::new(),
    }));
    views.extend(methods.identities.iter().map(|identity| {
        MethodView {
            icon: "plug",
            mark: identity.provider.to_string(),
            title: provider(identity.provider.as_str()),
            detail: identity
                .handle
                .clone()
                .or_else(|| identity.email_at_link.as_ref().map(ToString::to_string))
                .unwrap_or_default(),
            since: Some(head.ago(identity.linked_at.0)),
            used: identity.last_used_at.map(|at| head.ago(at.0)),
        }
    }));
    if methods.factors.totp {
        views.push(MethodView { icon: "smartphone", title: head.t("user-totp"), ..MethodView::default() });
    }
    views
}

/// GET …/sessions
pub async fn sessions(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (_, user, head) = head::load(&mut page, id, UserTab::Sessions).await?;
    let sessions = page.app.usher.live_sessions.of_user(id).await?;
    let own = page.account.session.id;
    let view = UserSessionsPage {
        sessions: sessions.iter().map(|session| session_view(&head, session, own)).collect(),
        user,
        page: head,
    };
    page.show(&view)
}

/// A session as lists show it.
pub(super) fn session_view(head: &Layout, session: &Session, own: SessionId) -> UserSessionView {
    let device = DeviceName::from_user_agent(session.user_agent.as_deref());
    UserSessionView {
        id: session.id.to_string(),
        own: session.id == own,
        portable: device.is_portable(),
        device: head.lang.device(device.browser.as_deref(), device.system.as_deref()),
        place: head.lang.network(session.source.as_deref().unwrap_or_default()),
        means: session.amr.join(", "),
        created: head.ago(session.created_at.0),
        last_seen: head.ago(session.last_seen_at.0),
        end_url: urls::with(urls::END_LIVE_SESSIONS, "session", &session.id.to_string()),
    }
}

/// GET …/applications?client=
pub async fn applications(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (found, user, head) = head::load(&mut page, id, UserTab::Applications).await?;
    let applications = page.app.usher.applications.applications_of(id).await?;
    let named = page.param("client").map(str::to_owned);
    let (preview, unknown) = match &named {
        Some(client) => preview(&page, &found.user, client, &applications).await?,
        None => (None, false),
    };
    let view = UserApplicationsPage {
        applications: applications.iter().map(|one| application_view(&head, id, one)).collect(),
        client: named.unwrap_or_default(),
        unknown,
        preview,
        here: UserUrls::of(&id).applications(),
        user,
        page: head,
    };
    page.show(&view)
}

fn application_view(head: &Layout, id: UserId, one: &Application) -> UserApplicationView {
    let time = |at: Option<Timestamp>| at.map(|at| head.ago(at.0));
    UserApplicationView {
        name: one.client.metadata.client_name.clone(),
        url: ClientUrls::of(&one.client.id).page(),
        scope: one.scope.to_string(),
        claims: one.claims.iter().map(|(claim, at)| (claim_words(head.lang, claim), head.ago(at.0))).collect(),
        allowed: time(one.allowed_at),
        last_used: time(one.last_used_at),
        preview_url: urls::with(&UserUrls::of(&id).applications(), "client", &one.client.id.0),
    }
}

fn claim_words(lang: Lang, claim: &str) -> String {
    UserClaims::STANDARD.find(claim).map_or_else(|| claim.to_owned(), |row| lang.text(row.label))
}

/// What a client would get: with the scopes that the user allowed it, else with all that it may ask for. `true` if there
/// is no such client.
async fn preview(
    page: &AdminPage,
    user: &User,
    named: &str,
    applications: &[Application],
) -> Result<(Option<ClaimsView>, bool), FlowError> {
    let usher = &page.app.usher;
    let client = match named.parse::<ClientId>() {
        Ok(id) => usher.clients.find_client(&id).await?,
        Err(_) => None,
    };
    let Some(client) = client else { return Ok((None, true)) };
    let allowed = applications.iter().find(|one| one.client.id == client.id).map(|one| one.scope.clone());
    let scope = allowed.unwrap_or_else(|| client.metadata.scope.clone());
    let found = usher.user_details.preview_claims(&client, user, scope).await?;
    let pretty = |claims| serde_json::to_string_pretty(&claims).unwrap_or_default();
    Ok((
        Some(ClaimsView {
            name: client.metadata.client_name.clone(),
            scope: found.scope.to_string(),
            id_token: pretty(found.id_token),
            userinfo: pretty(found.userinfo),
        }),
        false,
    ))
}

/// GET …/roles
pub async fn roles(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (_, user, head) = head::load(&mut page, id, UserTab::Roles).await?;
    let roles = page.app.usher.user_details.roles(id).await?;
    let view = UserRolesPage {
        roles: roles
            .into_iter()
            .map(|one| RoleView {
                url: ProjectUrls::of(&one.project.id).page(),
                project: one.project.name,
                member: one.member.map(|role| head.t(change::role_key(role))),
                roles: one
                    .roles
                    .into_iter()
                    .map(|role| match role.scope {
                        Some(scope) => format!("{} ({scope})", role.role),
                        None => role.role,
                    })
                    .collect(),
            })
            .collect(),
        add_url: head::change_url(&[id], "add-member"),
        remove_url: head::change_url(&[id], "remove-member"),
        user,
        page: head,
    };
    page.show(&view)
}

/// GET …/activity?before=
pub async fn activity(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (_, user, head) = head::load(&mut page, id, UserTab::Activity).await?;
    let before = page.param("before").map(cursor).transpose()?;
    let search = Search { who: Some(Who::User(id)), before, ..Search::default() };
    let found = page.app.usher.users.search_log(&search, EVENTS).await?;
    let here = UserUrls::of(&id).activity();
    let mut events = Vec::new();
    for event in &found.items {
        events.push(event_view(&page, &head, event).await?);
    }
    let view = UserActivityPage {
        events,
        newest_url: before.map(|_| here.clone()),
        older_url: found.next.map(|next| urls::with(&here, "before", &next.encode())),
        user,
        page: head,
    };
    page.show(&view)
}

fn cursor(text: &str) -> Result<Cursor, PageStop> {
    Ok(Cursor::decode(text).map_err(|error| HttpProblem::bad_request(error.to_string()))?)
}

async fn event_view(page: &AdminPage, head: &Layout, event: &AuditEvent) -> Result<UserEventView, FlowError> {
    let client = match &event.client_id {
        Some(id) => page.app.usher.activity_log.client_name(id).await?,
        None => String::new(),
    };
    let activity = EventCatalogue::STANDARD.activity(&event.kind);
    let what = activity.map(|one| head.lang.text_with(one.text, &[("client", client.as_str().into())]));
    let failed = event.kind.ends_with("_failed") || event.kind.ends_with("reuse_detected");
    let raw = serde_json::json!({ "id": event.id, "kind": event.kind, "at": event.at.rfc3339(),
        "session_id": event.session_id, "client_id": event.client_id, "grant_id": event.grant_id,
        "project_id": event.project_id, "actor": event.actor.as_ref().map(ToString::to_string),
        "source": event.source, "trace_id": event.trace_id, "data": event.data });
    Ok(UserEventView {
        icon: if failed { "circle-x" } else { "circle-check" },
        what: what.unwrap_or_else(|| event.kind.clone()),
        kind: event.kind.clone(),
        client,
        at: head.ago(event.at.0),
        raw: serde_json::to_string_pretty(&raw).unwrap_or_default(),
    })
}
