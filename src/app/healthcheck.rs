//! Checks whether the server on this machine is ready.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};

use usher_config::Config;

/// The URL that was requested, if the server with these settings is ready.
///
/// # Errors
/// If it does not respond, or is not ready.
pub async fn check_health(config: &Config) -> anyhow::Result<String> {
    let scheme = if config.server.tls().is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}/health/ready", reachable(config.server.listen));
    // The connection is local and carries no secrets: the certificate's name need not match.
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .timeout(Duration::from_secs(5))
        .build()?;
    let asked = client.get(&url).header("host", config.server.issuer.authority()).send().await;
    let answer = asked.map_err(reqwest::Error::without_url).with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    if !status.is_success() {
        let words = answer.text().await.unwrap_or_default();
        bail!("{url} answers {status}: {}", words.chars().take(200).collect::<String>().escape_debug());
    }
    Ok(url)
}

/// A wildcard address is reached by loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_here() {
        let at = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(at("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(at("[::]:8080"), "[::1]:8080");
        assert_eq!(at("192.0.2.7:80"), "192.0.2.7:80");
    }
}
