//! A software authenticator: browser and security key together, according to WebAuthn.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::browser::Landing;

/// User present and verified.
const PRESENT_AND_VERIFIED: u8 = 0x05;
const BACKED_UP: u8 = 0x18;
const ATTESTED: u8 = 0x40;

/// A passkey.
struct Key {
    pair: EcdsaKeyPair,
    rp_id: String,
    handle: String,
    counter: u32,
}

/// The authenticator, and the origin of its page.
pub struct Authenticator {
    keys: BTreeMap<String, Key>,
    /// The origin that it signs for.
    pub origin: String,
    /// The AAGUID.
    pub aaguid: [u8; 16],
    /// The flags.
    pub flags: u8,
    /// Does it have a counter?
    pub counts: bool,
}

impl Authenticator {
    /// A new one, on pages of this origin.
    pub fn at(origin: &str) -> Self {
        let google = [0xea, 0x9b, 0x8d, 0x66, 0x4d, 0x01, 0x1d, 0x21, 0x3c, 0xe4, 0xb6, 0xb4, 0x8c, 0xb5, 0x75, 0xd4];
        Self {
            keys: BTreeMap::new(),
            origin: origin.into(),
            aaguid: google,
            flags: PRESENT_AND_VERIFIED | BACKED_UP,
            counts: false,
        }
    }

    /// Responds to a page that creates a passkey.
    pub fn create(&mut self, page: &Landing) -> Answered {
        let options = options(page, "create");
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key can be made");
        let id: [u8; 16] = digest(&SHA256, pair.public_key().as_ref()).as_ref()[..16].try_into().expect("16 bytes");
        let rp_id = text(&options["rp"]["id"]);
        let mut data = authenticator_data(&rp_id, self.flags | ATTESTED, 0);
        data.extend(self.aaguid);
        data.extend([0, 16]);
        data.extend(id);
        data.extend(cose(pair.public_key().as_ref()));
        let client = self.client_data("webauthn.create", &options);
        let handle = text(&options["user"]["id"]);
        let id = URL_SAFE_NO_PAD.encode(id);
        self.keys.insert(id.clone(), Key { pair, rp_id, handle, counter: 0 });
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation(&data)),
            "transports": ["internal"],
        });
        answered(page, &id, &response)
    }

    /// Responds to a page that requests a passkey: with the first allowed one.
    pub fn get(&mut self, page: &Landing) -> Answered {
        let options = options(page, "get");
        let allowed: Vec<String> =
            options["allowCredentials"].as_array().into_iter().flatten().map(|one| text(&one["id"])).collect();
        let fits = |id: &&String| allowed.is_empty() || allowed.contains(id);
        let id = self.keys.keys().find(fits).expect("a passkey that will do").clone();
        self.get_with(page, &id)
    }

    /// Responds with this passkey, whether or not it is allowed.
    #[expect(clippy::disallowed_methods, reason = "the signature scheme takes its randomness from nowhere else")]
    pub fn get_with(&mut self, page: &Landing, id: &str) -> Answered {
        let options = options(page, "get");
        if self.counts {
            self.keys.get_mut(id).expect("this passkey").counter += 1;
        }
        let key = &self.keys[id];
        let data = authenticator_data(&key.rp_id, self.flags, key.counter);
        let client = self.client_data("webauthn.get", &options);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let signature = key.pair.sign(&SystemRandom::new(), &signed).expect("a key signs");
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": key.handle,
        });
        answered(page, id, &response)
    }

    /// The ids of its passkeys.
    pub fn ids(&self) -> Vec<String> {
        self.keys.keys().cloned().collect()
    }

    /// Sets the counter of a passkey back, like that of a copy.
    pub fn set_counter(&mut self, id: &str, counter: u32) {
        self.keys.get_mut(id).expect("this passkey").counter = counter;
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }
}

/// The form fields that the page's script fills in.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The state of the ceremony.
    pub state: String,
    /// The credential.
    pub credential: String,
}

impl Answered {
    /// As fields of a form.
    pub fn fields(&self) -> [(&str, &str); 2] {
        [("state", &self.state), ("credential", &self.credential)]
    }
}

fn answered(page: &Landing, id: &str, response: &Value) -> Answered {
    let credential = json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "response": response,
        "clientExtensionResults": {},
    });
    Answered { state: attribute(page, "form[data-passkey] [name=state]", "value"), credential: credential.to_string() }
}

/// The authenticator data (WebAuthn §6.1).
fn authenticator_data(rp_id: &str, flags: u8, counter: u32) -> Vec<u8> {
    let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
    data.push(flags);
    data.extend(counter.to_be_bytes());
    data
}

/// The options on a page.
pub fn options(page: &Landing, kind: &str) -> Value {
    let found = attribute(page, &format!("form[data-passkey={kind}]"), "data-options");
    serde_json::from_str(&found).expect("options are JSON")
}

fn attribute(page: &Landing, selector: &str, name: &str) -> String {
    let selector = Selector::parse(selector).expect("a selector");
    let document = Html::parse_document(&page.body);
    let found = document.select(&selector).next();
    let found = found.unwrap_or_else(|| panic!("no {selector:?} on {} {}:\n{}", page.status, page.url, page.body));
    found.attr(name).unwrap_or_default().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// An EC2 key as RFC 9053 §7.1 writes it; `point` is uncompressed.
fn cose(point: &[u8]) -> Vec<u8> {
    let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    key.extend(&point[1..33]);
    key.extend([0x22, 0x58, 0x20]);
    key.extend(&point[33..65]);
    key
}

/// An attestation object that attests nothing (WebAuthn §8.7).
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
    object.push(u8::try_from(data.len()).expect("less than 256 bytes"));
    object.extend(data);
    object
}
