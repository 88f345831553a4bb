//! `usher serve`, databases of `usher dev`, and wrong master keys.

use super::program::{Folder, free_ports};

const RIGHT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const WRONG: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

fn production() -> Folder {
    let [port] = free_ports();
    Folder::new()
        .with("USHER_LISTEN", &format!("127.0.0.1:{port}"))
        .with("USHER_ISSUER", &format!("http://localhost:{port}"))
        .with("USHER_DATABASE_URL", "sqlite://usher.db")
        .with("USHER_MASTER_KEY", RIGHT)
}

#[test]
fn production_serves_refuses_other_keys_and_keeps_development_out() {
    let folder = production();
    folder.run(&["serve", "--no-migrate"]).failed_with("migrations are pending: run `usher migrate` first");
    assert_eq!(folder.run(&["migrate", "--check"]).code, 1, "an empty database is behind");
    assert_eq!(folder.run(&["migrate"]).code, 0);
    let serving = folder.serve();
    let made = folder.json(&["user", "create", "--email", "ana@example.org"]);
    assert_eq!(made["admin"], false);
    let ended = serving.stop();
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("emails wait in the queue"), "{}", ended.err);

    let folder = folder.with("USHER_MASTER_KEY", WRONG);
    for command in [&["serve"][..], &["user", "list"], &["keys", "rotate", "--now"], &["admin", "link"]] {
        folder.run(command).failed_with("this is not the key that the database was sealed with");
    }
    let doctor = folder.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("✘ master key"), "{}", doctor.out);
    let folder = folder.with("USHER_MASTER_KEY", RIGHT);
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(folder.json(&["keys", "list"]).as_array().unwrap().len(), 4, "nothing was touched");
    let [a, b] = free_ports();
    let demos = folder
        .with("USHER_DEMO__LISTEN_A", &format!("127.0.0.1:{a}"))
        .with("USHER_DEMO__LISTEN_B", &format!("127.0.0.1:{b}"));
    demos.run(&["dev"]).failed_with("this one belongs to `usher serve`");
}

#[test]
fn a_second_server_on_one_sqlite_file_is_refused_in_one_line_and_commands_are_not() {
    let folder = production();
    let serving = folder.serve();
    let first = folder.setting("USHER_LISTEN").to_owned();
    let [port] = free_ports();
    let folder = folder.with("USHER_LISTEN", &format!("127.0.0.1:{port}"));
    folder.run(&["serve"]).failed_with("in use by another `usher serve` or `usher dev` (process ");
    folder.json(&["user", "create", "--email", "ana@example.org"]);
    assert_eq!(folder.json(&["user", "list"]).as_array().unwrap().len(), 1);
    // A killed process leaves the file, but not the lock.
    drop(serving);
    let folder = folder.with("USHER_LISTEN", &first);
    assert_eq!(folder.serve().stop().code, 0);
}

#[test]
fn production_refuses_the_database_of_development() {
    let folder = Folder::new().with_own_ports();
    drop(folder.dev());
    let folder = folder.with("USHER_KEYS__DIR", "keys");
    folder.run(&["serve"]).failed_with("this one was made by `usher dev`");
    assert!(!folder.names().contains(&"keys".to_owned()), "no key was made for it");
}
