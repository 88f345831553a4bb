//! What a certificate of a TLS client says of its subject (RFC 8705 §2.1).

use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName};

use usher_protocol::client::distinguished_name::{DistinguishedName, RelativeName};
use usher_protocol::client::metadata::CertificateSubject;

/// Whether a certificate (DER) is that of this subject. Its signature and validity are not checked.
pub fn is_of(der: &[u8], subject: CertificateSubject<'_>) -> bool {
    let Ok((&[], certificate)) = X509Certificate::from_der(der) else { return false };
    match subject {
        CertificateSubject::Dn(dn) => {
            let wanted = DistinguishedName::parse(dn);
            wanted.is_some() && name_of(&certificate) == wanted
        }
        CertificateSubject::Dns(wanted) => {
            is_named(&certificate, |name| matches!(name, GeneralName::DNSName(dns) if dns.eq_ignore_ascii_case(wanted)))
        }
        CertificateSubject::Uri(wanted) => {
            is_named(&certificate, |name| matches!(name, GeneralName::URI(uri) if *uri == wanted))
        }
        CertificateSubject::Ip(wanted) => {
            let wanted: Option<IpAddr> = wanted.parse().ok();
            is_named(
                &certificate,
                |name| matches!(name, GeneralName::IPAddress(ip) if wanted.is_some() && address(ip) == wanted),
            )
        }
        CertificateSubject::Email(wanted) => {
            is_named(&certificate, |name| matches!(name, GeneralName::RFC822Name(email) if *email == wanted))
        }
    }
}

fn is_named(certificate: &X509Certificate<'_>, is_wanted: impl Fn(&GeneralName<'_>) -> bool) -> bool {
    // An error means that the extension is there twice.
    let names = certificate.subject_alternative_name().ok().flatten();
    names.is_some_and(|extension| extension.value.general_names.iter().any(is_wanted))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// `None` if a value is not a text.
fn name_of(certificate: &X509Certificate<'_>) -> Option<DistinguishedName> {
    let names: Option<Vec<_>> = certificate.subject().iter_rdn().map(relative_name).collect();
    Some(DistinguishedName::of_certificate(names?))
}

fn relative_name(name: &RelativeDistinguishedName<'_>) -> Option<RelativeName> {
    name.iter().map(attribute).collect()
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> Option<(String, String)> {
    Some((attribute.attr_type().to_id_string(), attribute.as_str().ok()?.to_owned()))
}
