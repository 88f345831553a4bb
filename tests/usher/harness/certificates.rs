//! Certificates of TLS clients, and an authority that issues them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};
use serde_json::{Value, json};
use usher_protocol::client::certificate::ClientCertificate;

use super::server::START;

const DAY: i64 = 86_400;

/// A certificate and its key.
pub struct TestCertificate {
    certificate: X509,
    key: PKey<Private>,
}

/// What a certificate says.
pub struct CertificateRequest<'a> {
    /// Attributes in the order of the certificate.
    pub subject: &'a [(Nid, &'a str)],
    /// Names in `subjectAltName`.
    pub names: fn(&mut SubjectAlternativeName),
    /// When it expires, in days after the start of the test.
    pub days: i64,
    /// Whether it is for servers instead of clients.
    pub for_servers: bool,
}

impl Default for CertificateRequest<'_> {
    fn default() -> Self {
        let names = |names: &mut SubjectAlternativeName| {
            names.dns("shop.example");
        };
        Self { subject: &SHOP, names, days: 30, for_servers: false }
    }
}

/// The subject of certificates, in their order; the text of RFC 4514 has the opposite one.
pub const SHOP: [(Nid, &str); 3] =
    [(Nid::COUNTRYNAME, "PT"), (Nid::ORGANIZATIONNAME, "Example, Inc."), (Nid::COMMONNAME, "shop")];
/// It as a text.
pub const SHOP_DN: &str = r"CN=shop,O=Example\, Inc.,C=PT";

impl TestCertificate {
    /// An authority.
    pub fn authority(name: &str) -> Self {
        let key = key();
        let subject = subject(&[(Nid::COMMONNAME, name)]);
        let mut builder = builder(&subject, &key, 3_650);
        builder.set_issuer_name(&subject).expect("a name");
        let authority = BasicConstraints::new().critical().ca().build().expect("an extension");
        builder.append_extension(authority).expect("an extension");
        builder.sign(&key, MessageDigest::sha256()).expect("it signs");
        Self { certificate: builder.build(), key }
    }

    /// A certificate that its owner signed.
    pub fn self_signed(request: &CertificateRequest<'_>) -> Self {
        Self::signed(request, None)
    }

    /// A certificate of this authority.
    pub fn issue(&self, request: &CertificateRequest<'_>) -> Self {
        Self::signed(request, Some(self))
    }

    fn signed(request: &CertificateRequest<'_>, authority: Option<&Self>) -> Self {
        let key = key();
        let subject = subject(request.subject);
        let mut builder = builder(&subject, &key, request.days);
        let issuer = authority.map_or(&*subject, |authority| authority.certificate.subject_name());
        builder.set_issuer_name(issuer).expect("a name");
        let mut names = SubjectAlternativeName::new();
        (request.names)(&mut names);
        let names = names.build(&builder.x509v3_context(None, None)).expect("an extension");
        builder.append_extension(names).expect("an extension");
        let mut usage = ExtendedKeyUsage::new();
        let usage = if request.for_servers { usage.server_auth() } else { usage.client_auth() };
        builder.append_extension(usage.build().expect("an extension")).expect("an extension");
        let signing_key = authority.map_or(&key, |authority| &authority.key);
        builder.sign(signing_key, MessageDigest::sha256()).expect("it signs");
        Self { certificate: builder.build(), key }
    }

    pub fn der(&self) -> Vec<u8> {
        self.certificate.to_der().expect("DER")
    }

    pub fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().expect("PEM")).expect("text")
    }

    /// Its key as a PEM.
    pub fn key_pem(&self) -> String {
        String::from_utf8(self.key.private_key_to_pem_pkcs8().expect("PEM")).expect("text")
    }

    /// The value of the header `Client-Cert` (RFC 9440 §2.1).
    pub fn header(&self) -> String {
        format!(":{}:", STANDARD.encode(self.der()))
    }

    /// `x5t#S256`.
    pub fn thumbprint(&self) -> String {
        ClientCertificate::new(self.der(), false).thumbprint().to_owned()
    }

    /// A JWK set with its key and itself.
    pub fn jwks(&self) -> Value {
        let point = |bytes: Vec<u8>| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let (mut x, mut y) = (BigNum::new().expect("room"), BigNum::new().expect("room"));
        let mut context = openssl::bn::BigNumContext::new().expect("room");
        let key = self.key.ec_key().expect("a key on P-256");
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).expect("a point");
        let coordinate = |number: &BigNum| point(number.to_vec_padded(32).expect("it fits"));
        let x5c = [STANDARD.encode(self.der())];
        json!({"keys": [{"kty": "EC", "crv": "P-256", "x": coordinate(&x), "y": coordinate(&y), "x5c": x5c}]})
    }
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("P-256");
    PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key")
}

fn subject(attributes: &[(Nid, &str)]) -> X509Name {
    let mut name = X509NameBuilder::new().expect("room");
    for (kind, value) in attributes {
        name.append_entry_by_nid(*kind, value).expect("an attribute");
    }
    name.build()
}

fn builder(subject: &X509Name, key: &PKey<Private>, days: i64) -> X509Builder {
    let mut builder = X509Builder::new().expect("room");
    let mut serial = BigNum::new().expect("room");
    serial.rand(120, openssl::bn::MsbOption::MAYBE_ZERO, false).expect("a number");
    let at = |days: i64| Asn1Time::from_unix(START.0 + days * DAY).expect("a time");
    builder.set_version(2).expect("version 3");
    builder.set_serial_number(&serial.to_asn1_integer().expect("a number")).expect("a number");
    builder.set_subject_name(subject).expect("a name");
    builder.set_pubkey(key).expect("a key");
    builder.set_not_before(&at(-1)).expect("a time");
    builder.set_not_after(&at(days)).expect("a time");
    builder
}
