//! Linked identities: link, unlink; merge another account of this browser, undo a merge.

use serde::Deserialize;

use crate::upstream::trouble;
use crate::views::{AccountIdentities, IdentityView, MergeView, OtherAccount, ProviderButton};
use usher_accounts::upstream::UpstreamIntent;
use usher_accounts::{FlowError, FormFault, Rejected};
use usher_domain::email::Email;
use usher_domain::id::{IdentityId, MergeId, SessionId};
use usher_domain::provider::ProviderId;
use usher_domain::urls;
use usher_page_kit::kit::{AccountPage, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;

const LINKED: Notice = Notice::new("linked", "identities-done-linked");
const UNLINKED: Notice = Notice::new("unlinked", "identities-done-unlinked");
const MERGED: Notice = Notice::new("merged", "identities-done-merged");
const UNDONE: Notice = Notice::new("undone", "identities-done-undone");

#[derive(Debug, Deserialize)]
pub struct LinkForm {
    link: ProviderId,
}

#[derive(Debug, Deserialize)]
pub struct UnlinkForm {
    unlink: IdentityId,
}

#[derive(Debug, Deserialize)]
pub struct MergeForm {
    /// The session of the other account.
    merge: SessionId,
}

#[derive(Debug, Deserialize)]
pub struct UndoMergeForm {
    undo: MergeId,
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let notice = page.notice(&[LINKED, UNLINKED, MERGED, UNDONE]);
    let view = AccountIdentities { notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST …/link redirects to the provider.
pub async fn link(mut page: AccountPage, PageForm(form): PageForm<LinkForm>) -> PageResult {
    if !page.app.usher.factor_rules.is_well_shown(&page.account).await? {
        return page.redirect(&urls::login_to_repeat(urls::IDENTITIES));
    }
    let intent = UpstreamIntent::Link { user: page.account.user.id, session: page.account.session.id };
    let started =
        page.app.usher.upstream_sign_in.start(&form.link, intent.clone(), None, &mut page.visitor.browser).await;
    match started {
        Ok(url) => page.redirect(url.as_str()),
        Err(fault) => Ok(trouble(&page.app, page.visitor, &form.link, fault, Some(intent)).await?),
    }
}

/// POST …/unlink
pub async fn unlink(page: AccountPage, PageForm(form): PageForm<UnlinkForm>) -> PageResult {
    let unlinked = page.app.usher.identities.unlink(&page.account, form.unlink).await.map(drop);
    answer(page, unlinked, UNLINKED).await
}

/// POST …/merge
pub async fn merge(page: AccountPage, PageForm(form): PageForm<MergeForm>) -> PageResult {
    let other = page.app.usher.accounts.account_of(&page.visitor.browser, form.merge).await?;
    let other = other.ok_or(FlowError::from(Rejected::NotSignedIn))?;
    let merged = page.app.usher.account_merges.merge(&page.account, &other).await.map(drop);
    answer(page, merged, MERGED).await
}

/// POST …/undo-merge
pub async fn undo_merge(page: AccountPage, PageForm(form): PageForm<UndoMergeForm>) -> PageResult {
    let undone = page.app.usher.account_merges.undo_merge(&page.account, form.undo).await.map(drop);
    answer(page, undone, UNDONE).await
}

async fn answer(mut page: AccountPage, result: Result<(), FlowError>, notice: Notice) -> PageResult {
    match page.check_with(result, fault)? {
        Ok(()) => page.done(urls::IDENTITIES, notice),
        Err(errors) => {
            let view = AccountIdentities { error: errors.first(), ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

fn fault(refused: &Rejected) -> Option<FormFault> {
    (*refused == Rejected::Frozen).then(|| FormFault::new("", "message-frozen"))
}

async fn view(page: &mut AccountPage) -> Result<AccountIdentities, FlowError> {
    let head = page.head(urls::IDENTITIES);
    Ok(AccountIdentities {
        form: page.form(urls::IDENTITIES),
        identities: identities(page, &head).await?,
        providers: providers(page).await?,
        others: others(page).await?,
        merges: merges(page, &head).await?,
        notice: None,
        error: None,
        page: head,
    })
}

async fn identities(page: &AccountPage, head: &Layout) -> Result<Vec<IdentityView>, FlowError> {
    let known = page.app.usher.providers.list_providers().await?;
    let kind = |id: &ProviderId| {
        known.iter().find(|one| one.settings.id == *id).map(|one| one.settings.kind.as_str().to_owned())
    };
    let identities = page.app.usher.identities.identities_of(&page.account).await?;
    let views = identities.into_iter().map(|(identity, provider)| IdentityView {
        id: identity.id.to_string(),
        provider,
        kind: kind(&identity.provider).unwrap_or_default(),
        handle: identity.handle.clone().or_else(|| identity.email_at_link.as_ref().map(Email::readable)),
        linked: head.ago(identity.linked_at.0),
        last_used: identity.last_used_at.map(|at| head.ago(at.0)),
    });
    Ok(views.collect())
}

async fn providers(page: &AccountPage) -> Result<Vec<ProviderButton>, FlowError> {
    let providers = &page.app.usher.providers;
    let known = providers.list_providers().await?;
    let enabled = known.iter().map(|one| &one.settings).filter(|settings| settings.enabled);
    let buttons = enabled.map(|one| ProviderButton {
        id: one.id.to_string(),
        kind: one.kind.as_str().to_owned(),
        name: providers.kinds().button(one).to_owned(),
        url: String::new(),
        last_used: false,
    });
    Ok(buttons.collect())
}

/// The other accounts that are signed in with this browser.
async fn others(page: &AccountPage) -> Result<Vec<OtherAccount>, FlowError> {
    let accounts = page.app.usher.accounts.accounts(&page.visitor.browser).await?;
    let others = accounts.into_iter().filter(|other| other.live && other.user.id != page.account.user.id);
    Ok(others.map(|other| OtherAccount { session: other.session.id.to_string(), label: other.user.label() }).collect())
}

/// The merges that can be undone.
async fn merges(page: &AccountPage, head: &Layout) -> Result<Vec<MergeView>, FlowError> {
    let merges = page.app.usher.account_merges.merges_of(&page.account).await?;
    let views = merges.into_iter().map(|(merge, user)| MergeView {
        id: merge.id.to_string(),
        label: user.label(),
        until: head.date(merge.undo_until.0),
    });
    Ok(views.collect())
}
