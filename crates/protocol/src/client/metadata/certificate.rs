//! The members about certificates of TLS clients (RFC 8705 §2 and §3.4).

use std::net::IpAddr;

use super::{AuthMethod, ClientMetadata, MetadataFault};
use crate::client::distinguished_name::DistinguishedName;

/// Longest value of a member.
const MAX_LENGTH: usize = 1_000;

/// What the certificate of a client says of its subject (RFC 8705 §2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateSubject<'a> {
    /// Its distinguished name (RFC 4514).
    Dn(&'a str),
    /// A name in its `subjectAltName`.
    Dns(&'a str),
    Uri(&'a str),
    Ip(&'a str),
    Email(&'a str),
}

/// By what its access tokens must be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingRule {
    /// By a DPoP proof, if the request has one.
    Optional,
    /// By a DPoP proof (RFC 9449 §5.2).
    Dpop,
    /// By the client's certificate (RFC 8705 §3).
    Certificate,
}

impl ClientMetadata {
    /// What its access tokens must be bound to. FAPI 2.0 needs one of both (§5.3.2.1).
    pub fn binding_rule(&self) -> BindingRule {
        if self.tls_client_certificate_bound_access_tokens {
            BindingRule::Certificate
        } else if self.dpop_bound_access_tokens || self.is_fapi() {
            BindingRule::Dpop
        } else {
            BindingRule::Optional
        }
    }

    /// What its certificate must say, if it authenticates by one that an authority has issued.
    pub fn certificate_subject(&self) -> Option<CertificateSubject<'_>> {
        self.certificate_subjects().next()
    }

    fn certificate_subjects(&self) -> impl Iterator<Item = CertificateSubject<'_>> {
        let all = [
            self.tls_client_auth_subject_dn.as_deref().map(CertificateSubject::Dn),
            self.tls_client_auth_san_dns.as_deref().map(CertificateSubject::Dns),
            self.tls_client_auth_san_uri.as_deref().map(CertificateSubject::Uri),
            self.tls_client_auth_san_ip.as_deref().map(CertificateSubject::Ip),
            self.tls_client_auth_san_email.as_deref().map(CertificateSubject::Email),
        ];
        all.into_iter().flatten()
    }

    pub(super) fn certificate_faults(&self) -> Vec<MetadataFault> {
        let mut faults: Vec<_> = self.certificate_subjects().filter_map(subject_fault).collect();
        let count = self.certificate_subjects().count();
        if self.token_endpoint_auth_method == AuthMethod::TlsClientAuth && count != 1 || count > 1 {
            let fault =
                "or exactly one of tls_client_auth_san_dns, _uri, _ip and _email must be present for tls_client_auth";
            faults.push(MetadataFault::new("tls_client_auth_subject_dn", fault));
        }
        if self.tls_client_certificate_bound_access_tokens && self.dpop_bound_access_tokens {
            let fault = "must be absent where tls_client_certificate_bound_access_tokens is present";
            faults.push(MetadataFault::new("dpop_bound_access_tokens", fault));
        }
        faults
    }
}

fn subject_fault(subject: CertificateSubject<'_>) -> Option<MetadataFault> {
    let plain = |text: &str| (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let (member, good, fault) = match subject {
        CertificateSubject::Dn(dn) => (
            "tls_client_auth_subject_dn",
            dn.len() <= MAX_LENGTH && DistinguishedName::parse(dn).is_some(),
            "must be a distinguished name such as CN=shop,O=Example,C=PT (RFC 4514)",
        ),
        CertificateSubject::Dns(name) => {
            let whole = plain(name) && !name.contains('*');
            ("tls_client_auth_san_dns", whole, "must be a host name without a wildcard")
        }
        CertificateSubject::Uri(uri) => {
            ("tls_client_auth_san_uri", plain(uri) && uri.contains(':'), "must be an absolute URI")
        }
        CertificateSubject::Ip(ip) => ("tls_client_auth_san_ip", ip.parse::<IpAddr>().is_ok(), "must be an IP address"),
        CertificateSubject::Email(email) => {
            ("tls_client_auth_san_email", plain(email) && email.contains('@'), "must be an email address")
        }
    };
    (!good).then(|| MetadataFault::new(member, fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant_type::samples::GRANT_TYPES;
    use serde_json::{Value, json};

    fn fault(changes: &Value) -> Option<&'static str> {
        let mut document = json!({"client_name": "Bank", "redirect_uris": ["https://rp.test/cb"]});
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let metadata: ClientMetadata = serde_json::from_value(document).unwrap();
        metadata.check(&GRANT_TYPES).err().map(|faults| faults[0].member)
    }

    #[test]
    fn a_certificate_of_an_authority_is_known_by_one_name() {
        let with = |members: Value| {
            let mut changes = json!({"token_endpoint_auth_method": "tls_client_auth"});
            changes.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            fault(&changes)
        };
        for good in [
            json!({"tls_client_auth_subject_dn": "CN=shop,O=Example,C=PT"}),
            json!({"tls_client_auth_san_dns": "shop.example"}),
            json!({"tls_client_auth_san_uri": "spiffe://example.org/shop"}),
            json!({"tls_client_auth_san_ip": "2001:db8::1"}),
            json!({"tls_client_auth_san_email": "shop@example.org"}),
        ] {
            assert_eq!(with(good.clone()), None, "{good}");
        }
        for (bad, member) in [
            (json!({}), "tls_client_auth_subject_dn"),
            (json!({"tls_client_auth_subject_dn": "shop"}), "tls_client_auth_subject_dn"),
            (json!({"tls_client_auth_san_dns": "*.shop.example"}), "tls_client_auth_san_dns"),
            (json!({"tls_client_auth_san_uri": "shop"}), "tls_client_auth_san_uri"),
            (json!({"tls_client_auth_san_ip": "shop.example"}), "tls_client_auth_san_ip"),
            (json!({"tls_client_auth_san_email": ""}), "tls_client_auth_san_email"),
            (
                json!({"tls_client_auth_subject_dn": "CN=shop", "tls_client_auth_san_dns": "shop.example"}),
                "tls_client_auth_subject_dn",
            ),
        ] {
            assert_eq!(with(bad.clone()), Some(member), "{bad}");
        }
    }

    #[test]
    fn a_self_signed_certificate_is_registered_with_its_key() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let mut certified = key.clone();
        certified["x5c"] = json!(["MAA="]);
        let with = |jwks: Value| {
            fault(&json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [jwks]}}))
        };
        assert_eq!((with(certified), with(key)), (None, Some("jwks")));
        let method = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth"});
        assert_eq!(fault(&method), Some("jwks"));
    }

    #[test]
    fn tokens_are_bound_in_one_way() {
        let both = json!({"dpop_bound_access_tokens": true, "tls_client_certificate_bound_access_tokens": true});
        assert_eq!(fault(&both), Some("dpop_bound_access_tokens"));
        assert_eq!(fault(&json!({"tls_client_certificate_bound_access_tokens": true})), None);
    }
}
