//! Somebody who has signed in, and the requests that come of it.

use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::server::{BenchServer, CALLBACK, Client, Clients, EMAIL, PASSWORD};
use crate::wire::{Answer, Wire};

/// The verifier of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A signed-in browser and its client, and every request of theirs as bytes.
pub struct Guest {
    /// Where the server is.
    pub address: SocketAddr,
    clients: Clients,
    cookies: String,
    sign_in: Vec<u8>,
}

impl Guest {
    /// Signs in.
    pub async fn arrive(server: &BenchServer, clients: Clients) -> anyhow::Result<Self> {
        let mut wire = Wire::connect(server.address).await?;
        let mut guest = Self { address: server.address, clients, cookies: String::new(), sign_in: Vec::new() };
        let page = wire.ask(&guest.get("/login", "Accept: text/html\r\n")).await?;
        let csrf = page.body.split_once("name=\"csrf\" value=\"").context("a form")?.1;
        let csrf = csrf.split('"').next().unwrap_or_default().to_owned();
        guest.cookies = cookies(&page);
        let form = query(&[("email", EMAIL), ("password", PASSWORD), ("csrf", &csrf)]);
        let origin = format!("Origin: http://localhost:{}\r\nCookie: {}\r\n", guest.address.port(), guest.cookies);
        guest.sign_in = guest.post("/login", &origin, &form);
        let answer = wire.ask(&guest.sign_in).await?;
        ensure!(answer.status == 303, "signing in answered {}", answer.status);
        guest.cookies = format!("{}; {}", guest.cookies, cookies(&answer));
        Ok(guest)
    }

    /// A sign-in by the form, as a browser that was never signed in.
    pub fn sign_in(&self) -> Vec<u8> {
        self.sign_in.clone()
    }

    /// GET of an address that needs nothing.
    pub fn plain(&self, path: &str) -> Vec<u8> {
        self.get(path, "")
    }

    /// An authorization request with PKCE, in the browser that is signed in.
    pub fn authorize(&self) -> Vec<u8> {
        let query = query(&[
            ("client_id", self.clients.web.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email offline_access"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        self.get(&format!("/oauth2/authorize?{query}"), &format!("Cookie: {}\r\n", self.cookies))
    }

    /// The exchange of a code.
    pub fn exchange(&self, code: &str) -> Vec<u8> {
        self.call(
            &self.clients.web,
            "/oauth2/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ],
        )
    }

    /// A request of the bank, pushed.
    pub fn push(&self) -> Vec<u8> {
        self.post("/oauth2/par", "", &query(&self.clients.bank.push()))
    }

    /// The bank's pushed request, in the browser that is signed in.
    pub fn authorize_pushed(&self, request_uri: &str) -> Vec<u8> {
        let query = query(&self.clients.bank.pushed(request_uri));
        self.get(&format!("/oauth2/authorize?{query}"), &format!("Cookie: {}\r\n", self.cookies))
    }

    /// The exchange of a code of the bank, for tokens that are bound to its key.
    pub fn exchange_as_bank(&self, code: &str) -> Vec<u8> {
        let (path, bank) = ("/oauth2/token", &self.clients.bank);
        self.post(path, &format!("DPoP: {}\r\n", bank.proof(path)), &query(&bank.exchange(code)))
    }

    /// Whether a machine's own token is good, which is a JWT or opaque.
    pub async fn introspect_own(&self, opaque: bool) -> anyhow::Result<Vec<u8>> {
        let machine = if opaque { &self.clients.opaque } else { &self.clients.machine_es256 };
        let mut wire = Wire::connect(self.address).await?;
        let request = self.call(machine, "/oauth2/token", &[("grant_type", "client_credentials")]);
        let answer = wire.ask(&request).await?;
        let token = answer.member("access_token").context("a token")?;
        ensure!(opaque == token.starts_with("uat."), "opaque: {opaque}");
        Ok(self.call(machine, "/oauth2/introspect", &[("token", token)]))
    }

    /// The exchange of a refresh token.
    pub fn refresh(&self, token: &str) -> Vec<u8> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(&self.clients.web, "/oauth2/token", &form)
    }

    /// A machine's token, signed with ES256.
    pub fn machine_es256(&self) -> Vec<u8> {
        self.call(&self.clients.machine_es256, "/oauth2/token", &[("grant_type", "client_credentials")])
    }

    /// A machine's token, signed with RS256.
    pub fn machine_rs256(&self) -> Vec<u8> {
        self.call(&self.clients.machine_rs256, "/oauth2/token", &[("grant_type", "client_credentials")])
    }

    /// Who is it?
    pub fn userinfo(&self, token: &str) -> Vec<u8> {
        self.get("/oauth2/userinfo", &format!("Authorization: Bearer {token}\r\n"))
    }

    /// It is to be good no more.
    pub fn revoke(&self, token: &str) -> Vec<u8> {
        self.call(&self.clients.machine_es256, "/oauth2/revoke", &[("token", token)])
    }

    /// Is it good?
    pub fn introspect(&self, token: &str) -> Vec<u8> {
        self.call(&self.clients.web, "/oauth2/introspect", &[("token", token)])
    }

    /// A fresh code.
    pub async fn code(&self, wire: &mut Wire) -> anyhow::Result<String> {
        let answer = wire.ask(&self.authorize()).await?;
        answer.sent_back("code").with_context(|| format!("a code: {} {}", answer.status, answer.body))
    }

    /// Fresh tokens: access and refresh.
    pub async fn tokens(&self) -> anyhow::Result<(String, String)> {
        let mut wire = Wire::connect(self.address).await?;
        let code = self.code(&mut wire).await?;
        let answer = wire.ask(&self.exchange(&code)).await?;
        let of = |name| answer.member(name).map(str::to_owned).context("tokens");
        Ok((of("access_token")?, of("refresh_token")?))
    }

    /// GET of an address, with headers.
    pub fn get(&self, path: &str, headers: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n{headers}\r\n", self.address.port()).into_bytes()
    }

    fn post(&self, path: &str, headers: &str, form: &str) -> Vec<u8> {
        let (port, length) = (self.address.port(), form.len());
        let mut request = format!("POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}");
        // Writing into a String cannot fail.
        let _ = write!(
            request,
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        );
        request.into_bytes()
    }

    fn call(&self, client: &Client, path: &str, form: &[(&str, &str)]) -> Vec<u8> {
        let proof = STANDARD.encode(format!("{}:{}", client.id, client.secret));
        self.post(path, &format!("Authorization: Basic {proof}\r\n"), &query(form))
    }
}

/// Pairs as a form writes them.
pub fn query<V: AsRef<str>>(pairs: &[(&str, V)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What an answer sets, as a browser sends it back.
pub fn cookies(answer: &Answer<'_>) -> String {
    let pairs = answer.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}
