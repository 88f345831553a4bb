//! One user: the profile with the source of each value, and merged accounts.

use super::{change, head, words};
use crate::views::{MergedUserView, ProfileValueView, UserProfilePage, UserTab};
use usher_domain::id::UserId;
use usher_domain::urls::UserUrls;
use usher_domain::user::User;
use usher_domain::user::source::AttributeOrigin;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, InPath, Notice, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_protocol::user_claims::UserClaims;

pub(super) const SAVED: Notice = Notice::new("saved", "user-saved");
pub(super) const INVITED: Notice = Notice::new("invited", "user-invited");
pub(super) const RESENT: Notice = Notice::new("resent", "user-invitation-resent");
pub(super) const MERGED: Notice = Notice::new("merged", "user-merged");
pub(super) const SEPARATED: Notice = Notice::new("separated", "user-separated");

/// GET /console/users/{user}
pub async fn get(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let (found, user, head) = head::load(&mut page, id, UserTab::Profile).await?;
    let merges = page.app.usher.account_merges.merges_into(id).await?;
    let own = [SAVED, INVITED, RESENT, MERGED, SEPARATED];
    let view = UserProfilePage {
        notice: page.notice(&own).or_else(|| page.notice(&change::DONE)),
        form: page.form(UserUrls::of(&id).undo_merge()),
        values: values(&head, &found.user),
        last_seen: found.last_seen_at.map(|at| head.ago(at.0)),
        joined: head.ago(found.user.created_at.0),
        merged: merges
            .iter()
            .map(|(merge, merged)| MergedUserView {
                id: merge.id.to_string(),
                person: words::person(merged),
                undo_until: head.date(merge.undo_until.0),
            })
            .collect(),
        user,
        page: head,
    };
    page.show(&view)
}

/// Every claim that has a value, with its source.
fn values(head: &Layout, user: &User) -> Vec<ProfileValueView> {
    let claims = user.claims();
    let shown =
        UserClaims::STANDARD.claims().filter(|row| !row.name.ends_with("_verified") && row.name != "updated_at");
    let mut values = Vec::new();
    for row in shown {
        let Some(value) = claims.get(row.name) else { continue };
        let source = user.sources.of(row.name);
        values.push(ProfileValueView {
            label: head.t(row.label),
            value: match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Object(parts) => {
                    parts.values().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(", ")
                }
                other => other.to_string(),
            },
            source: source.map(|source| origin_words(&source.origin, head.lang)),
            since: source.map(|source| head.ago(source.at.0)),
            verified: source.is_some_and(|source| source.verified_at.is_some()),
        });
    }
    values
}

fn origin_words(origin: &AttributeOrigin, lang: Lang) -> String {
    match origin {
        AttributeOrigin::Person => lang.text("source-person"),
        AttributeOrigin::Administrator => lang.text("source-administrator"),
        AttributeOrigin::Provider(id) => id.clone(),
    }
}
