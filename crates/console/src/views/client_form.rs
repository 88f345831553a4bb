//! The console: the form of a client.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The form that creates or changes a client.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/client_form.html")]
pub struct ClientForm {
    /// The layout.
    pub page: Layout,
    /// Fields of [`ClientValues`].
    pub form: Form,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// What the form is for, if that is not plain.
    pub lead: Option<String>,
    /// Does it exist already? Its type is then fixed.
    pub editing: bool,
    /// Is PKCE optional? A public client always uses it.
    pub pkce_is_a_choice: bool,
    /// Does this server accept certificates of clients?
    pub takes_certificates: bool,
    /// The values of the fields.
    pub values: ClientValues,
    /// Validation errors.
    pub errors: FieldErrors,
}

impl ClientForm {
    /// The types to choose from: `(value, name, explanation, selected)`.
    pub fn kinds(&self) -> Vec<(&'static str, String, String, bool)> {
        let keys = [
            ("web", "client-kind-web", "client-kind-web-text"),
            ("spa", "client-kind-spa", "client-kind-spa-text"),
            ("native", "client-kind-native", "client-kind-native-text"),
            ("machine", "client-kind-machine", "client-kind-machine-text"),
            ("device", "client-kind-device", "client-kind-device-text"),
        ];
        keys.iter()
            .map(|&(kind, name, text)| (kind, self.page.t(name), self.page.t(text), self.values.kind == kind))
            .collect()
    }

    /// The methods of confidential clients to choose from: `(name, label, selected)`.
    pub fn auth_methods(&self) -> Vec<(&'static str, String, bool)> {
        let all = [
            ("client_secret", "client-auth-secret"),
            ("client_secret_basic", "client-auth-basic"),
            ("client_secret_post", "client-auth-post"),
            ("client_secret_jwt", "client-auth-secret-jwt"),
            ("private_key_jwt", "client-auth-private-key"),
            ("federated_jwt", "client-auth-federated"),
            ("tls_client_auth", "client-auth-tls"),
            ("self_signed_tls_client_auth", "client-auth-self-signed"),
        ];
        let offered = if self.takes_certificates { &all[..] } else { &all[..6] };
        offered.iter().map(|&(method, key)| (method, self.page.t(key), self.values.auth_method == method)).collect()
    }

