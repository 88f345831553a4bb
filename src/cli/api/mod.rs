//! `usher api`.

mod settings;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::Output;
use super::settings::ConfigFiles;
use super::table::{fields, table};
use crate::app::{self, Usher};
use settings::{ApiSettingsArgs, changed};
use usher_accounts::apis::{ApiCreator, NewApi};
use usher_domain::oauth::api::{AllowedClient, Api, ApiSettings};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_protocol::scope::Scope;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher api create --project Shop --identifier https://api.shop.example.org --name Orders \\
    --scope 'orders:read=See your orders' --scope 'orders:write=Place orders for you'
  usher client create --project Shop --type web --name Shop --redirect-uri https://shop.example.org/callback \\
    --scope 'openid profile offline_access orders:read' --audience https://api.shop.example.org
  usher api list --project Shop
  usher api show https://api.shop.example.org
  usher api update https://api.shop.example.org --token-lifetime 300 --token-format opaque
  usher api allow https://api.shop.example.org --client client_… --scope orders:read
  usher api disallow https://api.shop.example.org --client client_…
  usher api delete https://api.shop.example.org";

const UPDATE_EXAMPLES: &str = "\
An option replaces one setting; a list is replaced whole, and one empty text empties it.

Examples:
  usher api update https://api.shop.example.org --name Orders --token-format opaque
  usher api update https://api.shop.example.org --role clerk --role manager --permission 'Order:*'
  usher api update https://api.shop.example.org --scope '' --permission ''";

#[derive(Debug, Subcommand)]
pub(super) enum ApiCommand {
    /// Create an API, for which clients ask access tokens
    #[command(after_help = EXAMPLES)]
    Create(CreateApiArgs),
    /// List APIs
    List(ListApisArgs),
    /// Show an API and the clients of other projects that may use it
    Show(ApiSelector),
    /// Change the settings of an API
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(UpdateApiArgs),
    /// Delete an API: Usher refuses its tokens from now on
    Delete(ApiSelector),
    /// Allow a client of another project to use an API
    Allow(AllowArgs),
    /// Take back the permission of a client of another project
    Disallow(DisallowArgs),
}

#[derive(Debug, Args)]
pub(super) struct CreateApiArgs {
    /// The project's id or name
    #[arg(long)]
    project: String,
    /// Absolute https URI without a fragment: the `aud` of its tokens. It never changes
    #[arg(long, value_name = "URI")]
    identifier: String,
    /// Name on the consent page
    #[arg(long)]
    name: String,
    #[command(flatten)]
    settings: ApiSettingsArgs,
}

#[derive(Debug, Args)]
pub(super) struct UpdateApiArgs {
    #[command(flatten)]
    which: ApiSelector,
    /// Name on the consent page
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: ApiSettingsArgs,
}

#[derive(Debug, Args)]
pub(super) struct ListApisArgs {
    /// Only those of this project, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ApiSelector {
    /// The API's identifier or id
    api: String,
}

