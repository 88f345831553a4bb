//! The user's profile.

use std::collections::HashMap;

use serde::Deserialize;

use super::email::{CHANGED, suggested};
use crate::views::{AccountProfile, ProfileValues};
use usher_accounts::{Account, FlowError};
use usher_domain::urls;
use usher_domain::user::Profile;
use usher_i18n::Lang;
use usher_page_kit::kit::{AccountPage, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::profile_fields;
use usher_protocol::user_claims::UserClaims;

const SAVED: Notice = Notice::new("1", "message-profile-saved");

/// The fields of the profile are those of its table.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    loaded: String,
    #[serde(flatten)]
    texts: HashMap<String, String>,
}

impl ProfileForm {
    /// The submitted values. A field that the form does not contain, because it is collapsed, or that was not edited,
    /// keeps its value.
    fn values(&self, known: &ProfileValues, loaded: &LoadedValues) -> ProfileValues {
        let field = |name: &str, known: &str| match self.texts.get(name) {
            Some(typed) if loaded.is_edited(name, typed) => typed.clone(),
            _ => known.to_owned(),
        };
        ProfileValues::new(field("locale", &known.locale), |row| field(row.field_name(), known.of(row.field_name())))
    }
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let view = AccountProfile { notice: page.notice(&[SAVED, CHANGED]), ..view(&mut page).await? };
    page.show(&view)
}

/// POST
pub async fn save(mut page: AccountPage, PageForm(form): PageForm<ProfileForm>) -> PageResult {
    let known = known_values(&page.account, page.head(urls::PROFILE).lang);
    let values = form.values(&known, &LoadedValues::decode(&form.loaded));
    let (profile, lang) = (profile_of(&values, &page.account), Lang::from_tag(&values.locale));
    let saved = page.app.usher.profiles.update_profile(&page.account, profile, lang).await;
    match page.check(saved)? {
        Ok(_) => page.done(urls::PROFILE, SAVED),
        Err(errors) => {
            let values = form.values(&known, &LoadedValues::default());
            let view = AccountProfile { errors, values, loaded: form.loaded, ..view(&mut page).await? };
            page.show_again(&view)
        }
    }
}

async fn view(page: &mut AccountPage) -> Result<AccountProfile, FlowError> {
    let head = page.head(urls::PROFILE);
    let values = known_values(&page.account, head.lang);
    Ok(AccountProfile {
        page: head,
        form: page.form(urls::PROFILE),
        loaded: loaded(&values).encode(),
        values,
        email: page.account.user.readable_email(),
        email_verified: true,
        change_url: urls::EMAIL.to_owned(),
        suggested: suggested(page).await?,
        ..AccountProfile::default()
    })
}

fn known_values(account: &Account, lang: Lang) -> ProfileValues {
    let locale = account.user.locale.clone().unwrap_or_else(|| lang.tag().to_owned());
    ProfileValues::new(locale, |row| account.user.profile.text(row.name))
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
