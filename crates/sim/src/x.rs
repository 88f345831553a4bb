//! X: OAuth 2.0 with PKCE and the API v2, under `{origin}/x`.
//!
//! | at X | here, under the base URL |
//! |---|---|
//! | `https://x.com/i/oauth2/authorize` | `/i/oauth2/authorize` |
//! | `https://api.x.com/2/oauth2/{token,revoke}` | `/2/oauth2/token`, `/2/oauth2/revoke` |
//! | `https://api.x.com/2/users/me` | `/2/users/me` |
//!
//! As strict as X: PKCE and `state` are required, the client authenticates by Basic only, a code expires after 30
//! seconds, refresh tokens are used once and reuse revokes the family, `users.read` has no effect without
//! `tweet.read`, and the address is returned only with `users.email`, if requested and allowed in the console.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::faults::SimFault;
use super::grants::{SimGrant, TokenKind, TokenLookup};
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, is_client, wrong};
use super::parameters::Parameters;
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    in_dev: true,
    // Beyond the precision of a double.
    subject: |number, _| format!("1{:018}", number % 1_000_000_000_000_000_000),
    ..SimulatedProvider::new("x", "X", routes)
};

const CODE_LIFE: i64 = 30;
const ACCESS_LIFE: i64 = 7_200;
const REFRESH_LIFE: i64 = 180 * 86_400;
/// The rate limit: requests for a user in a quarter of an hour.
const LIMIT: u64 = 75;
const WINDOW: i64 = 900;
const FIELDS: &[&str] = &[
    "id",
    "name",
    "username",
    "confirmed_email",
    "profile_image_url",
    "verified",
    "created_at",
    "description",
    "protected",
    "url",
    "verified_type",
    "location",
];

/// X's endpoints.
pub fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/i/oauth2/authorize", get(authorize))
        .route("/2/oauth2/token", post(token))
        .route("/2/oauth2/revoke", post(revoke))
        .route("/2/users/me", get(me))
}

/// X shows one page for all errors.
fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let query = &request.query;
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    let fault = if !is_client(query.get("client_id")) {
        "The client_id is unknown."
    } else if !is_registered(redirect_uri) {
        "The redirect_uri is not registered."
    } else if !query.is("response_type", "code") {
        "The response_type must be code."
    } else if query.get("state").is_none() {
        "There is no state."
    } else if query.list("scope").is_empty() {
        "There is no scope."
    } else {
        match login::challenge(request) {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => "There is no code_challenge.",
            Err(fault) => fault,
        }
    };
    let text = format!("You weren't able to give access to the App. Go back and try logging in again. ({fault})");
    Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "Something went wrong", &text).into())
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let state = request.query.get("state").unwrap_or_default();
    let redirect_uri = request.query.get("redirect_uri").unwrap_or_default();
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Is(person) if !person.denies => *person,
        _ => return Ok(back(redirect_uri, &[("error", "access_denied"), ("state", state)], "")),
    };
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && scope == "users.email"));
    let mut grant = login::grant(&sim, PROVIDER, &request, person, scope);
    grant.offline = grant.has("offline.access");
    let code = login::issue_code(&sim, grant, "", CODE_LIFE);
    Ok(back(redirect_uri, &[("state", state), ("code", &code)], ""))
}

fn error(status: StatusCode, code: &str, description: &str) -> LoginRefused {
    (status, Json(json!({"error": code, "error_description": description}))).into_response().into()
}

fn invalid(description: &str) -> LoginRefused {
    error(StatusCode::BAD_REQUEST, "invalid_request", description)
}

/// The secret must be in the header; in the body it is ignored.
fn authenticate(request: &SimRequest) -> Result<(), LoginRefused> {
    let Some((id, secret)) = request.basic() else {
        return Err(error(StatusCode::UNAUTHORIZED, "unauthorized_client", "Missing valid authorization header"));
    };
    if id == CLIENT_ID && secret == CLIENT_SECRET {
        return Ok(());
    }
    Err(error(StatusCode::UNAUTHORIZED, "unauthorized_client", "Invalid client credentials"))
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    authenticate(&request)?;
    let Some(form) = &request.form else {
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", "Unsupported content type"));
    };
    match form.get("grant_type") {
        Some("authorization_code") => exchange(&sim, form),
        Some("refresh_token") => refresh(&sim, form),
        Some(_) => Err(error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Unsupported grant type")),
        None => Err(invalid("Missing required parameter [grant_type].")),
    }
}

fn exchange(sim: &Simulator, form: &Parameters) -> LoginResult {
    let need = |name: &str| form.get(name).ok_or_else(|| invalid(&format!("Missing required parameter [{name}].")));
    let (code, redirect_uri, verifier) = (need("code")?, need("redirect_uri")?, need("code_verifier")?);
    let found = sim.grants().find(TokenKind::Code, code, PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        return Err(invalid("Value passed for the authorization code was invalid."));
    };
    if redirect_uri != grant.redirect_uri {
        return Err(invalid("Value passed for the redirect uri did not match the uri of the authorization code."));
    }
    if !grant.challenge.as_ref().is_some_and(|challenge| challenge.is_met_by(verifier)) {
        return Err(invalid("Value passed for the code verifier did not match the code challenge."));
    }
    sim.grants().spend(TokenKind::Code, code);
    Ok(tokens(sim, &grant))
}

/// A refresh token can be used once; a second use revokes everything.
fn refresh(sim: &Simulator, form: &Parameters) -> LoginResult {
    let text = form.get("refresh_token").unwrap_or_default();
    let found = sim.grants().find(TokenKind::Refresh, text, PROVIDER, sim.clock.now());
    match found {
        TokenLookup::Good(grant) => {
            sim.grants().spend(TokenKind::Refresh, text);
            Ok(tokens(sim, &grant))
        }
        other => {
            if let TokenLookup::Spent(grant) = other {
                sim.grants().revoke(grant.family);
            }
            Err(invalid("Value passed for the token was invalid."))
        }
    }
}

fn tokens(sim: &Simulator, grant: &Arc<SimGrant>) -> Response {
    let now = sim.clock.now();
    let access = sim.clock.draw(48);
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), now + ACCESS_LIFE);
    let mut answer = json!({
        "token_type": "bearer",
        "expires_in": ACCESS_LIFE,
        "access_token": access,
        "scope": grant.scope.join(" "),
    });
    if grant.offline {
        let refresh = sim.clock.draw(48);
        answer["refresh_token"] = json!(refresh);
        sim.grants().issue(TokenKind::Refresh, refresh, grant.clone(), now + REFRESH_LIFE);
    }
    Json(answer).into_response()
}

