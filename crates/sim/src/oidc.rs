//! An OpenID provider without peculiarities, under `{origin}/oidc`, which is its issuer.
//!
//! Discovery, `/authorize`, `/token`, `/userinfo`, `/jwks`, `/revoke`, and `/logout` as `end_session_endpoint`
//! (RP-Initiated Logout 1.0). Back-Channel Logout tokens are sent by `POST /_sim/send`. Every callback has `iss`, as
//! its metadata announce (RFC 9207).

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
use super::provider::{SimProvider, SimulatedProvider};
use super::request::SimRequest;

pub const PROVIDER: SimProvider = SimProvider::of(&SIMULATED);
pub static SIMULATED: SimulatedProvider = SimulatedProvider::new("oidc", "an OpenID provider", routes);

const CODE_LIFE: i64 = 60;
const ACCESS_LIFE: i64 = 3_600;
const REFRESH_LIFE: i64 = 30 * 86_400;

fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo).post(userinfo))
        .route("/jwks", get(async |State(sim): State<Arc<Simulator>>| Json(sim.keys.published(PROVIDER, &sim.faults))))
        .route("/revoke", post(revoke))
        .route("/logout", get(logout).post(logout))
}

async fn discovery(State(sim): State<Arc<Simulator>>) -> Response {
    let base = sim.base(PROVIDER);
    let mut document = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "revocation_endpoint": format!("{base}/revoke"),
        "end_session_endpoint": format!("{base}/logout"),
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    });
    document.as_object_mut().into_iter().for_each(|claims| sim.faults.alter_claims(PROVIDER, claims));
    Json(document).into_response()
}

fn check(request: &SimRequest) -> Result<(), LoginRefused> {
    let query = &request.query;
    let fault = if !is_client(query.get("client_id")) {
        "The client is unknown."
    } else if query.get("redirect_uri").is_some_and(is_registered) {
        return Ok(());
    } else {
        "The redirect URI is not registered."
    };
    Err(wrong(StatusCode::BAD_REQUEST, PROVIDER, "This request cannot be answered", fault).into())
}

/// The error code that is sent to the client.
fn fault(request: &SimRequest) -> Option<&'static str> {
    if !request.query.is("response_type", "code") {
        Some("unsupported_response_type")
    } else if !request.query.list("scope").iter().any(|scope| scope == "openid") {
        Some("invalid_scope")
    } else if login::challenge(request).is_err() {
        Some("invalid_request")
    } else {
        None
    }
}

async fn authorize(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    check(&request)?;
    let issuer = sim.base(PROVIDER);
    let answer = |parameters: &[(&str, &str)]| {
        let mut all = parameters.to_vec();
        all.extend(request.query.get("state").map(|state| ("state", state)));
        all.extend(login::iss(&sim, PROVIDER, &issuer));
        back(request.query.get("redirect_uri").unwrap_or_default(), &all, "")
    };
    if let Some(code) = fault(&request) {
        return Ok(answer(&[("error", code)]));
    }
    let person = match login::who(&sim, PROVIDER, &request) {
        LoginUser::Asks(page) => return Ok(*page),
        LoginUser::Silence => return Ok(answer(&[("error", "login_required")])),
        LoginUser::Is(person) if person.denies => return Ok(answer(&[("error", "access_denied")])),
        LoginUser::Is(person) => *person,
    };
    let mut scope = request.query.list("scope");
    scope.retain(|scope| !(person.partial && scope == "email"));
    let mut grant = login::grant(&sim, PROVIDER, &request, person, scope);
    grant.offline = grant.has("offline_access");
    let code = login::issue_code(&sim, grant, "", CODE_LIFE);
    Ok(answer(&[("code", &code)]))
}

/// RFC 6749 §5.2.
fn bad(code: &str) -> LoginRefused {
    let status = if code == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    (status, Json(json!({ "error": code }))).into_response().into()
}

fn authenticate(request: &SimRequest, form: &Parameters) -> Result<(), LoginRefused> {
    let (id, secret) = request.basic().unzip();
    let id = id.as_deref().or(form.get("client_id"));
    let secret = secret.as_deref().or(form.get("client_secret"));
    if (id, secret) == (Some(CLIENT_ID), Some(CLIENT_SECRET)) { Ok(()) } else { Err(bad("invalid_client")) }
}

