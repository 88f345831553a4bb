//! The members that are URIs.

use super::{ClientMetadata, MetadataFault};
use crate::authorize::redirect_uri::{self, UriFault};

impl ClientMetadata {
    pub(super) fn uri_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        let lists =
            [("redirect_uris", &self.redirect_uris), ("post_logout_redirect_uris", &self.post_logout_redirect_uris)];
        for (member, uris) in lists {
            for uri in uris {
                match redirect_uri::check(uri) {
                    // The redirect after sign-out has only `state`.
                    Err(UriFault::Reserved) if member == "post_logout_redirect_uris" => {}
                    Err(why) => faults.push(MetadataFault::of_value(member, uri, why)),
                    Ok(()) => {}
                }
            }
            if uris.len() > 100 {
                faults.push(MetadataFault::new(member, "must not hold more than 100"));
            }
        }
        for origin in &self.web_origins {
            if let Err(why) = redirect_uri::check_origin(origin) {
                faults.push(MetadataFault::of_value("web_origins", origin, why));
            }
        }
        if self.web_origins.len() > 100 {
            faults.push(MetadataFault::new("web_origins", "must not hold more than 100"));
        }
        if self.may_use("authorization_code") && self.redirect_uris.is_empty() && !self.any_localhost_redirect {
            faults.push(MetadataFault::new("redirect_uris", "must not be empty for the authorization code grant"));
        }
        faults
    }

    pub(super) fn link_faults(&self) -> Vec<MetadataFault> {
        let links = [
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ];
        let shown = links
            .into_iter()
            .filter_map(|(member, link)| Some((member, redirect_uri::check_link(link.as_deref()?).err()?)));
        let called = self.called_uris();
        let called = called.filter_map(|(member, uri)| Some((member, redirect_uri::check_called(uri).err()?)));
        let faults = shown.chain(called).map(|(member, why)| MetadataFault::new(member, why.to_string()));
        faults.chain(self.initiation_fault()).collect()
    }

    /// Not even on loopback may it be http: OpenID Connect Core §4 asks for https.
    fn initiation_fault(&self) -> Option<MetadataFault> {
        let uri = self.initiate_login_uri.as_deref()?;
        let good = redirect_uri::check_called(uri).is_ok() && uri.starts_with("https://");
        (!good).then(|| MetadataFault::new("initiate_login_uri", "must be an https URL without a fragment"))
    }

    /// The URLs that this server calls.
    pub fn called_uris(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let called = [
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
            ("backchannel_client_notification_endpoint", &self.backchannel_client_notification_endpoint),
            ("jwks_uri", &self.jwks_uri),
            ("sector_identifier_uri", &self.sector_identifier_uri),
        ];
        let called = called.into_iter().filter_map(|(member, uri)| Some((member, uri.as_deref()?)));
        let called = called.chain(self.request_uris.iter().map(|uri| ("request_uris", without_fragment(uri))));
        called.chain(self.federated_uris())
    }
}

/// The fragment of a `request_uri` only tells its versions apart (OpenID Connect Core §6.2).
fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(uri, _)| uri)
}
