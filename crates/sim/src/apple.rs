//! Sign in with Apple, under `{origin}/apple`, which is also its issuer here.
//!
//! | at Apple | here, under the base URL |
//! |---|---|
//! | `https://appleid.apple.com/auth/{authorize,token,keys,revoke}` | the same paths |
//! | `https://appleid.apple.com/.well-known/openid-configuration` | the same path |
//!
//! As at Apple: with a scope the response must be a `form_post`; `user` is sent once, at the first consent, unsigned;
//! booleans are strings; the client secret is an ES256 JWT for this issuer about the client. No key is registered
//! here, so its signature is not checked, but everything else is; the plain `sim-secret` is accepted too.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::grants::{SimGrant, TokenKind, TokenLookup};
use super::id_token;
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, form_post, is_client, wrong};
use super::parameters::Parameters;
use super::personas::SimUser;
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    subject: |number, hex| format!("00{:04}.{}.{:04}", number % 10_000, &hex[..32], number / 10_000 % 10_000),
    ..SimulatedProvider::new("apple", "Apple", routes)
};

const CODE_LIFE: i64 = 300;
const ACCESS_LIFE: i64 = 3_600;
const REFRESH_LIFE: i64 = 3_650 * 86_400;
/// The longest lifetime of a client secret: six months.
const LONGEST_SECRET: i64 = 15_777_000;

/// Apple's endpoints.
pub fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/auth/authorize", get(authorize))
        .route("/auth/token", post(token))
        .route(
            "/auth/keys",
            get(async |State(sim): State<Arc<Simulator>>| Json(sim.keys.published(PROVIDER, &sim.faults))),
        )
        .route("/auth/revoke", post(revoke))
}

async fn discovery(State(sim): State<Arc<Simulator>>) -> Response {
    let base = sim.base(PROVIDER);
    Json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/auth/authorize"),
        "token_endpoint": format!("{base}/auth/token"),
        "revocation_endpoint": format!("{base}/auth/revoke"),
        "jwks_uri": format!("{base}/auth/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "name"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "is_private_email", "iss", "nonce",
                             "nonce_supported", "real_user_status", "sub", "transfer_sub"],
    }))
    .into_response()
}

fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let query = &request.query;
    let posts = query.is("response_mode", "form_post");
    let fault = if !is_client(query.get("client_id")) {
        "invalid_client"
    } else if !query.get("redirect_uri").is_some_and(is_registered) {
        "invalid_request: Invalid web redirect url."
    } else if !query.is("response_type", "code") {
        "unsupported_response_type"
    } else if !query.list("scope").is_empty() && !posts {
        "invalid_request: response_mode must be form_post when name or email scope is requested."
    } else {
        return Ok(());
    };
    Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "Sign up not completed", fault).into())
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let answer = |mut fields: Vec<(&str, String)>| {
        let redirect_uri = request.query.get("redirect_uri").unwrap_or_default();
        fields.extend(request.query.get("state").map(|state| ("state", state.to_owned())));
        if request.query.is("response_mode", "form_post") {
            return form_post(PROVIDER, redirect_uri, &fields);
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        back(redirect_uri, &fields, "")
    };
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Is(person) if !person.denies => *person,
        _ => return Ok(answer(vec![("error", "user_cancelled_authorize".to_owned())])),
    };
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && scope == "email"));
    let user = first_consent(&sim, &person, &scope);
    let grant = login::grant(&sim, PROVIDER, &request, person, scope);
    let mut fields = vec![("code", login::issue_code(&sim, grant, "c", CODE_LIFE))];
    fields.extend(user.map(|user| ("user", user)));
    Ok(answer(fields))
}

/// The `user` field: a JSON text that is sent once.
fn first_consent(sim: &Simulator, person: &SimUser, scope: &[String]) -> Option<String> {
    let before = sim.grants().visit(&format!("apple-consent|{}", person.subject));
    let first = match person.name.as_str() {
        "apple_first" => true,
        "apple_again" => false,
        _ => before == 0,
    };
    let has = |name: &str| scope.iter().any(|scope| scope == name);
    if !first || scope.is_empty() {
        return None;
    }
    let mut user = json!({});
    if has("name") {
        user["name"] = json!({"firstName": person.given_name, "lastName": person.family_name});
    }
    if has("email") && person.email.is_some() {
        user["email"] = json!(person.email);
    }
    Some(user.to_string())
}

fn bad(code: &str) -> LoginRefused {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response().into()
}

/// A JWT's header and payload, unverified.
fn opened(jwt: &str) -> Option<(Value, Value)> {
    let mut parts = jwt.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    let (header, payload) = (part()?, part()?);
    let signature = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    (signature.len() == 64 && parts.next().is_none()).then_some((header, payload))
}

/// The secret is the plain one, or an ES256 JWT of a team, for this issuer and this client, valid for at most six
/// months.
fn is_secret(secret: &str, issuer: &str, now: i64) -> bool {
    if secret == CLIENT_SECRET {
        return true;
    }
    let Some((header, payload)) = opened(secret) else { return false };
    let lives = |(issued, expires): (i64, i64)| {
        issued <= now + 60 && expires > now && expires <= issued.saturating_add(LONGEST_SECRET)
    };
    header["alg"] == "ES256"
        && header["kid"].as_str().is_some_and(|kid| !kid.is_empty())
        && payload["iss"].as_str().is_some_and(|team| !team.is_empty())
        && payload["aud"] == issuer
        && payload["sub"] == CLIENT_ID
        && payload["iat"].as_i64().zip(payload["exp"].as_i64()).is_some_and(lives)
}

