//! The effective settings, and errors of invalid ones.

use super::program::Folder;

#[test]
fn an_unknown_setting_is_reported_with_the_nearest_known_one() {
    let folder = Folder::new().with("USHER_SESSION__IDEL", "1h");
    folder
        .run(&["user", "list"])
        .failed_with("no setting is called USHER_SESSION__IDEL; did you mean USHER_SESSION__IDLE?");
    folder.run(&["dev"]).failed_with("USHER_SESSION__IDLE");
    let doctor = folder.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.starts_with("✘ config"), "{}", doctor.out);
    assert!(folder.names().is_empty(), "nothing is made before the settings are sound");
}

#[test]
fn several_faults_are_reported_together() {
    let ran = Folder::new().with("USHER_LOG_FORMAT", "xml").with("USHER_LISTEN", "8080").run(&["serve"]);
    assert_eq!(ran.code, 1);
    for part in ["usher: 3 faults in the configuration:", "USHER_LOG_FORMAT", "USHER_LISTEN", "issuer is not set"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn printed_settings_name_their_origin_and_hide_secrets() {
    let folder = Folder::new().with("USHER_DATABASE_URL", "postgres://usher:hunter2@db.test/usher");
    folder.write("usher.toml", "issuer = \"https://id.example.org\"\n\n[session]\nidle = \"2h\"\n");
    folder.write("more.toml", "log = \"warn\"\n");
    folder.write(".env", "USHER_TOKENS__ACCESS_TTL=5m\n");
    let ran = folder.run(&["config", "print", "--origin", "--config", "usher.toml", "--config", "more.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let origin = |key: &str| ran.out.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(origin("session.idle = \"2h\"").ends_with("# usher.toml:4"), "{}", ran.out);
    assert!(origin("log = \"warn\"").ends_with("# more.toml:1"), "{}", ran.out);
    assert!(origin("tokens.access_ttl = \"5m\"").ends_with("# .env:1"), "{}", ran.out);
    assert!(origin("database_url").ends_with("# environment"), "{}", ran.out);
    assert!(origin("session.absolute").ends_with("# default"), "{}", ran.out);
    assert!(!ran.out.contains("hunter2"));
    let all = folder.json(&["config", "print"]);
    assert!(
        all.as_array().unwrap().iter().any(|one| one["key"] == "issuer" && one["value"] == "https://id.example.org")
    );
}

#[test]
fn defaults_are_shown_even_where_settings_are_at_fault() {
    let ran = Folder::new().with("USHER_LISTEN", "nowhere").run(&["config", "print", "--defaults"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("session.idle = \"14d\"\n"), "{}", ran.out);
}

#[test]
fn variables_of_the_tests_are_not_settings() {
    let folder = Folder::new().with("USHER_TEST_NODE", "1").with("USHER_BIN", "usher").with("USHER_RENDER_DIR", "x");
    assert_eq!(folder.run(&["config", "print"]).code, 0);
}
