//! The address that a request comes from: the peer, or what a trusted proxy reports in `X-Forwarded-For`.
//!
//! `Forwarded`, `X-Real-IP` and similar headers are never read.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use crate::problem::HttpProblem;
use usher_protocol::ows;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The peer address of the connection, as the operating system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// The networks whose `X-Forwarded-For` is trusted.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Trusts exactly these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Whether `address` is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address of the client, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// The client of `request`; `None` if the request did not come through this server's listener.
    pub fn of(request: &Request, proxies: &TrustedProxies) -> Option<Self> {
        let PeerAddr(peer) = request.extensions().get()?;
        Some(Self::behind(peer.ip(), request.headers(), proxies))
    }

    /// The right-most hop that is not a trusted proxy. The hops to the left of it can be forged.
    fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let mut nearest = peer.to_canonical();
        let values = headers.get_all(FORWARDED_FOR).iter();
        let hops: Vec<&[u8]> = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
        for hop in hops.into_iter().rev() {
            if !proxies.contains(nearest) {
                break;
            }
            let Some(address) = read_hop(hop) else { break };
            nearest = address;
        }
        Self(nearest)
    }

    /// The unit that limits are counted by.
    pub fn source(self) -> SourcePrefix {
        SourcePrefix::of(self.0)
    }

    /// A wider network (/24 or /48) that shows the region of a client in a log without identifying it.
    pub fn neighbourhood(self) -> IpNet {
        network(self.0, 24, 48)
    }
}

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get().copied().ok_or_else(HttpProblem::internal)
    }
}

/// A network that one subscriber holds: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourcePrefix(IpNet);

impl SourcePrefix {
    /// The network that contains `address`.
    pub fn of(address: IpAddr) -> Self {
        Self(network(address, 32, 64))
    }
}

impl fmt::Display for SourcePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn network(address: IpAddr, v4_bits: u8, v6_bits: u8) -> IpNet {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { v4_bits } else { v6_bits };
    IpNet::new(address, bits).map_or_else(|_| address.into(), |network| network.trunc())
}

/// One hop: an address, with or without a port.
fn read_hop(bytes: &[u8]) -> Option<IpAddr> {
    let text = ows::trim(std::str::from_utf8(bytes).ok()?);
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&[u8]]) -> String {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, axum::http::HeaderValue::from_bytes(value).unwrap());
        }
        headers.append("x-real-ip", "6.6.6.6".parse().unwrap());
        headers.append("forwarded", "for=6.6.6.6".parse().unwrap());
        ClientIp::behind(peer.parse().unwrap(), &headers, &proxies).0.to_string()
    }

    #[test]
    fn an_untrusted_peer_speaks_for_nobody_but_itself() {
        assert_eq!(client("203.0.113.7", &[b"6.6.6.6"]), "203.0.113.7");
        assert_eq!(client("::ffff:203.0.113.7", &[b"6.6.6.6"]), "203.0.113.7");
    }

    #[test]
    fn behind_proxies_the_right_most_stranger_is_the_client() {
        assert_eq!(client("10.0.0.1", &[b"203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("10.0.0.1", &[b"6.6.6.6, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(client("10.0.0.1", &[b"6.6.6.6", b"203.0.113.7,10.0.0.2"]), "203.0.113.7");
        assert_eq!(client("fd00::1", &[b"6.6.6.6, [2001:db8::1]:443 "]), "2001:db8::1");
        assert_eq!(client("::ffff:10.0.0.1", &[b"203.0.113.7:5000"]), "203.0.113.7");
        assert_eq!(client("10.0.0.1", &[b"10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn garbage_ends_the_chain_at_the_last_known_hop() {
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        for garbage in [
            &b""[..],
            b",",
            b"unknown",
            b"6.6.6.6, _hidden",
            b"\xff\xfe",
            b"1.2.3",
            b"[::1",
            b"6.6.6.6 7.7.7.7",
            "\u{2000}6.6.6.6".as_bytes(),
        ] {
            assert_eq!(client("10.0.0.1", &[garbage]), "10.0.0.1", "{}", garbage.escape_ascii());
        }
    }

    #[test]
    fn one_subscriber_is_one_source() {
        let source = |text: &str| SourcePrefix::of(text.parse().unwrap());
        assert_eq!(source("2001:db8:0:1::1"), source("2001:db8:0:1:ffff::2"));
        assert_ne!(source("2001:db8:0:1::1"), source("2001:db8:0:2::1"));
        assert_ne!(source("203.0.113.7"), source("203.0.113.8"));
        assert_eq!(source("::ffff:203.0.113.7"), source("203.0.113.7"));
        assert_eq!(source("2001:db8:0:1::1").to_string(), "2001:db8:0:1::/64");
        assert_eq!(ClientIp("203.0.113.7".parse().unwrap()).neighbourhood().to_string(), "203.0.113.0/24");
    }
}
