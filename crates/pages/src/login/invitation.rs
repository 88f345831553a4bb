//! The link of an invitation to a project: whoever opens it becomes a member, with an account of theirs or a new one.

use serde::Deserialize;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{ProjectInvitationPage, RegisterValues};
use usher_accounts::{FlowError, Rejected, SignUpForm};
use usher_domain::id::ProjectId;
use usher_domain::project::member::Role;
use usher_domain::secret::Secret;
use usher_domain::urls::{self, ProjectUrls};
use usher_flows::OpenInvitation;
use usher_i18n::Lang;
use usher_page_kit::kit::{ButtonForm, PageForm, PageKit as _, PageResult, PageStop};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewAccountForm {
    password: Option<Secret<String>>,
    given_name: String,
    family_name: String,
    /// Create a passkey instead of a password.
    passkey: bool,
}

/// GET only shows it: mail programs open links by themselves.
pub async fn get(mut page: LoginPage) -> PageResult {
    let (token, found) = opened(&page).await?;
    let view = view(&mut page, &token, &found).await?;
    page.show(&view)
}

/// POST: the signed-in user accepts.
pub async fn accept(page: LoginPage, _: ButtonForm) -> PageResult {
    let (token, _) = opened(&page).await?;
    let Some(account) = page.app.usher.accounts.current(&page.visitor.browser).await? else {
        return page.redirect(&urls::on_the_way(urls::LOGIN, None, Some(&urls::invitation(&token))));
    };
    let project = page.app.usher.project_invitations.accept(&token, &account).await?;
    page.redirect(&members_of(project))
}

/// POST …/register makes an account with the address that the link proves.
pub async fn register(mut page: LoginPage, PageForm(form): PageForm<NewAccountForm>) -> PageResult {
    let (token, found) = opened(&page).await?;
    if found.has_account {
        return page.redirect(&urls::invitation(&token));
    }
    let sign_up = form.sign_up(page.visitor.lang(None, None));
    let LoginPage { app, visitor, .. } = &mut page;
    let invitations = app.usher.project_invitations.clone();
    let joining = invitations.accept_by_registration(&token, sign_up, &mut visitor.browser, &visitor.device);
    let joined = Box::pin(joining).await;
    match page.check(joined)? {
        Ok(joined) if joined.makes_passkey => page.redirect(&urls::first_passkey(None)),
        Ok(joined) => {
            let next = members_of(joined.project);
            Ok(show::arrived(&page.app, page.visitor, joined.signed_in, None, &next).await?)
        }
        Err(errors) => {
            let values = RegisterValues {
                given_name: form.given_name,
                family_name: form.family_name,
                ..RegisterValues::default()
            };
            let view = ProjectInvitationPage { values, errors, ..view(&mut page, &token, &found).await? };
            page.show_again(&view)
        }
    }
}

impl NewAccountForm {
    fn sign_up(&self, lang: Lang) -> SignUpForm {
        let password = || self.password.clone().unwrap_or_else(|| Secret::from(""));
        SignUpForm {
            email: String::new(),
            password: (!self.passkey).then(password),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            lang,
            interaction: None,
        }
    }
}

fn members_of(project: ProjectId) -> String {
    urls::with(&ProjectUrls::of(&project).members(), urls::DONE, urls::DONE_JOINED)
}

async fn opened(page: &LoginPage) -> Result<(String, OpenInvitation), PageStop> {
    let token = page.param("token").map(str::to_owned).ok_or(FlowError::from(Rejected::ProofOver))?;
    let found = page.app.usher.project_invitations.open(&token).await?;
    Ok((token, found.ok_or(FlowError::from(Rejected::ProofOver))?))
}

async fn view(page: &mut LoginPage, token: &str, found: &OpenInvitation) -> Result<ProjectInvitationPage, PageStop> {
    let here = urls::invitation(token);
    let account = page.app.usher.accounts.current(&page.visitor.browser).await?;
    let locale = account.as_ref().and_then(|account| account.user.locale.clone());
    let head = page.head_for(None, locale.as_deref(), &here);
    let role = match found.invitation.role {
        Role::Owner => "invitation-owner",
        Role::Developer => "invitation-developer",
        Role::Viewer => "invitation-viewer",
    };
    Ok(ProjectInvitationPage {
        project: found.project.name.clone(),
        role_text: head.t(role),
        email: found.invitation.email.readable(),
        account: account.map(|account| account.user.label()),
        may_register: found.may_register && !found.has_account,
        form: page.form(here.clone()),
        register_url: urls::with(urls::INVITATION_REGISTER, "token", token),
        sign_in_url: urls::on_the_way(urls::LOGIN, None, Some(&here)),
        min_password: page.app.min_password(),
        offers_passkeys: page.app.usher.passkeys.offers_passkeys(),
        page: head,
        ..ProjectInvitationPage::default()
    })
}