async fn revoke(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    authenticate(&request)?;
    let token = request.form.as_ref().and_then(|form| form.get("token"));
    let token = token.ok_or_else(|| invalid("Missing required parameter [token]."))?;
    let now = sim.clock.now();
    let mut grants = sim.grants();
    for kind in [TokenKind::Access, TokenKind::Refresh] {
        if let TokenLookup::Good(grant) = grants.find(kind, token, PROVIDER, now) {
            grants.revoke(grant.family);
        }
    }
    Ok(Json(json!({"revoked": true})).into_response())
}

/// A problem document (RFC 7807), as X writes it.
fn problem(status: StatusCode, title: &str) -> Response {
    let body = json!({"title": title, "type": "about:blank", "status": status.as_u16(), "detail": title});
    (status, Json(body)).into_response()
}

/// Counts a request for this user; returns the rate limit headers, and whether the limit is reached.
fn count(sim: &Simulator, subject: &str) -> ([(&'static str, String); 3], bool) {
    let now = sim.clock.now();
    let window = now.div_euclid(WINDOW);
    let before = sim.grants().visit(&format!("x-limit|{window}|{subject}"));
    let reached = before >= LIMIT || sim.faults.on(SimFault::RateLimit, PROVIDER);
    let remaining = if reached { 0 } else { LIMIT - before - 1 };
    let headers = [
        ("x-rate-limit-limit", LIMIT.to_string()),
        ("x-rate-limit-remaining", remaining.to_string()),
        ("x-rate-limit-reset", ((window + 1) * WINDOW).to_string()),
    ];
    (headers, reached)
}

async fn me(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let found = sim.grants().find(TokenKind::Access, request.bearer().unwrap_or_default(), PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else { return Err(problem(StatusCode::UNAUTHORIZED, "Unauthorized").into()) };
    let (limits, reached) = count(&sim, &grant.person.subject);
    if reached {
        return Ok((limits, problem(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")).into_response());
    }
    if !grant.has("users.read") || !grant.has("tweet.read") {
        return Err(problem(StatusCode::FORBIDDEN, "Forbidden").into());
    }
    let fields = request.query.list("user.fields");
    if let Some(unknown) = fields.iter().find(|field| !FIELDS.contains(&field.as_str())) {
        let message = format!("The `user.fields` query parameter value [{unknown}] is not valid.");
        let body = json!({"errors": [{"parameters": {"user.fields": [unknown]}, "message": message}],
                          "title": "Invalid Request", "type": "https://api.twitter.com/2/problems/invalid-request"});
        return Err((StatusCode::BAD_REQUEST, Json(body)).into_response().into());
    }
    Ok((limits, Json(json!({"data": profile(&sim, &grant, &fields)}))).into_response())
}

fn profile(sim: &Simulator, grant: &SimGrant, fields: &[String]) -> Map<String, Value> {
    let person = &grant.person;
    let username: String = person.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mut data = Map::new();
    data.insert("id".to_owned(), json!(person.subject));
    data.insert("name".to_owned(), json!(person.full_name()));
    data.insert("username".to_owned(), json!(username));
    for field in fields {
        let value = match field.as_str() {
            "confirmed_email" => {
                let shared = person.verified && grant.has("users.email");
                if !shared || sim.faults.on(SimFault::NoEmailAccess, PROVIDER) {
                    continue;
                }
                json!(person.email)
            }
            "profile_image_url" => json!("https://pbs.twimg.example/profile_images/1/picture_normal.jpg"),
            "verified" | "protected" => json!(false),
            _ => continue,
        };
        data.insert(field.clone(), value);
    }
    sim.faults.alter_claims(PROVIDER, &mut data);
    data
}
