//! Google: OpenID Connect, under `{origin}/google`, which is also its issuer here.
//!
//! | at Google | here, under the base URL |
//! |---|---|
//! | `https://accounts.google.com/.well-known/openid-configuration` | `/.well-known/openid-configuration` |
//! | `https://accounts.google.com/o/oauth2/v2/auth` | `/o/oauth2/v2/auth` |
//! | `https://oauth2.googleapis.com/{token,revoke}` | `/token`, `/revoke` |
//! | `https://openidconnect.googleapis.com/v1/userinfo` | `/v1/userinfo` |
//! | `https://www.googleapis.com/oauth2/v3/certs` | `/oauth2/v3/certs` |
//!
//! As strict as Google: a mismatch of the redirect URI ends on Google's page; a code used twice revokes its tokens;
//! scopes are renamed in responses; the callback has `iss`, `scope`, `authuser` and `prompt`, which the metadata do
//! not announce; a refresh token is issued with `access_type=offline`, the first time or with `prompt=consent`.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::faults::SimFault;
use super::grants::{SimGrant, TokenKind, TokenLookup};
use super::id_token;
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, is_client, wrong};
use super::parameters::Parameters;
use super::personas::SimUser;
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    in_dev: true,
    subject: |number, _| format!("1{:020}", u128::from(number) % 100_000_000_000_000_000_000),
    ..SimulatedProvider::new("google", "Google", routes)
};

const CODE_LIFE: i64 = 600;
const ACCESS_LIFE: i64 = 3_599;
const REFRESH_LIFE: i64 = 180 * 86_400;
const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
const PROFILE: &str = "https://www.googleapis.com/auth/userinfo.profile";

/// Google's endpoints.
pub fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/.well-known/risc-configuration", get(risc_configuration))
        .route("/o/oauth2/v2/auth", get(authorize))
        .route("/token", post(token))
        .route("/v1/userinfo", get(userinfo).post(userinfo))
        .route("/revoke", post(revoke))
        .route("/oauth2/v3/certs", get(certs))
}

async fn discovery(State(sim): State<Arc<Simulator>>) -> Response {
    let base = sim.base(PROVIDER);
    let document = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/v1/userinfo"),
        "revocation_endpoint": format!("{base}/revoke"),
        "jwks_uri": format!("{base}/oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name",
                             "picture", "sub"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    });
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
}

async fn risc_configuration(State(sim): State<Arc<Simulator>>) -> Response {
    let base = sim.base(PROVIDER);
    Json(json!({"issuer": format!("{base}/"), "jwks_uri": format!("{base}/oauth2/v3/certs")})).into_response()
}

async fn certs(State(sim): State<Arc<Simulator>>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=19800")], Json(sim.keys.published(PROVIDER, &sim.faults)))
        .into_response()
}

/// Errors are shown on Google's own page, except a denial by the user.
fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let bad = |title: &str, text: &str| Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, title, text).into());
    let query = &request.query;
    match query.get("client_id") {
        None => return bad("Error 400: invalid_request", "Missing required parameter: client_id"),
        id if is_client(id) => {}
        Some(_) => {
            let (title, text) = ("Error 401: invalid_client", "The OAuth client was not found.");
            return Err(wrong(StatusCode::UNAUTHORIZED, PROVIDER, title, text).into());
        }
    }
    let Some(redirect_uri) = query.get("redirect_uri") else {
        return bad("Error 400: invalid_request", "Missing required parameter: redirect_uri");
    };
    if !is_registered(redirect_uri) {
        return bad("Error 400: redirect_uri_mismatch", "The redirect URI in the request is not registered.");
    }
    if !query.is("response_type", "code") {
        return bad("Error 400: invalid_request", "Invalid or missing response_type");
    }
    if query.list("scope").is_empty() {
        return bad("Error 400: invalid_request", "Missing required parameter: scope");
    }
    login::challenge(request).map(|_| ()).or_else(|text| bad("Error 400: invalid_request", text))
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Silence => return Ok(answer(&sim, &request, &[("error", "login_required")])),
        LoginUser::Is(person) if person.denies => return Ok(answer(&sim, &request, &[("error", "access_denied")])),
        LoginUser::Is(person) => *person,
    };
    let scope = granted(&request.query, &person);
    let hosted_domain = person.hosted_domain.clone();
    let wants_offline = request.query.is("access_type", "offline");
    let consents = request.query.list("prompt").iter().any(|word| word == "consent");
    let first = wants_offline && sim.grants().visit(&format!("google-offline|{}", person.subject)) == 0;
    let mut grant = login::grant(&sim, PROVIDER, &request, person, scope.clone());
    grant.offline = wants_offline && (first || consents);
    let code = login::issue_code(&sim, grant, "4/0A", CODE_LIFE);
    let scope = announced(&scope);
    let mut parameters = vec![("code", code.as_str()), ("scope", scope.as_str()), ("authuser", "0")];
    parameters.extend(hosted_domain.as_deref().map(|domain| ("hd", domain)));
    parameters.push(("prompt", if consents { "consent" } else { "none" }));
    Ok(answer(&sim, &request, &parameters))
}

