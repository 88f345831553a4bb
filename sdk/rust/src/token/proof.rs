//! Proofs that a caller holds the key of an access token (DPoP, RFC 9449).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};

use super::jws::object;
use super::keys::{VerifyingKey, read_key, word};
use super::{Algorithm, Jws, MAX_LENGTH};
use crate::refusal::Reason;

/// Seconds for which a proof is accepted after its `iat`.
const AGE: i64 = 60;
/// The longest `jti`, in characters.
const LONGEST_ID: usize = 255;
const REFUSED_HEADERS: [&str; 5] = ["jku", "x5u", "x5c", "crit", "b64"];
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The credentials of a request.
pub(crate) struct Credentials<'a> {
    pub(crate) token: &'a str,
    /// The scheme is `DPoP`; otherwise `Bearer`.
    pub(crate) is_dpop: bool,
    /// The values of the header `DPoP`.
    pub(crate) proofs: Vec<&'a str>,
}

/// The request that a proof must be for.
pub(crate) struct ProvenRequest<'a> {
    pub(crate) method: &'a str,
    /// As it was sent.
    pub(crate) path: &'a str,
    /// The URL of the application, where it is known: a `Host` header would be the word of the caller.
    pub(crate) url: Option<&'a str>,
}

/// A proof that must not have been used before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SpentProof {
    pub(crate) id: String,
    /// Until when it must be remembered, in seconds since the epoch.
    pub(crate) until: i64,
}

/// Checks that a token is presented as it is bound: to the key with the thumbprint `jkt`, or to none (RFC 9449 §4.3, §7).
/// There is no proof of a bearer token.
pub(crate) fn check_binding(
    credentials: &Credentials<'_>,
    jkt: Option<&str>,
    request: &ProvenRequest<'_>,
    skew: i64,
    now: i64,
) -> Result<Option<SpentProof>, Reason> {
    let jkt = match (credentials.is_dpop, jkt) {
        (false, None) => return Ok(None),
        (true, None) => return Err(Reason::TokenUnbound),
        (false, Some(_)) => return Err(Reason::SenderConstrained),
        (true, Some(jkt)) => jkt,
    };
    let url = request.url.ok_or(Reason::SenderConstrained)?;
    let proof = match credentials.proofs[..] {
        [] => return Err(Reason::ProofMissing),
        [text] => Proof::read(text).ok_or(Reason::ProofMalformed)?,
        _ => return Err(Reason::ProofMalformed),
    };
    let place = place_of(&format!("{}{}", origin_of(url), request.path));
    let hash = hash_of(credentials.token);
    let failed = [
        (proof.thumbprint != jkt, Reason::ProofKeyWrong),
        (!proof.is_signed(), Reason::ProofSignatureInvalid),
        (proof.word("htm") != request.method, Reason::ProofRequestWrong),
        (place.is_none() || place_of(proof.word("htu")) != place, Reason::ProofRequestWrong),
        (proof.word("ath") != hash, Reason::ProofTokenWrong),
        (!is_timely(proof.issued_at, skew, now), Reason::ProofUntimely),
    ];
    match failed.into_iter().find(|(failed, _)| *failed) {
        Some((_, reason)) => Err(reason),
        None => Ok(Some(SpentProof { id: proof.word("jti").to_owned(), until: now + AGE + skew })),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since the epoch are exact up to 2⁵³")]
fn is_timely(issued_at: f64, skew: i64, now: i64) -> bool {
    ((now - AGE) as f64..=(now + skew) as f64).contains(&issued_at)
}

/// A proof, read and not verified.
struct Proof<'a> {
    jws: Jws<'a>,
    key: VerifyingKey,
    thumbprint: String,
    claims: Map<String, Json>,
    issued_at: f64,
}

impl<'a> Proof<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let jws = Jws::parse(text, MAX_LENGTH).ok()?;
        let claims = object(&jws.payload)?;
        let typ = word(&jws.header, "typ").to_ascii_lowercase();
        let is_typed = typ.strip_prefix("application/").unwrap_or(&typ) == "dpop+jwt";
        let is_named = (1..=LONGEST_ID).contains(&word(&claims, "jti").chars().count());
        let is_text = |name: &&str| claims.get(*name).is_some_and(Json::is_string);
        let has_texts = ["jti", "htm", "htu"].iter().all(is_text);
        let is_refused = REFUSED_HEADERS.iter().any(|name| jws.header.contains_key(*name));
        let (key, thumbprint) = read_public_key(&jws.header)?;
        let issued_at = claims.get("iat")?.as_f64()?;
        let is_proof = is_typed && is_named && has_texts && !is_refused;
        is_proof.then_some(Self { jws, key, thumbprint, claims, issued_at })
    }

    fn word(&self, name: &str) -> &str {
        word(&self.claims, name)
    }

    fn is_signed(&self) -> bool {
        self.key.verifies(self.jws.input.as_bytes(), &self.jws.signature)
    }
}

