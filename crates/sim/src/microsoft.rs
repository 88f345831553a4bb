//! Microsoft Entra, under `{origin}/microsoft/{common|organizations|consumers|TENANT}`: that is a base URL.
//!
//! | at Microsoft | here, under the base URL |
//! |---|---|
//! | `https://login.microsoftonline.com/{tid}/v2.0/.well-known/openid-configuration` | the same under `/v2.0` |
//! | `https://login.microsoftonline.com/{tid}/oauth2/v2.0/{authorize,token,logout}` | the same under `/oauth2/v2.0` |
//! | `https://login.microsoftonline.com/{tid}/discovery/v2.0/keys` | `/discovery/v2.0/keys` |
//! | `https://graph.microsoft.com/oidc/userinfo` | `/oidc/userinfo` |
//!
//! As at Microsoft: the metadata of `common`, `organizations` and `consumers` have a *template* issuer
//! (`…/{tenantid}/v2.0`), tokens have the user's own tenant; only `xms_edov` shows that an address is verified, with
//! the value `true`, `1` or `"1"`; refresh tokens are rotated and old ones stay valid.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::digest::s256;
use super::faults::SimFault;
use super::grants::{SimGrant, TokenKind, TokenLookup};
use super::id_token;
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, is_client, wrong};
use super::parameters::Parameters;
use super::personas::{ATTACKER_TENANT, CONSUMERS, SimUser};
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    below: "/common",
    remark: "(or organizations, consumers, a tenant's id)",
    subject: |_, hex| format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30]),
    ..SimulatedProvider::new("microsoft", "Microsoft", routes)
};

const CODE_LIFE: i64 = 600;
const ACCESS_LIFE: i64 = 3_599;
const REFRESH_LIFE: i64 = 90 * 86_400;

/// Microsoft's endpoints; every path begins with the tenant.
pub fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize))
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/{tenant}/oauth2/v2.0/logout", get(logout))
        .route(
            "/{tenant}/discovery/v2.0/keys",
            get(async |State(sim): State<Arc<Simulator>>| Json(sim.keys.published(PROVIDER, &sim.faults))),
        )
        .route("/{tenant}/oidc/userinfo", get(userinfo).post(userinfo))
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_tenant_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The tenant of a path, or the error that it does not exist.
fn known(tenant: &str) -> Result<(), LoginRefused> {
    if ["common", "organizations", "consumers"].contains(&tenant) || is_tenant_id(tenant) {
        return Ok(());
    }
    let words = "AADSTS90002: Tenant not found. Check to make sure you have the correct tenant ID.";
    Err(error("invalid_tenant", 90_002, words))
}

async fn discovery(State(sim): State<Arc<Simulator>>, Path(tenant): Path<String>) -> LoginResult {
    known(&tenant)?;
    let root = sim.base(PROVIDER);
    let base = format!("{root}/{tenant}");
    let issuer = match tenant.as_str() {
        "common" | "organizations" => format!("{root}/{{tenantid}}/v2.0"),
        "consumers" => format!("{root}/{CONSUMERS}/v2.0"),
        id => format!("{root}/{}/v2.0", id.to_ascii_lowercase()),
    };
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name", "tid",
                             "ver", "at_hash", "email"],
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
    }))
    .into_response())
}

fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let query = &request.query;
    let fault = if !is_client(query.get("client_id")) {
        "AADSTS700016: Application was not found in the directory."
    } else if !query.get("redirect_uri").is_some_and(is_registered) {
        "AADSTS50011: The redirect URI specified in the request does not match the redirect URIs configured."
    } else if !query.is("response_type", "code") {
        "AADSTS90014: The required field 'response_type' is missing from the request."
    } else if query.list("scope").is_empty() {
        "AADSTS900144: The request must contain the following parameter: 'scope'."
    } else {
        match login::challenge(request) {
            Ok(_) => return Ok(()),
            Err(fault) => fault,
        }
    };
    Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "Sorry, but we're having trouble signing you in.", fault).into())
}

/// May a user of this tenant sign in through that one?
fn admits(tenant: &str, person: &SimUser) -> bool {
    match tenant {
        "common" => true,
        "organizations" => person.tenant != CONSUMERS,
        "consumers" => person.tenant != ATTACKER_TENANT,
        id => {
            id.eq_ignore_ascii_case(&person.tenant) || ![CONSUMERS, ATTACKER_TENANT].contains(&person.tenant.as_str())
        }
    }
}

/// A user without a tenant belongs to the one of the request.
fn in_tenant(tenant: &str, mut person: SimUser) -> SimUser {
    if is_tenant_id(tenant) {
        person.tenant = tenant.to_ascii_lowercase();
    } else if tenant == "consumers" {
        person.tenant = CONSUMERS.to_owned();
    }
    person
}

