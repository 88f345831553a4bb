//! Facebook Login and Graph, under `{origin}/facebook`, with or without a version in the path.
//!
//! | at Facebook | here, under the base URL |
//! |---|---|
//! | `https://www.facebook.com/{version}/dialog/oauth` | `/{version}/dialog/oauth` |
//! | `https://graph.facebook.com/{version}/oauth/access_token` | `/{version}/oauth/access_token` |
//! | `https://graph.facebook.com/{version}/{me,me/permissions,debug_token}` | the same under `/{version}` |
//! | `https://www.facebook.com/.well-known/oauth/openid/jwks/` | `/.well-known/oauth/openid/jwks/` |
//!
//! As strict as Facebook: errors in Facebook's format, the redirect URI compared byte for byte (36008), a code used
//! once (36009) and before it expires (36007), `appsecret_proof` checked if sent and required by the switch
//! `require_proof`, `#_=_` after the callback, and only `id` and `name` unless `fields` requests more.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::digest::{hex, hmac_sha256};
use super::faults::SimFault;
use super::grants::{SimGrant, TokenKind, TokenLookup};
use super::id_token;
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, is_client, wrong};
use super::parameters::Parameters;
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    in_dev: true,
    subject: |number, _| format!("10{:015}", number % 1_000_000_000_000_000),
    ..SimulatedProvider::new("facebook", "Facebook", routes)
};

const CODE_LIFE: i64 = 600;
const ACCESS_LIFE: i64 = 5_183_999;
/// The version for requests without a supported one.
const OLDEST: &str = "v22.0";
const LIVING: &[&str] = &["v22.0", "v23.0", "v24.0", "v25.0", "v26.0"];

/// Facebook's endpoints, with and without a version.
pub fn routes() -> Router<Arc<Simulator>> {
    let mut router = Router::new().route("/.well-known/oauth/openid/jwks/", get(jwks));
    for version in ["", "/{version}"] {
        router = router
            .route(&format!("{version}/dialog/oauth"), get(authorize))
            .route(&format!("{version}/oauth/access_token"), get(token).post(token))
            .route(&format!("{version}/me"), get(me).post(me))
            .route(&format!("{version}/me/permissions"), get(permissions).delete(withdraw))
            .route(&format!("{version}/debug_token"), get(debug_token));
    }
    router
}

async fn jwks(State(sim): State<Arc<Simulator>>) -> Response {
    Json(sim.keys.jwks(PROVIDER)).into_response()
}

/// An unsupported or unknown version is silently replaced by the oldest supported one.
fn versioned(request: &SimRequest, body: &Value) -> Response {
    let second = request.path.split('/').nth(2).unwrap_or_default();
    let version = LIVING.iter().find(|living| **living == second).unwrap_or(&OLDEST);
    ([("facebook-api-version", *version)], Json(body)).into_response()
}

/// Facebook's error format.
fn error(sim: &Simulator, kind: &str, code: u32, subcode: Option<u32>, message: &str) -> LoginRefused {
    let mut error = json!({"message": message, "type": kind, "code": code, "fbtrace_id": sim.clock.draw(8)});
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response().into()
}

fn oauth_error(sim: &Simulator, subcode: Option<u32>, message: &str) -> LoginRefused {
    error(sim, "OAuthException", 100, subcode, message)
}

fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let query = &request.query;
    let fault = if !is_client(query.get("client_id")) {
        "Invalid App ID: The provided app ID does not look like a valid app ID."
    } else if !query.get("redirect_uri").is_some_and(is_registered) {
        "URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth Settings."
    } else if query.get("response_type").is_some_and(|kind| kind != "code") {
        "Invalid parameter: response_type"
    } else {
        match login::challenge(request) {
            Ok(_) => return Ok(()),
            Err(fault) => fault,
        }
    };
    Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "Sorry, something went wrong.", fault).into())
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let redirect_uri = request.query.get("redirect_uri").unwrap_or_default();
    let state = request.query.get("state").map(|state| ("state", state));
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Is(person) if !person.denies => *person,
        _ => {
            let mut parameters = vec![
                ("error", "access_denied"),
                ("error_code", "200"),
                ("error_description", "Permissions error"),
                ("error_reason", "user_denied"),
            ];
            parameters.extend(state);
            return Ok(back(redirect_uri, &parameters, "#_=_"));
        }
    };
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && scope == "email"));
    if !scope.iter().any(|scope| scope == "public_profile") {
        scope.push("public_profile".to_owned());
    }
    let grant = login::grant(&sim, PROVIDER, &request, person, scope);
    let code = login::issue_code(&sim, grant, "AQB", CODE_LIFE);
    let mut parameters = vec![("code", code.as_str())];
    parameters.extend(state);
    Ok(back(redirect_uri, &parameters, "#_=_"))
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let words = match request.method.as_str() {
        "POST" => request.form.as_ref().ok_or_else(|| oauth_error(&sim, None, "Missing client_id parameter."))?,
        _ => &request.query,
    };
    match words.get("client_id") {
        None => return Err(error(&sim, "OAuthException", 101, None, "Missing client_id parameter.")),
        Some(CLIENT_ID) => {}
        Some(_) => {
            let message = "Error validating application. Cannot get application info due to a system error.";
            return Err(error(&sim, "OAuthException", 101, None, message));
        }
    }
    match words.get("grant_type") {
        Some("fb_exchange_token") => swap(&sim, &request, words),
        Some("client_credentials") => {
            secret(&sim, words)?;
            let token = format!("{CLIENT_ID}|{CLIENT_SECRET}");
            Ok(versioned(&request, &json!({"access_token": token, "token_type": "bearer"})))
        }
        _ => exchange(&sim, &request, words),
    }
}

