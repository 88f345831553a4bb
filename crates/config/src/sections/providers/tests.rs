use std::fs;
use std::path::PathBuf;

use crate::{Config, RunMode, SettingSources};
use usher_domain::provider::ProviderSettings;
use usher_upstream::built_in_kinds;
use usher_upstream::providers::google;

const GOOGLE: &str = "[[provider]]\nkind = \"google\"\nclient_id = \"us\"\n";

/// Loads files with these texts, the last with the highest priority, and these variables.
fn load(files: &[&str], env: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (number, text) in files.iter().enumerate() {
        let path = dir.path().join(format!("{number}.toml"));
        fs::write(&path, text.replace("DIR", dir.path().to_str().unwrap())).unwrap();
        paths.push(path);
    }
    fs::write(dir.path().join("secret"), "of-file\n").unwrap();
    let env = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let loaded = Config::load(
        RunMode::Dev,
        SettingSources { files: paths, env, kinds: built_in_kinds(), ..SettingSources::default() },
    );
    loaded.map_err(|errors| errors.0.iter().map(ToString::to_string).collect())
}

fn faults(text: &str) -> Vec<String> {
    load(&[text], &[]).map(drop).unwrap_err()
}

#[test]
fn a_table_is_a_provider_with_its_secret_from_any_of_three_places() {
    let text = |line: &str| format!("{GOOGLE}{line}\nhd = \"corp.test\"\nscopes = [\"openid\"]\nsign_up = false\n");
    for (line, env, secret) in [
        ("client_secret = \"typed\"", None, "typed"),
        ("client_secret_file = \"DIR/secret\"", None, "of-file"),
        ("", Some("of-env"), "of-env"),
        ("client_secret = \"typed\"", Some("of-env"), "of-env"),
    ] {
        let env: Vec<_> = env.iter().map(|secret| ("USHER_PROVIDER__GOOGLE__CLIENT_SECRET", *secret)).collect();
        let config = load(&[&text(line)], &env).unwrap();
        let [provider] = config.providers.as_slice() else { panic!("{:?}", config.providers) };
        assert_eq!(provider.secret.as_ref().unwrap().expose(), secret, "{line}");
        let expected = ProviderSettings {
            scopes: vec!["openid".into()],
            sign_up: false,
            ..ProviderSettings::new(google::KIND.default_id(), &google::KIND, "us").with(&google::HD, "corp.test")
        };
        assert_eq!(provider.settings, expected);
        assert!(!format!("{config:?}").contains(secret));
    }
}

#[test]
fn tables_within_tables_are_read() {
    let text = "[[provider]]\nkind = \"oauth2\"\nid = \"the-forge\"\nlabel = \"Forge\"\nclient_id = \"us\"\nissuer = \"https://f.test\"\n\
                authorize_url = \"https://f.test/a\"\ntoken_url = \"https://f.test/t\"\nuserinfo_url = \"https://f.test/u\"\n\
                extra_params = { a = \"1\" }\n[provider.map]\nsubject = \"/id\"\n";
    let config = load(&[text], &[("USHER_PROVIDER__THE_FORGE__CLIENT_SECRET", "s")]).unwrap();
    let settings = &config.providers[0].settings;
    assert_eq!(settings.map.as_ref().unwrap().subject, "/id");
    assert_eq!(settings.extra_params["a"], "1");
}

#[test]
fn a_later_file_replaces_a_provider_whole_and_one_file_has_each_once() {
    let earlier = format!("{GOOGLE}client_secret = \"a\"\nhd = \"corp.test\"\n");
    let later = format!("{GOOGLE}client_secret = \"b\"\n");
    let config = load(&[&earlier, &later], &[]).unwrap();
    assert_eq!(config.providers.len(), 1);
    assert_eq!(
        (config.providers[0].settings.text(&google::HD), config.providers[0].origin.to_string().ends_with("1.toml:1")),
        (None, true)
    );
    let found = faults(&format!("{later}{later}"));
    assert!(found[0].contains(":5: provider google: there is another one"), "{found:?}");
}

#[test]
fn faults_name_their_line_and_never_the_secret() {
    let secret = "client_secret = \"hunter2\"\n";
    for (text, words) in [
        (
            format!("{GOOGLE}{secret}lable = \"G\"\n"),
            "0.toml:5: no setting is called provider.lable; did you mean provider.label?",
        ),
        (format!("{GOOGLE}{secret}client_secert = \"hunter2\"\n"), "did you mean provider.client_secret?"),
        (format!("{GOOGLE}{secret}sign_up = \"maybe\"\n"), "0.toml:1: provider: invalid type"),
        (format!("{GOOGLE}{secret}tenant = \"common\"\n"), "provider google: tenant does not belong"),
        (format!("[[provider]]\nkind = \"myspace\"\nclient_id = \"x\"\n{secret}"), "unknown variant `myspace`"),
        (format!("[[provider]]\nkind = \"google\"\n{secret}"), "missing field `client_id`"),
        (GOOGLE.to_owned(), "set client_secret, client_secret_file, or USHER_PROVIDER__GOOGLE__CLIENT_SECRET"),
        (format!("{GOOGLE}client_secret = 5\n"), "provider.client_secret = [redacted]: expected a text"),
        (
            format!("{GOOGLE}client_secret_file = \"/nowhere\"\n"),
            "provider.client_secret_file = /nowhere: expected the path",
        ),
        (format!("{GOOGLE}{secret}client_secret_file = \"DIR/secret\"\n"), "are both set here"),
        ("[provider.google]\nclient_id = \"x\"\n".to_owned(), "providers are written as [[provider]] tables"),
        ("provider = [1]\n".to_owned(), "expected [[provider]] tables"),
        ("provider = \"google\"\n".to_owned(), "no setting is called provider"),
    ] {
        let found = faults(&text).join("\n");
        assert!(found.contains(words), "{words:?} is missing in {found}");
        assert!(!found.contains("hunter2"), "{found}");
    }
    let found = load(&[], &[("USHER_PROVIDER__GOOGLE__CLIENT_SECRET", "hunter2")]).map(drop).unwrap_err();
    assert!(found[0].contains("no [[provider]] table has that id") && !found[0].contains("hunter2"), "{found:?}");
}
