//! The pages that change branding: of a project, and of the installation. Both have the same forms.

mod owner;

use axum::Extension;
use axum::response::{IntoResponse as _, Response};

use crate::views::{BrandingForms, BrandingPreview, BrandingValues};
use owner::BrandingPage;
use usher_accounts::Rejected;
use usher_domain::branding::colour::Colour;
use usher_domain::branding::palette::Palette;
use usher_domain::branding::{BrandOwner, BrandSettings, Branding, PRODUCT, TypedBrand};
use usher_domain::urls;
use usher_http_server::layers::security_headers::Framing;
use usher_page_kit::kit::{ButtonForm, Notice, PageForm, PageResult, PageStop, PageUpload, html};
use usher_page_kit::loaded::LoadedValues;
use usher_page_kit::views::FieldErrors;

const SAVED: Notice = Notice::new("saved", "branding-saved");
const LOGO_SAVED: Notice = Notice::new("logo", "branding-logo-saved");
const LOGO_REMOVED: Notice = Notice::new("no-logo", "branding-logo-removed");

/// GET: the forms, with a frame that shows a sign-in page.
pub async fn get<K: BrandingPage>(mut page: K) -> PageResult {
    let stored = page.app().usher.brandings.load(page.owner()).await?;
    let values = values_of(&stored.settings);
    let notice = page.notice(&[SAVED, LOGO_SAVED, LOGO_REMOVED]);
    let body = body(&mut page, &stored, values, notice, FieldErrors::default()).await?;
    page.reply(body)
}

/// POST
pub async fn save<K: BrandingPage>(mut page: K, PageForm(values): PageForm<BrandingValues>) -> PageResult {
    let (brandings, owner) = (page.app().usher.brandings.clone(), page.owner());
    let stored = brandings.load(owner).await?;
    let saved = brandings.replace_settings(owner, &stored, edited(&values, &stored.settings)).await;
    match page.check(saved)? {
        Ok(_) => {
            let here = page.urls().page;
            page.done(&here, SAVED)
        }
        Err(errors) => {
            let body = body(&mut page, &stored, values, None, errors).await?;
            page.reply_again(body)
        }
    }
}

/// POST …/logo
pub async fn put_logo<K: BrandingPage>(mut page: K, PageUpload(form): PageUpload) -> PageResult {
    let (brandings, owner) = (page.app().usher.brandings.clone(), page.owner());
    let stored = brandings.load(owner).await?;
    let saved = match form.file {
        Some(file) => brandings.replace_logo(owner, &stored, Some(file)).await,
        None => Err(Rejected::Missing("logo").into()),
    };
    match page.check(saved)? {
        Ok(_) => {
            let here = page.urls().page;
            page.done(&here, LOGO_SAVED)
        }
        Err(errors) => {
            let values = values_of(&stored.settings);
            let body = body(&mut page, &stored, values, None, errors).await?;
            page.reply_again(body)
        }
    }
}

/// POST …/logo/remove
pub async fn remove_logo<K: BrandingPage>(page: K, _: ButtonForm) -> PageResult {
    let (brandings, owner) = (page.app().usher.brandings.clone(), page.owner());
    let stored = brandings.load(owner).await?;
    brandings.replace_logo(owner, &stored, None).await?;
    let here = page.urls().page;
    page.done(&here, LOGO_REMOVED)
}

/// GET …/preview: a sign-in page as it is saved.
pub async fn preview<K: BrandingPage>(page: K) -> PageResult {
    let stored = page.app().usher.brandings.load(page.owner()).await?;
    let typed = edited(&values_of(&stored.settings), &stored.settings);
    preview_of(page, typed).await
}

/// POST …/preview: a sign-in page with the values of the form, which are not saved.
pub async fn preview_typed<K: BrandingPage>(page: K, PageForm(values): PageForm<BrandingValues>) -> PageResult {
    preview_of(page, typed(&values)).await
}