/// The callback, with `state` and `iss` before everything else.
fn answer(sim: &Simulator, request: &SimRequest, parameters: &[(&str, &str)]) -> Response {
    let issuer = sim.base(PROVIDER);
    let mut all: Vec<(&str, &str)> = request.query.get("state").map(|state| ("state", state)).into_iter().collect();
    all.extend(login::iss(sim, PROVIDER, &issuer));
    all.extend_from_slice(parameters);
    back(request.query.get("redirect_uri").unwrap_or_default(), &all, "")
}

/// Google returns `email` and `profile` under longer names.
fn granted(query: &Parameters, person: &SimUser) -> Vec<String> {
    let mut granted: Vec<String> = Vec::new();
    for scope in query.list("scope") {
        let name = match scope.as_str() {
            "email" | EMAIL if person.partial => continue,
            "email" => EMAIL,
            "profile" => PROFILE,
            other => other,
        };
        if !granted.iter().any(|known| known == name) {
            granted.push(name.to_owned());
        }
    }
    granted
}

/// The callback contains both names.
fn announced(granted: &[String]) -> String {
    let has = |name: &str| granted.iter().any(|known| known == name);
    let short =
        [("email", EMAIL), ("profile", PROFILE)].into_iter().filter(|(_, long)| has(long)).map(|(name, _)| name);
    short.chain(granted.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

fn error(status: StatusCode, code: &str, description: &str) -> Response {
    (status, Json(json!({"error": code, "error_description": description}))).into_response()
}

fn bad(code: &str, description: &str) -> LoginRefused {
    error(StatusCode::BAD_REQUEST, code, description).into()
}

/// The client authenticates by Basic or in the body.
fn authenticate(request: &SimRequest, form: &Parameters) -> Result<(), LoginRefused> {
    let unknown = |text: &str| Err(error(StatusCode::UNAUTHORIZED, "invalid_client", text).into());
    let (id, secret) = match request.basic() {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => (form.get("client_id").map(str::to_owned), form.get("client_secret").map(str::to_owned)),
    };
    match (id.as_deref(), secret.as_deref()) {
        (None, _) => Err(bad("invalid_request", "Could not determine client ID from request.")),
        (Some(CLIENT_ID), None) => Err(bad("invalid_request", "client_secret is missing.")),
        (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(()),
        (Some(CLIENT_ID), Some(_)) => unknown("Unauthorized"),
        (Some(_), _) => unknown("The OAuth client was not found."),
    }
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let Some(form) = &request.form else {
        return Err(bad("invalid_request", "Content-Type must be application/x-www-form-urlencoded"));
    };
    authenticate(&request, form)?;
    match form.get("grant_type") {
        Some("authorization_code") => exchange(&sim, form),
        Some("refresh_token") => refresh(&sim, form),
        Some(other) => Err(bad("unsupported_grant_type", &format!("Invalid grant_type: {other}"))),
        None => Err(bad("invalid_request", "Missing required parameter: grant_type")),
    }
}

fn exchange(sim: &Simulator, form: &Parameters) -> LoginResult {
    let code = form.get("code").ok_or_else(|| bad("invalid_request", "Missing required parameter: code"))?;
    let found = sim.grants().find(TokenKind::Code, code, PROVIDER, sim.clock.now());
    let grant = match found {
        TokenLookup::Good(grant) => grant,
        TokenLookup::Unknown => return Err(bad("invalid_grant", "Malformed auth code.")),
        TokenLookup::Expired => return Err(bad("invalid_grant", "Bad Request")),
        TokenLookup::Spent(grant) => {
            sim.grants().revoke(grant.family);
            return Err(bad("invalid_grant", "Bad Request"));
        }
    };
    if form.get("redirect_uri") != Some(&grant.redirect_uri) {
        return Err(bad("redirect_uri_mismatch", "Bad Request"));
    }
    match (&grant.challenge, form.get("code_verifier")) {
        (Some(_), None) => return Err(bad("invalid_grant", "Missing code verifier.")),
        (Some(challenge), Some(verifier)) if !challenge.is_met_by(verifier) => {
            return Err(bad("invalid_grant", "Invalid code verifier."));
        }
        (None, Some(_)) => return Err(bad("invalid_grant", "code_verifier or verifier is not needed.")),
        _ => {}
    }
    sim.grants().spend(TokenKind::Code, code);
    let mut answer = access(sim, &grant);
    if grant.offline {
        let refresh = format!("1//0{}", sim.clock.draw(48));
        answer["refresh_token"] = json!(refresh);
        let expires_at = sim.clock.now() + REFRESH_LIFE;
        sim.grants().issue(TokenKind::Refresh, refresh, grant, expires_at);
    }
    Ok(Json(answer).into_response())
}

/// Refresh tokens are not rotated.
fn refresh(sim: &Simulator, form: &Parameters) -> LoginResult {
    let text = form.get("refresh_token").unwrap_or_default();
    let found = sim.grants().find(TokenKind::Refresh, text, PROVIDER, sim.clock.now());
    match found {
        TokenLookup::Good(grant) => Ok(Json(access(sim, &grant)).into_response()),
        _ => Err(bad("invalid_grant", "Token has been expired or revoked.")),
    }
}

fn access(sim: &Simulator, grant: &Arc<SimGrant>) -> Value {
    let access = format!("ya29.{}", sim.clock.draw(48));
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), sim.clock.now() + ACCESS_LIFE);
    let mut answer = json!({
        "access_token": access,
        "expires_in": ACCESS_LIFE,
        "scope": grant.scope.join(" "),
        "token_type": "Bearer",
    });
    if grant.has("openid") {
        let issuer = sim.base(PROVIDER);
        let bare = sim.faults.on(SimFault::BareIssuer, PROVIDER);
        let issuer = if bare { issuer.split_once("://").map_or("", |(_, rest)| rest) } else { &issuer };
        let mut claims = claims(grant);
        claims.insert("azp".to_owned(), json!(CLIENT_ID));
        answer["id_token"] = json!(id_token::mint(sim, grant, issuer, claims, &access));
    }
    answer
}

/// The claims of both ID token and userinfo.
fn claims(grant: &SimGrant) -> Map<String, Value> {
    let person = &grant.person;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if let Some(domain) = &person.hosted_domain {
        put("hd", json!(domain));
    }
    if let Some(email) = person.email.as_ref().filter(|_| grant.has(EMAIL)) {
        put("email", json!(email));
        put("email_verified", json!(person.verified));
    }
    if grant.has(PROFILE) {
        put("name", json!(person.full_name()));
        put("given_name", json!(person.given_name));
        put("family_name", json!(person.family_name));
        put("picture", json!("https://lh3.googleusercontent.example/a/picture=s96-c"));
    }
    claims
}

async fn userinfo(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let token = request.bearer().unwrap_or_default();
    let found = sim.grants().find(TokenKind::Access, token, PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        return Err(error(StatusCode::UNAUTHORIZED, "invalid_request", "Invalid Credentials").into());
    };
    let mut claims = claims(&grant);
    let other = sim.faults.on(SimFault::UserinfoSub, PROVIDER);
    claims.insert("sub".to_owned(), json!(if other { "100000000000000000000" } else { &grant.person.subject }));
    sim.faults.alter_claims(PROVIDER, &mut claims);
    Ok(Json(claims).into_response())
}

async fn revoke(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let token =
        request.form.as_ref().and_then(|form| form.get("token")).or(request.query.get("token")).unwrap_or_default();
    let now = sim.clock.now();
    let mut grants = sim.grants();
    for kind in [TokenKind::Access, TokenKind::Refresh] {
        if let TokenLookup::Good(grant) = grants.find(kind, token, PROVIDER, now) {
            grants.revoke(grant.family);
            return Ok(Json(json!({})).into_response());
        }
    }
    Err(bad("invalid_token", "Token expired or revoked"))
}
