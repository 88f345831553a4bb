//! Changes the profile of a user. Email address, password and factors are changed by the user only.

use std::collections::HashMap;

use serde::Deserialize;

use super::detail::SAVED;
use super::words;
use crate::views::{ProfileInput, UserEditPage};
use usher_domain::id::UserId;
use usher_domain::urls::UserUrls;
use usher_domain::user::User;
use usher_page_kit::kit::{AdminPage, InPath, PageForm, PageKit as _, PageResult};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::profile_fields;
use usher_protocol::user_claims::{UserClaim, UserClaims};

/// The fields are those of the profile.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UserEditForm {
    loaded: String,
    #[serde(flatten)]
    texts: HashMap<String, String>,
}

/// GET /console/users/{user}/edit
pub async fn get(mut page: AdminPage, InPath(id): InPath<UserId>) -> PageResult {
    let user = page.app.usher.users.load_user_by_id(id).await?;
    let view = view(&mut page, &user, |row| user.profile.text(row.name));
    page.show(&view)
}

/// POST /console/users/{user}/edit
pub async fn save(
    mut page: AdminPage,
    InPath(id): InPath<UserId>,
    PageForm(form): PageForm<UserEditForm>,
) -> PageResult {
    let user = page.app.usher.users.load_user_by_id(id).await?;
    let loaded = LoadedValues::decode(&form.loaded);
    let mut profile = user.profile.clone();
    for row in profile_fields(UserClaims::STANDARD) {
        let typed = form.texts.get(row.field_name()).filter(|typed| loaded.is_edited(row.field_name(), typed));
        if let Some(typed) = typed {
            profile.set_text(row.name, typed);
        }
    }
    let saved = page.app.usher.users.change_profile_by(&user, profile).await;
    match page.check(saved)? {
        Ok(_) => page.done(&UserUrls::of(&id).page(), SAVED),
        Err(errors) => {
            let typed = |row: &UserClaim| form.texts.get(row.field_name()).cloned().unwrap_or_default();
            let view = UserEditPage { errors, loaded: form.loaded.clone(), ..view(&mut page, &user, typed) };
            page.show_again(&view)
        }
    }
}

fn view(page: &mut AdminPage, user: &User, value: impl Fn(&UserClaim) -> String) -> UserEditPage {
    let here = UserUrls::of(&user.id).edit();
    let head = page.head(&here);
    let input = |row: &'static UserClaim| ProfileInput {
        name: row.field_name(),
        input: row.attribute.and_then(|attribute| attribute.field).map_or("text", |field| field.input),
        label: head.t(row.label),
        value: value(row),
    };
    let fields: Vec<ProfileInput> = profile_fields(UserClaims::STANDARD).map(input).collect();
    let known: Vec<(&str, &str)> = fields.iter().map(|field| (field.name, field.value.as_str())).collect();
    UserEditPage {
        form: page.form(here),
        person: words::person(user),
        loaded: LoadedValues::of(&known).encode(),
        fields,
        page: head,
        ..UserEditPage::default()
    }
}
