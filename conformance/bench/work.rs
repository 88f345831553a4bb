//! The rows of the table: what is asked, on how many connections, and which answer is the right one.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};

use crate::bank::{FapiFlow, PlainFlow};
use crate::guest::Guest;
use crate::measure::Job;
use crate::wire::{Answer, Wire};

/// Most codes that are made ahead of one measurement.
const MOST_CODES: usize = 6_000;

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The metadata document.
    Discovery,
    /// The key set.
    Jwks,
    /// A machine's token, ES256.
    MachineEs256,
    /// A machine's token, RS256.
    MachineRs256,
    /// An authorization request of somebody who is signed in.
    Authorize,
    /// A code for tokens.
    Exchange,
    /// A refresh token for tokens.
    Refresh,
    /// The person behind an access token.
    Userinfo,
    /// Whether an access token is good.
    Introspect,
    /// Whether a machine's token is good, as a JWT and as an opaque one.
    IntrospectMachine,
    IntrospectOpaque,
    /// A flow with a secret, and one of FAPI 2.0: each of its requests counts.
    PlainFlow,
    FapiFlow,
    /// A sign-in by the form, with the password.
    SignIn,
}

impl Work {
    /// Every kind, as the table has them.
    pub const ALL: [Self; 14] = [
        Self::Discovery,
        Self::Jwks,
        Self::MachineEs256,
        Self::MachineRs256,
        Self::Authorize,
        Self::Exchange,
        Self::Refresh,
        Self::Userinfo,
        Self::Introspect,
        Self::IntrospectMachine,
        Self::IntrospectOpaque,
        Self::PlainFlow,
        Self::FapiFlow,
        Self::SignIn,
    ];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::MachineEs256 => "client_credentials ES256",
            Self::MachineRs256 => "client_credentials RS256",
            Self::Authorize => "authorize, signed in",
            Self::Exchange => "code exchange",
            Self::Refresh => "refresh rotation",
            Self::Userinfo => "userinfo",
            Self::Introspect => "introspection",
            Self::IntrospectMachine => "introspection, machine",
            Self::IntrospectOpaque => "introspection, opaque",
            Self::PlainFlow => "flow: authorize, token",
            Self::FapiFlow => "flow: PAR, authorize, token",
            Self::SignIn => "password sign-in",
        }
    }

    /// How many connections at once.
    pub fn connections(self) -> &'static [usize] {
        match self {
            Self::Exchange | Self::Refresh => &[1, 8, 32],
            Self::SignIn => &[4],
            _ => &[16],
        }
    }

    /// Does it ask the database at all?
    pub fn needs_database(self) -> bool {
        !matches!(self, Self::Discovery | Self::Jwks | Self::MachineEs256 | Self::MachineRs256)
    }

    /// One job for each connection, ready to begin. `seconds` tells how much has to be made ahead.
    pub async fn jobs(self, guest: &Arc<Guest>, connections: usize, seconds: f64) -> anyhow::Result<Vec<Box<dyn Job>>> {
        let mut jobs: Vec<Box<dyn Job>> = Vec::new();
        let stock = match self {
            Self::Exchange => codes(guest, codes_for(connections, seconds)).await?,
            _ => Arc::default(),
        };
        for _ in 0..connections {
            jobs.push(match self {
                Self::Discovery => same(guest.plain("/.well-known/openid-configuration"), 200, "\"issuer\""),
                Self::Jwks => same(guest.plain("/oauth2/jwks"), 200, "\"keys\""),
                Self::MachineEs256 => same(guest.machine_es256(), 200, "\"access_token\""),
                Self::MachineRs256 => same(guest.machine_rs256(), 200, "\"access_token\""),
                Self::Authorize => same(guest.authorize(), 303, ""),
                Self::Userinfo => same(guest.userinfo(&guest.tokens().await?.0), 200, "\"sub\""),
                Self::Introspect => same(guest.introspect(&guest.tokens().await?.0), 200, "\"active\":true"),
                Self::IntrospectMachine => same(guest.introspect_own(false).await?, 200, "\"active\":true"),
                Self::IntrospectOpaque => same(guest.introspect_own(true).await?, 200, "\"active\":true"),
                Self::PlainFlow => Box::new(PlainFlow::new(guest.clone())),
                Self::FapiFlow => Box::new(FapiFlow::new(guest.clone())),
                Self::SignIn => same(guest.sign_in(), 303, ""),
                Self::Exchange => Box::new(Exchange { guest: guest.clone(), stock: stock.clone() }),
                Self::Refresh => Box::new(Refresh { guest: guest.clone(), token: guest.tokens().await?.1 }),
            });
        }
        Ok(jobs)
    }
}

/// The same request again and again.
struct Same {
    request: Vec<u8>,
    status: u16,
    holds: &'static str,
}

/// The same request again and again, and the status and the text that every answer must have.
pub fn same(request: Vec<u8>, status: u16, holds: &'static str) -> Box<dyn Job> {
    Box::new(Same { request, status, holds })
}

impl Job for Same {
    fn request(&mut self, into: &mut Vec<u8>) -> bool {
        into.extend_from_slice(&self.request);
        true
    }

    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        ensure!(answer.status == self.status, "expected {}", self.status);
        ensure!(answer.body.contains(self.holds), "expected {}", self.holds);
        // A code or the way to the account: never the way to an error or back to the form.
        let to = answer.headers("location").next().unwrap_or_default();
        ensure!(self.status != 303 || to.contains("code=") || to.ends_with("/account/profile"), "led to {to}");
        Ok(())
    }
}

struct Exchange {
    guest: Arc<Guest>,
    stock: Arc<Mutex<Vec<String>>>,
}

impl Job for Exchange {
    fn request(&mut self, into: &mut Vec<u8>) -> bool {
        let code = self.stock.lock().unwrap_or_else(PoisonError::into_inner).pop();
        into.extend(code.iter().flat_map(|code| self.guest.exchange(code)));
        code.is_some()
    }

    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        ensure!(answer.status == 200 && answer.member("refresh_token").is_some(), "expected tokens");
        Ok(())
    }
}

struct Refresh {
    guest: Arc<Guest>,
    token: String,
}

impl Job for Refresh {
    fn request(&mut self, into: &mut Vec<u8>) -> bool {
        into.extend(self.guest.refresh(&self.token));
        true
    }

    fn judge(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        let next = answer.member("refresh_token").context("expected tokens")?;
        ensure!(answer.status == 200 && next != self.token, "expected another token");
        next.clone_into(&mut self.token);
        Ok(())
    }
}

/// As many codes as can be spent in that time, and some.
fn codes_for(connections: usize, seconds: f64) -> usize {
    let rate = if connections == 1 { 2_000.0 } else { 5_000.0 };
    let most = u32::try_from(MOST_CODES).unwrap_or(u32::MAX);
    (1..=most)
        .rev()
        .find(|count| f64::from(*count) <= rate * seconds)
        .and_then(|count| count.try_into().ok())
        .unwrap_or(1)
}

async fn codes(guest: &Arc<Guest>, count: usize) -> anyhow::Result<Arc<Mutex<Vec<String>>>> {
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let guest = guest.clone();
        makers.spawn(async move {
            let mut wire = Wire::connect(guest.address).await?;
            let mut made = Vec::new();
            for _ in 0..count.div_ceil(8) {
                made.push(guest.code(&mut wire).await?);
            }
            anyhow::Ok(made)
        });
    }
    let mut all = Vec::new();
    while let Some(made) = makers.join_next().await {
        all.extend(made??);
    }
    Ok(Arc::new(Mutex::new(all)))
}