#[derive(Debug, Args)]
pub(super) struct AllowArgs {
    #[command(flatten)]
    which: ApiSelector,
    /// The client's id
    #[arg(long, value_name = "CLIENT_ID")]
    client: String,
    /// Only these scopes of the API, separated by spaces [default: all]
    #[arg(long)]
    scope: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DisallowArgs {
    #[command(flatten)]
    which: ApiSelector,
    /// The client's id
    #[arg(long, value_name = "CLIENT_ID")]
    client: String,
}

pub(super) async fn run(settings: &ConfigFiles, command: ApiCommand, output: Output) -> anyhow::Result<()> {
    let usher = app::open_for_commands(settings.server_config()?).await?;
    match command {
        ApiCommand::Create(new) => create(&usher, new, output).await,
        ApiCommand::List(which) => list(&usher, which, output).await,
        ApiCommand::Show(which) => show(&usher, &find(&usher, &which).await?, output).await,
        ApiCommand::Update(change) => {
            let api = find(&usher, &change.which).await?;
            let settings = changed(api.settings.clone(), change.name, change.settings)?;
            show(&usher, &usher.apis.replace_api_settings(&api, settings).await?, output).await
        }
        ApiCommand::Delete(which) => {
            let api = find(&usher, &which).await?;
            usher.apis.delete_api(&api).await?;
            output.print(&json!({ "id": api.id, "deleted": true }), || "The API is deleted.\n".to_owned())
        }
        ApiCommand::Allow(wanted) => {
            let api = find(&usher, &wanted.which).await?;
            let scope = wanted.scope.as_deref().map(Scope::parse).transpose()?;
            let allowed = usher.apis.allow_client(&api, &wanted.client, scope).await?;
            output.print(&allowed_as_json(&allowed), || "The client may use the API.\n".to_owned())
        }
        ApiCommand::Disallow(wanted) => {
            let api = find(&usher, &wanted.which).await?;
            usher.apis.disallow_client(&api, &wanted.client).await?;
            let view = json!({ "client_id": wanted.client, "allowed": false });
            output.print(&view, || "The client may no longer use the API.\n".to_owned())
        }
    }
}

async fn create(usher: &Usher, new: CreateApiArgs, output: Output) -> anyhow::Result<()> {
    let project = usher.projects.load_project(&new.project).await?.id;
    let settings = changed(ApiSettings::named(new.name), None, new.settings)?;
    let new = NewApi { project, identifier: new.identifier, settings, by: ApiCreator::Operator };
    show(usher, &usher.apis.create_api(new).await?, output).await
}

async fn find(usher: &Usher, which: &ApiSelector) -> anyhow::Result<Api> {
    usher.apis.find_api(&which.api).await?.ok_or_else(|| anyhow!("there is no such API"))
}

async fn show(usher: &Usher, api: &Api, output: Output) -> anyhow::Result<()> {
    let allowed = usher.apis.list_allowed_clients(api).await?;
    let mut view = as_json(api)?;
    view["allowed_clients"] = allowed.iter().map(allowed_as_json).collect();
    output.print(&view, || in_words(api, &allowed))
}

async fn list(usher: &Usher, which: ListApisArgs, output: Output) -> anyhow::Result<()> {
    let mut apis: Vec<Api> = Vec::new();
    if let Some(project) = &which.project {
        apis = usher.apis.list_apis(usher.projects.load_project(project).await?.id).await?;
    } else {
        let mut after = Some(Cursor::START);
        while let Some(cursor) = after {
            let page = usher.projects.list_projects(cursor, MAX_PAGE).await?;
            for project in page.items {
                apis.extend(usher.apis.list_apis(project.id).await?);
            }
            after = page.next;
        }
    }
    let view: Vec<Value> = apis.iter().map(as_json).collect::<anyhow::Result<_>>()?;
    output.print(&view, || {
        let rows = apis.iter().map(|api| {
            [api.identifier.clone(), api.settings.name.clone(), api.id.to_string(), api.project_id.to_string()]
        });
        table(["IDENTIFIER", "NAME", "ID", "PROJECT"], rows)
    })
}

/// The same members as in the HTTP API.
fn as_json(api: &Api) -> anyhow::Result<Value> {
    let mut view = serde_json::to_value(&api.settings).context("the settings of an API")?;
    view["id"] = json!(api.id);
    view["project_id"] = json!(api.project_id);
    view["identifier"] = json!(api.identifier);
    view["created_at"] = json!(api.created_at);
    view["updated_at"] = json!(api.updated_at);
    Ok(view)
}

fn allowed_as_json(allowed: &AllowedClient) -> Value {
    json!({ "client_id": allowed.client_id, "scope": allowed.scope, "since": allowed.since })
}

fn in_words(api: &Api, allowed: &[AllowedClient]) -> String {
    let settings = &api.settings;
    let several = |texts: &[String]| if texts.is_empty() { "none".to_owned() } else { texts.join(" ") };
    let lifetime = settings.access_token_seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    let alg = settings.signing_alg.as_deref().map(|alg| format!(", {alg}")).unwrap_or_default();
    let mut view = vec![
        ("id", api.id.to_string()),
        ("identifier", api.identifier.clone()),
        ("name", settings.name.clone()),
        ("project", api.project_id.to_string()),
        ("access tokens", format!("{}{alg}{lifetime}", settings.token_format.as_str())),
        ("roles", several(&settings.roles)),
        ("permissions", several(&settings.permissions)),
        ("self-registered", if settings.self_registered_clients { "may ask for it" } else { "" }.to_owned()),
    ];
    view.extend(settings.scopes.iter().map(|scope| ("scope", format!("{}  {}", scope.name, scope.description))));
    view.extend(allowed.iter().map(|client| {
        let scope = client.scope.as_ref().map_or_else(|| "every scope".to_owned(), ToString::to_string);
        ("allowed", format!("{}  {scope}", client.client_id))
    }));
    view.push(("created", api.created_at.rfc3339()));
    view.push(("changed", api.updated_at.rfc3339()));
    fields(view)
}