async fn token(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let form = request.form.as_ref().ok_or_else(|| bad("invalid_request"))?;
    authenticate(&request, form)?;
    let (kind, name) = match form.get("grant_type") {
        Some("authorization_code") => (TokenKind::Code, "code"),
        Some("refresh_token") => (TokenKind::Refresh, "refresh_token"),
        _ => return Err(bad("unsupported_grant_type")),
    };
    let text = form.get(name).ok_or_else(|| bad("invalid_request"))?;
    let found = sim.grants().find(kind, text, PROVIDER, sim.clock.now());
    let grant = match found {
        TokenLookup::Good(grant) => grant,
        TokenLookup::Spent(grant) => {
            sim.grants().revoke(grant.family);
            return Err(bad("invalid_grant"));
        }
        TokenLookup::Unknown | TokenLookup::Expired => return Err(bad("invalid_grant")),
    };
    if kind == TokenKind::Code && !matches_request(&grant, form) {
        return Err(bad("invalid_grant"));
    }
    sim.grants().spend(kind, text);
    Ok(Json(tokens(&sim, &grant)).into_response())
}

/// Do the redirect URI and the verifier match the request?
fn matches_request(grant: &SimGrant, form: &Parameters) -> bool {
    let verified = match (&grant.challenge, form.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        (challenge, verifier) => challenge.is_none() && verifier.is_none(),
    };
    verified && form.get("redirect_uri") == Some(&grant.redirect_uri)
}

fn tokens(sim: &Simulator, grant: &Arc<SimGrant>) -> Value {
    let now = sim.clock.now();
    let access = sim.clock.draw(32);
    sim.grants().issue(TokenKind::Access, access.clone(), grant.clone(), now + ACCESS_LIFE);
    let mut claims = claims(grant);
    claims.insert("sid".to_owned(), json!(grant.sid));
    claims.insert("auth_time".to_owned(), json!(grant.at));
    let mut answer = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE,
        "scope": grant.scope.join(" "),
        "id_token": id_token::mint(sim, grant, &sim.base(PROVIDER), claims, &access),
    });
    if grant.offline {
        let refresh = sim.clock.draw(32);
        answer["refresh_token"] = json!(refresh);
        sim.grants().issue(TokenKind::Refresh, refresh, grant.clone(), now + REFRESH_LIFE);
    }
    answer
}

fn claims(grant: &SimGrant) -> Map<String, Value> {
    let person = &grant.person;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if let Some(email) = person.email.as_ref().filter(|_| grant.has("email")) {
        put("email", json!(email));
        put("email_verified", json!(person.verified));
    }
    if grant.has("profile") {
        put("name", json!(person.full_name()));
        put("given_name", json!(person.given_name));
        put("family_name", json!(person.family_name));
        put("preferred_username", json!(person.name));
    }
    claims
}

async fn userinfo(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let found = sim.grants().find(TokenKind::Access, request.bearer().unwrap_or_default(), PROVIDER, sim.clock.now());
    let TokenLookup::Good(grant) = found else {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        return Err((StatusCode::UNAUTHORIZED, challenge).into_response().into());
    };
    let mut claims = claims(&grant);
    let other = sim.faults.on(SimFault::UserinfoSub, PROVIDER);
    claims.insert("sub".to_owned(), json!(if other { "another" } else { &grant.person.subject }));
    sim.faults.alter_claims(PROVIDER, &mut claims);
    Ok(Json(claims).into_response())
}

/// RFC 7009: the token is invalid afterwards, whatever it was.
async fn revoke(State(sim): State<Arc<Simulator>>, request: SimRequest) -> LoginResult {
    let form = request.form.as_ref().ok_or_else(|| bad("invalid_request"))?;
    authenticate(&request, form)?;
    let token = form.get("token").ok_or_else(|| bad("invalid_request"))?;
    let now = sim.clock.now();
    let mut grants = sim.grants();
    for kind in [TokenKind::Access, TokenKind::Refresh] {
        if let TokenLookup::Good(grant) = grants.find(kind, token, PROVIDER, now) {
            grants.revoke(grant.family);
        }
    }
    Ok(StatusCode::OK.into_response())
}

/// Signs out and redirects, if the request identifies the client (`id_token_hint` or `client_id`).
async fn logout(request: SimRequest) -> Response {
    let word = |name: &str| request.form.as_ref().and_then(|form| form.get(name)).or(request.query.get(name));
    let known = word("client_id") == Some(CLIENT_ID) || word("id_token_hint").is_some();
    match word("post_logout_redirect_uri").filter(|uri| known && is_registered(uri)) {
        Some(uri) => {
            let state: Vec<_> = word("state").map(|state| ("state", state)).into_iter().collect();
            back(uri, &state, "")
        }
        None => wrong(StatusCode::OK, PROVIDER, "You are signed out", "You may close this window."),
    }
}