    /// What its certificate may say of it: `(name, label, selected)`.
    pub fn certificate_names(&self) -> [(&'static str, String, bool); 5] {
        [
            ("dn", "client-certificate-dn"),
            ("dns", "client-certificate-dns"),
            ("uri", "client-certificate-uri"),
            ("ip", "client-certificate-ip"),
            ("email", "client-certificate-email"),
        ]
        .map(|(name, key)| (name, self.page.t(key), self.values.certificate_name == name))
    }

    /// What its requests and tokens must be: `(name, label, explanation, checked)`.
    pub fn proof_switches(&self) -> [(&'static str, String, String, bool); 4] {
        let values = &self.values;
        [
            ("require_par", "client-par", "client-par-hint", values.require_par),
            ("require_signed", "client-signed", "client-signed-hint", values.require_signed),
            ("dpop", "client-dpop", "client-dpop-hint", values.dpop),
            ("fapi", "client-fapi", "client-fapi-hint", values.fapi),
        ]
        .map(|(name, label, hint, on)| (name, self.page.t(label), self.page.t(hint), on))
    }

    /// The switches about token exchange, which only clients with a secret or keys have.
    pub fn exchange_switches(&self) -> Vec<(&'static str, String, String, bool)> {
        let values = &self.values;
        let exchange = ("exchange", "client-exchange", "client-exchange-hint", values.exchange);
        let impersonate = ("may_impersonate", "client-impersonate", "client-impersonate-hint", values.may_impersonate);
        let assertions = ("jwt_bearer", "client-jwt-bearer", "client-jwt-bearer-hint", values.jwt_bearer);
        let switches = [exchange, assertions].into_iter().chain(self.page.is_administrator().then_some(impersonate));
        switches.map(|(name, label, hint, on)| (name, self.page.t(label), self.page.t(hint), on)).collect()
    }

    /// The flags that only administrators set and that are set: others send them back as they are.
    pub fn kept_flags(&self) -> Vec<&'static str> {
        let flags = [("first_party", self.values.first_party), ("may_impersonate", self.values.may_impersonate)];
        flags.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
    }

    /// The algorithms of CIBA requests to choose from: `(name, label, selected)`.
    pub fn ciba_algs(&self) -> [(&'static str, String, bool); 5] {
        let alg = |alg: &'static str, key| (alg, self.page.t(key), self.values.ciba_alg == alg);
        [
            alg("", "client-ciba-unsigned"),
            alg("PS256", "alg-ps256"),
            alg("ES256", "alg-es256-plain"),
            alg("EdDSA", "alg-eddsa"),
            alg("RS256", "alg-rs256-plain"),
        ]
    }

    /// The algorithms of ID tokens to choose from: `(name, label, selected)`.
    pub fn id_token_algs(&self) -> [(&'static str, String, bool); 4] {
        self.algs(&self.values.id_token_alg, ["alg-rs256", "alg-es256", "alg-ps256", "alg-eddsa"])
    }

    /// The algorithms of access tokens to choose from.
    pub fn access_token_algs(&self) -> [(&'static str, String, bool); 4] {
        self.algs(&self.values.access_token_alg, ["alg-rs256-plain", "alg-es256-plain", "alg-ps256", "alg-eddsa"])
    }

    /// The algorithms of userinfo responses to choose from; without one they are plain JSON.
    pub fn userinfo_algs(&self) -> [(&'static str, String, bool); 5] {
        let chosen = &self.values.userinfo_alg;
        let [rs256, es256, ps256, eddsa] =
            self.algs(chosen, ["alg-rs256-plain", "alg-es256-plain", "alg-ps256", "alg-eddsa"]);
        [("", self.page.t("client-userinfo-plain"), chosen.is_empty()), rs256, es256, ps256, eddsa]
    }

    /// Its links: `(name, label, hint, value)`.
    pub fn links(&self) -> [(&'static str, String, String, &str); 5] {
        let values = &self.values;
        [
            ("initiate_login_uri", "client-initiate", "client-initiate-hint", &values.initiate_login_uri),
            ("client_uri", "client-home", "client-link-hint", &values.client_uri),
            ("logo_uri", "client-logo", "client-logo-hint", &values.logo_uri),
            ("policy_uri", "client-policy", "client-link-hint", &values.policy_uri),
            ("tos_uri", "client-terms", "client-link-hint", &values.tos_uri),
        ]
        .map(|(name, label, hint, value)| (name, self.page.t(label), self.page.t(hint), value.as_str()))
    }

    fn algs(&self, chosen: &str, words: [&str; 4]) -> [(&'static str, String, bool); 4] {
        let [rs256, es256, ps256, eddsa] = words;
        [("RS256", rs256), ("ES256", es256), ("PS256", ps256), ("EdDSA", eddsa)]
            .map(|(alg, key)| (alg, self.page.t(key), alg == chosen))
    }
}

/// The fields of a client, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the form")]
pub struct ClientValues {
    /// The values that the form was loaded with, if the client exists already.
    pub loaded: String,
    pub name: String,
    /// `web`, `spa`, `native`, `machine` or `device`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One URI per line.
    pub redirect_uris: String,
    /// One URI per line.
    pub post_logout_redirect_uris: String,
    /// Is it a first-party client, which needs no consent?
    pub first_party: bool,
    /// The algorithm of its ID tokens.
    pub id_token_alg: String,
    /// The algorithm of its access tokens.
    pub access_token_alg: String,
    /// The claims of its ID tokens: `scopes` or `minimal`.
    pub id_token_claims: String,
    /// The name of the roles claim.
    pub roles_claim: String,
    pub require_pkce: bool,
    /// The scope that it may request, separated by spaces.
    pub scope: String,
    /// One origin per line.
    pub web_origins: String,
    pub backchannel_logout_uri: String,
    /// `public` or `pairwise`.
    pub subject_type: String,
    pub sector_identifier_uri: String,
    /// The algorithm of signed userinfo responses; empty for plain JSON.
    pub userinfo_alg: String,
    /// One API per line.
    pub audience: String,
    pub initiate_login_uri: String,
    pub client_uri: String,
    pub logo_uri: String,
    pub policy_uri: String,
    pub tos_uri: String,
    /// `token_endpoint_auth_method`.
    pub auth_method: String,
    /// A JWK set as JSON.
    pub jwks: String,
    pub jwks_uri: String,
    /// A JSON array.
    pub federated_credentials: String,
    /// Must its authorization requests be pushed?
    pub require_par: bool,
    /// Must they be signed?
    pub require_signed: bool,
    /// Are its access tokens bound to a key?
    pub dpop: bool,
    /// Are they bound to its certificate?
    pub tls_bound: bool,
    /// What its certificate says of it: `dn`, `dns`, `uri`, `ip` or `email`.
    pub certificate_name: String,
    /// That name.
    pub certificate_subject: String,
    /// Is it held to FAPI 2.0?
    pub fapi: bool,
    /// May it exchange users' tokens (RFC 8693)?
    pub exchange: bool,
    /// May it do so without being named?
    pub may_impersonate: bool,
    /// The servers at which it may act for users by an ID-JAG: a JSON array, which administrators alone see and edit.
    pub cross_app_access: String,
    /// May it present ID-JAGs of trusted providers?
    pub jwt_bearer: bool,
    /// May it ask people to sign in on another device (CIBA)?
    pub ciba: bool,
    /// The address that is called when a person has answered; empty if it asks by itself.
    pub ciba_endpoint: String,
    /// The algorithm of its CIBA requests; empty if they are not signed.
    pub ciba_alg: String,
}