/// The public key of the header, and its thumbprint (RFC 7638).
fn read_public_key(header: &Map<String, Json>) -> Option<(VerifyingKey, String)> {
    let jwk = header.get("jwk")?.as_object()?;
    if PRIVATE_MEMBERS.iter().any(|name| jwk.contains_key(*name)) {
        return None;
    }
    let algorithm: Algorithm = word(header, "alg").parse().ok()?;
    // An RSA key has to name its algorithm, and here the header does.
    let mut named = jwk.clone();
    named.insert("alg".to_owned(), algorithm.as_str().into());
    let key = read_key(&named)?;
    let member = |name: &str| format!(r#""{name}":"{}""#, word(jwk, name));
    let names: &[&str] = match algorithm {
        Algorithm::Es256 => &["crv", "kty", "x", "y"],
        Algorithm::Ed25519 => &["crv", "kty", "x"],
        Algorithm::Rs256 | Algorithm::Ps256 => &["e", "kty", "n"],
    };
    let members: Vec<_> = names.iter().map(|name| member(name)).collect();
    Some((key, hash_of(&format!("{{{}}}", members.join(",")))))
}

fn hash_of(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// Scheme and host of a URL.
fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    &url[..end]
}

/// A URL without query and fragment, in one spelling (RFC 3986 §6.2.2.1, §6.2.2.2, §6.2.3). Dots are not resolved.
fn place_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let host = host.to_ascii_lowercase();
    if host.is_empty() || host.contains(['@', '\\']) {
        return None;
    }
    Some(format!("{scheme}://{}{}", host.strip_suffix(port).unwrap_or(&host), respelt(path)))
}

/// A path whose escapes are in capitals, and none of them escapes an unreserved character.
fn respelt(path: &str) -> String {
    let mut parts = path.split('%');
    let mut spelt = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.map(|digits| (digits, u8::from_str_radix(digits, 16).unwrap_or_default())) {
            Some((_, character)) if character.is_ascii_alphanumeric() || b"-._~".contains(&character) => {
                spelt.push(character.into());
                spelt.push_str(&part[2..]);
            }
            Some((digits, _)) => spelt.extend(["%", &digits.to_ascii_uppercase(), &part[2..]]),
            None => spelt.extend(["%", part]),
        }
    }
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn proofs_of_a_key_are_accepted_and_refused_as_in_every_module() {
        let file = vectors::read("proofs.json");
        for case in vectors::cases("proofs.json") {
            let member = |name: &str| case.get(name).unwrap_or(&file[name]);
            let text = |name: &str| member(name).as_str();
            let proofs = case["proofs"].as_array().unwrap().iter().map(|proof| proof.as_str().unwrap()).collect();
            let token = text("token").unwrap();
            let credentials = Credentials { token, is_dpop: text("scheme") == Some("DPoP"), proofs };
            let path = text("target").unwrap().split('?').next().unwrap();
            let request = ProvenRequest { method: text("method").unwrap(), path, url: text("url") };
            let (skew, now) = (member("clockSkew").as_i64().unwrap(), member("now").as_i64().unwrap());
            let checked = check_binding(&credentials, text("jkt"), &request, skew, now);
            let reason = checked.as_ref().err().map(|reason| reason.as_str());
            assert_eq!(reason, case["expect"]["reason"].as_str(), "{}", case["name"]);
            let id = checked.ok().flatten().map(|proof| proof.id);
            assert_eq!(id.as_deref(), case["expect"]["jti"].as_str(), "{}", case["name"]);
        }
    }
}
