//! `usher provider add`: options and a file, over the defaults of the kind.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use super::show;
use crate::app::{NewProvider, Usher};
use crate::cli::failure::WrongUsage;
use crate::cli::output::Output;
use crate::cli::stdin;
use usher_domain::provider::setting::ProviderSetting;
use usher_domain::provider::{ProviderKind, ProviderKinds};
use usher_domain::secret::Secret;
use usher_upstream::built_in_kinds;

#[derive(Debug, Args)]
pub(in crate::cli) struct AddProviderArgs {
    /// The kind of provider
    #[arg(value_name = "KIND", value_parser = names(&built_in_kinds()))]
    kind: String,
    /// The client id that the provider issued
    #[arg(long, required_unless_present = "from_json")]
    client_id: Option<String>,
    /// Read the client secret (for Apple the private key, PEM) from standard input; without it the present one is kept
    #[arg(long)]
    client_secret_stdin: bool,
    /// Base URL instead of the provider's own: a simulator, or a self-hosted edition
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Its id in URLs [default: the kind]
    #[arg(long)]
    id: Option<String>,
    /// Text of the button [default: the brand]
    #[arg(long)]
    label: Option<String>,
    /// Scopes to request, separated by spaces; repeatable [default: those of the kind]
    #[arg(long)]
    scope: Vec<String>,
    #[command(flatten)]
    of_kind: KindOptions,
    /// If a verified address belongs to an account: link after sign-in, after a mailed code, or at once
    #[arg(long, value_name = "POLICY", value_parser = ["confirm", "verify_mail", "auto"])]
    link_policy: Option<String>,
    /// How far its email addresses are trusted [default: the rule of the kind]
    #[arg(long, value_name = "RULE", value_parser = ["never", "verified", "authoritative"])]
    email_trust: Option<String>,
    /// Add it disabled: nobody can sign in with it
    #[arg(long)]
    disabled: bool,
    /// Any other setting, as a JSON object with the names of `[[provider]]` in usher.toml; `-` reads standard input.
    /// Other options override it
    #[arg(long, value_name = "FILE")]
    from_json: Option<PathBuf>,
}

impl AddProviderArgs {
    /// Reads the arguments, and the file that they name.
    ///
    /// # Errors
    /// If the file or a value is invalid.
    pub(super) fn read(self) -> anyhow::Result<NewProvider> {
        if self.client_secret_stdin && self.from_json.as_deref().is_some_and(|path| path.as_os_str() == "-") {
            let words = "--client-secret-stdin and --from-json - cannot both read standard input";
            return Err(WrongUsage(words.to_owned()).into());
        }
        let file = match &self.from_json {
            None => Map::new(),
            Some(path) => {
                let of_file = || format!("the settings in {}", path.display());
                let value: Value = serde_json::from_str(&stdin::read(path)?).with_context(of_file)?;
                let Value::Object(members) = value else {
                    return Err(anyhow!("expected a JSON object").context(of_file()));
                };
                members
            }
        };
        let secret = if self.client_secret_stdin { Some(stdin::secret("--client-secret-stdin")?) } else { None };
        let kinds = built_in_kinds();
        let kind = kinds.named(&self.kind).map_err(|error| WrongUsage(format!("KIND: {error}")))?;
        new_provider(&kinds, kind, file, self.members(), secret)
    }

    /// The settings given as options.
    fn members(self) -> Map<String, Value> {
        let texts = [
            ("client_id", self.client_id),
            ("base_url", self.base_url),
            ("id", self.id),
            ("label", self.label),
            ("link_policy", self.link_policy),
            ("email_trust", self.email_trust),
        ];
        let typed = texts.into_iter().filter_map(|(member, text)| Some((member.to_owned(), Value::from(text?))));
        let of_kind = self.of_kind.0.into_iter().map(|(member, text)| (member.to_owned(), Value::from(text)));
        let mut members: Map<String, Value> = typed.chain(of_kind).collect();
        let scopes: Vec<&str> = self.scope.iter().flat_map(|scope| scope.split_whitespace()).collect();
        if !scopes.is_empty() {
            members.insert("scopes".to_owned(), scopes.into());
        }
        if self.disabled {
            members.insert("enabled".to_owned(), false.into());
        }
        members
    }
}

/// The names of the kinds.
fn names(kinds: &ProviderKinds) -> PossibleValuesParser {
    kinds.iter().map(|kind| kind.name).collect::<Vec<_>>().into()
}

