//! Usher: one front door for many applications.
//!
//! *protocol* is the grammar, *domain* the nouns, *storage* the memory, *flows* the verbs, *web* the doors.
//! A request comes in at a door, one verb is called, the verb reads and writes memory in one transaction, the door answers.
//! `ARCHITECTURE.md` holds the map and the decisions; `tests/usher/architecture.rs` holds the house to them.

/// The only room that knows every other: configuration in, running house out.
pub mod app;
/// The command line.
pub mod cli;
/// What an operator may set: loaded, checked, frozen.
pub mod config;
/// Two relying parties to try the front door with, on a stock client library.
#[cfg(feature = "demo")]
pub mod demo;
/// PURE. The nouns: users, sessions, clients, grants, keys, events.
pub mod domain;
/// Telling others: the one log is read here, and whoever has to know is told.
pub mod events;
/// The verbs: what people, clients and owners do.
pub mod flows;
/// Translations: one Fluent bundle a language.
pub mod i18n;
/// Work that nobody waits for: mail, clean-up, key rotation.
pub mod jobs;
/// The keyring, sealing at rest, and the life of signing keys.
pub mod keys;
/// Letters and the way they leave the house.
pub mod mail;
/// The one door out: no private addresses, no redirects, in time and within a size.
pub mod outbound;
/// PURE. A project's access rules: authored, checked against Cedar, compiled to a table, decided.
pub mod policy;
/// PURE. The words and rules of OAuth 2 and OpenID Connect.
pub mod protocol;
/// The upstream providers, simulated for development and tests.
#[cfg(feature = "sim")]
pub mod sim;
/// Memory: SQLite or PostgreSQL behind one set of statements.
pub mod storage;
/// Logs, set up once.
pub mod telemetry;
/// Sign-in with other providers: where to send the person, and who came back.
pub mod upstream;
/// The doors: HTTP, pages, cookies.
pub mod web;
