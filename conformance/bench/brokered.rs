//! A sign-in by way of a provider, from the button to the account, one after another; what the provider itself takes is
//! measured apart and subtracted. Beside it, on the same terms, a sign-in by password and a redirect of somebody signed in.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use url::Url;

use crate::guest::{CHALLENGE, Guest, VERIFIER, cookies, query};
use crate::server::BenchServer;
use crate::wire::Wire;

/// Sign-ins of one measurement.
const TIMES: usize = 60;
/// Who signs in.
const HINT: &str = "persona:bench";

/// What was measured, in milliseconds: the median of each.
struct Medians {
    brokered: f64,
    upstream: f64,
    password: f64,
    redirect: f64,
}

/// Measures and prints one server against the simulator at `origin`.
pub async fn print(server: &BenchServer, guest: &Guest, simulator: SocketAddr) -> anyhow::Result<()> {
    let base = format!("http://{simulator}/google");
    server.add_google(&base)?;
    let mut at = At { usher: Wire::connect(server.address).await?, there: Wire::connect(simulator).await? };
    at.brokered(guest).await.context("the first sign-in makes the account")?;
    let (mut brokered, mut there, mut exchange, mut password, mut redirect) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let (whole, page) = at.brokered(guest).await?;
        brokered.push(whole);
        there.push(page);
        exchange.push(at.exchange(&base).await?);
        password.push(at.timed(&guest.sign_in()).await?);
        redirect.push(at.timed(&guest.authorize()).await?);
    }
    let upstream = median(&mut there) + median(&mut exchange);
    let medians = Medians {
        brokered: median(&mut brokered),
        upstream,
        password: median(&mut password),
        redirect: median(&mut redirect),
    };
    println!(
        "{:<10} sign-in by a provider      p50 {:.2} ms, of which the provider {:.2} ms: {:.2} ms are ours; by password {:.2} ms, redirect of somebody signed in {:.2} ms",
        server.database,
        medians.brokered,
        medians.upstream,
        medians.brokered - medians.upstream,
        medians.password,
        medians.redirect,
    );
    Ok(())
}

/// A connection to the server and one to the provider.
struct At {
    usher: Wire,
    there: Wire,
}

impl At {
    /// One sign-in: how long all of it took, and how long the provider's page of it.
    async fn brokered(&mut self, guest: &Guest) -> anyhow::Result<(Duration, Duration)> {
        let start = format!("/upstream/google/start?{}", query(&[("login_hint", HINT)]));
        let began = Instant::now();
        let answer = self.usher.ask(&guest.get(&start, "")).await?;
        let away = led_to(answer.headers("location").next())?;
        let jar = format!("Cookie: {}\r\n", cookies(&answer));
        let left = Instant::now();
        let answer = self.there.ask(&get(&away)).await?;
        let back = led_to(answer.headers("location").next())?;
        let page = left.elapsed();
        let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        let answer = self.usher.ask(&guest.get(&path, &jar)).await?;
        let whole = began.elapsed();
        let to = answer.headers("location").next().unwrap_or_default();
        ensure!(answer.status == 303 && to.ends_with("/account/profile"), "led to {to} ({})", answer.status);
        Ok((whole, page))
    }

    /// How long the provider takes to exchange a code.
    async fn exchange(&mut self, base: &str) -> anyhow::Result<Duration> {
        let callback = "http://127.0.0.1:1/callback";
        let asked = query(&[
            ("client_id", "sim"),
            ("redirect_uri", callback),
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("state", "state-state-state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("login_hint", HINT),
        ]);
        let answer = self.there.ask(&get(&Url::parse(&format!("{base}/o/oauth2/v2/auth?{asked}"))?)).await?;
        let code = answer.sent_back("code").context("the simulator gave no code")?;
        let form = query(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", callback),
            ("client_id", "sim"),
            ("client_secret", "sim-secret"),
            ("code_verifier", VERIFIER),
        ]);
        let to = Url::parse(&format!("{base}/token"))?;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            to.path(),
            to.authority(),
            form.len(),
        );
        let began = Instant::now();
        let answer = self.there.ask(request.as_bytes()).await?;
        ensure!(answer.status == 200, "the simulator answered {}: {}", answer.status, answer.body);
        Ok(began.elapsed())
    }

    /// How long one request to the server takes.
    async fn timed(&mut self, request: &[u8]) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let answer = self.usher.ask(request).await?;
        ensure!(answer.status == 303, "answered {}", answer.status);
        Ok(began.elapsed())
    }
}

fn led_to(location: Option<&str>) -> anyhow::Result<Url> {
    Ok(Url::parse(location.context("led nowhere")?)?)
}

fn get(url: &Url) -> Vec<u8> {
    let query = url.query().unwrap_or_default();
    format!("GET {}?{query} HTTP/1.1\r\nHost: {}\r\n\r\n", url.path(), url.authority()).into_bytes()
}

/// In milliseconds.
fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e3
}