/// The options for settings that only some kinds have.
#[derive(Debug)]
struct KindOptions(Vec<(&'static str, String)>);

impl KindOptions {
    fn args(kinds: &ProviderKinds) -> Vec<Arg> {
        let arg = |setting: &&'static ProviderSetting| {
            let option = setting.option?;
            Some(Arg::new(setting.name).long(option.long).value_name(option.value_name).help(option.help))
        };
        kinds.settings().iter().filter_map(arg).collect()
    }

    fn of(matches: &ArgMatches, kinds: &ProviderKinds) -> Self {
        let options = kinds.settings().into_iter().filter(|setting| setting.option.is_some());
        let given =
            options.filter_map(|setting| Some((setting.name, matches.get_one::<String>(setting.name)?.clone())));
        Self(given.collect())
    }
}

impl FromArgMatches for KindOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::of(matches, &built_in_kinds()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for KindOptions {
    fn augment_args(command: Command) -> Command {
        command.args(Self::args(&built_in_kinds()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// Defaults of the kind, overridden by the file, overridden by options.
fn new_provider(
    kinds: &ProviderKinds,
    kind: &ProviderKind,
    file: Map<String, Value>,
    typed: Map<String, Value>,
    secret: Option<Secret<String>>,
) -> anyhow::Result<NewProvider> {
    if file.get("kind").is_some_and(|said| said != kind.name) {
        return Err(WrongUsage("the file is for another kind than the one that was typed".to_owned()).into());
    }
    let mut members = Map::from_iter([("id".to_owned(), Value::from(kind.name))]);
    members.extend(file);
    members.extend(typed);
    members.insert("kind".to_owned(), kind.name.into());
    let settings = kinds.read(members).context("the settings of the provider")?;
    Ok(NewProvider { settings, secret, managed: false })
}

/// Adds the provider, or replaces the one with this id, and prints it.
pub(super) async fn run(usher: &Usher, new: NewProvider, output: Output) -> anyhow::Result<()> {
    let id = new.settings.id.clone();
    let replaced = usher.providers.put_provider(new).await?;
    let provider = usher.providers.load_provider(&id).await?;
    let callback = usher.providers.upstream_callback(&id);
    let mut view = show::as_json(&provider, &callback);
    view.insert("replaced".to_owned(), replaced.into());
    output.print(&view, || {
        let done = if replaced { "replaced" } else { "added" };
        let kind = usher.providers.kinds().of(&provider.settings).ok();
        let brand = kind.and_then(ProviderKind::brand).unwrap_or("the provider");
        format!(
            "The provider {id} is {done}. Register this callback URL with {brand}:\n\n  {callback}\n\n\
             Then try it: usher provider test {id}\n"
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use usher_domain::provider::{KindTitle, ProviderSettings};
    use usher_upstream::providers::{google, x};

    fn read(kind: &ProviderKind, file: Value, typed: Value) -> Result<ProviderSettings, String> {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let read = new_provider(&built_in_kinds(), kind, object(file), object(typed), None);
        read.map(|new| new.settings).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn what_was_typed_wins_over_the_file_and_the_kind_names_it() {
        let file = json!({"client_id": "of-file", "label": "Works", "hd": "corp.test"});
        let settings = read(&google::KIND, file, json!({"client_id": "typed"})).unwrap();
        assert_eq!((settings.id.as_str(), settings.client_id.as_str()), ("google", "typed"));
        assert_eq!((settings.label.as_deref(), settings.text(&google::HD)), (Some("Works"), Some("corp.test")));
        assert!(settings.enabled && settings.sign_up);
    }

    #[test]
    fn what_nobody_knows_is_refused_by_name() {
        let error = read(&x::KIND, json!({"client_id": "x", "lable": "X"}), json!({})).unwrap_err();
        assert!(error.contains("lable") && error.contains("label"), "{error}");
        let error = read(&x::KIND, json!({"client_id": "x", "kind": "google"}), json!({})).unwrap_err();
        assert!(error.contains("another kind"), "{error}");
        let error = read(&x::KIND, json!({"client_id": "x"}), json!({"id": "../x"})).unwrap_err();
        assert!(error.contains("a-z, 0-9"), "{error}");
    }

    #[test]
    fn a_new_kind_is_a_choice_and_its_settings_are_options() {
        const REGION: ProviderSetting =
            ProviderSetting::text("data_region", "").option("data-region", "REGION", "Region of the data (specimen)");
        static SPECIMEN: ProviderKind =
            ProviderKind { settings: &[&REGION], ..ProviderKind::openid("specimen", KindTitle::Brand("Specimen")) };
        let kinds: ProviderKinds = built_in_kinds().iter().chain([&SPECIMEN]).collect();
        let kind = Arg::new("kind").value_parser(names(&kinds)).required(true);
        let mut command = Command::new("add").arg(kind).args(KindOptions::args(&kinds));
        let help = command.render_help().to_string();
        assert!(help.contains("--data-region <REGION>  Region of the data (specimen)"), "{help}");
        assert!(help.contains("oauth2, specimen]"), "{help}");
        let matches = command.try_get_matches_from(["add", "specimen", "--data-region", "eu"]).unwrap();
        let typed = KindOptions::of(&matches, &kinds).0;
        assert_eq!(typed, [("data_region", "eu".to_owned())]);
        let typed = typed.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        let members = [("client_id".to_owned(), "us".into())].into_iter().chain(typed).collect();
        let new = new_provider(&kinds, &SPECIMEN, Map::new(), members, None).unwrap();
        assert_eq!((new.settings.id.as_str(), new.settings.text(&REGION)), ("specimen", Some("eu")));
    }
}
