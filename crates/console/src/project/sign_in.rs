//! What a project decides about sign-in to its clients: who may make an account, which ways are offered, and whether a
//! second factor is required.

use std::collections::HashMap;

use crate::views::{OfferedProvider, ProjectSignInPage, ProjectSignInValues};
use usher_accounts::FlowError;
use usher_domain::project::sign_in::{ProjectSignIn, TypedProjectSignIn};
use usher_domain::provider::ProviderId;
use usher_page_kit::kit::{Notice, PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::typed_text::flag;
use usher_page_kit::views::{FieldErrors, ProjectTab};

const SAVED: Notice = Notice::new("saved", "project-sign-in-saved");

/// The fields that are always there; each provider has one more.
type SignInFields = HashMap<String, String>;

/// GET /console/projects/{project}/sign-in
pub async fn get(mut page: ProjectPage) -> PageResult {
    let stored = page.app.usher.project_sign_ins.load(page.project.id).await?;
    let sent = fields_of(&stored, page.project.required_acr.is_some());
    let notice = page.notice(&[SAVED]);
    let view = ProjectSignInPage { notice, ..view(&mut page, &stored, &sent).await? };
    page.show(&view)
}

/// POST changes the fields that were edited.
pub async fn save(mut page: ProjectPage, PageForm(sent): PageForm<SignInFields>) -> PageResult {
    let stored = page.app.usher.project_sign_ins.load(page.project.id).await?;
    let saved = save_edited(&page, &stored, &sent).await;
    match page.check(saved)? {
        Ok(()) => {
            let here = page.urls.sign_in();
            page.done(&here, SAVED)
        }
        Err(errors) => {
            let view = ProjectSignInPage { errors, ..view(&mut page, &stored, &sent).await? };
            page.show_again(&view)
        }
    }
}

async fn save_edited(page: &ProjectPage, stored: &ProjectSignIn, sent: &SignInFields) -> Result<(), FlowError> {
    let (usher, required) = (&page.app.usher, page.project.required_acr.is_some());
    let stored_fields = fields_of(stored, required);
    let edited = edited(sent, &stored_fields);
    if edited != fields_without_factor(&stored_fields) {
        usher.project_sign_ins.replace(page.project.id, stored, typed(&edited)).await?;
    }
    let second_factor = is_set(sent, "second_factor");
    if loaded(sent).is_edited("second_factor", flag(second_factor)) && second_factor != required {
        usher.projects.require_second_factor(page.project.id, second_factor).await?;
    }
    Ok(())
}

fn loaded(sent: &SignInFields) -> LoadedValues {
    LoadedValues::decode(sent.get("loaded").map(String::as_str).unwrap_or_default())
}

fn is_set(fields: &SignInFields, name: &str) -> bool {
    fields.get(name).is_some_and(|value| !value.is_empty())
}

fn fields_without_factor(fields: &SignInFields) -> SignInFields {
    let kept = fields.iter().filter(|(name, _)| name.as_str() != "second_factor");
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The fields with which the settings are shown: `place-{provider}` is the place of a provider.
fn fields_of(settings: &ProjectSignIn, second_factor: bool) -> SignInFields {
    let mut fields: SignInFields = [
        ("sign_up", settings.sign_up.as_str().to_owned()),
        ("domains", settings.domains.join("\n")),
        ("chosen", flag(settings.providers.is_some()).to_owned()),
        ("password_sign_up", flag(settings.password_sign_up).to_owned()),
        ("second_factor", flag(second_factor).to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for (at, id) in settings.providers.iter().flatten().enumerate() {
        fields.insert(field_of(id.as_str()), (at + 1).to_string());
    }
    fields
}

fn field_of(provider: &str) -> String {
    format!("{PLACE}{provider}")
}

/// What the name of a provider's field begins with.
const PLACE: &str = "place-";

/// What was sent; fields that were not edited are as they are stored. The places of the providers are one value.
fn edited(sent: &SignInFields, stored: &SignInFields) -> SignInFields {
    let loaded = loaded(sent);
    let value = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let mut result = SignInFields::new();
    for name in ["sign_up", "domains", "chosen", "password_sign_up"] {
        let from = if loaded.is_edited(name, value(name)) { sent } else { stored };
        result.insert(name.to_owned(), from.get(name).cloned().unwrap_or_default());
    }
    let from = if loaded.is_edited("places", &places(sent)) { sent } else { stored };
    let placed = from.iter().filter(|(name, place)| name.starts_with(PLACE) && place.as_str() != "0");
    result.extend(placed.map(|(name, place)| (name.clone(), place.clone())));
    result
}

/// The providers that have a place, by their places.
fn in_order(fields: &SignInFields) -> Vec<String> {
    let placed = fields.iter().filter_map(|(name, place)| {
        let place: usize = place.parse().ok().filter(|place| *place > 0)?;
        Some((place, name.strip_prefix(PLACE)?.to_owned()))
    });
    let mut placed: Vec<_> = placed.collect();
    placed.sort();
    placed.into_iter().map(|(_, id)| id).collect()
}

fn places(fields: &SignInFields) -> String {
    in_order(fields).join(" ")
}

fn typed(fields: &SignInFields) -> TypedProjectSignIn {
    let value = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let separators = |c: char| c.is_whitespace() || c == ',' || c == ';';
    TypedProjectSignIn {
        sign_up: value("sign_up"),
        domains: value("domains").split(separators).map(str::to_owned).collect(),
        providers: is_set(fields, "chosen").then(|| in_order(fields)),
        password_sign_up: is_set(fields, "password_sign_up"),
    }
}

async fn view(
    page: &mut ProjectPage,
    stored: &ProjectSignIn,
    sent: &SignInFields,
) -> Result<ProjectSignInPage, FlowError> {
    let (here, usher) = (page.urls.sign_in(), page.app.usher.clone());
    let head = page.head(&here);
    let value = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let shown = fields_of(stored, page.project.required_acr.is_some());
    let places = places(&shown);
    let fixed = ["sign_up", "domains", "chosen", "password_sign_up", "second_factor"];
    let shown_pairs = fixed.iter().map(|name| (*name, shown.get(*name).map(String::as_str).unwrap_or_default()));
    let pairs: Vec<_> = shown_pairs.chain([("places", places.as_str())]).collect();
    let offered = usher.providers.offered_providers().await?.into_iter().map(|one| {
        let field = field_of(one.id.as_str());
        OfferedProvider {
            place: sent.get(&field).and_then(|place| place.parse().ok()).unwrap_or_default(),
            name: one.name,
            kind: one.kind,
            no_sign_up: !one.sign_up,
            field,
        }
    });
    let mut providers: Vec<_> = offered.collect();
    // A provider that is disabled for now keeps its place.
    for id in stored.providers.iter().flatten().filter(|id| !is_listed(&providers, id)).collect::<Vec<_>>() {
        let field = field_of(id.as_str());
        let place = sent.get(&field).and_then(|place| place.parse().ok()).unwrap_or_default();
        providers.push(OfferedProvider { place, name: id.to_string(), field, ..OfferedProvider::default() });
    }
    providers.sort_by_key(|one| if one.place == 0 { usize::MAX } else { one.place });
    Ok(ProjectSignInPage {
        project: page.project_head(&head, ProjectTab::SignIn),
        form: page.form(here),
        values: ProjectSignInValues {
            sign_up: value("sign_up"),
            domains: value("domains"),
            chosen: is_set(sent, "chosen"),
            password_sign_up: is_set(sent, "password_sign_up"),
            second_factor: is_set(sent, "second_factor"),
            loaded: LoadedValues::of(&pairs).encode(),
        },
        providers,
        closed: !usher.core.config.sign_up.enabled,
        page: head,
        notice: None,
        errors: FieldErrors::default(),
    })
}

fn is_listed(providers: &[OfferedProvider], id: &ProviderId) -> bool {
    providers.iter().any(|one| one.field.strip_prefix(PLACE) == Some(id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> SignInFields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn providers_are_ordered_by_their_places() {
        let sent = fields(&[("place-google", "10"), ("place-acme", "2"), ("place-x", "0"), ("place-y", "first")]);
        assert_eq!(in_order(&sent), ["acme", "google"]);
    }

    #[test]
    fn a_form_that_was_open_for_a_while_changes_what_was_edited_alone() {
        let before = ProjectSignIn::default();
        let mut sent = fields_of(&before, false);
        let loaded = LoadedValues::of(&[("sign_up", "anyone"), ("domains", ""), ("chosen", ""), ("places", "")]);
        sent.insert("loaded".into(), loaded.encode());
        sent.remove("password_sign_up");
        let chosen = Some(vec!["google".parse().unwrap()]);
        let meanwhile = ProjectSignIn { providers: chosen, ..ProjectSignIn::default() };
        let result = typed(&edited(&sent, &fields_of(&meanwhile, false)));
        assert_eq!(result.providers, Some(vec!["google".to_owned()]));
        assert!(!result.password_sign_up);
    }
}
