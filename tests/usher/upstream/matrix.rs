//! Provider × persona × fault, all of them, over HTTP: who is signed in, who is asked, who gets an error; and the
//! journal of the simulator proves what was sent and what was not (UP-05, UP-06, UP-08, UP-14).
//!
//! The faults are a table with one row for each fault at each endpoint where it can be set. Each row is tested with
//! every persona; where a fault does not affect a provider, one ordinary persona shows it. The slow fault has a file
//! of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use usher_sim::{CLIENT_SECRET, PEOPLE};

use super::accounts::trouble;
use super::people::KINDS;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::providers::{APPLE, FACEBOOK, GITHUB, GOOGLE, Kind, MICROSOFT, OIDC, Providers, X};
use crate::harness::server::TestServer;

/// Providers with an ID token.
const OPENID: &[Kind] = &[GOOGLE, APPLE, MICROSOFT, OIDC];
/// Providers whose metadata are discovered.
const DISCOVERED: &[Kind] = &[GOOGLE, MICROSOFT, OIDC];
/// Providers with a userinfo request, always or if the ID token is incomplete.
const ASKED: &[Kind] = &[FACEBOOK, X, GITHUB, OIDC];
/// Providers with `iss` in their callback.
const NAMED: &[Kind] = &[GOOGLE, GITHUB, OIDC];

/// The result of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Signed in.
    In,
    /// Asked for an address.
    PendingQuestion,
    /// An error page with this status and code, and a link to try again.
    Trouble(u16, &'static str),
}

const FAILED: &str = "select count(*) from event where kind = 'session.sign_in_failed'";
const DOWN: Then = Then::Trouble(503, "PROVIDER_UNAVAILABLE");
const WRONG: Then = Then::Trouble(502, "PROVIDER_MISBEHAVED");
const OVER: Then = Then::Trouble(400, "SIGN_IN_EXPIRED");
const DECLINED: Then = Then::Trouble(403, "PROVIDER_DENIED");

/// The result of each persona without a fault, at every provider but Facebook, which verifies no address, so that all
/// are asked.
const PERSONAS: &[(&str, Then)] = &[
    ("ana", Then::In),
    ("verified", Then::In),
    ("unverified", Then::PendingQuestion),
    ("no_email", Then::PendingQuestion),
    ("third_party_google", Then::In),
    ("workspace_hd", Then::In),
    ("changed_email_same_sub", Then::In),
    ("same_email_other_sub", Then::In),
    ("denied", DECLINED),
    ("partial_scopes", Then::PendingQuestion),
    ("apple_first", Then::In),
    ("apple_again", Then::In),
    ("ms_noauth_attacker", Then::PendingQuestion),
    ("relay", Then::In),
];

/// The personas that a fault affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// All, whatever they decide there.
    All,
    /// Those with a code in the callback.
    Granted,
    /// Those with a request beyond the ID token.
    AskedAbout,
    /// Those who have signed in before.
    Known,
    /// Those who have not.
    New,
    /// None: it has no effect.
    Nobody,
}

