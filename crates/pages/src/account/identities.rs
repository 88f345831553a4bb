//! Linked identities: link, unlink; merge another account of this browser, undo a merge.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::login::sign_in::text;
use crate::owner::AccountOwner;
use crate::show;
use crate::upstream::trouble;
use crate::views::{AccountIdentities, Form, IdentityView, MergeView, Message, OtherAccount, ProviderButton};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::email::Email;
use usher_domain::provider::ProviderId;
use usher_domain::urls;
use usher_flows::upstream::UpstreamIntent;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let done = match query.get("done").ok().flatten() {
        Some("linked") => Some(Message::IdentityLinked),
        Some("unlinked") => Some(Message::IdentityUnlinked),
        Some("merged") => Some(Message::AccountsMerged),
        Some(urls::DONE_REPEAT) => Some(Message::RepeatChange),
        Some("undone") => Some(Message::MergeUndone),
        _ => None,
    };
    let body = view(&app, &mut visitor, &account, done, None).await?;
    Ok(visitor.reply(body))
}

/// POST: `link` = provider, `unlink` = identity, `merge` = session of the other account, `undo` = merge.
pub async fn post(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let linked = text(&form, "link");
    if !linked.is_empty() {
        return link(&app, visitor, &account, &linked).await;
    }
    match change(&app, &visitor, &account, &form).await {
        Ok(done) => Ok(visitor.redirect(&urls::with(urls::IDENTITIES, "done", done))),
        Err(FlowError::Rejected(Rejected::NotFresh)) => Ok(visitor.redirect(&urls::login_to_repeat(urls::IDENTITIES))),
        Err(FlowError::Rejected(refused @ (Rejected::LastWayIn | Rejected::Frozen))) => {
            let message = if refused == Rejected::Frozen { Message::Frozen } else { Message::LastWayIn };
            let body = view(&app, &mut visitor, &account, None, Some(message)).await?;
            Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
        }
        Err(error) => Err(error.into()),
    }
}

async fn link(app: &App, mut visitor: Visitor, account: &Account, provider: &str) -> Result<Response, HttpProblem> {
    let provider: ProviderId = provider.parse().map_err(|_| HttpProblem::not_found())?;
    if !app.usher.factor_rules.is_well_shown(account).await? {
        return Ok(visitor.redirect(&urls::login_to_repeat(urls::IDENTITIES)));
    }
    let intent = UpstreamIntent::Link { user: account.user.id, session: account.session.id };
    match app.usher.upstream_sign_in.start(&provider, intent.clone(), None, &mut visitor.browser).await {
        Ok(url) => Ok(visitor.redirect(url.as_str())),
        Err(fault) => trouble(app, visitor, &provider, fault, Some(intent)).await,
    }
}

async fn change(app: &App, visitor: &Visitor, account: &Account, form: &Params) -> Result<&'static str, FlowError> {
    if let Ok(identity) = text(form, "unlink").parse() {
        app.usher.identities.unlink(account, identity).await?;
        return Ok("unlinked");
    }
    if let Ok(merge) = text(form, "undo").parse() {
        app.usher.account_merges.undo_merge(account, merge).await?;
        return Ok("undone");
    }
    let session = text(form, "merge").parse().map_err(|_| Rejected::Missing("merge"))?;
    let other = app.usher.accounts.account_of(&visitor.browser, session).await?.ok_or(Rejected::NotSignedIn)?;
    app.usher.account_merges.merge(account, &other).await?;
    Ok("merged")
}

async fn view(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    done: Option<Message>,
    error: Option<Message>,
) -> Result<Response, HttpProblem> {
    let page = visitor.page_of(account, urls::IDENTITIES);
    let lang = page.lang;
    let identities = app.usher.identities.identities_of(account).await?;
    let identities = identities.into_iter().map(|(identity, provider)| IdentityView {
        id: identity.id.to_string(),
        provider,
        handle: identity.handle.clone().or_else(|| identity.email_at_link.as_ref().map(Email::readable)),
        linked: lang.date_time(identity.linked_at.0),
        last_used: identity.last_used_at.map(|at| lang.date_time(at.0)),
    });
    let accounts = app.usher.accounts.accounts(&visitor.browser).await?;
    let others = accounts.into_iter().filter(|other| other.live && other.user.id != account.user.id);
    let others = others.map(|other| OtherAccount { session: other.session.id.to_string(), label: other.user.label() });
    let merges = app.usher.account_merges.merges_of(account).await?.into_iter().map(|(merge, user)| MergeView {
        id: merge.id.to_string(),
        label: user.label(),
        until: lang.date_time(merge.undo_until.0),
    });
    let offered = app.usher.providers.list_providers().await?;
    let enabled = offered.iter().map(|one| &one.settings).filter(|settings| settings.enabled);
    let providers = enabled.clone().map(|one| ProviderButton {
        id: one.id.to_string(),
        name: app.usher.providers.kinds().button(one).to_owned(),
        url: String::new(),
        last_used: false,
    });
    let view = AccountIdentities {
        form: Form::new(urls::IDENTITIES, visitor.form_token()),
        identities: identities.collect(),
        providers: providers.collect(),
        others: others.collect(),
        merges: merges.collect(),
        notice: done.map(|done| done.text(lang)),
        error: error.map(|error| error.text(lang)),
        page,
    };
    show::html(&view)
}
