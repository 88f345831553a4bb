//! Invites somebody who has no account.

use serde::Deserialize;

use super::detail::{INVITED, RESENT};
use crate::views::InviteUserPage;
use usher_domain::id::UserId;
use usher_domain::urls::{self, UserUrls};
use usher_domain::user::Profile;
use usher_i18n::Lang;
use usher_page_kit::kit::{AdminPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult};

const WITHDRAWN: Notice = Notice::new("withdrawn", "user-invitation-withdrawn");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    email: String,
    given_name: String,
    family_name: String,
    locale: String,
}

/// GET /console/invite-user
pub async fn get(mut page: AdminPage) -> PageResult {
    let view = view(&mut page, InviteForm::default());
    page.show(&view)
}

/// POST /console/invite-user
pub async fn invite(mut page: AdminPage, PageForm(form): PageForm<InviteForm>) -> PageResult {
    let profile = Profile {
        given_name: Some(form.given_name.clone()),
        family_name: Some(form.family_name.clone()),
        ..Profile::default()
    };
    let locale = Lang::from_tag(&form.locale).map(|lang| lang.tag().to_owned());
    let invited = Box::pin(page.app.usher.invitations.invite(&form.email, profile, locale)).await;
    match page.check(invited)? {
        Ok(user) => page.done(&UserUrls::of(&user.id).page(), INVITED),
        Err(errors) => {
            let view = InviteUserPage { errors, ..view(&mut page, form) };
            page.show_again(&view)
        }
    }
}

/// POST /console/users/{user}/resend-invitation
pub async fn resend(page: AdminPage, InPath(id): InPath<UserId>, _: ButtonForm) -> PageResult {
    page.app.usher.invitations.resend(id).await?;
    page.done(&UserUrls::of(&id).page(), RESENT)
}

/// POST /console/users/{user}/withdraw-invitation
pub async fn withdraw(page: AdminPage, InPath(id): InPath<UserId>, _: ButtonForm) -> PageResult {
    let user = page.app.usher.users.load_user_by_id(id).await?;
    page.app.usher.invitations.withdraw(&user).await?;
    page.done(urls::USERS, WITHDRAWN)
}

/// The text of the list of users after an invitation was withdrawn.
pub(super) const NOTICES: [Notice; 1] = [WITHDRAWN];

fn view(page: &mut AdminPage, typed: InviteForm) -> InviteUserPage {
    let head = page.head(urls::INVITE_USER);
    let chosen = Lang::from_tag(&typed.locale).unwrap_or(head.lang);
    InviteUserPage {
        form: page.form(urls::INVITE_USER),
        email: typed.email,
        given_name: typed.given_name,
        family_name: typed.family_name,
        locales: Lang::ALL.map(|lang| (lang.tag(), lang.native_name(), lang == chosen)).to_vec(),
        page: head,
        ..InviteUserPage::default()
    }
}
