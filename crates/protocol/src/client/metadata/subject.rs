//! The members about the identifiers of people: `subject_type` and its sector (OpenID Connect Core §8).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri;

impl ClientMetadata {
    /// The sector whose clients know a person by the same identifier: the host of `sector_identifier_uri`, else that of
    /// the redirect URIs (OpenID Connect Core §8.1). `None` if its identifiers are public.
    pub fn sector(&self) -> Option<String> {
        if self.subject_type.is_public() {
            return None;
        }
        let source = self.sector_identifier_uri.as_ref().or(self.redirect_uris.first());
        source.and_then(|uri| redirect_uri::host(uri))
    }

    pub(super) fn subject_faults(&self) -> Vec<MetadataFault> {
        if self.subject_type.is_public() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let hosts: BTreeSet<_> = self.redirect_uris.iter().map(|uri| redirect_uri::host(uri)).collect();
        if self.sector_identifier_uri.is_none() && (hosts.len() != 1 || hosts.contains(&None)) {
            let fault = "must be present for pairwise identifiers: the redirect_uris have no host, or several";
            faults.push(MetadataFault::new("sector_identifier_uri", fault));
        }
        if self.any_localhost_redirect {
            faults.push(MetadataFault::new("subject_type", "must be public where any redirect URI is accepted"));
        }
        faults
    }

    /// Whether the document at `sector_identifier_uri` names every redirect URI (OpenID Connect Dynamic Registration §5).
    pub fn is_in_sector(&self, document: &Value) -> bool {
        let Some(named) = document.as_array() else { return false };
        self.redirect_uris.iter().all(|uri| named.iter().any(|entry| entry.as_str() == Some(uri)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::metadata::SubjectType;
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
