//! The one-time setup link for the first administrator.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use usher_page_kit::kit::html;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{Setup, SetupExpired, SetupValues};
use usher_accounts::{FlowError, FormFault, NewUser, Rejected};
use usher_domain::page::Cursor;
use usher_domain::secret::Secret;
use usher_domain::urls;
use usher_domain::user::Profile;
use usher_page_kit::kit::{InPath, PageForm, PageKit as _, PageResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    email: String,
    password: Option<Secret<String>>,
    given_name: String,
    family_name: String,
}

impl SetupForm {
    fn administrator(&self, locale: &str) -> NewUser {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let (given_name, family_name) = (some(&self.given_name), some(&self.family_name));
        NewUser {
            email: self.email.clone(),
            password: Some(self.password.clone().unwrap_or_else(|| Secret::from(""))),
            admin: true,
            profile: Profile { given_name, family_name, ..Profile::default() },
            locale: Some(locale.to_owned()),
        }
    }
}

/// GET
pub async fn get(mut page: LoginPage, InPath(code): InPath<String>) -> PageResult {
    if !page.app.usher.setup_links.is_setup_open(&code).await? {
        return expired(page);
    }
    let view = view(&mut page, &code);
    page.show(&view)
}

/// POST
pub async fn set_up(
    mut page: LoginPage,
    InPath(code): InPath<String>,
    PageForm(form): PageForm<SetupForm>,
) -> PageResult {
    let admin = form.administrator(page.visitor.lang(None, None).tag());
    let LoginPage { app, visitor, .. } = &mut page;
    let made = match app.usher.setup_links.set_up(&code, admin, &mut visitor.browser, &visitor.device).await {
        Err(FlowError::Rejected(Rejected::ProofOver)) => return expired(page),
        other => other,
    };
    match page.check_with(made, fault)? {
        Ok(signed_in) => {
            let is_new = page.app.usher.projects.list_projects(Cursor::START, 1).await?.items.is_empty();
            let next = if is_new { urls::FIRST_RUN } else { urls::CONSOLE };
            Ok(show::arrived(&page.app, page.visitor, signed_in, None, next).await?)
        }
        Err(errors) => {
            let SetupForm { email, given_name, family_name, .. } = form;
            let values = SetupValues { given_name, family_name, email };
            let view = Setup { values, errors, ..view(&mut page, &code) };
            page.show_again(&view)
        }
    }
}

/// For an existing user the password of the form must be the account's.
fn fault(refused: &Rejected) -> Option<FormFault> {
    match refused {
        Rejected::WrongPassword => Rejected::EmailTaken.form_faults().into_iter().next(),
        _ => None,
    }
}

fn view(page: &mut LoginPage, code: &str) -> Setup {
    let here = urls::setup(code);
    Setup { page: page.head(&here), form: page.form(here), min_password: page.app.min_password(), ..Setup::default() }
}

fn expired(page: LoginPage) -> PageResult {
    let view = html(&SetupExpired { page: page.head(""), sign_in_url: urls::LOGIN.to_owned() })?;
    page.reply((StatusCode::GONE, view).into_response())
}
