//! The form that creates or changes a client.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::clients;
use super::project_access::ProjectAccess;
use crate::loaded::{LOADED, LoadedValues};
use crate::login::of_refused;
use crate::login::sign_in::text;
use crate::owner::ConsoleAdministrator;
use crate::show;
use crate::views::{ClientForm, FieldErrors, Form, Message};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::oauth::client::{Client, ClientType};
use usher_domain::project::Project;
use usher_domain::text::check_name;
use usher_domain::urls::{self, ClientUrls, ProjectUrls};
use usher_flows::{Account, FlowError, MAX_CLIENT_NAME, NewClient, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::{Arg, Lang};
use usher_protocol::client_metadata::{ClientMetadata, IdTokenContent, MetadataFault};
use usher_protocol::params::Params;
use usher_protocol::scope::Scope;
use usher_protocol::user_claims::ROLES_CLAIM;

/// GET /console/projects/{project}/clients/new
pub async fn new(mut access: ProjectAccess) -> Result<Response, HttpProblem> {
    let page = blank(&mut access.visitor, &access.account, &access.project);
    access.show(&page)
}

/// POST /console/projects/{project}/clients/new
pub async fn create(
    State(app): State<App>,
    mut access: ProjectAccess,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    access.visitor.check_form(&form)?;
    let mut page = filled(blank(&mut access.visitor, &access.account, &access.project), &form);
    let Ok(kind) = text(&form, "type").parse::<ClientType>() else {
        page.errors.add("type", Message::ClientKindMissing.text(page.page.lang));
        return access.show_again(&page);
    };
    if Scope::parse(&text(&form, "scope")).is_err() {
        page.errors.add("scope", page.page.lang.text("message-scope-invalid"));
        return access.show_again(&page);
    }
    let metadata = with_form(kind.defaults(), &form, &LoadedValues::default());
    match app.usher.clients.create_client(NewClient { project: access.project.id, kind, metadata, id: None }).await {
        Ok(made) => {
            clients::to_page(&app, access.visitor, &access.account, &made.client, ("saved", made.secret.as_deref()))
        }
        Err(FlowError::Rejected(Rejected::Metadata(faults))) => {
            page.errors = words(&faults, &text(&form, "name"), page.page.lang);
            access.show_again(&page)
        }
        Err(other) => Err(other.into()),
    }
}

/// GET /console/clients/{client}/edit; `add` proposes one more redirect URI, from the error page that rejected it.
pub async fn get(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let client = app.usher.clients.load_client(&id).await?;
    let mut page = current(&app, &mut visitor, &account, &client).await?;
    if let Some(proposed) = query.get("add").ok().flatten() {
        page.redirect_uris = format!("{}\n{proposed}", page.redirect_uris).trim().to_owned();
    }
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST /console/clients/{client}/edit
pub async fn post(
    State(app): State<App>,
    ConsoleAdministrator { mut visitor, account }: ConsoleAdministrator,
    Path(id): Path<String>,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let client = app.usher.clients.load_client(&id).await?;
    if Scope::parse(&text(&form, "scope")).is_err() {
        let mut page = filled(current(&app, &mut visitor, &account, &client).await?, &form);
        page.errors.add("scope", page.page.lang.text("message-scope-invalid"));
        return again(visitor, &page);
    }
    let sent = form.clone();
    let change = move |metadata| with_form(metadata, &sent, &LoadedValues::sent_with(&sent));
    match app.usher.clients.edit_client(&client.id, change).await {
        Ok(_) => Ok(visitor.redirect(&urls::with(&ClientUrls::of(&client.id).page(), "done", "saved"))),
        Err(FlowError::Rejected(Rejected::Metadata(faults))) => {
            let mut page = filled(current(&app, &mut visitor, &account, &client).await?, &form);
            page.errors = words(&faults, &text(&form, "name"), page.page.lang);
            again(visitor, &page)
        }
        Err(other) => Err(other.into()),
    }
}

fn again(visitor: Visitor, page: &ClientForm) -> Result<Response, HttpProblem> {
    let body = show::html(page)?;
    Ok(visitor.reply((StatusCode::UNPROCESSABLE_ENTITY, body).into_response()))
}

fn blank(visitor: &mut Visitor, account: &Account, project: &Project) -> ClientForm {
    let here = ProjectUrls::of(&project.id).new_client();
    let mut page = visitor.page_of(account, urls::CONSOLE);
    page.language_url_base.clone_from(&here);
    ClientForm {
        page,
        form: Form::new(here, visitor.form_token()),
        project_name: project.name.clone(),
        project_url: ProjectUrls::of(&project.id).page(),
        ..settings(&ClientType::Web.defaults())
    }
}

/// The fields for the settings of a client.
fn settings(metadata: &ClientMetadata) -> ClientForm {
    ClientForm {
        first_party: metadata.first_party,
        id_token_alg: metadata.id_token_signed_response_alg.clone(),
        access_token_alg: metadata.access_token_alg().to_owned(),
        id_token_claims: metadata.id_token_claims.as_str().to_owned(),
        roles_claim: metadata.roles_claim.clone(),
        require_pkce: metadata.require_pkce,
        pkce_is_a_choice: !metadata.is_public(),
        scope: metadata.scope.to_string(),
        web_origins: metadata.web_origins.join("\n"),
        backchannel_logout_uri: metadata.backchannel_logout_uri.clone().unwrap_or_default(),
        ..ClientForm::default()
    }
}

async fn current(
    app: &App,
    visitor: &mut Visitor,
    account: &Account,
    client: &Client,
) -> Result<ClientForm, HttpProblem> {
    let project = app.usher.projects.load_project(&client.project_id.to_string()).await?;
    let here = ClientUrls::of(&client.id).edit();
    let blank = blank(visitor, account, &project);
    let mut page = blank.page;
    page.language_url_base.clone_from(&here);
    let mut view = ClientForm {
        page,
        form: Form::new(here, visitor.form_token()),
        project_name: blank.project_name,
        project_url: blank.project_url,
        editing: true,
        name: client.metadata.client_name.clone(),
        kind: client.kind.as_str().to_owned(),
        redirect_uris: client.metadata.redirect_uris.join("\n"),
        post_logout_redirect_uris: client.metadata.post_logout_redirect_uris.join("\n"),
        ..settings(&client.metadata)
    };
    view.loaded = loaded(&view).encode();
    Ok(view)
}

/// The fields of the form with their values.
fn loaded(page: &ClientForm) -> LoadedValues {
    let checked = |value: bool| if value { "true" } else { "" };
    LoadedValues::of(&[
        ("name", &page.name),
        ("redirect_uris", &page.redirect_uris),
        ("post_logout_redirect_uris", &page.post_logout_redirect_uris),
        ("first_party", checked(page.first_party)),
        ("id_token_alg", &page.id_token_alg),
        ("access_token_alg", &page.access_token_alg),
        ("id_token_claims", &page.id_token_claims),
        ("roles_claim", &page.roles_claim),
        ("require_pkce", checked(page.require_pkce)),
        ("scope", &page.scope),
        ("web_origins", &page.web_origins),
        ("backchannel_logout_uri", &page.backchannel_logout_uri),
    ])
}

fn filled(page: ClientForm, form: &Params) -> ClientForm {
    let kind = if page.editing { page.kind.clone() } else { text(form, "type") };
    ClientForm {
        name: text(form, "name"),
        kind,
        redirect_uris: text(form, "redirect_uris"),
        post_logout_redirect_uris: text(form, "post_logout_redirect_uris"),
        first_party: !text(form, "first_party").is_empty(),
        id_token_alg: text(form, "id_token_alg"),
        access_token_alg: text(form, "access_token_alg"),
        id_token_claims: text(form, "id_token_claims"),
        roles_claim: text(form, "roles_claim"),
        require_pkce: !text(form, "require_pkce").is_empty(),
        scope: text(form, "scope"),
        web_origins: text(form, "web_origins"),
        backchannel_logout_uri: text(form, "backchannel_logout_uri"),
        loaded: text(form, LOADED),
        ..page
    }
}

/// The settings with the fields that were edited. A field that was not edited stays as it is stored.
fn with_form(metadata: ClientMetadata, form: &Params, loaded: &LoadedValues) -> ClientMetadata {
    let edited = |name: &str| loaded.is_edited(name, &text(form, name));
    let sent = |name| Some(text(form, name).trim().to_owned()).filter(|value| !value.is_empty());
    let mut changed = metadata;
    if edited("name") {
        changed.client_name = text(form, "name").trim().to_owned();
    }
    if edited("redirect_uris") {
        changed.redirect_uris = lines(form, "redirect_uris");
    }
    if edited("post_logout_redirect_uris") {
        changed.post_logout_redirect_uris = lines(form, "post_logout_redirect_uris");
    }
    if edited("first_party") {
        changed.first_party = !text(form, "first_party").is_empty();
    }
    // The fields of the second part of the form are sent together, or not at all.
    let Some(alg) = sent("id_token_alg") else { return changed };
    if edited("id_token_alg") {
        changed.id_token_signed_response_alg = alg;
    }
    if edited("access_token_alg") {
        changed.access_token_signed_response_alg = sent("access_token_alg");
    }
    with_second_part(changed, form, &edited)
}

fn with_second_part(mut changed: ClientMetadata, form: &Params, edited: &dyn Fn(&str) -> bool) -> ClientMetadata {
    let sent = |name| Some(text(form, name).trim().to_owned()).filter(|value| !value.is_empty());
    if edited("id_token_claims") {
        changed.id_token_claims = match text(form, "id_token_claims").as_str() {
            "minimal" => IdTokenContent::Minimal,
            _ => IdTokenContent::Scopes,
        };
    }
    if edited("roles_claim") {
        changed.roles_claim = sent("roles_claim").unwrap_or_else(|| ROLES_CLAIM.to_owned());
    }
    if !changed.is_public() && edited("require_pkce") {
        changed.require_pkce = !text(form, "require_pkce").is_empty();
    }
    if changed.signs_people_in() && edited("scope") {
        changed.scope = Scope::parse(&text(form, "scope")).unwrap_or_default();
    }
    if edited("web_origins") {
        changed.web_origins = lines(form, "web_origins");
    }
    if edited("backchannel_logout_uri") {
        changed.backchannel_logout_uri = sent("backchannel_logout_uri");
    }
    changed
}

fn lines(form: &Params, name: &str) -> Vec<String> {
    text(form, name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Each fault at its field; those without a field at the form as a whole.
fn words(faults: &[MetadataFault], name: &str, lang: Lang) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for fault in faults {
        let (field, text) = match fault.member {
            "client_name" => ("name", name_error(name, lang)),
            _ => word(fault, lang),
        };
        errors.add(field, text);
    }
    errors
}

fn name_error(name: &str, lang: Lang) -> String {
    let refused = check_name(name, MAX_CLIENT_NAME).err().map(Rejected::Name);
    let errors = refused.and_then(|refused| of_refused(&refused, lang)).unwrap_or_default();
    errors.of("name").unwrap_or_default().to_owned()
}

fn word(fault: &MetadataFault, lang: Lang) -> (&'static str, String) {
    let value = fault.value.as_deref().unwrap_or_default();
    match fault.member {
        "redirect_uris" if value.is_empty() => ("redirect_uris", Message::RedirectUriMissing.text(lang)),
        member @ ("redirect_uris" | "post_logout_redirect_uris") if !value.is_empty() => {
            (member, Message::RedirectUriInvalid { uri: value.to_owned() }.text(lang))
        }
        "web_origins" if !value.is_empty() => {
            ("web_origins", lang.text_with("message-web-origin-invalid", &[("origin", Arg::Text(value))]))
        }
        "roles_claim" => ("roles_claim", lang.text("message-roles-claim-invalid")),
        "backchannel_logout_uri" => ("backchannel_logout_uri", lang.text("message-backchannel-uri-invalid")),
        "grant_types" => ("type", fault.to_string()),
        _ => ("", fault.to_string()),
    }
}
