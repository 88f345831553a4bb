//! Which addresses may be called: public ones, and those that the operator allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use super::OutboundError;

/// IPv4 ranges that are not public (IANA special-purpose registry), and the metadata server of one cloud.
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Of IPv6 only global unicast (`2000::/3`) is public, without Teredo and similar, documentation, 6to4.
const CLOSED_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Names that never resolve to a public server (RFC 6761, RFC 8375 and conventions of clouds).
const CLOSED_NAMES: &[&str] = &["localhost", "local", "internal", "home.arpa", "localdomain"];

/// The rule with the operator's exceptions.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    allow: Vec<IpNet>,
}

impl Addresses {
    /// Public addresses, and these ranges.
    pub fn allowing(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether a connection to this address is allowed.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = unwrapped(address);
        self.allow.iter().any(|net| net.contains(&address)) || is_public(address)
    }

    /// Checks whether this URL may be called, as far as possible without resolving its name.
    ///
    /// # Errors
    /// [`OutboundError::Rejected`].
    pub fn may_call(&self, url: &Url) -> Result<(), OutboundError> {
        let here = match url.host().ok_or(OutboundError::Rejected)? {
            Host::Ipv4(address) => self.reaches(address.into())?,
            Host::Ipv6(address) => self.reaches(address.into())?,
            Host::Domain(name) => self.may_look_up(name)?,
        };
        let plain = url.username().is_empty() && url.password().is_none();
        match url.scheme() {
            "https" if plain => Ok(()),
            // Plain http is safe on loopback.
            "http" if plain && here => Ok(()),
            _ => Err(OutboundError::Rejected),
        }
    }

    /// Whether the address is loopback. Refused if it may not be called at all.
    fn reaches(&self, address: IpAddr) -> Result<bool, OutboundError> {
        if self.permits(address) { Ok(unwrapped(address).is_loopback()) } else { Err(OutboundError::Rejected) }
    }

    fn may_look_up(&self, name: &str) -> Result<bool, OutboundError> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is_in = |zone: &str| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if !CLOSED_NAMES.iter().any(|zone| is_in(zone)) {
            return if name.contains('.') || self.allows_inside() { Ok(false) } else { Err(OutboundError::Rejected) };
        }
        if is_in("localhost") {
            let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            let allowed = loopback.iter().any(|address| self.permits(*address));
            return if allowed { Ok(true) } else { Err(OutboundError::Rejected) };
        }
        // Any other private zone is useful only if the operator allowed a range.
        if self.allows_inside() { Ok(false) } else { Err(OutboundError::Rejected) }
    }

    /// Whether the operator allowed more than loopback.
    fn allows_inside(&self) -> bool {
        self.allow.iter().any(|net| !net.addr().is_loopback())
    }
}

/// The IPv4 address in an IPv6 one: mapped (RFC 4291 §2.5.5.2), or behind a translator (RFC 6052).
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return v4.into();
    }
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)).into(),
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !CLOSED_V4.iter().any(|(net, length)| Ipv4Net::new_assert(*net, *length).contains(&v4)),
        IpAddr::V6(v6) => {
            let [first, ..] = v6.segments();
            let global = first & 0xe000 == 0x2000;
            global && !CLOSED_V6.iter().any(|(net, length)| Ipv6Net::new_assert(*net, *length).contains(&v6))
        }
    }
}
