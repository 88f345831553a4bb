//! The members about the identifiers of people: `subject_type` and its sector (OpenID Connect Core §8).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{AuthMethod, ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri;
use crate::cause::RejectionCause;
use crate::ciba::CIBA_GRANT;
use crate::device::DEVICE_CODE_GRANT;
use crate::id_jag::JWT_BEARER_GRANT;
use crate::token_exchange::TOKEN_EXCHANGE_GRANT;

/// The grant types by which a client gets the identifiers of people without a redirect: its redirect URIs prove nothing.
const WITHOUT_REDIRECT: [&str; 3] = [DEVICE_CODE_GRANT, CIBA_GRANT, JWT_BEARER_GRANT];

impl ClientMetadata {
    /// The sector whose clients know a person by the same identifier: the host of `sector_identifier_uri`, else that of
    /// the redirect URIs (OpenID Connect Core §8.1). `None` if its identifiers are public.
    pub fn sector(&self) -> Option<String> {
        if self.subject_type.is_public() {
            return None;
        }
        let source = self.sector_identifier_uri.as_ref().or(self.redirect_uris.first()).or(self.jwks_uri.as_ref());
        source.and_then(|uri| redirect_uri::host(uri))
    }

    /// Whether the client authenticates by the keys at its `jwks_uri`, so that it is who publishes them.
    fn is_proven_by_jwks_uri(&self) -> bool {
        let by_key =
            matches!(self.token_endpoint_auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth);
        by_key && self.jwks_uri.is_some()
    }

    /// Whether the identifiers of its sector may reach it without a redirect. Anybody can register the redirect URIs of
    /// somebody else. So the sector vouches for its keys: they are on its host, or its document names their URL (CIBA
    /// Core §4).
    pub fn is_sector_proven(&self) -> bool {
        let own_host = || self.jwks_uri.as_deref().and_then(redirect_uri::host) == self.sector();
        self.subject_type.is_public()
            || self.is_proven_by_jwks_uri() && (self.sector_identifier_uri.is_some() || own_host())
    }

    /// Whether it may use this grant type, as far as its sector matters.
    ///
    /// # Errors
    /// `unauthorized_client` if the grant type needs no redirect and the sector is not proven otherwise.
    pub fn check_sector_for(&self, grant_type: &str) -> Result<(), RejectionCause> {
        let redirected = !WITHOUT_REDIRECT.contains(&grant_type) && grant_type != TOKEN_EXCHANGE_GRANT;
        if redirected || self.is_sector_proven() {
            return Ok(());
        }
        let why = "the client has pairwise identifiers, and this grant type needs private_key_jwt with a jwks_uri of its \
                   sector";
        Err(RejectionCause::GrantNotAllowed(why))
    }

    /// The URLs that the document at `sector_identifier_uri` must name.
    pub fn uris_of_sector(&self) -> Vec<String> {
        let others = |grant: &String| !matches!(grant.as_str(), "authorization_code" | "refresh_token");
        let keys = self.jwks_uri.iter().filter(|_| self.is_proven_by_jwks_uri() && self.grant_types.iter().any(others));
        self.redirect_uris.iter().chain(keys).cloned().collect()
    }

    pub(super) fn subject_faults(&self) -> Vec<MetadataFault> {
        if self.subject_type.is_public() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let from = if self.redirect_uris.is_empty() { self.jwks_uri.as_slice() } else { &self.redirect_uris };
        let hosts: BTreeSet<_> = from.iter().map(|uri| redirect_uri::host(uri)).collect();
        if self.sector_identifier_uri.is_none() && (hosts.len() != 1 || hosts.contains(&None)) {
            let fault = "must be present for pairwise identifiers: the redirect_uris have no host, or several";
            faults.push(MetadataFault::new("sector_identifier_uri", fault));
        }
        if self.any_localhost_redirect {
            faults.push(MetadataFault::new("subject_type", "must be public where any redirect URI is accepted"));
        }
        if let Some(grant) = WITHOUT_REDIRECT.into_iter().find(|grant| self.may_use(grant) && !self.is_sector_proven())
        {
            let why = "needs no redirect: a client with pairwise identifiers may use it with token_endpoint_auth_method \
                       private_key_jwt or self_signed_tls_client_auth, and a jwks_uri on the host of its redirect_uris \
                       or named by the document at sector_identifier_uri";
            faults.push(MetadataFault::of_value("grant_types", grant, why));
        }
        faults
    }