async fn authorize(State(sim): State<Arc<Simulator>>, Path(tenant): Path<String>, request: SimRequest) -> LoginResult {
    known(&tenant)?;
    check(&request)?;
    let redirect_uri = request.query.get("redirect_uri").unwrap_or_default();
    let answer = |parameters: &[(&str, &str)]| {
        let mut all = parameters.to_vec();
        all.extend(request.query.get("state").map(|state| ("state", state)));
        back(redirect_uri, &all, "")
    };
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Silence => {
            let words = "AADSTS50058: A silent sign-in request was sent but no user is signed in.";
            return Ok(answer(&[("error", "login_required"), ("error_description", words)]));
        }
        LoginUser::Is(person) if person.denies => {
            let words = "AADSTS65004: User declined to consent to access the app.";
            let subcode = ("error_subcode", "cancel");
            return Ok(answer(&[("error", "access_denied"), subcode, ("error_description", words)]));
        }
        LoginUser::Is(person) => *person,
    };
    if !admits(&tenant, &person) {
        let words = "AADSTS50020: User account from identity provider does not exist in tenant.";
        return Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "You can't sign in here with this account.", words).into());
    }
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && scope == "email"));
    let mut grant = login::grant(&sim, PROVIDER, &request, in_tenant(&tenant, person), scope);
    grant.offline = grant.has("offline_access");
    let session = grant.sid.clone();
    let code = login::issue_code(&sim, grant, "1.A", CODE_LIFE);
    Ok(answer(&[("code", &code), ("session_state", &session)]))
}

fn error(code: &str, number: u32, words: &str) -> LoginRefused {
    let body = json!({
        "error": code,
        "error_description": format!("{words}\r\nTrace ID: 0\r\nCorrelation ID: 0\r\nTimestamp: 0"),
        "error_codes": [number],
        "correlation_id": "00000000-0000-4000-8000-000000000000",
    });
    let status = if code == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    (status, Json(body)).into_response().into()
}

fn authenticate(request: &SimRequest, form: &Parameters) -> Result<(), LoginRefused> {
    let (id, secret) = request.basic().unzip();
    let id = id.as_deref().or(form.get("client_id"));
    let secret = secret.as_deref().or(form.get("client_secret"));
    match (id, secret) {
        (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(()),
        (Some(CLIENT_ID), Some(_)) => {
            Err(error("invalid_client", 7_000_215, "AADSTS7000215: Invalid client secret provided."))
        }
        (Some(CLIENT_ID), None) => {
            let words = "AADSTS7000218: The request body must contain: 'client_assertion' or 'client_secret'.";
            Err(error("invalid_client", 7_000_218, words))
        }
        _ => {
            let words = "AADSTS700016: Application was not found in the directory.";
            Err(error("unauthorized_client", 700_016, words))
        }
    }
}

async fn token(State(sim): State<Arc<Simulator>>, Path(tenant): Path<String>, request: SimRequest) -> LoginResult {
    known(&tenant)?;
    let need = |name: &str| {
        let words = format!("AADSTS900144: The request body must contain the following parameter: '{name}'.");
        error("invalid_request", 900_144, &words)
    };
    let form = request.form.as_ref().ok_or_else(|| need("grant_type"))?;
    authenticate(&request, form)?;
    let stale = |words: &str| error("invalid_grant", 70_008, words);
    let grant = match form.get("grant_type") {
        Some("authorization_code") => {
            let code = form.get("code").ok_or_else(|| need("code"))?;
            exchange(&sim, form, code)?
        }
        Some("refresh_token") => {
            let text = form.get("refresh_token").ok_or_else(|| need("refresh_token"))?;
            let found = sim.grants().find(TokenKind::Refresh, text, PROVIDER, sim.clock.now());
            let TokenLookup::Good(grant) = found else {
                return Err(stale("AADSTS70008: The provided refresh token is expired or was revoked."));
            };
            grant
        }
        Some(_) => {
            let words = "AADSTS70003: The app requested an unsupported grant type.";
            return Err(error("unsupported_grant_type", 70_003, words));
        }
        None => return Err(need("grant_type")),
    };
    Ok(Json(tokens(&sim, &grant)).into_response())
}

fn exchange(sim: &Simulator, form: &Parameters, code: &str) -> Result<Arc<SimGrant>, LoginRefused> {
    let refuse = |number, words: &str| Err(error("invalid_grant", number, words));
    let found = sim.grants().find(TokenKind::Code, code, PROVIDER, sim.clock.now());
    let grant = match found {
        TokenLookup::Good(grant) => grant,
        TokenLookup::Spent(_) => return refuse(54_005, "AADSTS54005: OAuth2 Authorization code was already redeemed."),
        TokenLookup::Expired => return refuse(70_008, "AADSTS70008: The provided authorization code is expired."),
        TokenLookup::Unknown => {
            return refuse(9_002_313, "AADSTS9002313: Invalid request. Request is malformed or invalid.");
        }
    };
    if form.get("redirect_uri") != Some(&grant.redirect_uri) {
        return refuse(500_112, "AADSTS500112: The reply address does not match the one of the authorization request.");
    }
    match (&grant.challenge, form.get("code_verifier")) {
        (Some(challenge), Some(verifier)) if !challenge.is_met_by(verifier) => {
            return refuse(501_481, "AADSTS501481: The Code_Verifier does not match the code_challenge supplied.");
        }
        (Some(_), None) => return refuse(50_148, "AADSTS50148: The code_verifier does not match the code_challenge."),
        _ => {}
    }
    sim.grants().spend(TokenKind::Code, code);
    Ok(grant)
}

fn tokens(sim: &Simulator, grant: &Arc<SimGrant>) -> Value {
    let now = sim.clock.now();
    let access = format!("EwB{}", sim.clock.draw(60));
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), now + ACCESS_LIFE);
    let mut answer = json!({
        "token_type": "Bearer",
        "scope": grant.scope.join(" "),
        "expires_in": ACCESS_LIFE,
        "ext_expires_in": ACCESS_LIFE,
        "access_token": access,
    });
    if grant.offline {
        let refresh = format!("0.A{}", sim.clock.draw(60));
        answer["refresh_token"] = json!(refresh);
        sim.grants().issue(TokenKind::Refresh, refresh, grant.clone(), now + REFRESH_LIFE);
    }
    if grant.has("openid") {
        let issuer = format!("{}/{}/v2.0", sim.base(PROVIDER), grant.person.tenant);
        answer["id_token"] = json!(id_token::mint(sim, grant, &issuer, claims(grant), &access));
    }
    answer
}

