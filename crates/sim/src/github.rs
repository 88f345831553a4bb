//! GitHub: OAuth 2 with errors at status 200, under `{origin}/github`.
//!
//! | at GitHub | here, under the base URL |
//! |---|---|
//! | `https://github.com/login/oauth/{authorize,access_token}` | `/login/oauth/{authorize,access_token}` |
//! | `https://api.github.com/user`, `/user/emails` | `/user`, `/user/emails` |
//! | `https://api.github.com/applications/{id}/grant` | `/applications/{id}/grant` |
//! | `iss=https://github.com/login/oauth` in the callback | `iss={base}/login/oauth` |
//!
//! As at GitHub: the token endpoint returns errors with status 200, and a form unless JSON is accepted, the API
//! requires a `User-Agent`, and addresses come from `/user/emails` with the scope `user:email`.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde_json::{Map, Value, json};

use super::Simulator;
use super::grants::{PkceChallenge, SimGrant, TokenKind, TokenLookup};
use super::login::{self, LoginRefused, LoginResult, LoginUser, back, is_registered};
use super::page::{CLIENT_ID, CLIENT_SECRET, is_client, wrong};
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider {
    subject: |number, _| (1_000_000 + number % 200_000_000).to_string(),
    ..SimulatedProvider::new("github", "GitHub", routes)
};

const CODE_LIFE: i64 = 600;
/// Tokens of an OAuth app are valid until they are revoked.
const ACCESS_LIFE: i64 = 365 * 86_400;
const HELP: &str =
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors";

/// GitHub's endpoints.
pub fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/login/oauth/authorize", get(authorize))
        .route("/login/oauth/access_token", post(token))
        .route("/user", get(user))
        .route("/user/emails", get(emails))
        .route("/applications/{client}/grant", delete(withdraw))
}

fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let refuse = |status, title: &str, text: &str| Err(wrong(status, PROVIDER, title, text).into());
    if !is_client(request.query.get("client_id")) {
        return refuse(StatusCode::NOT_FOUND, "404", "This is not the web page you are looking for.");
    }
    if !request.query.get("redirect_uri").is_some_and(is_registered) {
        let text = "The redirect_uri is not associated with this application.";
        return refuse(StatusCode::BAD_REQUEST, "Be careful!", text);
    }
    match login::challenge(request) {
        Ok(None | Some(PkceChallenge::S256(_))) => Ok(()),
        _ => refuse(StatusCode::BAD_REQUEST, "Be careful!", "The code challenge method must be S256."),
    }
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let issuer = format!("{}/login/oauth", sim.base(PROVIDER));
    let answer = |parameters: &[(&str, &str)]| {
        let mut all = parameters.to_vec();
        all.extend(login::iss(&sim, PROVIDER, &issuer));
        all.extend(request.query.get("state").map(|state| ("state", state)));
        back(request.query.get("redirect_uri").unwrap_or_default(), &all, "")
    };
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Is(person) if !person.denies => *person,
        _ => {
            let words = "The user has denied your application access.";
            return Ok(answer(&[("error", "access_denied"), ("error_description", words), ("error_uri", HELP)]));
        }
    };
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && (scope == "user:email" || scope == "user")));
    let grant = login::grant(&sim, PROVIDER, &request, person, scope);
    let code = login::issue_code(&sim, grant, "", CODE_LIFE);
    Ok(answer(&[("code", &code)]))
}

