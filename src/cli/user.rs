//! `usher user`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::failure::WrongUsage;
use super::output::Output;
use super::settings::ConfigFiles;
use super::stdin;
use super::table::{fields, table};
use crate::app::{self, Ended, FlowError, NewUser, Rejected, Usher};
use usher_domain::id::UserId;
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::user::session::Session;
use usher_domain::user::{Profile, User, UserStatus};
use usher_protocol::user_claims::UserClaims;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher user create --email ana@example.org --password-stdin < password.txt
  usher user create --email ana@example.org --claims-json claims.json --admin
  usher user list --json
  usher user disable ana@example.org           also ends every session and grant
  usher user sessions ana@example.org
  usher user revoke ana@example.org            signs the person out everywhere
  usher user revoke 01936d2e-3c00-7000-8000-000000000001   by id, for a user without an address
  usher user reset-factors ana@example.org     for a user who lost phone and recovery codes";

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Create a user with a verified email address
    #[command(after_help = EXAMPLES)]
    Create(CreateUserArgs),
    /// List users, oldest first
    List,
    /// Disable a user, and end their sessions and grants
    Disable(UserSelector),
    /// Enable a user again
    Enable(UserSelector),
    /// List the sessions of a user
    Sessions(UserSelector),
    /// End every session and grant of a user
    Revoke(UserSelector),
    /// Remove authenticator app, recovery codes and passkeys of a user, who is notified by email
    ResetFactors(UserSelector),
}

#[derive(Debug, Args)]
pub(super) struct CreateUserArgs {
    /// The email address
    #[arg(long)]
    email: String,
    /// Read the password from standard input; without it the user sets one by account recovery
    #[arg(long)]
    password_stdin: bool,
    /// Create an administrator
    #[arg(long)]
    admin: bool,
    /// Standard claims (OpenID Connect Core §5.1) as a JSON object; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    claims_json: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct UserSelector {
    /// The email address, the id that `usher user list` shows, or the `sub` that an application knows
    #[arg(value_name = "EMAIL|ID|SUB")]
    email: Option<String>,
    /// The email address as an option
    #[arg(long = "email", id = "email_option", value_name = "EMAIL", hide = true)]
    option: Option<String>,
}

impl UserSelector {
    async fn load(self, usher: &Usher) -> anyhow::Result<User> {
        let named = self.email.or(self.option).unwrap_or_default();
        match named.parse::<UserId>() {
            Ok(id) => Ok(usher.users.load_user_by_id(id).await?),
            Err(_) if named.contains('@') => Ok(usher.users.load_user(&named).await?),
            Err(_) => Ok(usher.subjects.find(&named).await?.ok_or(FlowError::Rejected(Rejected::NotFound("user")))?),
        }
    }
}

pub(super) async fn run(settings: &ConfigFiles, command: UserCommand, output: Output) -> anyhow::Result<()> {
    let config = settings.server_config()?;
    match command {
        UserCommand::Create(new) => {
            let new = new.read()?;
            let user = app::open_for_commands(config).await?.users.create_user(new).await?;
            output.print(&as_json(&user), || fields([("id", user.id.to_string()), ("sub", user.sub.0.clone())]))
        }
        UserCommand::List => list(&app::open_for_commands(config).await?, output).await,
        UserCommand::Disable(who) => set_enabled(&app::open_for_commands(config).await?, who, false, output).await,
        UserCommand::Enable(who) => set_enabled(&app::open_for_commands(config).await?, who, true, output).await,
        UserCommand::Sessions(who) => sessions(&app::open_for_commands(config).await?, who, output).await,
        UserCommand::ResetFactors(who) => {
            let usher = app::open_for_commands(config).await?;
            let user = who.load(&usher).await?;
            usher.factor_rules.reset_factors(&user).await?;
            output.print(&as_json(&user), || "The second factors and passkeys are gone.\n".to_owned())
        }
        UserCommand::Revoke(who) => {
            let usher = app::open_for_commands(config).await?;
            let user = who.load(&usher).await?;
            let ended = usher.users.revoke_user(&user).await?;
            output.print(&ended_as_json(&ended), || ended_in_words(&ended))
        }
    }
}

