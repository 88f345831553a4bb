//! The paths of the OAuth 2 and OpenID Connect endpoints. All other paths are in `crates/domain/src/urls.rs`.

/// OpenID Connect Discovery §4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 §3.
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// The JWK set (RFC 7517 §5).
pub const JWKS: &str = "/oauth2/jwks";
pub const AUTHORIZE: &str = "/oauth2/authorize";
pub const TOKEN: &str = "/oauth2/token";
pub const USERINFO: &str = "/oauth2/userinfo";
/// Pushed authorization requests (RFC 9126).
pub const PAR: &str = "/oauth2/par";
/// RFC 7662.
pub const INTROSPECT: &str = "/oauth2/introspect";
/// RFC 7009.
pub const REVOKE: &str = "/oauth2/revoke";
/// OpenID Connect RP-Initiated Logout 1.0 §2.
pub const END_SESSION: &str = "/oauth2/logout";
/// RFC 8628 §3.1.
pub const DEVICE_AUTHORIZATION: &str = "/oauth2/device";
/// CIBA Core §7.
pub const CIBA: &str = "/oauth2/ciba";
/// The endpoints at which clients present certificates (RFC 8705 §5).
pub const MUTUAL_TLS: [&str; 7] = [TOKEN, INTROSPECT, REVOKE, PAR, DEVICE_AUTHORIZATION, CIBA, USERINFO];
/// Dynamic client registration (RFC 7591).
pub const REGISTRATION: &str = "/oauth2/register";
/// Client configuration (RFC 7592).
pub const REGISTERED_CLIENT: &str = "/oauth2/register/{client}";

/// The URL path of one client's configuration. Generated ids need no escape.
pub fn registered_client(client_id: &str) -> String {
    format!("{REGISTRATION}/{client_id}")
}
