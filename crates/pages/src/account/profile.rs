//! The user's profile.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::email::suggested;
use crate::loaded::{LOADED, LoadedValues, value_of};
use crate::login::of_refused;
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{AccountProfile, Form, Message, ProfileValues, profile_fields};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_domain::user::Profile;
use usher_flows::{Account, FlowError};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::params::Params;
use usher_protocol::user_claims::UserClaims;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = match query.get("saved").ok().flatten() {
        Some("email") => Some(Message::EmailChanged.text(page.page.lang)),
        Some(_) => Some(Message::ProfileSaved.text(page.page.lang)),
        None => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let lang = visitor.lang(None, account.user.locale.as_deref());
    let known = known_values(&account, lang);
    let typed = values_of(&form, &known, &LoadedValues::default());
    let values = values_of(&form, &known, &LoadedValues::sent_with(&form));
    match app
        .usher
        .profiles
        .update_profile(&account, profile_of(&values, &account), Lang::from_tag(&values.locale))
        .await
    {
        Ok(_) => Ok(visitor.redirect(&urls::with(urls::PROFILE, "saved", "1"))),
        Err(FlowError::Rejected(refused)) => {
            let mut page = view(&app, &mut visitor, &account).await?;
            page.errors =
                of_refused(&refused, page.page.lang).ok_or_else(|| HttpProblem::from(FlowError::from(refused)))?;
            page.values = typed;
            page.loaded = form.get(LOADED).ok().flatten().unwrap_or_default().to_owned();
            let body = show::html(&page)?;
            Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
        }
        Err(other) => Err(other.into()),
    }
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountProfile, FlowError> {
    let page = visitor.page_of(account, urls::PROFILE);
    let values = known_values(account, page.lang);
    let form = Form::new(urls::PROFILE, visitor.form_token());
    Ok(AccountProfile {
        page,
        form,
        loaded: loaded(&values).encode(),
        values,
        email: account.user.readable_email(),
        email_verified: true,
        change_url: urls::EMAIL.to_owned(),
        suggested: suggested(app, account).await?,
        ..AccountProfile::default()
    })
}

fn known_values(account: &Account, lang: Lang) -> ProfileValues {
    let locale = account.user.locale.clone().unwrap_or_else(|| lang.tag().to_owned());
    ProfileValues::new(locale, |row| account.user.profile.text(row.name))
}

/// The submitted values. A field that the form does not contain, because it is collapsed, or that was not edited, keeps
/// its value.
fn values_of(form: &Params, known: &ProfileValues, loaded: &LoadedValues) -> ProfileValues {
    let field = |name: &str, known: &str| match value_of(form, name) {
        Some(typed) if loaded.is_edited(name, typed) => typed.to_owned(),
        _ => known.to_owned(),
    };
    ProfileValues::new(field("locale", &known.locale), |row| field(row.field_name(), known.of(row.field_name())))
}

/// The fields of the form with their values.
fn loaded(values: &ProfileValues) -> LoadedValues {
    let fields: Vec<(&str, &str)> = values.iter().chain([("locale", values.locale.as_str())]).collect();
    LoadedValues::of(&fields)
}

/// The profile with the submitted claims; those that the page does not show stay.
fn profile_of(values: &ProfileValues, account: &Account) -> Profile {
    let mut profile = account.user.profile.clone();
    for row in profile_fields(UserClaims::STANDARD) {
        profile.set_text(row.name, values.of(row.field_name()));
    }
    profile
}