fn authenticate(sim: &Simulator, form: &Parameters) -> Result<(), LoginRefused> {
    let secret = form.get("client_secret").unwrap_or_default();
    let proven = form.is("client_id", CLIENT_ID) && is_secret(secret, &sim.base(PROVIDER), sim.clock.now());
    if proven { Ok(()) } else { Err(bad("invalid_client")) }
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let form = request.form.as_ref().ok_or_else(|| bad("invalid_request"))?;
    authenticate(&sim, form)?;
    let now = sim.clock.now();
    match form.get("grant_type") {
        Some("authorization_code") => {
            let code = form.get("code").ok_or_else(|| bad("invalid_request"))?;
            let found = sim.grants().find(TokenKind::Code, code, PROVIDER, now);
            let TokenLookup::Good(grant) = found else { return Err(bad("invalid_grant")) };
            if form.get("redirect_uri") != Some(&grant.redirect_uri) {
                return Err(bad("invalid_grant"));
            }
            sim.grants().spend(TokenKind::Code, code);
            let mut answer = access(&sim, &grant);
            let refresh = format!("r{}", sim.clock.draw(40));
            answer["refresh_token"] = json!(refresh);
            sim.grants().issue(TokenKind::Refresh, refresh, grant, now + REFRESH_LIFE);
            Ok(Json(answer).into_response())
        }
        Some("refresh_token") => {
            let text = form.get("refresh_token").unwrap_or_default();
            let found = sim.grants().find(TokenKind::Refresh, text, PROVIDER, now);
            let TokenLookup::Good(grant) = found else { return Err(bad("invalid_grant")) };
            Ok(Json(access(&sim, &grant)).into_response())
        }
        _ => Err(bad("unsupported_grant_type")),
    }
}

fn access(sim: &Simulator, grant: &Arc<SimGrant>) -> Value {
    let access = format!("a{}", sim.clock.draw(40));
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), sim.clock.now() + ACCESS_LIFE);
    let id_token = id_token::mint(sim, grant, &sim.base(PROVIDER), claims(grant), &access);
    json!({"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_LIFE, "id_token": id_token})
}

/// Booleans are strings, as at Apple.
fn claims(grant: &SimGrant) -> Map<String, Value> {
    let person = &grant.person;
    let mut claims = Map::new();
    claims.insert("auth_time".to_owned(), json!(grant.at));
    claims.insert("nonce_supported".to_owned(), json!(true));
    if let Some(email) = person.email.as_ref().filter(|_| grant.has("email")) {
        claims.insert("email".to_owned(), json!(email));
        claims.insert("email_verified".to_owned(), json!(person.verified.to_string()));
        if person.is_relayed() {
            claims.insert("is_private_email".to_owned(), json!("true"));
        }
    }
    claims
}

async fn revoke(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let form = request.form.as_ref().ok_or_else(|| bad("invalid_request"))?;
    authenticate(&sim, form)?;
    let token = form.get("token").ok_or_else(|| bad("invalid_request"))?;
    let now = sim.clock.now();
    let mut grants = sim.grants();
    for kind in [TokenKind::Access, TokenKind::Refresh] {
        if let TokenLookup::Good(grant) = grants.find(kind, token, PROVIDER, now) {
            grants.revoke_all(PROVIDER, &grant.person.subject);
        }
    }
    // Apple responds with 200 and an empty body, whatever the token was.
    Ok(StatusCode::OK.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(header: &Value, payload: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(header), part(payload), URL_SAFE_NO_PAD.encode([7; 64]))
    }

    #[test]
    fn a_client_secret_is_a_jwt_of_a_team_for_apple_about_the_client() {
        let header = json!({"alg": "ES256", "kid": "KEY1234567"});
        let payload = json!({"iss": "TEAM123456", "iat": 1_000, "exp": 1_300, "aud": "http://a", "sub": "sim"});
        assert!(is_secret(&secret(&header, &payload), "http://a", 1_000));
        assert!(!is_secret(&secret(&header, &payload), "http://a", 1_300), "expired");
        assert!(!is_secret(&secret(&header, &payload), "http://b", 1_000), "for another");
        for (name, value) in [
            ("sub", json!("other")),
            ("exp", json!(1_000 + LONGEST_SECRET + 1)),
            ("iss", json!("")),
            ("iat", json!("x")),
        ] {
            let mut wrong = payload.clone();
            wrong[name] = value;
            assert!(!is_secret(&secret(&header, &wrong), "http://a", 1_000), "{name}");
        }
        assert!(!is_secret(&secret(&json!({"alg": "HS256", "kid": "K"}), &payload), "http://a", 1_000));
        for garbage in ["", "a.b.c", "....", "e30.e30."] {
            assert!(!is_secret(garbage, "http://a", 1_000), "{garbage}");
        }
    }
}