/// A fault at an endpoint.
struct Row(&'static str, Option<&'static str>, &'static [Kind], Meets, Then);

const TOKEN: Option<&str> = Some("token");
const USERINFO: Option<&str> = Some("userinfo");
const CERTS: Option<&str> = Some("keys");
const METADATA: Option<&str> = Some("discovery");
const BUT_FACEBOOK: &[Kind] = &[GOOGLE, X, GITHUB, APPLE, MICROSOFT, OIDC];

const AT_TOKEN: &[Row] = &[
    Row("html_502", TOKEN, KINDS, Meets::Granted, DOWN),
    Row("html_200", TOKEN, KINDS, Meets::Granted, WRONG),
    Row("error_500", TOKEN, KINDS, Meets::Granted, DOWN),
    // Facebook has its own error format: this is another one.
    Row("error_200", TOKEN, BUT_FACEBOOK, Meets::Granted, OVER),
    Row("error_200", TOKEN, &[FACEBOOK], Meets::Granted, WRONG),
    Row("huge_body", TOKEN, KINDS, Meets::Granted, WRONG),
    Row("deep_body", TOKEN, KINDS, Meets::Granted, WRONG),
    Row("redirect", TOKEN, KINDS, Meets::Granted, WRONG),
    Row("redirect_302", TOKEN, KINDS, Meets::Granted, WRONG),
    Row("down", TOKEN, KINDS, Meets::Granted, DOWN),
];

const AT_USERINFO: &[Row] = &[
    Row("html_502", USERINFO, ASKED, Meets::AskedAbout, DOWN),
    Row("html_200", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("error_500", USERINFO, ASKED, Meets::AskedAbout, DOWN),
    Row("error_200", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("huge_body", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("deep_body", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("redirect", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("redirect_302", USERINFO, ASKED, Meets::AskedAbout, WRONG),
    Row("down", USERINFO, ASKED, Meets::AskedAbout, DOWN),
    Row("userinfo_sub", None, &[OIDC], Meets::AskedAbout, WRONG),
];

const AT_CERTS: &[Row] = &[
    Row("html_502", CERTS, OPENID, Meets::Granted, DOWN),
    Row("html_200", CERTS, OPENID, Meets::Granted, WRONG),
    Row("error_500", CERTS, OPENID, Meets::Granted, DOWN),
    Row("error_200", CERTS, OPENID, Meets::Granted, WRONG),
    Row("huge_body", CERTS, OPENID, Meets::Granted, WRONG),
    Row("deep_body", CERTS, OPENID, Meets::Granted, WRONG),
    Row("redirect", CERTS, OPENID, Meets::Granted, WRONG),
    Row("redirect_302", CERTS, OPENID, Meets::Granted, WRONG),
    Row("down", CERTS, OPENID, Meets::Granted, DOWN),
    Row("many_keys", None, OPENID, Meets::Granted, WRONG),
    Row("twin_keys", None, OPENID, Meets::Granted, WRONG),
    Row("oct_keys", None, OPENID, Meets::Granted, WRONG),
];

const AT_METADATA: &[Row] = &[
    Row("html_502", METADATA, DISCOVERED, Meets::All, DOWN),
    Row("html_200", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("error_500", METADATA, DISCOVERED, Meets::All, DOWN),
    Row("error_200", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("huge_body", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("deep_body", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("redirect", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("redirect_302", METADATA, DISCOVERED, Meets::All, WRONG),
    Row("down", METADATA, DISCOVERED, Meets::All, DOWN),
];

const IN_THE_ID_TOKEN: &[Row] = &[
    Row("wrong_nonce", None, OPENID, Meets::Granted, WRONG),
    Row("no_nonce", None, OPENID, Meets::Granted, WRONG),
    Row("old_token", None, OPENID, Meets::Known, WRONG),
    Row("wrong_aud", None, OPENID, Meets::Granted, WRONG),
    Row("extra_aud", None, OPENID, Meets::Granted, WRONG),
    Row("wrong_iss", None, OPENID, Meets::Granted, WRONG),
    Row("bad_signature", None, OPENID, Meets::Granted, WRONG),
    Row("alg_none", None, OPENID, Meets::Granted, WRONG),
    Row("hs256", None, OPENID, Meets::Granted, WRONG),
    Row("unknown_kid", None, OPENID, Meets::Granted, WRONG),
    Row("expired", None, OPENID, Meets::Granted, WRONG),
    Row("wrong_at_hash", None, OPENID, Meets::Granted, WRONG),
];

const OF_MANNERS: &[Row] = &[
    Row("duplicate_iss", None, NAMED, Meets::All, Then::Trouble(400, "REQUEST_INVALID")),
    Row("other_iss", None, NAMED, Meets::All, WRONG),
    // The metadata of a plain provider announce `iss`; Google's and GitHub's do not.
    Row("no_iss", None, &[OIDC], Meets::All, WRONG),
    Row("no_iss", None, &[GOOGLE, GITHUB], Meets::Nobody, Then::In),
    Row("bare_issuer", None, &[GOOGLE], Meets::Nobody, Then::In),
    Row("require_proof", None, &[FACEBOOK], Meets::Nobody, Then::In),
    Row("no_expires_in", None, &[FACEBOOK], Meets::Nobody, Then::In),
    Row("no_email_access", None, &[X], Meets::New, Then::PendingQuestion),
    Row("rate_limit", None, &[X], Meets::Granted, DOWN),
];

const TABLES: &[&[Row]] = &[AT_TOKEN, AT_USERINFO, AT_CERTS, AT_METADATA, IN_THE_ID_TOKEN, OF_MANNERS];

/// The result without a fault.
fn plain(kind: Kind, persona: &str) -> Then {
    let (_, then) = PERSONAS.iter().find(|(name, _)| *name == persona).expect("a persona of the table");
    if kind == FACEBOOK && *then == Then::In { Then::PendingQuestion } else { *then }
}

impl Row {
    fn concerns(&self, kind: Kind) -> bool {
        self.2.contains(&kind)
    }

    /// Is this persona tested with this provider? All are if the row is about it; if no row of the fault is, one
    /// ordinary persona is, whom it does not affect.
    fn has(&self, table: &[Row], kind: Kind, persona: &str) -> bool {
        let elsewhere = table.iter().any(|other| (other.0, other.1) == (self.0, self.1) && other.concerns(kind));
        self.concerns(kind) || !elsewhere && persona == "ana"
    }

    /// The number of sign-ins for which this holds.
    fn visits(&self, table: &[Row], holds: impl Fn(Kind, &str) -> bool) -> i64 {
        let all = KINDS.iter().flat_map(|kind| PERSONAS.iter().map(|(persona, _)| (*kind, *persona)));
        let count = all.filter(|(kind, persona)| self.has(table, kind, persona) && holds(kind, persona)).count();
        i64::try_from(count).expect("few")
    }

    fn expected(&self, kind: Kind, persona: &str) -> Then {
        let granted = persona != "denied";
        let known = granted && persona != "same_email_other_sub";
        let met = match self.3 {
            Meets::All => true,
            Meets::Granted => granted,
            Meets::AskedAbout => granted && (kind != OIDC || matches!(persona, "no_email" | "partial_scopes")),
            Meets::Known => known,
            Meets::New => granted && !known,
            Meets::Nobody => false,
        };
        if met && self.concerns(kind) { self.4 } else { plain(kind, persona) }
    }
}

/// No fault.
const NOTHING: &[Row] = &[Row("nothing", None, KINDS, Meets::Nobody, Then::In)];

/// A server without rate limits, with every provider, where every persona has signed in once.
async fn stage(db: TestDatabase) -> (TestServer, Providers) {
    let server = TestServer::on(db, &[("limits.sign_in", "off"), ("limits.register", "off")]).await;
    let at = Providers::beside(&server).await;
    for kind in KINDS {
        server.provider(&at, kind, |_| {}).await;
    }
    come(&server, &at, (NOTHING, &NOTHING[0]), 0).await;
    check_journal(&at, NOTHING, &NOTHING[0]).await;
    (server, at)
}

/// Signs in every persona with every provider, and asserts the result of the row.
async fn come(server: &TestServer, at: &Providers, (table, row): (&[Row], &Row), turn: usize) {
    let all = KINDS.iter().flat_map(|kind| PERSONAS.iter().map(|(persona, _)| (*kind, *persona)));
    for (kind, persona) in all.filter(|(kind, persona)| row.has(table, kind, persona)) {
        let what = format!("{kind:?}, {persona}: {} at {:?}", row.0, row.1);
        // Addresses are unique: identifying users is another subject.
        let turn = if matches!(persona, "changed_email_same_sub" | "same_email_other_sub") { turn } else { 0 };
        let address = format!("{persona}.{}.{turn}@example.test", kind.as_str());
        let named = if persona == "relay" { persona.to_owned() } else { format!("{persona}:{address}") };
        let mut browser = server.browser();
        let landing = browser.come_by(at, kind, &named).await;
        match row.expected(kind, persona) {
            Then::In => assert_eq!(landing.url, server.at("/account/profile"), "{what}: {}", landing.body),
            Then::PendingQuestion => {
                assert!(landing.url.contains("/upstream/ask?q="), "{what}: {} {}", landing.url, landing.body);
                assert_eq!(landing.status, 200, "{what}");
            }
            Then::Trouble(status, code) => {
                assert_eq!(trouble(&landing), (status, code.to_owned()), "{what}: {}", landing.body);
                let again = landing.links(&format!("/upstream/{}/start", kind.as_str()));
                assert!(again.len() == 1 && landing.links("/login").len() == 1, "{what}: a way on\n{}", landing.body);
            }
        }
    }
}

/// Asserts that each provider got the requests it needs, once, and nothing else; and that no redirect was followed.
async fn check_journal(at: &Providers, table: &[Row], row: &Row) {
    let what = format!("{} at {:?}", row.0, row.1);
    let journal = at.journal().await;
    for one in &journal {
        assert!(!one["provider"].is_null(), "{what}: a redirect was followed: {one}");
        let (query, path) = (one["query"].to_string(), &one["path"]);
        assert!(!query.contains(CLIENT_SECRET) && !path.as_str().unwrap().contains(CLIENT_SECRET), "{what}: {one}");
        assert!(one["query"]["access_token"].is_null(), "{what}: {one}");
        if one["endpoint"] == "authorize" {
            continue;
        }
        let agent = one["headers"]["user-agent"].as_str().unwrap();
        assert!(agent.starts_with("usher/") && one["headers"]["cookie"].is_null(), "{what}: {one}");
    }
    let asked = |provider: &str, endpoint: &str| -> Vec<&Value> {
        journal.iter().filter(|one| one["provider"] == provider && one["endpoint"] == endpoint).collect()
    };
    for one in asked("facebook", "userinfo") {
        let proof = one["query"]["appsecret_proof"].as_str().unwrap_or_default();
        assert!(proof.len() == 64 && proof.bytes().all(|b| b.is_ascii_hexdigit()), "{what}: {one}");
    }
    // A code is used once, and a user is requested once.
    for (kind, provider) in [(X, "x"), (FACEBOOK, "facebook")] {
        let granted = row.visits(table, |by, persona| by == kind && persona != "denied");
        let granted = usize::try_from(granted).expect("few");
        let stopped = row.concerns(kind) && row.1 == TOKEN;
        assert_eq!(asked(provider, "token").len(), granted, "{what}: {provider}");
        let people = asked(provider, "userinfo");
        assert_eq!(people.len(), if stopped { 0 } else { granted }, "{what}: exactly one each at {provider}");
        assert!(people.iter().all(|one| one["path"].as_str().unwrap().ends_with("/me")), "{what}");
    }
}

/// Tests a table.
async fn hold(db: TestDatabase, table: &[Row]) {
    let (server, at) = stage(db).await;
    for (turn, row) in table.iter().enumerate() {
        let (users, open) = (server.users().await, server.live_sessions().await);
        let failed = server.database.count(FAILED).await;
        // Metadata that were fetched an hour ago are fetched again.
        server.wait(3_600);
        at.forget().await;
        let mut switch = json!({"fault": row.0});
        if let Some(endpoint) = row.1 {
            switch["endpoint"] = json!(endpoint);
        }
        at.fault(switch).await;
        come(&server, &at, (table, row), turn + 1).await;
        at.mend().await;
        check_journal(&at, table, row).await;
        let came = |then: fn(Then) -> bool| row.visits(table, |kind, persona| then(row.expected(kind, persona)));
        assert_eq!(server.live_sessions().await - open, came(|then| then == Then::In), "{}: sessions", row.0);
        // A malformed callback belongs to no sign-in, and a sign-in that was not started did not fail.
        if row.3 != Meets::All {
            let troubled = came(|then| matches!(then, Then::Trouble(..)));
            assert_eq!(server.database.count(FAILED).await - failed, troubled, "{}: each is written down", row.0);
        }
        // All signed-in users were known before, except the persona with a new subject every time.
        let new = |kind, persona: &str| persona == "same_email_other_sub" && row.expected(kind, persona) == Then::In;
        assert_eq!(server.users().await - users, row.visits(table, new), "{}: no half user", row.0);
    }
    let mut browser = server.browser();
    server.wait(3_600);
    assert_eq!(browser.come_by(&at, GOOGLE, "ana:ana.google.0@example.test").await.url, server.at("/account/profile"));
}

on_both_databases! {
    async fn trouble_at_the_token_endpoint_is_a_page_and_nobody_is_in(db: TestDatabase) {
        hold(db, AT_TOKEN).await;
    }

    async fn invalid_claims_show_a_page_and_sign_nobody_in(db: TestDatabase) {
        hold(db, AT_USERINFO).await;
    }

    /// UP-14: thousands of keys, an endless response, symmetric keys, or two with the same `kid`.
    async fn trouble_with_the_keys_is_a_page_and_nobody_is_in(db: TestDatabase) {
        hold(db, AT_CERTS).await;
    }

    async fn trouble_with_the_metadata_is_a_page_and_nobody_leaves(db: TestDatabase) {
        hold(db, AT_METADATA).await;
    }

    /// UP-05, UP-06: another or a further audience, another issuer, signed otherwise or not at all, by the client
    /// secret, expired; with another nonce, with none, or that of an earlier sign-in.
    async fn an_id_token_that_is_wrong_in_any_way_lets_nobody_in(db: TestDatabase) {
        hold(db, IN_THE_ID_TOKEN).await;
    }

    /// UP-08: the provider that responds is the one that was asked; and harmless deviations are tolerated.
    async fn habits_are_borne_and_another_issuer_is_not(db: TestDatabase) {
        hold(db, OF_MANNERS).await;
    }
}

/// A new persona or fault of the simulator fails this test until it has a row.
#[tokio::test]
async fn every_persona_and_every_fault_of_the_simulator_has_its_row() {
    let server = TestServer::start().await;
    let at = Providers::beside(&server).await;
    let listed: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    assert_eq!(PERSONAS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), listed);
    let known: BTreeSet<String> = at.faults().await.into_iter().collect();
    // Each has a file of its own.
    let elsewhere = ["slow", "claims"].map(str::to_owned);
    let rows = TABLES.iter().flat_map(|table| table.iter().map(|row| row.0.to_owned()));
    assert_eq!(rows.chain(elsewhere).collect::<BTreeSet<_>>(), known);
}