    /// Whether the document at `sector_identifier_uri` names every URL that it must (OpenID Connect Dynamic Registration
    /// §5, CIBA Core §4). One that need not name any proves nothing.
    pub fn is_in_sector(&self, document: &Value) -> bool {
        let (Some(named), uris) = (document.as_array(), self.uris_of_sector()) else { return false };
        !uris.is_empty() && uris.iter().all(|uri| named.iter().any(|entry| entry.as_str() == Some(uri)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::metadata::SubjectType;
    use crate::grant_type::GrantType;
    use crate::grant_type::samples::GRANT_TYPES;
    use serde_json::json;

    fn pairwise(redirect_uris: &[&str], sector_identifier_uri: Option<&str>) -> ClientMetadata {
        ClientMetadata {
            client_name: "Shop".into(),
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            subject_type: SubjectType::Pairwise,
            sector_identifier_uri: sector_identifier_uri.map(str::to_owned),
            ..ClientMetadata::default()
        }
    }

    #[test]
    fn the_sector_is_the_host_of_the_redirect_uris_unless_a_document_names_them() {
        let sector_of = |uris: &[&str], document: Option<&str>| {
            let metadata = pairwise(uris, document);
            metadata.check(&GRANT_TYPES).map(|()| metadata.sector().unwrap()).map_err(|faults| faults[0].member)
        };
        let document = Some("https://sector.test/uris.json");
        assert_eq!(sector_of(&["https://RP.test:8443/cb", "https://rp.test/other"], None), Ok("rp.test".into()));
        assert_eq!(sector_of(&["https://a.test/cb", "https://b.test/cb"], document), Ok("sector.test".into()));
        assert_eq!(sector_of(&["com.example.app:/cb"], document), Ok("sector.test".into()));
        for uris in [&["https://a.test/cb", "https://b.test/cb"][..], &["com.example.app:/cb"], &["app://host/cb"]] {
            assert_eq!(sector_of(uris, None), Err("sector_identifier_uri"), "{uris:?}");
        }
        for bad in ["http://sector.test/u", "ftp://sector.test", "https://u:p@sector.test/u", "sector.test"] {
            assert_eq!(sector_of(&["https://rp.test/cb"], Some(bad)), Err("sector_identifier_uri"), "{bad}");
        }
        let public =
            ClientMetadata { subject_type: SubjectType::Public, ..pairwise(&["https://rp.test/cb"], document) };
        assert_eq!((public.sector(), public.check(&GRANT_TYPES)), (None, Ok(())));
    }

    #[test]
    fn a_grant_type_without_a_redirect_needs_keys_of_the_sector() {
        let keys = |uri: &str| json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri});
        let with = |changes: Value, document: Option<&str>| {
            let mut members = serde_json::to_value(pairwise(&["https://rp.test/cb"], document)).unwrap();
            members.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            serde_json::from_value::<ClientMetadata>(members).unwrap()
        };
        let document = Some("https://sector.test/uris.json");
        let grant_type = |name| GrantType { name, confidential: false };
        let known = [&["authorization_code"][..], &WITHOUT_REDIRECT].concat().into_iter().map(grant_type);
        let known: Vec<_> = known.collect();
        for grant in WITHOUT_REDIRECT {
            let checked = |changes: Value, document| {
                let mut metadata = with(changes, document);
                metadata.grant_types.push(grant.to_owned());
                let checked = metadata.check(&known).map_err(|faults| faults[0].member);
                assert_eq!(metadata.check_sector_for(grant).is_ok(), checked.is_ok(), "{metadata:?}");
                checked
            };
            assert_eq!(checked(json!({}), None), Err("grant_types"));
            assert_eq!(checked(json!({}), document), Err("grant_types"), "anybody can register what it names");
            assert_eq!(checked(json!({"jwks_uri": "https://rp.test/keys"}), None), Err("grant_types"), "a secret");
            assert_eq!(checked(keys("https://other.test/keys"), None), Err("grant_types"));
            assert_eq!(checked(keys("https://rp.test/keys"), None), Ok(()));
            assert_eq!(checked(keys("https://other.test/keys"), document), Ok(()), "the document names it");
            assert_eq!(checked(json!({"subject_type": "public"}), None), Ok(()));
        }
        let mut named = with(keys("https://other.test/keys"), document);
        assert_eq!(named.uris_of_sector(), ["https://rp.test/cb"]);
        named.grant_types.push(CIBA_GRANT.to_owned());
        assert!(!named.is_in_sector(&json!(["https://rp.test/cb"])));
        assert!(named.is_in_sector(&json!(["https://rp.test/cb", "https://other.test/keys"])));
        let nothing = ClientMetadata { redirect_uris: Vec::new(), ..pairwise(&[], document) };
        assert!(!nothing.is_in_sector(&json!(["https://rp.test/cb"])));
        assert!(pairwise(&["https://rp.test/cb"], None).check_sector_for(TOKEN_EXCHANGE_GRANT).is_err());
        assert!(pairwise(&["https://rp.test/cb"], None).check_sector_for("authorization_code").is_ok());
    }

    #[test]
    fn the_document_of_a_sector_names_every_redirect_uri() {
        let metadata = pairwise(&["https://a.test/cb", "https://b.test/cb"], Some("https://sector.test/u"));
        assert!(metadata.is_in_sector(&json!(["https://b.test/cb", "https://c.test/", "https://a.test/cb"])));
        for bad in [
            json!(["https://a.test/cb"]),
            json!([]),
            json!(["https://a.test/cb", "https://b.test/CB"]),
            json!({"0": "https://a.test/cb", "1": "https://b.test/cb"}),
            json!(null),
            json!("https://a.test/cb https://b.test/cb"),
        ] {
            assert!(!metadata.is_in_sector(&bad), "{bad}");
        }
    }
}
