//! Names of browsers and networks.

use std::net::IpAddr;

use super::Lang;

impl Lang {
    /// `Firefox on Linux`, or the known part.
    pub fn device(self, browser: Option<&str>, system: Option<&str>) -> String {
        match (browser, system) {
            (Some(browser), Some(system)) => {
                self.text_with("device-browser-on-system", &[("browser", browser.into()), ("system", system.into())])
            }
            (Some(browser), None) => browser.to_owned(),
            (None, Some(system)) => self.text_with("device-on-system", &[("system", system.into())]),
            (None, None) => self.text("device-unknown"),
        }
    }

    /// The network of a device: this computer, the local network, or the address. No location database is used: a wrong
    /// town would be worse than an address.
    pub fn network(self, source: &str) -> String {
        let bare = source.strip_suffix("/32").unwrap_or(source);
        let address: Option<IpAddr> = bare.split('/').next().and_then(|text| text.parse().ok());
        match address {
            None => self.text("network-unknown"),
            Some(address) if address.is_loopback() => self.text("network-this-computer"),
            Some(address) if is_local(address) => self.text_with("network-local", &[("network", bare.into())]),
            Some(_) => self.text_with("network-named", &[("network", bare.into())]),
        }
    }
}

/// Addresses of no public network (RFC 1918, RFC 4193, RFC 3927, RFC 4291 §2.5.6).
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_private() || four.is_link_local(),
        IpAddr::V6(six) => six.is_unique_local() || six.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_as_far_as_it_is_known() {
        assert_eq!(Lang::En.device(Some("Firefox"), Some("Linux")), "Firefox on Linux");
        assert_eq!(Lang::PtBr.device(Some("Firefox"), Some("Linux")), "Firefox no Linux");
        assert_eq!(Lang::En.device(Some("Firefox"), None), "Firefox");
        assert_eq!(Lang::En.device(None, Some("Linux")), "A browser on Linux");
        assert_eq!(Lang::En.device(None, None), "An unknown browser");
    }

    #[test]
    fn a_network_is_named_and_never_guessed_at() {
        for (source, words) in [
            ("203.0.113.7/32", "Network 203.0.113.7"),
            ("2001:db8:1:2::/64", "Network 2001:db8:1:2::/64"),
            ("127.0.0.1/32", "This computer"),
            ("::1/64", "This computer"),
            ("192.168.1.7/32", "Local network (192.168.1.7)"),
            ("fd00::/64", "Local network (fd00::/64)"),
            ("", "An unknown network"),
            ("<b>", "An unknown network"),
        ] {
            assert_eq!(Lang::En.network(source), words, "{source}");
        }
    }
}
