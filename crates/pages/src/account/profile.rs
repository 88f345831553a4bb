//! The user's profile.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::email::suggested;
use crate::loaded::{LOADED, LoadedValues, value_of};
use crate::login::of_refused;
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{AccountProfile, Form, Message, ProfileValues};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::user::{AddressClaim, Profile};
use usher_flows::{Account, FlowError};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::urls;
use usher_i18n::Lang;
use usher_protocol::params::Params;

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
    let typed = values_of(&form, known.clone(), &LoadedValues::default());
    let values = values_of(&form, known, &LoadedValues::sent_with(&form));
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
    let profile = account.user.profile.clone();
    let address = profile.address.clone().unwrap_or_default();
    ProfileValues {
        given_name: profile.given_name.unwrap_or_default(),
        family_name: profile.family_name.unwrap_or_default(),
        nickname: profile.nickname.unwrap_or_default(),
        website: profile.website.unwrap_or_default(),
        birthdate: profile.birthdate.unwrap_or_default(),
        zoneinfo: profile.zoneinfo.unwrap_or_default(),
        phone_number: profile.phone_number.unwrap_or_default(),
        middle_name: profile.middle_name.unwrap_or_default(),
        name: profile.name.unwrap_or_default(),
        preferred_username: profile.preferred_username.unwrap_or_default(),
        profile: profile.profile.unwrap_or_default(),
        picture: profile.picture.unwrap_or_default(),
        gender: profile.gender.unwrap_or_default(),
        street_address: address.street_address.unwrap_or_default(),
        locality: address.locality.unwrap_or_default(),
        region: address.region.unwrap_or_default(),
        postal_code: address.postal_code.unwrap_or_default(),
        country: address.country.unwrap_or_default(),
        locale: account.user.locale.clone().unwrap_or_else(|| lang.tag().to_owned()),
    }
}

/// The submitted values. A field that the form does not contain, because it is collapsed, or that was not edited, keeps
/// its value.
fn values_of(form: &Params, known: ProfileValues, loaded: &LoadedValues) -> ProfileValues {
    let field = |name: &str, known: String| match value_of(form, name) {
        Some(typed) if loaded.is_edited(name, typed) => typed.to_owned(),
        _ => known,
    };
    ProfileValues {
        given_name: field("given_name", known.given_name),
        family_name: field("family_name", known.family_name),
        nickname: field("nickname", known.nickname),
        website: field("website", known.website),
        birthdate: field("birthdate", known.birthdate),
        zoneinfo: field("zoneinfo", known.zoneinfo),
        phone_number: field("phone_number", known.phone_number),
        middle_name: field("middle_name", known.middle_name),
        name: field("name", known.name),
        preferred_username: field("preferred_username", known.preferred_username),
        profile: field("profile", known.profile),
        picture: field("picture", known.picture),
        gender: field("gender", known.gender),
        street_address: field("street_address", known.street_address),
        locality: field("locality", known.locality),
        region: field("region", known.region),
        postal_code: field("postal_code", known.postal_code),
        country: field("country", known.country),
        locale: field("locale", known.locale),
    }
}

/// The fields of the form with their values.
fn loaded(values: &ProfileValues) -> LoadedValues {
    LoadedValues::of(&[
        ("given_name", &values.given_name),
        ("family_name", &values.family_name),
        ("nickname", &values.nickname),
        ("website", &values.website),
        ("birthdate", &values.birthdate),
        ("zoneinfo", &values.zoneinfo),
        ("phone_number", &values.phone_number),
        ("middle_name", &values.middle_name),
        ("name", &values.name),
        ("preferred_username", &values.preferred_username),
        ("profile", &values.profile),
        ("picture", &values.picture),
        ("gender", &values.gender),
        ("street_address", &values.street_address),
        ("locality", &values.locality),
        ("region", &values.region),
        ("postal_code", &values.postal_code),
        ("country", &values.country),
        ("locale", &values.locale),
    ])
}

/// The profile with the submitted claims; those that the page does not show stay.
fn profile_of(values: &ProfileValues, account: &Account) -> Profile {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    let kept = account.user.profile.clone();
    let address = AddressClaim {
        street_address: some(&values.street_address),
        locality: some(&values.locality),
        region: some(&values.region),
        postal_code: some(&values.postal_code),
        country: some(&values.country),
        ..kept.address.clone().unwrap_or_default()
    };
    Profile {
        given_name: some(&values.given_name),
        family_name: some(&values.family_name),
        nickname: some(&values.nickname),
        website: some(&values.website),
        birthdate: some(&values.birthdate),
        zoneinfo: some(&values.zoneinfo),
        phone_number: some(&values.phone_number),
        middle_name: some(&values.middle_name),
        name: some(&values.name),
        preferred_username: some(&values.preferred_username),
        profile: some(&values.profile),
        picture: some(&values.picture),
        gender: some(&values.gender),
        address: Some(address).filter(|address| *address != AddressClaim::default()),
        ..kept
    }
}
