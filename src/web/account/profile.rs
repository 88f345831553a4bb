//! What a person says about themselves.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::user::Profile;
use crate::flows::{Account, FlowError};
use crate::i18n::Lang;
use crate::protocol::params::Params;
use crate::web::extract::owner::Owner;
use crate::web::extract::params::{FormParams, QueryParams};
use crate::web::extract::visitor::Visitor;
use crate::web::login::of_refused;
use crate::web::pages::{AccountProfile, Form, Message, ProfileValues};
use crate::web::problem::HttpProblem;
use crate::web::show;
use crate::web::state::App;
use crate::web::urls;

/// GET
pub async fn get(
    Owner { mut visitor, account }: Owner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&mut visitor, &account);
    page.notice = matches!(query.get("saved"), Ok(Some(_))).then(|| Message::ProfileSaved.text(page.page.lang));
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    Owner { mut visitor, account }: Owner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let values = values_of(&form);
    match app.usher.update_profile(&account, profile_of(&values, &account), Lang::from_tag(&values.locale)).await {
        Ok(_) => Ok(visitor.redirect(&urls::with(urls::PROFILE, "saved", "1"))),
        Err(FlowError::Refused(refused)) => {
            let mut page = view(&mut visitor, &account);
            page.errors =
                of_refused(&refused, page.page.lang).ok_or_else(|| HttpProblem::from(FlowError::from(refused)))?;
            page.values = values;
            let body = show::html(&page)?;
            Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
        }
        Err(other) => Err(other.into()),
    }
}

fn view(visitor: &mut Visitor, account: &Account) -> AccountProfile {
    let profile = account.user.profile.clone();
    let page = visitor.page_of(account, urls::PROFILE);
    let values = ProfileValues {
        given_name: profile.given_name.unwrap_or_default(),
        family_name: profile.family_name.unwrap_or_default(),
        nickname: profile.nickname.unwrap_or_default(),
        website: profile.website.unwrap_or_default(),
        birthdate: profile.birthdate.unwrap_or_default(),
        zoneinfo: profile.zoneinfo.unwrap_or_default(),
        phone_number: profile.phone_number.unwrap_or_default(),
        locale: account.user.locale.clone().unwrap_or_else(|| page.lang.tag().to_owned()),
    };
    let form = Form::new(urls::PROFILE, visitor.form_token());
    AccountProfile {
        page,
        form,
        values,
        email: account.user.email_text().to_owned(),
        email_verified: true,
        ..AccountProfile::default()
    }
}

fn values_of(form: &Params) -> ProfileValues {
    let text = |name: &str| form.get(name).ok().flatten().unwrap_or_default().to_owned();
    ProfileValues {
        given_name: text("given_name"),
        family_name: text("family_name"),
        nickname: text("nickname"),
        website: text("website"),
        birthdate: text("birthdate"),
        zoneinfo: text("zoneinfo"),
        phone_number: text("phone_number"),
        locale: text("locale"),
    }
}

/// The claims of the form in place of the old ones; those that the page does not show stay.
fn profile_of(values: &ProfileValues, account: &Account) -> Profile {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    Profile {
        given_name: some(&values.given_name),
        family_name: some(&values.family_name),
        nickname: some(&values.nickname),
        website: some(&values.website),
        birthdate: some(&values.birthdate),
        zoneinfo: some(&values.zoneinfo),
        phone_number: some(&values.phone_number),
        ..account.user.profile.clone()
    }
}