async fn preview_of<K: BrandingPage>(mut page: K, typed: TypedBrand) -> PageResult {
    let (brandings, owner) = (page.app().usher.brandings.clone(), page.owner());
    let mut head = page.head("");
    let shown = brandings.preview(owner, typed).await;
    let view = match page.check(shown)? {
        Ok(brand) => {
            head.brand = brand.into();
            let sheet_url = head.brand.palette.as_ref().map(|(_, palette)| urls::brand_preview(palette.primary.light));
            BrandingPreview { page: head, sheet_url, errors: FieldErrors::default() }
        }
        Err(errors) => {
            head.brand = brandings.brand(owner).await?;
            BrandingPreview { sheet_url: head.brand.sheet_url(), page: head, errors }
        }
    };
    let body = html(&view)?;
    page.reply((Extension(Framing::Framed), body).into_response())
}

async fn body<K: BrandingPage>(
    page: &mut K,
    stored: &Branding,
    values: BrandingValues,
    notice: Option<String>,
    errors: FieldErrors,
) -> Result<Response, PageStop> {
    let (urls, owner) = (page.urls(), page.owner());
    let loaded = LoadedValues::of(&pairs(&values_of(&stored.settings))).encode();
    let above = match owner {
        BrandOwner::Installation => PRODUCT.to_owned(),
        BrandOwner::Project(_) => page.app().usher.brandings.brand(BrandOwner::Installation).await?.name.clone(),
    };
    let forms = BrandingForms {
        settings: page.form(urls.page.clone()),
        logo: page.form(urls.logo),
        preview_url: urls.preview,
        remove_logo_url: urls.remove_logo,
        logo_url: stored.logo.as_ref().map(|logo| urls::brand_logo(owner, logo)),
        nearest: nearest(&values.accent),
        inherited_name: above,
        may_change: page.may_change(),
        values: BrandingValues { loaded, ..values },
    };
    let view = page.view(&urls.page, forms, notice, errors);
    Ok((Extension(Framing::Frames), view?).into_response())
}

/// The nearest colour that works, for one that is too light.
fn nearest(accent: &str) -> Option<String> {
    let colour: Colour = accent.trim().parse().ok()?;
    Palette::of(colour).err().map(|refused| refused.nearest.to_string())
}

fn values_of(settings: &BrandSettings) -> BrandingValues {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    BrandingValues {
        name: text(&settings.name),
        accent: settings.accent.map(|colour| colour.to_string()).unwrap_or_default(),
        support_email: text(&settings.support_email),
        tos_uri: text(&settings.tos_uri),
        policy_uri: text(&settings.policy_uri),
        sender_name: text(&settings.sender_name),
        loaded: String::new(),
    }
}

fn pairs(values: &BrandingValues) -> [(&'static str, &str); 6] {
    [
        ("name", &values.name),
        ("accent", &values.accent),
        ("support_email", &values.support_email),
        ("tos_uri", &values.tos_uri),
        ("policy_uri", &values.policy_uri),
        ("sender_name", &values.sender_name),
    ]
}

/// What was typed; fields that were not edited are as they are stored.
fn edited(values: &BrandingValues, stored: &BrandSettings) -> TypedBrand {
    let (loaded, stored) = (LoadedValues::decode(&values.loaded), values_of(stored));
    let mut result = typed(values);
    for (field, value) in pairs(&stored) {
        let sent = pairs(values).into_iter().find(|(name, _)| *name == field).map_or("", |(_, sent)| sent);
        if !loaded.is_edited(field, sent) {
            set(&mut result, field, value);
        }
    }
    result
}

fn set(typed: &mut TypedBrand, field: &str, value: &str) {
    let member = match field {
        "name" => &mut typed.name,
        "accent" => &mut typed.accent,
        "support_email" => &mut typed.support_email,
        "tos_uri" => &mut typed.tos_uri,
        "policy_uri" => &mut typed.policy_uri,
        _ => &mut typed.sender_name,
    };
    *member = Some(value.to_owned());
}

fn typed(values: &BrandingValues) -> TypedBrand {
    TypedBrand {
        name: Some(values.name.clone()),
        accent: Some(values.accent.clone()),
        support_email: Some(values.support_email.clone()),
        tos_uri: Some(values.tos_uri.clone()),
        policy_uri: Some(values.policy_uri.clone()),
        sender_name: Some(values.sender_name.clone()),
    }
}