fn secret(sim: &Simulator, words: &Parameters) -> Result<(), LoginRefused> {
    match words.get("client_secret") {
        Some(CLIENT_SECRET) => Ok(()),
        Some(_) => Err(error(sim, "OAuthException", 1, None, "Error validating client secret.")),
        None => Err(oauth_error(sim, None, "Missing client_secret parameter.")),
    }
}

fn exchange(sim: &Simulator, request: &SimRequest, words: &Parameters) -> LoginResult {
    // With a verifier, `openid` and no secret this is the manual OpenID Connect flow.
    let verifier = words.get("code_verifier");
    if verifier.is_none() || words.get("client_secret").is_some() {
        secret(sim, words)?;
    }
    let missing = |name: &str| oauth_error(sim, None, &format!("Missing {name} parameter."));
    let code = words.get("code").ok_or_else(|| missing("authorization code"))?;
    let redirect_uri = words.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    let found = sim.grants().find(TokenKind::Code, code, PROVIDER, sim.clock.now());
    let grant = match found {
        TokenLookup::Good(grant) => grant,
        TokenLookup::Unknown => return Err(oauth_error(sim, None, "Invalid verification code format.")),
        TokenLookup::Expired => {
            return Err(oauth_error(sim, Some(36_007), "This authorization code has expired."));
        }
        TokenLookup::Spent(_) => return Err(oauth_error(sim, Some(36_009), "This authorization code has been used.")),
    };
    if redirect_uri != grant.redirect_uri {
        let message = "Error validating verification code. Please make sure your redirect_uri is identical to the one \
                       you used in the OAuth dialog request";
        return Err(oauth_error(sim, Some(36_008), message));
    }
    if let Some(challenge) = &grant.challenge
        && !verifier.is_some_and(|verifier| challenge.is_met_by(verifier))
    {
        return Err(oauth_error(sim, None, "Invalid code_verifier parameter."));
    }
    sim.grants().spend(TokenKind::Code, code);
    let mut answer = access(sim, &grant);
    if grant.has("openid") && words.get("client_secret").is_none() {
        let access = answer["access_token"].as_str().unwrap_or_default().to_owned();
        let issuer = sim.base(PROVIDER);
        answer["id_token"] = json!(id_token::mint(sim, &grant, &issuer, profile(&grant, &["name", "email"]), &access));
    }
    Ok(versioned(request, &answer))
}

/// The exchange for a long-lived token, Facebook's replacement for refreshing.
fn swap(sim: &Simulator, request: &SimRequest, words: &Parameters) -> LoginResult {
    secret(sim, words)?;
    let grant = find(sim, words.get("fb_exchange_token"))?;
    Ok(versioned(request, &access(sim, &grant)))
}

fn access(sim: &Simulator, grant: &Arc<SimGrant>) -> Value {
    let access = format!("EAAG{}", sim.clock.draw(64));
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), sim.clock.now() + ACCESS_LIFE);
    let mut answer = json!({"access_token": access, "token_type": "bearer"});
    if !sim.faults.on(SimFault::NoExpiresIn, PROVIDER) {
        answer["expires_in"] = json!(ACCESS_LIFE);
    }
    answer
}

