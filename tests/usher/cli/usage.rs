//! Command line usage.

use serde_json::json;
use usher::app;

use super::program::Folder;

#[test]
fn wrong_usage_exits_with_two_and_touches_nothing() {
    let folder = Folder::new();
    for wrong in [
        vec!["nonsense"],
        vec!["user"],
        vec!["user", "create"],
        vec!["user", "disable"],
        vec!["client", "create", "--project", "P", "--name", "N", "--type", "desktop"],
        vec!["client", "show"],
        vec!["config", "print", "--defaults", "--origin"],
        vec!["dev", "--port", "80"],
        vec!["completions", "tcsh"],
        vec!["user", "create", "--email", "a@b.test", "--password-stdin", "--claims-json", "-"],
        vec!["user", "create", "--email", "a@b.test", "--password-stdin"],
    ] {
        let ran = folder.run(&wrong);
        assert_eq!(ran.code, 2, "{wrong:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{wrong:?}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn every_command_explains_itself() {
    let folder = Folder::new();
    let commands = [
        "dev",
        "serve",
        "migrate",
        "admin",
        "admin link",
        "user",
        "user create",
        "user list",
        "user disable",
        "user enable",
        "user sessions",
        "user revoke",
        "project",
        "project create",
        "project list",
        "project resync",
        "client",
        "client create",
        "client list",
        "client show",
        "client delete",
        "client rotate-secret",
        "client update",
        "client disable",
        "client enable",
        "policy",
        "policy publish",
        "policy show",
        "policy check",
        "keys",
        "keys list",
        "keys rotate",
        "keys revoke",
        "keys prune",
        "config",
        "config print",
        "doctor",
        "healthcheck",
        "version",
        "completions",
    ];
    let groups: Vec<&str> = commands.iter().copied().filter(|command| !command.contains(' ')).collect();
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
        assert!(ran.out.contains("Usage: usher"), "{command}: {}", ran.out);
        assert!(!groups.contains(&command) || ran.out.contains("Examples:"), "{command}: {}", ran.out);
    }
    assert!(folder.run(&["--help"]).out.contains("Exit codes"));
    assert!(folder.names().is_empty());
}

/// This Dockerfile builds the image; its build fails if the program contains more.
#[test]
fn the_release_image_holds_neither_demo_nor_simulator() {
    let dockerfile = std::fs::read_to_string("Dockerfile").expect("a Dockerfile");
    let builds: Vec<&str> = dockerfile.lines().filter(|line| line.contains("cargo build")).collect();
    assert_eq!(builds.len(), 1, "{builds:?}");
    assert!(builds[0].contains("--no-default-features --features vendored-openssl "), "{builds:?}");
    let check = "RUN /usher version | grep -Fx 'features: vendored-openssl'";
    assert!(dockerfile.contains(check), "the build looks at what it has built");
    let known: Vec<&str> = app::FEATURES.into_iter().map(|(name, _)| name).collect();
    let manifest: toml::Table = std::fs::read_to_string("Cargo.toml").expect("a manifest").parse().expect("TOML");
    let features = manifest["features"].as_table().expect("features").keys().map(String::as_str);
    assert_eq!(features.filter(|name| *name != "default").collect::<Vec<_>>(), known, "the program names each of them");
}

#[test]
fn the_version_and_completions_need_no_settings() {
    let folder = Folder::new().with("USHER_ISSUER", "nonsense");
    let version = format!("usher {}\n", env!("CARGO_PKG_VERSION"));
    let features: Vec<&str> = app::FEATURES.into_iter().filter(|(_, built)| *built).map(|(name, _)| name).collect();
    assert_eq!(folder.run(&["version"]).out, format!("{version}features: {}\n", features.join(", ")));
    assert_eq!(folder.run(&["--version"]).out, version);
    assert_eq!(folder.json(&["version"]), json!({ "version": env!("CARGO_PKG_VERSION"), "features": features }));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = folder.run(&["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("rotate-secret"), "{shell}: {}", ran.err);
    }
    assert!(folder.names().is_empty());
}