/// A form, unless JSON is accepted; always with status 200.
fn token_answer(request: &SimRequest, pairs: &[(&str, &str)]) -> Response {
    if request.header("accept").is_some_and(|accept| accept.contains("json")) {
        let body: Value = pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        return Json(body).into_response();
    }
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    ([(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")], body).into_response()
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let refuse = |code: &str, words: &str| {
        Err(token_answer(&request, &[("error", code), ("error_description", words), ("error_uri", HELP)]).into())
    };
    let stale = || refuse("bad_verification_code", "The code passed is incorrect or expired.");
    // Parameters may be in the body or, as at GitHub, in the URL.
    let words = request.form.as_ref().unwrap_or(&request.query);
    let (id, secret) = request.basic().unzip();
    let id = id.as_deref().or(words.get("client_id"));
    let secret = secret.as_deref().or(words.get("client_secret"));
    if (id, secret) != (Some(CLIENT_ID), Some(CLIENT_SECRET)) {
        return refuse("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.");
    }
    let code = words.get("code").unwrap_or_default();
    let found = sim.grants().find(TokenKind::Code, code, PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else { return stale() };
    if words.get("redirect_uri").is_some_and(|uri| uri != grant.redirect_uri) {
        let words = "The redirect_uri MUST match the registered callback URL for this application.";
        return refuse("redirect_uri_mismatch", words);
    }
    if let Some(challenge) = &grant.challenge
        && !words.get("code_verifier").is_some_and(|verifier| challenge.is_met_by(verifier))
    {
        return stale();
    }
    let access = format!("gho_{}", sim.clock.draw(27));
    let mut grants = sim.grants();
    grants.spend(TokenKind::Code, code);
    grants.issue(TokenKind::Access, access.clone(), grant.clone(), sim.clock.now() + ACCESS_LIFE);
    Ok(token_answer(
        &request,
        &[("access_token", &access), ("scope", &grant.scope.join(",")), ("token_type", "bearer")],
    ))
}

fn message(status: StatusCode, words: &str) -> LoginRefused {
    let body =
        json!({"message": words, "documentation_url": "https://docs.github.com/rest", "status": status.as_str()});
    (status, Json(body)).into_response().into()
}

fn authorized(sim: &Simulator, request: &SimRequest) -> Result<Arc<SimGrant>, LoginRefused> {
    if request.header("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
        let words =
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n";
        return Err((StatusCode::FORBIDDEN, words).into_response().into());
    }
    let found = sim.grants().find(TokenKind::Access, request.bearer().unwrap_or_default(), PROVIDER, sim.clock.now());
    match found {
        TokenLookup::Good(grant) => Ok(grant),
        _ => Err(message(StatusCode::UNAUTHORIZED, "Bad credentials")),
    }
}

async fn user(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let grant = authorized(&sim, &request)?;
    let person = &grant.person;
    // The subject consists of digits.
    let id: u64 = person.subject.parse().unwrap_or_default();
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("login", json!(person.name));
    put("id", json!(id));
    put("avatar_url", json!(format!("https://avatars.githubusercontent.example/u/{id}?v=4")));
    put("type", json!("User"));
    put("name", json!(person.full_name()));
    put("email", json!(null));
    sim.faults.alter_claims(PROVIDER, &mut body);
    Ok(([("x-oauth-scopes", grant.scope.join(", "))], Json(body)).into_response())
}

async fn emails(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let grant = authorized(&sim, &request)?;
    if !grant.has("user:email") && !grant.has("user") {
        return Err(message(StatusCode::NOT_FOUND, "Not Found"));
    }
    let person = &grant.person;
    let mut list = Vec::new();
    if let Some(email) = &person.email {
        let other = format!("old.{email}");
        list.push(json!({"email": other, "primary": false, "verified": false, "visibility": null}));
        let mut main = Map::new();
        main.extend([("email".to_owned(), json!(email)), ("verified".to_owned(), json!(person.verified))]);
        sim.faults.alter_claims(PROVIDER, &mut main);
        main.extend([("primary".to_owned(), json!(true)), ("visibility".to_owned(), json!("private"))]);
        list.push(Value::Object(main));
        let own = format!("{}+{}@users.noreply.github.com", person.subject, person.name);
        list.push(json!({"email": own, "primary": false, "verified": true, "visibility": null}));
    }
    Ok(Json(list).into_response())
}

/// Revokes the grant of a user to the application; the token is in a JSON body.
async fn withdraw(State(sim): State<Arc<Simulator>>, Path(client): Path<String>, request: SimRequest) -> LoginResult {
    let proven = request.basic().is_some_and(|(id, secret)| id == CLIENT_ID && secret == CLIENT_SECRET);
    if client != CLIENT_ID || !proven {
        return Err(message(StatusCode::NOT_FOUND, "Not Found"));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let token = body["access_token"].as_str().unwrap_or_default();
    let found = sim.grants().find(TokenKind::Access, token, PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        return Err(message(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed"));
    };
    sim.grants().revoke_all(PROVIDER, &grant.person.subject);
    Ok(StatusCode::NO_CONTENT.into_response())
}
