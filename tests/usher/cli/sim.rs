//! `usher sim`.

use super::program::{Folder, free_ports};

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_says_where_it_is_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let [port] = free_ports();
    let port = port.to_string();
    let simulating = folder.start(&["sim", "--port", &port]);
    for provider in ["google", "facebook", "x", "github", "apple", "microsoft/common", "oidc"] {
        let base = format!("http://127.0.0.1:{port}/{provider}");
        assert!(simulating.banner.contains(&base), "{provider}: {}", simulating.banner);
    }
    let discovery = format!("http://127.0.0.1:{port}/google/.well-known/openid-configuration");
    assert!(reqwest::get(discovery).await.unwrap().status().is_success());
    folder.run(&["sim", "--port", &port]).failed_with("is taken: choose another with --port PORT");
    assert_eq!(simulating.stop().code, 0);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