/// The grant behind an access token.
fn find(sim: &Simulator, token: Option<&str>) -> Result<Arc<SimGrant>, LoginRefused> {
    let invalid = |subcode, message| error(sim, "OAuthException", 190, subcode, message);
    let Some(token) = token else {
        let message = "An active access token must be used to query information about the current user.";
        return Err(error(sim, "OAuthException", 2_500, None, message));
    };
    let found = sim.grants().find(TokenKind::Access, token, PROVIDER, sim.clock.now());
    match found {
        TokenLookup::Good(grant) => Ok(grant),
        TokenLookup::Expired => Err(invalid(Some(463), "Error validating access token: Session has expired.")),
        _ => Err(invalid(None, "Invalid OAuth access token - Cannot parse access token")),
    }
}

/// The user's token, and the proof that the app's server sent it.
fn authorized(sim: &Simulator, request: &SimRequest) -> Result<Arc<SimGrant>, LoginRefused> {
    let word = |name: &str| request.form.as_ref().and_then(|form| form.get(name)).or(request.query.get(name));
    let token = request.bearer().or(word("access_token"));
    let grant = find(sim, token)?;
    let expected = hex(&hmac_sha256(CLIENT_SECRET, token.unwrap_or_default()));
    let refused = |message| Err(error(sim, "GraphMethodException", 100, None, message));
    match word("appsecret_proof") {
        Some(proof) if proof == expected => Ok(grant),
        Some(_) => refused("Invalid appsecret_proof provided in the API argument"),
        None if sim.faults.on(SimFault::RequireProof, PROVIDER) => {
            refused("API calls from the server require an appsecret_proof argument")
        }
        None => Ok(grant),
    }
}

async fn me(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let grant = authorized(&sim, &request)?;
    let fields = request.query.get("fields").or(request.form.as_ref().and_then(|form| form.get("fields")));
    let fields: Vec<&str> =
        fields.map_or_else(|| vec!["id", "name"], |fields| fields.split(',').map(str::trim).collect());
    let mut answer = profile(&grant, &fields);
    answer.insert("id".to_owned(), json!(grant.person.subject));
    sim.faults.alter_claims(PROVIDER, &mut answer);
    Ok(versioned(&request, &Value::Object(answer)))
}

/// The requested and known fields; none shows whether an address was verified.
fn profile(grant: &SimGrant, fields: &[&str]) -> Map<String, Value> {
    let person = &grant.person;
    let mut profile = Map::new();
    for field in fields {
        // `picture.type(large)` is returned as `picture`.
        let name = field.split(['.', '{']).next().unwrap_or_default();
        let value = match name {
            "name" => json!(person.full_name()),
            "first_name" => json!(person.given_name),
            "last_name" => json!(person.family_name),
            "email" if grant.has("email") && person.email.is_some() => json!(person.email),
            "picture" => json!({"data": {"height": 200, "width": 200, "is_silhouette": false,
                                         "url": "https://platform-lookaside.fbsbx.example/picture.jpg"}}),
            _ => continue,
        };
        profile.insert(name.to_owned(), value);
    }
    profile
}

async fn permissions(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let grant = authorized(&sim, &request)?;
    let mut data: Vec<Value> =
        grant.scope.iter().map(|scope| json!({"permission": scope, "status": "granted"})).collect();
    if grant.person.partial {
        data.push(json!({"permission": "email", "status": "declined"}));
    }
    Ok(versioned(&request, &json!({ "data": data })))
}

/// Removes the app: all its tokens of this user are revoked.
async fn withdraw(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let grant = authorized(&sim, &request)?;
    sim.grants().revoke_all(PROVIDER, &grant.person.subject);
    Ok(versioned(&request, &json!({"success": true})))
}

async fn debug_token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let app = format!("{CLIENT_ID}|{CLIENT_SECRET}");
    if request.bearer().or(request.query.get("access_token")) != Some(app.as_str()) {
        let message =
            "(#100) You must provide an app access token, or a user access token that is an owner or developer";
        return Err(oauth_error(&sim, None, message));
    }
    let token = request.query.get("input_token").unwrap_or_default();
    let found = sim.grants().find(TokenKind::Access, token, PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        let error = json!({"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"});
        return Ok(versioned(&request, &json!({"data": {"error": error, "is_valid": false, "scopes": []}})));
    };
    let expires_at = sim.grants().expiry(TokenKind::Access, token);
    Ok(versioned(
        &request,
        &json!({"data": {
            "app_id": CLIENT_ID,
            "type": "USER",
            "application": "Simulated application",
            "data_access_expires_at": grant.at + 90 * 86_400,
            "expires_at": expires_at,
            "is_valid": true,
            "scopes": grant.scope,
            "user_id": grant.person.subject,
        }}),
    ))
}
