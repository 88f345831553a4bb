//! What all forms have in common: the URL, the hidden values, and the validation errors.

use super::profile_fields::profile_fields;
use usher_i18n::Lang;
use usher_protocol::user_claims::UserClaims;

/// The URL of a form, and the hidden values that bind it to the browser and the sign-in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The URL it posts to.
    pub action: String,
    /// The anti-forgery value, field `csrf`.
    pub csrf: String,
    /// The sealed sign-in it belongs to, field `interaction`, if it belongs to one.
    pub interaction: Option<String>,
}

impl Form {
    /// A form that is part of a sign-in.
    pub fn of_sign_in(action: impl Into<String>, interaction: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self { action: action.into(), csrf: csrf.into(), interaction: Some(interaction.into()) }
    }

    /// A form outside of a sign-in.
    pub fn new(action: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self { action: action.into(), csrf: csrf.into(), interaction: None }
    }
}

/// The message keys of the fields' names, for error summaries. Attributes of users have theirs in their rows.
const LABELS: &[(&str, &str)] = &[
    ("email", "email"),
    ("file", "import-file"),
    ("user_code", "device-code"),
    ("password", "password"),
    ("current_password", "current-password"),
    ("name", "name"),
    ("type", "client-kind"),
    ("redirect_uris", "client-redirect-uris"),
    ("post_logout_redirect_uris", "client-logout-uris"),
    ("scope", "client-scope"),
    ("sign_in_url", "check-up-sign-in-url"),
    ("protected_url", "check-up-protected-url"),
    ("identifier", "api-identifier"),
    ("roles", "api-roles"),
    ("permissions", "api-permissions"),
    ("token_format", "api-format"),
    ("signing_alg", "api-alg"),
    ("access_token_seconds", "api-lifetime"),
    ("roles_claim", "client-roles-claim"),
    ("web_origins", "client-web-origins"),
    ("backchannel_logout_uri", "client-backchannel"),
    ("ciba_endpoint", "client-ciba-endpoint"),
    ("ciba_alg", "client-ciba-alg"),
    ("certificate_subject", "client-certificate"),
    ("federated_credentials", "client-federated"),
    ("cross_app_access", "client-cross-app"),
    ("audience", "client-audience"),
    ("subject_type", "client-subject"),
    ("sector_identifier_uri", "client-sector"),
    ("userinfo_alg", "client-userinfo"),
    ("initiate_login_uri", "client-initiate"),
    ("client_uri", "client-home"),
    ("logo_uri", "client-logo"),
    ("policy_uri", "client-policy"),
    ("tos_uri", "client-terms"),
    ("id", "provider-id"),
    ("label", "provider-label"),
    ("client_id", "client-id"),
    ("client_secret", "client-secret"),
    ("issuer", "provider-issuer"),
    ("authorize_url", "provider-authorize-url"),
    ("token_url", "provider-token-url"),
    ("userinfo_url", "provider-userinfo-url"),
    ("hd", "provider-hd"),
    ("tenant", "provider-tenant"),
    ("allowed_tenants", "provider-allowed-tenants"),
    ("graph_version", "provider-graph-version"),
    ("team_id", "provider-team-id"),
    ("key_id", "provider-key-id"),
    ("scopes", "provider-scopes"),
    ("base_url", "provider-base-url"),
    ("link_policy", "provider-link-policy"),
    ("email_trust", "provider-email-trust"),
    ("rest", "provider-rest"),
    ("role", "member-role"),
    ("url", "webhook-url"),
    ("description", "webhook-description"),
    ("events", "webhook-events"),
    ("current_token", "token-current"),
    ("overlap", "token-overlap"),
    ("who", "audit-who"),
    ("client", "audit-client"),
    ("address", "audit-address"),
    ("trace", "audit-trace"),
    ("since", "audit-since"),
    ("until", "audit-until"),
    ("code", "verify-code"),
    ("second_factor", "project-second-factor"),
    ("sign_up", "sign-in-who"),
    ("domains", "sign-in-domains"),
    ("claims", "provider-claims"),
    ("providers", "sign-in-ways"),
    ("sub", "history-sub"),
    ("kind", "history-kind"),
    ("accent", "branding-accent"),
    ("support_email", "branding-support"),
    ("sender_name", "branding-sender"),
    ("logo", "branding-logo"),
    ("confirmation", "data-delete-confirmation"),
    ("project", "project"),
    ("other", "merge-other"),
    ("note", "rules-note"),
    ("document", "rules-text"),
    ("grant", "rules-grant"),
    ("title", "rules-role-title"),
    ("inherits", "rules-role-inherits"),
    ("actions", "rules-entity-actions"),
    ("attributes", "rules-attributes"),
    ("text", "rules-condition-text"),
    ("left_1", "rules-condition-rows"),
    ("left_2", "rules-condition-rows"),
    ("left_3", "rules-condition-rows"),
    ("methods", "rules-route-methods"),
    ("path", "rules-route-path"),
    ("need", "rules-permission"),
    ("max_age", "rules-route-age"),
    ("who", "rules-person"),
    ("permission", "rules-permission"),
    ("entity", "rules-assignment-entity"),
    ("days", "rules-assignment-days"),
];

/// Validation errors by field, in the reader's language.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// The error of one field, with the text of `key`.
    pub fn one(field: &str, key: &str, lang: Lang) -> Self {
        Self(vec![(field.to_owned(), lang.text(key))])
    }

    /// The first message, for a form with one place for it.
    pub fn first(&self) -> Option<String> {
        self.0.first().map(|(_, message)| message.clone())
    }

    /// Adds an error of `field`.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// The error of `field`, if there is one.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }

    /// The message key of the name of `field`.
    pub fn label_key(&self, field: &str) -> Option<&'static str> {
        let listed = LABELS.iter().find(|(name, _)| *name == field).map(|(_, key)| *key);
        listed
            .or_else(|| profile_fields(UserClaims::STANDARD).find(|row| row.field_name() == field).map(|row| row.label))
    }

    /// Are there no errors?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every `(field, message)`, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }
}

impl<F: Into<String>, M: Into<String>> FromIterator<(F, M)> for FieldErrors {
    fn from_iter<T: IntoIterator<Item = (F, M)>>(faults: T) -> Self {
        Self(faults.into_iter().map(|(field, message)| (field.into(), message.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_gets_its_own_first_message() {
        let errors: FieldErrors = [("email", "one"), ("password", "two"), ("email", "three")].into_iter().collect();
        assert_eq!(errors.of("email"), Some("one"));
        assert_eq!(errors.of("name"), None);
        assert_eq!(errors.iter().count(), 3);
        assert!(!errors.is_empty() && FieldErrors::default().is_empty());
    }
}
