//! Configurations that the program rejects at start-up, with one line each.

use std::net::TcpListener;

use super::program::Folder;

#[test]
fn a_taken_port_is_named_with_the_setting_that_chooses_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    for (variable, what) in
        [("USHER_LISTEN", "Usher itself"), ("USHER_DEMO__LISTEN_A", "demo A"), ("USHER_DEMO__LISTEN_B", "demo B")]
    {
        let folder = Folder::new().with_own_ports().with(variable, &address);
        let words = format!("usher: port {port} ({what}) is taken: set {variable}=127.0.0.1:PORT\n");
        let ran = folder.run(&["dev"]);
        assert_eq!((ran.code, ran.err.as_str()), (1, words.as_str()));
        assert!(folder.names().is_empty(), "nothing is made before every port is ours");
    }
}

#[test]
fn development_refuses_an_issuer_that_others_reach() {
    let folder = Folder::new().with("USHER_ISSUER", "https://id.example.org");
    folder.run(&["dev"]).failed_with("`usher dev` serves this machine alone");
    folder.run(&[]).failed_with("`usher dev` serves this machine alone");
    assert!(folder.names().is_empty());
}

#[test]
fn production_refuses_an_issuer_without_tls_and_a_key_of_development() {
    Folder::new().run(&["serve"]).failed_with("issuer is not set");
    Folder::new().with("USHER_ISSUER", "http://id.example.org").run(&["serve"]).failed_with("expected https");
    let folder = Folder::new().with("USHER_ISSUER", "https://id.example.org").with("USHER_KEYS__DIR", ".usher");
    folder.run(&["serve"]).failed_with("is a key of `usher dev`");
    assert!(folder.names().is_empty());
}

#[test]
fn a_certificate_that_is_not_there_is_named() {
    let folder = Folder::new()
        .with("USHER_ISSUER", "https://id.example.org")
        .with("USHER_TLS__CERT", "no-cert.pem")
        .with("USHER_TLS__KEY", "no-key.pem");
    folder.run(&["serve"]).failed_with("no-cert.pem");
    assert!(folder.names().is_empty());
}

#[test]
fn a_server_that_does_not_run_is_not_healthy() {
    let folder = Folder::new().with_own_ports();
    folder.run(&["healthcheck"]).failed_with("does not answer");
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_cure() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join(".usher")).unwrap();
    folder.write(".usher/master.key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    folder.run(&["user", "list"]).failed_with("chmod 600");
    folder.write(".usher/master.key", "not a key\n");
    let path = folder.path().join(".usher/master.key");
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    folder.run(&["user", "list"]).failed_with("holds no master key");
}
