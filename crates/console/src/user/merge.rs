//! Joins two accounts of one person, and separates them again.

use serde::Deserialize;

use super::detail::{MERGED, SEPARATED};
use super::words;
use crate::views::UserMergePage;
use usher_accounts::{FlowError, Rejected};
use usher_domain::email::Email;
use usher_domain::id::{MergeId, UserId};
use usher_domain::urls::UserUrls;
use usher_domain::user::User;
use usher_page_kit::kit::{AdminPage, InPath, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::FieldErrors;

#[derive(Debug, Deserialize)]
pub struct MergeUsersForm {
    /// The `sub` of the account that is joined to the other.
    found: String,
}

#[derive(Debug, Deserialize)]
pub struct SeparateUsersForm {
    merge: MergeId,
}

/// GET /console/users/{user}/merge?other=
pub async fn get(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let kept = page.app.usher.users.load_user_by_id(id).await?;
    let other = page.param("other").unwrap_or_default().trim().to_owned();
    let found = if other.is_empty() { None } else { find(&page, &other).await?.filter(|one| one.id != id) };
    let missing = !other.is_empty() && found.is_none();
    let mut view = view(&mut page, &kept, other, found.as_ref());
    if missing {
        view.errors = FieldErrors::one("other", "merge-unknown", view.page.lang);
    }
    page.show(&view)
}

/// POST /console/users/{user}/merge
pub async fn merge(
    mut page: AdminPage,
    InPath(id): InPath<UserId>,
    PageForm(form): PageForm<MergeUsersForm>,
) -> PageResult {
    let kept = page.app.usher.users.load_user_by_id(id).await?;
    let unknown = || FlowError::from(Rejected::NotFound("user"));
    let merged = page.app.usher.subjects.find(&form.found).await?.ok_or_else(unknown)?;
    let key = match page.app.usher.account_merges.merge_by(&kept, &merged).await {
        Ok(_) => return page.done(&UserUrls::of(&id).page(), MERGED),
        Err(FlowError::Rejected(Rejected::NotAllowed)) => "change-refused-admin",
        Err(FlowError::Rejected(Rejected::UserMerged)) => "merge-not-active",
        Err(other) => return Err(other.into()),
    };
    let mut view = view(&mut page, &kept, form.found, Some(&merged));
    view.errors = FieldErrors::one("", key, view.page.lang);
    page.show_again(&view)
}

/// POST /console/users/{user}/undo-merge
pub async fn undo(
    page: AdminPage,
    InPath(id): InPath<UserId>,
    PageForm(form): PageForm<SeparateUsersForm>,
) -> PageResult {
    page.app.usher.account_merges.undo_merge_by(id, form.merge).await?;
    page.done(&UserUrls::of(&id).page(), SEPARATED)
}

/// By address, id or `sub`.
async fn find(page: &AdminPage, named: &str) -> Result<Option<User>, FlowError> {
    let usher = &page.app.usher;
    if let Ok(email) = Email::parse(named) {
        return match usher.users.load_user(email.as_str()).await {
            Err(FlowError::Rejected(Rejected::NotFound(_))) => Ok(None),
            found => found.map(Some),
        };
    }
    match named.parse::<UserId>() {
        Ok(id) => match usher.users.load_user_by_id(id).await {
            Err(FlowError::Rejected(Rejected::NotFound(_))) => Ok(None),
            found => found.map(Some),
        },
        Err(_) => usher.subjects.find(named).await,
    }
}

fn view(page: &mut AdminPage, kept: &User, other: String, found: Option<&User>) -> UserMergePage {
    let here = UserUrls::of(&kept.id).merge();
    UserMergePage {
        page: page.head(&here),
        form: page.form(here.clone()),
        person: words::person(kept),
        sub: kept.sub.0.clone(),
        other,
        found: found.map(words::person),
        found_sub: found.map(|user| user.sub.0.clone()).unwrap_or_default(),
        here,
        errors: FieldErrors::default(),
    }
}