/// The subject identifier for this application.
fn pairwise(person: &SimUser) -> String {
    s256(&format!("{CLIENT_ID}|{}|{}", person.tenant, person.subject))
}

fn claims(grant: &SimGrant) -> Map<String, Value> {
    let person = &grant.person;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("sub", json!(pairwise(person)));
    put("oid", json!(person.subject));
    put("tid", json!(person.tenant));
    put("sid", json!(grant.sid));
    put("ver", json!("2.0"));
    if grant.has("profile") {
        put("name", json!(person.full_name()));
        put("preferred_username", json!(person.email.as_deref().unwrap_or(&person.name)));
    }
    if let Some(email) = person.email.as_ref().filter(|_| grant.has("email")) {
        put("email", json!(email));
        if person.verified && person.tenant != CONSUMERS {
            put("xms_edov", confirmed(&person.name));
        }
    }
    claims
}

/// Microsoft encodes `true` in three ways.
fn confirmed(name: &str) -> Value {
    match name {
        "verified" => json!("1"),
        "workspace_hd" => json!(1),
        _ => json!(true),
    }
}

async fn userinfo(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let found = sim.grants().find(TokenKind::Access, request.bearer().unwrap_or_default(), PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        let body =
            json!({"error": {"code": "InvalidAuthenticationToken", "message": "Access token is empty or invalid."}});
        return Err((StatusCode::UNAUTHORIZED, Json(body)).into_response().into());
    };
    let person = &grant.person;
    let other = sim.faults.on(SimFault::UserinfoSub, PROVIDER);
    let mut body = json!({"sub": if other { "another".to_owned() } else { pairwise(person) }, "name": person.full_name(),
                          "given_name": person.given_name, "family_name": person.family_name});
    if let Some(email) = person.email.as_ref().filter(|_| grant.has("email")) {
        body["email"] = json!(email);
    }
    Ok(Json(body).into_response())
}

/// Signs out, and redirects if the URI is allowed.
async fn logout(request: SimRequest) -> Response {
    let uri = request.query.get("post_logout_redirect_uri").filter(|uri| is_registered(uri));
    match uri {
        Some(uri) => {
            let state: Vec<_> = request.query.get("state").map(|state| ("state", state)).into_iter().collect();
            back(uri, &state, "")
        }
        None => wrong(StatusCode::OK, PROVIDER, "You signed out of your account", "You may close the browser window."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_word_or_an_id() {
        for good in ["common", "organizations", "consumers", CONSUMERS, ATTACKER_TENANT] {
            assert!(known(good).is_ok(), "{good}");
        }
        for bad in ["", "Common", "9188040d", "9188040d-6c67-4c5b-b112-36a304b66dag", "a-b-c-d-e"] {
            assert!(known(bad).is_err(), "{bad}");
        }
    }
}
