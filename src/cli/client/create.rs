//! `usher client create`: what is typed and what a file says, over what suits the type.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Args;
use serde_json::{Map, Value};

use super::show;
use crate::app::{ClientMetadata, NewClient, Usher};
use crate::cli::failure::WrongUsage;
use crate::cli::output::Output;
use crate::cli::stdin;
use crate::domain::client::ClientType;

#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// The project that owns it, by name or id
    #[arg(long, value_name = "NAME|ID")]
    project: String,
    /// What kind of application it is: decides how it proves itself and how it gets tokens
    #[arg(long = "type", value_name = "TYPE", value_parser = ["web", "spa", "native", "machine", "device"])]
    kind: String,
    /// The name that people read
    #[arg(long, required_unless_present = "from_json")]
    name: Option<String>,
    /// Where answers may go; may be given several times
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where people may be sent after signing out; may be given several times
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// The most it may ask for, separated by spaces
    #[arg(long)]
    scope: Option<String>,
    /// It belongs to whoever runs Usher: people are not asked for consent
    #[arg(long)]
    first_party: bool,
    /// How its ID tokens are signed: RS256, ES256 or PS256
    #[arg(long)]
    alg: Option<String>,
    /// Metadata as a JSON object (RFC 7591 §2); `-` reads standard input. Options given beside it win
    #[arg(long, value_name = "FILE")]
    from_json: Option<PathBuf>,
}

/// What is to be made, and in which project.
pub(super) struct Form {
    project: String,
    kind: ClientType,
    metadata: ClientMetadata,
}

impl Create {
    /// Reads what was typed, and the file it names.
    ///
    /// # Errors
    /// If the file or a value makes no sense.
    pub(super) fn read(self) -> anyhow::Result<Form> {
        let kind: ClientType = self.kind.parse().map_err(|error| WrongUsage(format!("--type: {error}")))?;
        let file = match &self.from_json {
            None => Map::new(),
            Some(path) => {
                let of_file = || format!("the metadata in {}", path.display());
                let value: Value = serde_json::from_str(&stdin::read(path)?).with_context(of_file)?;
                let Value::Object(members) = value else {
                    return Err(anyhow!("expected a JSON object").context(of_file()));
                };
                members
            }
        };
        let project = self.project.clone();
        let metadata = merge(kind, file, self.members()).context("the metadata of the client")?;
        Ok(Form { project, kind, metadata })
    }

    /// The members that were typed.
    fn members(self) -> Map<String, Value> {
        let lists =
            [("redirect_uris", self.redirect_uri), ("post_logout_redirect_uris", self.post_logout_redirect_uri)];
        let texts = [("client_name", self.name), ("scope", self.scope), ("id_token_signed_response_alg", self.alg)];
        let lists = lists.into_iter().filter(|(_, uris)| !uris.is_empty());
        let texts = texts.into_iter().filter_map(|(member, text)| Some((member, text?)));
        let mut members: Map<String, Value> = lists.map(|(member, uris)| (member.to_owned(), uris.into())).collect();
        members.extend(texts.map(|(member, text)| (member.to_owned(), text.into())));
        if self.first_party {
            members.insert("first_party".to_owned(), true.into());
        }
        members
    }
}

/// What suits the type, under what the file says, under what was typed.
fn merge(kind: ClientType, file: Map<String, Value>, typed: Map<String, Value>) -> serde_json::Result<ClientMetadata> {
    let mut members = match serde_json::to_value(kind.defaults())? {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.extend(file);
    members.extend(typed);
    serde_json::from_value(Value::Object(members))
}

/// Makes the client and prints it with its secret.
pub(super) async fn run(usher: &Usher, form: Form, output: Output) -> anyhow::Result<()> {
    let project = usher.load_project(&form.project).await?.id;
    let new = NewClient { project, kind: form.kind, metadata: form.metadata, id: None };
    let made = usher.create_client(new).await?;
    let secret = made.secret.as_deref();
    output.print(&show::as_json(&made.client, secret)?, || match secret {
        None => show::in_words(&made.client),
        Some(secret) => {
            format!("{}\nclient_secret     {secret}\nThe secret is shown this once.\n", show::in_words(&made.client))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(kind: ClientType, file: Value, typed: Value) -> Result<Value, String> {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let metadata = merge(kind, object(file), object(typed)).map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(metadata).unwrap())
    }

    #[test]
    fn what_is_typed_wins_over_the_file_and_the_file_over_the_type() {
        let file = json!({"client_name": "File", "redirect_uris": ["https://a.test/"], "id_token_signed_response_alg": "RS256"});
        let all = merged(ClientType::Spa, file, json!({"client_name": "Typed"})).unwrap();
        assert_eq!(all["client_name"], "Typed");
        assert_eq!(all["redirect_uris"], json!(["https://a.test/"]));
        assert_eq!(all["id_token_signed_response_alg"], "RS256");
        assert_eq!(all["token_endpoint_auth_method"], "none", "what suits the type stands where nobody says otherwise");
    }

    #[test]
    fn a_misspelt_member_is_named() {
        let told = merged(ClientType::Web, json!({"redirect_uri": ["x"]}), json!({})).unwrap_err();
        assert!(told.contains("redirect_uri"), "{told}");
    }
}