/// A misspelt claim is an error.
fn read_claims(text: &str) -> anyhow::Result<Profile> {
    let profile: Profile = serde_json::from_str(text)?;
    match profile.others.keys().find(|name| UserClaims::STANDARD.find(name).is_none()) {
        Some(unknown) => anyhow::bail!("unknown field `{unknown}`"),
        None => Ok(profile),
    }
}

impl CreateUserArgs {
    fn read(self) -> anyhow::Result<NewUser> {
        if self.password_stdin && self.claims_json.as_deref() == Some(Path::new("-")) {
            let words = "--password-stdin and --claims-json - cannot both read standard input";
            return Err(WrongUsage(words.to_owned()).into());
        }
        let profile = match &self.claims_json {
            None => Profile::default(),
            Some(path) => {
                read_claims(&stdin::read(path)?).with_context(|| format!("the claims in {}", path.display()))?
            }
        };
        let password = if self.password_stdin { Some(stdin::password()?) } else { None };
        Ok(NewUser { email: self.email, password, admin: self.admin, profile, locale: None })
    }
}

async fn list(usher: &Usher, output: Output) -> anyhow::Result<()> {
    let mut users = Vec::new();
    let mut after = Some(Cursor::START);
    while let Some(cursor) = after {
        let page = usher.users.list_users(cursor, MAX_PAGE).await?;
        users.extend(page.items);
        after = page.next;
    }
    let view: Vec<Value> = users.iter().map(as_json).collect();
    output.print(&view, || {
        let rows = users.iter().map(|user| {
            let admin = if user.admin { "yes" } else { "" };
            [
                user.email_text().to_owned(),
                status(user).to_owned(),
                admin.to_owned(),
                user.created_at.rfc3339(),
                user.id.to_string(),
            ]
        });
        table(["EMAIL", "STATUS", "ADMIN", "CREATED", "ID"], rows)
    })
}

async fn set_enabled(usher: &Usher, who: UserSelector, enabled: bool, output: Output) -> anyhow::Result<()> {
    let user = who.load(usher).await?;
    let ended = usher.users.set_user_enabled(&user, enabled).await?;
    let mut view = ended_as_json(&ended);
    view["status"] = if enabled { "active" } else { "disabled" }.into();
    output.print(&view, || {
        if enabled {
            "The user may sign in.\n".to_owned()
        } else {
            format!("The user is disabled. {}", ended_in_words(&ended))
        }
    })
}

async fn sessions(usher: &Usher, who: UserSelector, output: Output) -> anyhow::Result<()> {
    let user = who.load(usher).await?;
    let sessions = usher.users.list_sessions(&user).await?;
    let view: Vec<Value> = sessions.iter().map(session_as_json).collect();
    output.print(&view, || {
        let rows = sessions.iter().map(|session| {
            [
                session.id.to_string(),
                session.created_at.rfc3339(),
                session.last_seen_at.rfc3339(),
                session.source.clone().unwrap_or_default(),
                session.user_agent.clone().unwrap_or_default(),
            ]
        });
        table(["ID", "SINCE", "LAST SEEN", "FROM", "BROWSER"], rows)
    })
}

fn status(user: &User) -> &'static str {
    match user.status {
        UserStatus::Active => "active",
        UserStatus::Disabled => "disabled",
        UserStatus::Merged => "merged",
    }
}

fn as_json(user: &User) -> Value {
    json!({
        "id": user.id,
        "sub": user.sub,
        "email": user.email,
        "status": user.status,
        "admin": user.admin,
        "created_at": user.created_at.rfc3339(),
        "updated_at": user.updated_at.rfc3339(),
        "claims": user.profile,
    })
}

fn session_as_json(session: &Session) -> Value {
    json!({
        "id": session.id,
        "created_at": session.created_at.rfc3339(),
        "auth_time": session.auth_time.rfc3339(),
        "last_seen_at": session.last_seen_at.rfc3339(),
        "idle_expires_at": session.idle_expires_at.rfc3339(),
        "expires_at": session.expires_at.rfc3339(),
        "amr": session.amr,
        "source": session.source,
        "user_agent": session.user_agent,
    })
}

fn ended_as_json(ended: &Ended) -> Value {
    json!({ "sessions": ended.sessions, "clients": ended.clients })
}

fn ended_in_words(ended: &Ended) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    };
    let sessions = count(ended.sessions.len(), "session", "sessions");
    let clients = count(ended.clients.len(), "client", "clients");
    format!("Ended {sessions}, and what {clients} had been granted.\n")
}
