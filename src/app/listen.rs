//! Listeners are bound before anything else, so that a port in use is reported before any work is done.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// A listener cannot be bound. The message says which, and how to choose another address.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another process uses the address.
    #[error("port {} ({what}) is taken: set {variable}={}:PORT", address.port(), host(address))]
    Taken {
        /// The address.
        address: SocketAddr,
        /// What needs the address.
        what: &'static str,
        /// The setting to change.
        variable: &'static str,
    },
    /// The system rejects it: a port below 1024, or an address of another machine.
    #[error("cannot listen on {address} ({what}): {cause}: set {variable} to another address")]
    Rejected {
        /// The address.
        address: SocketAddr,
        /// What needs the address.
        what: &'static str,
        /// The setting to change.
        variable: &'static str,
        /// The system's error.
        cause: std::io::Error,
    },
}

/// The host of an address as written before `:PORT`.
fn host(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// Binds `address` for `what`; `variable` is the setting with the address.
///
/// # Errors
/// [`ListenError`].
pub async fn listen(
    address: SocketAddr,
    what: &'static str,
    variable: &'static str,
) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        ErrorKind::AddrInUse => ListenError::Taken { address, what, variable },
        _ => ListenError::Rejected { address, what, variable, cause },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_setting_that_chooses_another() {
        let first = listen("127.0.0.1:0".parse().unwrap(), "Usher", "USHER_LISTEN").await.unwrap();
        let address = first.local_addr().unwrap();
        let error = listen(address, "demo A", "USHER_DEMO__LISTEN_A").await.unwrap_err();
        let port = address.port();
        let words = format!("port {port} (demo A) is taken: set USHER_DEMO__LISTEN_A=127.0.0.1:PORT");
        assert_eq!(error.to_string(), words);
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_refused_in_words() {
        // TEST-NET-1 (RFC 5737): no local interface has this address.
        let error = listen("192.0.2.1:8080".parse().unwrap(), "Usher", "USHER_LISTEN").await.unwrap_err();
        assert!(error.to_string().starts_with("cannot listen on 192.0.2.1:8080 (Usher): "), "{error}");
        assert_eq!(host(&"[::1]:80".parse().unwrap()), "[::1]");
    }
}
