//! Printing a client.

use serde_json::{Map, Value, json};

use crate::app::ClientMetadata;
use crate::cli::table::fields;
use usher_domain::oauth::client::{Client, ClientSecret};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::{BindingRule, CertificateSubject};

/// The client information response of RFC 7591 §3.2.1, with further members. It contains the secret if one is given.
pub(super) fn as_json(client: &Client, secret: Option<&str>) -> serde_json::Result<Value> {
    let mut view = Map::new();
    view.insert("client_id".to_owned(), json!(client.id));
    if let Some(secret) = secret {
        view.insert("client_secret".to_owned(), secret.into());
        // Zero: it does not expire.
        view.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    view.insert("client_id_issued_at".to_owned(), json!(client.created_at));
    view.insert("project_id".to_owned(), json!(client.project_id));
    view.insert("type".to_owned(), client.kind.as_str().into());
    view.insert("disabled".to_owned(), (!client.is_active()).into());
    view.insert("origin".to_owned(), client.origin.as_str().into());
    if let Some(since) = client.trusted_at {
        view.insert("trusted_at".to_owned(), json!(since));
    }
    view.insert("updated_at".to_owned(), json!(client.updated_at));
    if let Some(since) = client.disabled_at {
        view.insert("disabled_at".to_owned(), json!(since));
    }
    view.insert("secrets".to_owned(), secrets(client));
    if let Value::Object(metadata) = serde_json::to_value(&client.metadata)? {
        view.extend(metadata);
    }
    Ok(Value::Object(view))
}

/// The client as an environment file for the application. No value needs quoting.
pub(super) fn as_environment(client: &Client, secret: Option<&str>, issuer: &str) -> String {
    let secret = secret.map(|secret| format!("CLIENT_SECRET={secret}\n")).unwrap_or_default();
    format!("ISSUER={issuer}\nPROJECT={}\nCLIENT_ID={}\n{secret}", client.project_id, client.id.0)
}

/// The secrets of a client, without their values.
pub(super) fn secrets(client: &Client) -> Value {
    let view = client.secrets.iter().map(|secret| {
        json!({
            "id": secret.id(), "created_at": secret.created_at, "expires_at": secret.expires_at,
            "last_used_at": secret.last_used_at,
        })
    });
    view.collect()
}

/// The client as text.
pub(super) fn in_words(client: &Client) -> String {
    let metadata = &client.metadata;
    let several = |texts: &[String]| if texts.is_empty() { "none".to_owned() } else { texts.join(" ") };
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let mut view = vec![
        ("client_id", client.id.0.clone()),
        ("name", metadata.client_name.clone()),
        ("type", client.kind.as_str().to_owned()),
        ("project", client.project_id.to_string()),
        ("status", if client.is_active() { "in use" } else { "disabled" }.to_owned()),
        ("origin", origin_words(client)),
        ("redirect URIs", several(&metadata.redirect_uris)),
        ("post-logout URIs", several(&metadata.post_logout_redirect_uris)),
        ("web origins", several(&metadata.web_origins)),
        ("grant types", metadata.grant_types.join(" ")),
        ("authentication", metadata.token_endpoint_auth_method.as_str().to_owned()),
        ("PKCE required", yes(metadata.must_use_pkce())),
        ("authorization", request_words(metadata)),
        ("scope", metadata.scope.to_string()),
        (
            "ID tokens",
            format!("{}, claims: {}", metadata.id_token_signed_response_alg, metadata.id_token_claims.as_str()),
        ),
        ("access tokens", metadata.access_token_alg().to_owned()),
        ("signed answers", metadata.authorization_response_alg().to_owned()),
        ("signed introspection", metadata.introspection_response_alg().to_owned()),
        ("roles claim", metadata.roles_claim.clone()),
        ("audience", several(&metadata.audience)),
        ("refresh tokens", refresh_words(metadata)),
        ("second factor", if metadata.require_second_factor { "required" } else { "not required" }.to_owned()),
        ("first party", yes(metadata.first_party)),
    ];
    let optional = [
        ("security profile", metadata.security_profile.map(|profile| profile.as_str().to_owned())),
        ("trusts", credentials_words(metadata)),
        ("certificate", metadata.certificate_subject().map(certificate_words)),
        ("assertions", metadata.token_endpoint_auth_signing_alg.clone()),
        ("keys", metadata.jwks_uri.clone().or_else(|| metadata.jwks.as_ref().map(|_| "registered".to_owned()))),
        ("CIBA", metadata.may_use(CIBA_GRANT).then(|| ciba_words(metadata))),
        ("back-channel logout", metadata.backchannel_logout_uri.clone()),
        ("default max_age", metadata.default_max_age.map(|seconds| format!("{seconds} s"))),
        ("default acr", (!metadata.default_acr_values.is_empty()).then(|| metadata.default_acr_values.join(" "))),
        ("userinfo", metadata.userinfo_signed_response_alg.as_ref().map(|alg| format!("signed with {alg}"))),
        ("identifiers", metadata.sector().map(|sector| format!("pairwise, for {sector}"))),
        ("sector", metadata.sector_identifier_uri.clone()),
        ("starts sign-in at", metadata.initiate_login_uri.clone()),
        ("home page", metadata.client_uri.clone()),
        ("logo", metadata.logo_uri.clone()),
        ("privacy policy", metadata.policy_uri.clone()),
        ("terms", metadata.tos_uri.clone()),
        ("contacts", (!metadata.contacts.is_empty()).then(|| metadata.contacts.join(" "))),
        ("token exchange", metadata.may_impersonate.then(|| "may impersonate users".to_owned())),
        ("acts for users at", cross_app_words(metadata)),
        ("also", metadata.any_localhost_redirect.then(|| "any redirect URI on http://localhost".to_owned())),
    ];
    view.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    view.extend(client.secrets.iter().map(|secret| ("secret", secret_words(secret))));
    view.push(("created", client.created_at.rfc3339()));
    view.push(("changed", client.updated_at.rfc3339()));
    if let Some(since) = client.disabled_at {
        view.push(("disabled", since.rfc3339()));
    }
    fields(view)
}

/// How it became known, and whether somebody vouches for it.
fn origin_words(client: &Client) -> String {
    let trusted = if client.trusted_at.is_some() { "trusted" } else { "not trusted" };
    match client.origin {
        ClientOrigin::Managed => "managed".to_owned(),
        ClientOrigin::Document => format!("the document at its client_id, {trusted}"),
        ClientOrigin::Dynamic => format!("it registered itself, {trusted}"),
    }
}

/// How its authorization requests must reach the server.
fn request_words(metadata: &ClientMetadata) -> String {
    let words = [
        (metadata.must_push(), "pushed"),
        (metadata.require_signed_request_object, "signed"),
        (metadata.binding_rule() == BindingRule::Dpop, "tokens bound to a key"),
        (metadata.binding_rule() == BindingRule::Certificate, "tokens bound to its certificate"),
    ];
    let all: Vec<_> = words.into_iter().filter(|(required, _)| *required).map(|(_, word)| word).collect();
    if all.is_empty() { "no requirements".to_owned() } else { all.join(", ") }
}

fn ciba_words(metadata: &ClientMetadata) -> String {
    let signed = metadata.backchannel_authentication_request_signing_alg.as_deref();
    let called = metadata.backchannel_client_notification_endpoint.as_deref().filter(|_| metadata.is_pinged());
    format!("{}, {}", signed.map_or("not signed".to_owned(), |alg| format!("signed: {alg}")), called.unwrap_or("polls"))
}

/// The subjects of other issuers whose tokens prove it.
fn credentials_words(metadata: &ClientMetadata) -> Option<String> {
    let words = metadata.federated_credentials.iter().map(|one| format!("{} of {}", one.subject, one.issuer));
    let all: Vec<_> = words.collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The servers at which it may act for users, with its id there.
fn cross_app_words(metadata: &ClientMetadata) -> Option<String> {
    let words = metadata.cross_app_access.iter().map(|one| format!("{} as {}", one.audience, one.client_id));
    let all: Vec<_> = words.collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What its certificate says of its subject.
fn certificate_words(subject: CertificateSubject<'_>) -> String {
    match subject {
        CertificateSubject::Dn(dn) => format!("subject {dn}"),
        CertificateSubject::Dns(name) => format!("DNS name {name}"),
        CertificateSubject::Uri(uri) => format!("URI {uri}"),
        CertificateSubject::Ip(ip) => format!("IP address {ip}"),
        CertificateSubject::Email(email) => format!("email address {email}"),
    }
}

fn refresh_words(metadata: &ClientMetadata) -> String {
    let rotation = if metadata.rotates_refresh_tokens() { "replaced at each use" } else { "kept" };
    let limit = |name: &str, seconds: Option<u64>| seconds.map(|seconds| format!(", {name} {seconds} s"));
    let idle = limit("idle", metadata.refresh_idle_seconds).unwrap_or_default();
    let absolute = limit("absolute", metadata.refresh_absolute_seconds).unwrap_or_default();
    format!("{rotation}{idle}{absolute}")
}

fn secret_words(secret: &ClientSecret) -> String {
    let used =
        secret.last_used_at.map_or_else(|| "not used yet".to_owned(), |at| format!("last used {}", at.rfc3339()));
    let end = secret.expires_at.map(|at| format!(", ends {}", at.rfc3339())).unwrap_or_default();
    format!("{} made {}, {used}{end}", secret.id(), secret.created_at.rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::id::{ClientId, ProjectId};
    use usher_domain::oauth::client::ClientType;
    use usher_domain::random::SeededRandom;
    use usher_domain::time::Timestamp;

    fn client() -> Client {
        let mut metadata = ClientType::Web.defaults();
        metadata.client_name = "Shop\u{1b}".into();
        let secret = ClientSecret::new("5ec2e75ec2e75ec2e7".into(), Timestamp(7));
        Client {
            id: ClientId("client_x".into()),
            project_id: ProjectId::new(Timestamp(7), &SeededRandom::new(1)),
            kind: ClientType::Web,
            metadata,
            secrets: vec![secret],
            created_at: Timestamp(7),
            updated_at: Timestamp(7),
            disabled_at: Some(Timestamp(8)),
            origin: ClientOrigin::Managed,
            trusted_at: None,
            project_acr: None,
        }
    }

    #[test]
    fn json_holds_the_secret_only_when_it_is_given_and_its_hash_never() {
        let shown = as_json(&client(), None).unwrap();
        assert_eq!(shown["client_id"], "client_x");
        assert_eq!(shown["client_id_issued_at"], 7);
        assert_eq!((&shown["type"], &shown["disabled"]), (&json!("web"), &json!(true)));
        assert_eq!(shown["token_endpoint_auth_method"], "client_secret");
        assert!(shown.get("client_secret").is_none() && !shown.to_string().contains("5ec2e75ec2e75"));
        assert_eq!(shown["secrets"][0]["id"], "5ec2e75ec2e7");
        assert_eq!(as_json(&client(), Some("s3cret")).unwrap()["client_secret"], "s3cret");
    }

    #[test]
    fn an_environment_file_holds_what_an_application_has_to_know() {
        let issuer = "https://id.example.org";
        let project = client().project_id;
        let expected = format!("ISSUER=https://id.example.org\nPROJECT={project}\nCLIENT_ID=client_x\n");
        assert_eq!(as_environment(&client(), None, issuer), expected);
        assert!(as_environment(&client(), Some("s3cret"), issuer).ends_with("\nCLIENT_SECRET=s3cret\n"));
    }

    #[test]
    fn words_are_for_people() {
        let text = in_words(&client());
        let row = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let rows: Vec<String> = text.lines().map(row).collect();
        assert!(rows.iter().any(|row| row == "redirect URIs none"), "{text}");
        assert!(rows.iter().any(|row| row == "disabled 1970-01-01T00:00:08Z"), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("5ec2e75ec2e75"), "{text}");
        assert!(text.contains("5ec2e75ec2e7 made 1970-01-01T00:00:07Z, not used yet\n"), "{text}");
    }
}
