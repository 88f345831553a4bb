//! Every statement that changes a row, and why it undoes nothing that another one wrote.
//!
//! A new `update` must be added to the list with its guard; otherwise the test that reads all statements reports it.

use std::collections::{BTreeMap, BTreeSet};

use usher_storage::{Sql, statements};

/// Why a statement cannot undo what another transaction wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// No other statement writes its columns, and what it writes does not depend on the old value.
    Owner,
    /// It writes only if a condition on the row holds, or computes the new value from the stored one.
    Condition,
    /// It writes what was read in the same transaction, after this statement had locked the row or the one it belongs
    /// to.
    Locked(&'static str),
    /// The last writer wins, for this reason.
    Last(&'static str),
}

use Guard::{Condition, Last, Locked, Owner};

const WRITERS: &[(&str, Guard)] = &[
    ("apis::ALLOW", Last("the scopes that the owner named last are allowed")),
    ("apis::SET_SETTINGS", Locked("apis::LOCK")),
    ("attempts::ADD_LOSS", Condition),
    ("branding::SET_LOGO", Locked("branding::LOCK")),
    ("branding::SET_SETTINGS", Locked("branding::LOCK")),
    ("ciba_requests::ANSWER", Condition),
    ("ciba_requests::DELAY_PING", Condition),
    ("ciba_requests::END_PING", Condition),
    ("ciba_requests::POLL", Condition),
    ("ciba_requests::TAKE_PINGS", Condition),
    ("client_registrations::END_FORMER_TOKEN", Condition),
    ("client_registrations::NOTE_USE", Condition),
    ("client_registrations::ROTATE_TOKEN", Condition),
    ("client_registrations::SET_CHECKED", Locked("clients::LOCK")),
    ("client_registrations::SET_TOKEN", Last("the client is new, and nobody has a token of it yet")),
    ("clients::NOTE_SECRETS", Locked("clients::LOCK")),
    ("clients::SET_DESCRIPTION", Locked("clients::LOCK")),
    ("clients::SET_DISABLED", Locked("clients::LOCK")),
    ("clients::SET_METADATA", Locked("clients::LOCK")),
    ("clients::SET_SECRETS", Locked("clients::LOCK")),
    ("clients::SET_TRUSTED", Locked("clients::LOCK")),
    ("device_codes::ANSWER", Condition),
    ("device_codes::POLL", Condition),
    ("grants::KEEP", Condition),
    ("grants::MARK_SEEN", Condition),
    ("initial_tokens::USE", Condition),
    ("revocations::REVOKE", Condition),
    ("revocations::REVOKE_AT_CLIENT", Condition),
    ("revocations::REVOKE_IN_PROJECT", Condition),
    ("revocations::REVOKE_OF_SESSION", Condition),
    ("revocations::REVOKE_OF_USER", Condition),
    ("grants::ROTATE", Condition),
    ("system/values::PUT_NEW", Condition),
    ("system/idempotency::BEGIN", Condition),
    ("system/idempotency::FINISH", Condition),
    ("system/key_uses::PUT", Condition),
    ("system/keys::UPDATE", Locked("system/values::PUT_NEW")),
    ("system/health::PUT_JOB_RUN", Last("the instance that ran the job last says how it went")),
    ("system/health::PUT_REPORT", Last("the newest findings are the ones to show")),
    ("system/leases::TAKE", Condition),
    ("system/single_use::USE", Condition),
    ("system/throttles::BOUND", Condition),
    ("system/throttles::GIVE_BACK", Condition),
    ("system/throttles::TAKE", Condition),
    ("members::SET_ROLE", Locked("projects::LOCK")),
    ("users/accesses::RELEASE", Locked("users/accesses::LOCK")),
    ("users/browsers::REMEMBER", Owner),
    ("users/consents::WIDEN", Locked("users/consents::LOCK")),
    ("users/handovers::TAKE", Condition),
    ("users/identities::FORGET", Last("the provider's newest word about the person is the one to keep")),
    ("users/identities::MARK_SESSION", Owner),
    ("users/identities::MOVE", Condition),
    ("users/identities::PUT_UNLINKED", Owner),
    ("users/identities::SEEN", Last("the provider's newest word about the person is the one to keep")),
    ("users/imports::ADVANCE", Condition),
    ("users/imports::CANCEL", Condition),
    ("users/imports::EXPIRE", Condition),
    ("users/imports::FINISH", Condition),
    ("users/imports::RECEIVED", Condition),
    ("users/imports::START", Condition),
    ("users/merges::MOVE", Condition),
    ("users/passkeys::RENAME", Owner),
    ("users/passkeys::USE", Locked("users/passkeys::LOCK")),
    ("users/passwords::CHANGE", Condition),
    ("users/passwords::PUT", Last("a password set by a spent proof or a new account replaces any other")),
    ("users/passwords::REHASH", Condition),
    ("users/proofs::CLOSE_OF_EMAIL", Condition),
    ("users/proofs::CLOSE_OF_USER", Condition),
    ("users/proofs::TAKE", Condition),
    ("users/proofs::TRY_CODE", Condition),
    ("users/recovery_codes::TAKE", Condition),
    ("users/remembered::USE", Owner),
    ("users/saved_filters::PUT", Owner),
    ("users/sessions::END", Condition),
    ("users/sessions::END_OTHERS", Condition),
    ("users/sessions::REAUTHENTICATE", Last("whoever authenticated last says how, and holds the secret")),
    ("users/sessions::REPLACE_SECRET", Last("the secret that was handed out last is the one that is good")),
    ("users/sessions::STEP_UP", Locked("users/sessions::LOCK")),
    ("users/sessions::TOUCH", Last("every use of a session moves the end of its idleness")),
    ("users/suggestions::DISMISS", Condition),
    ("users/suggestions::PUT", Owner),
    ("users/totp::PUT", Locked("users/sessions::LOCK_ACCOUNT")),
    ("users/totp::USE", Condition),
    ("users::FREEZE", Last("the newest report of a theft says until when")),
    ("users::SET_ADMIN", Owner),
    ("users::SET_EMAIL", Locked("users::LOCK")),
    ("users::SET_LOCALE", Owner),
    ("users::SET_PROFILE", Locked("users::LOCK")),
    ("users::SET_STATUS", Condition),
    ("policy/revisions::PUT_DRAFT", Locked("projects::LOCK")),
    ("project_sign_in::SET", Locked("project_sign_in::LOCK")),
    ("projects::RENAME", Owner),
    ("projects::REQUIRE", Owner),
    ("providers::REPLACE", Locked("providers::LOCK")),
    ("events/counters::ADD", Condition),
    ("events/counters::ADVANCE_RECOUNT", Condition),
    ("events/counters::MARK_ACTIVE", Condition),
    ("events/counters::MARK_ACTIVE_OF_DAY", Condition),
    ("events/erasures::ADVANCE", Condition),
    ("events/erasures::ERASE", Last("nothing else replaces the data of an erased event")),
    ("events/feed::ADVANCE", Condition),
    ("events/feed::LEAP", Condition),
    ("events/feed::PUT_AUDIENCE", Owner),
    ("events/history::FORGET_TOKENS", Condition),
    ("events/history::PUT_TOKEN_HASH", Condition),
    ("events/history::RETIRE_KEY", Condition),
    ("events/emails::BRING_NEAR", Condition),
    ("events/emails::RETRY", Last("one instance sends an email at a time and sets the time of the next attempt")),
    ("events/emails::TAKE_DUE", Condition),
    (
        "events/outgoing/deliveries::AGAIN",
        Last("the owner's wish to have it sent again stands above what became of it"),
    ),
    ("events/outgoing/deliveries::ALL_FAILED_AGAIN", Condition),
    ("events/outgoing/deliveries::BRING_NEAR", Condition),
    ("events/outgoing/deliveries::RECORD", Condition),
    ("events/outgoing/logout_notices::BRING_NEAR", Condition),
    ("events/outgoing/logout_notices::OUTLIVE", Owner),
    ("events/outgoing/logout_notices::RECORD", Condition),
    ("events/outgoing/logout_notices::TAKE", Condition),
    ("events/outgoing/webhooks::BRING_NEAR", Condition),
    ("events/outgoing/webhooks::CLAIM", Condition),
    ("events/outgoing/webhooks::DESCRIBE", Locked("events/outgoing/webhooks::LOCK")),
    ("events/outgoing/webhooks::DISABLE", Condition),
    ("events/outgoing/webhooks::DUE", Condition),
    ("events/outgoing/webhooks::ENABLE", Last("the owner's wish to have it back in use stands above its failures")),
    ("events/outgoing/webhooks::FAILED", Condition),
    ("events/outgoing/webhooks::HOLD", Condition),
    ("events/outgoing/webhooks::LET_GO", Condition),
    ("events/outgoing/webhooks::SET_SECRETS", Locked("events/outgoing/webhooks::LOCK")),
    ("events/outgoing/webhooks::SUCCEEDED", Condition),
    ("events/reading::MARK_DISPATCHED", Last("an event stays dispatched")),
    ("events/reading::MARK_DISPATCHED_KEEPING", Condition),
];

/// A statement that changes rows: its table, and the new values of its columns.
#[derive(Debug)]
struct Writer {
    table: String,
    sets: BTreeMap<String, String>,
    condition: String,
}

/// Every statement that changes rows, by file and name.
fn writers() -> BTreeMap<String, Writer> {
    statements().filter_map(|(file, sql)| Some((format!("{file}::{}", sql.name), writer(sql.postgres)?))).collect()
}

fn writer(sql: &str) -> Option<Writer> {
    let (table, rest) = match (sql.strip_prefix("update "), sql.strip_prefix("insert into ")) {
        (Some(update), _) => update.split_once(" set ")?,
        (_, Some(insert)) => (insert.split(' ').next()?, insert.split_once(" do update set ")?.1),
        _ => return None,
    };
    let parts = top_level(rest, " where ");
    let before_returning = |part: &String| part.split(" returning ").next().unwrap_or_default().to_owned();
    let condition = parts.get(1).map(before_returning).unwrap_or_default();
    let sets = top_level(&before_returning(parts.first()?), ", ");
    let sets = sets.iter().filter_map(|set| set.split_once(" = "));
    let sets = sets.map(|(column, value)| (column.to_owned(), value.to_owned())).collect();
    Some(Writer { table: table.to_owned(), sets, condition })
}

/// The table whose rows a statement changes.
pub fn changed_table(statement: &str) -> Option<String> {
    writers().remove(statement).map(|writer| writer.table)
}

/// Tables and statements that need no race of their own, with the reason.
const RACED_ELSEWHERE: &[(&str, &str)] = &[
    ("signing_key", "one instance at a time changes keys"),
    ("totp", "the session and its account are locked first"),
    ("policy_draft", "the project is locked first, as for a change of a role"),
    ("events/outgoing/webhooks::CLAIM", "the columns of the sender, raced by the tests of deliveries"),
    ("events/outgoing/webhooks::DUE", "the columns of the sender, raced by the tests of deliveries"),
    ("events/outgoing/webhooks::HOLD", "the columns of the sender, raced by the tests of deliveries"),
    ("events/outgoing/webhooks::LET_GO", "the columns of the sender, raced by the tests of deliveries"),
];

/// Every statement that changes a row of a table where some statement writes what was read.
pub fn statements_that_need_a_race() -> BTreeSet<String> {
    let found = writers();
    let locked = WRITERS.iter().filter(|(_, guard)| matches!(guard, Locked(_)));
    let tables: BTreeSet<&str> = locked.filter_map(|(name, _)| found.get(*name)).map(|it| it.table.as_str()).collect();
    let elsewhere = |name: &str| RACED_ELSEWHERE.iter().any(|(one, _)| *one == name);
    let needed = |name: &str, table: &str| tables.contains(table) && !elsewhere(table) && !elsewhere(name);
    found.iter().filter(|(name, writer)| needed(name, &writer.table)).map(|(name, _)| name.clone()).collect()
}

/// Splits a text at separators outside of brackets.
fn top_level(text: &str, separator: &str) -> Vec<String> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (at, letter) in text.char_indices() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 && at >= from && text[at..].starts_with(separator) {
            parts.push(text[from..at].to_owned());
            from = at + separator.len();
        }
    }
    parts.push(text[from..].to_owned());
    parts
}

/// Does a text contain a column's name as a word?
fn names(text: &str, column: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|word| word == column)
}

#[test]
fn every_statement_that_changes_rows_says_why_it_undoes_nothing() {
    let listed: BTreeSet<&str> = WRITERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed.len(), WRITERS.len(), "one is listed twice");
    let found = writers();
    let found: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(found.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "not listed");
    assert_eq!(listed.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new(), "listed, but there is none");
}

#[test]
fn columns_with_one_owner_are_written_by_one_statement() {
    let found = writers();
    for (name, _) in WRITERS.iter().filter(|(_, guard)| *guard == Owner) {
        let own = &found[*name];
        for (other, writer) in
            found.iter().filter(|(other, writer)| other.as_str() != *name && writer.table == own.table)
        {
            let shared: Vec<_> =
                own.sets.keys().filter(|column| *column != "updated_at" && writer.sets.contains_key(*column)).collect();
            assert!(shared.is_empty(), "{name} and {other} both write {shared:?}");
        }
    }
}

#[test]
fn a_condition_is_about_the_row_that_is_changed() {
    let found = writers();
    for (name, _) in WRITERS.iter().filter(|(_, guard)| *guard == Condition) {
        let own = &found[*name];
        let of_the_table = found.values().filter(|writer| writer.table == own.table);
        let changing: BTreeSet<&String> = of_the_table.flat_map(|writer| writer.sets.keys()).collect();
        let computed =
            own.sets.iter().any(|(column, value)| names(&value.replace(&format!("excluded.{column}"), ""), column));
        let conditional = changing.iter().any(|column| names(&own.condition, column));
        assert!(computed || conditional, "{name}: {own:?}");
    }
}

#[test]
fn a_lock_is_a_statement_that_locks() {
    let all: BTreeMap<String, Sql> = statements().map(|(file, sql)| (format!("{file}::{}", sql.name), sql)).collect();
    for (name, guard) in WRITERS {
        let Locked(lock) = guard else { continue };
        let lock = all.get(*lock).unwrap_or_else(|| panic!("{name}: there is no statement {lock}"));
        let locks = [" for update", " for no key update", " do update set value = house.value"];
        assert!(locks.iter().any(|words| lock.postgres.contains(words)), "{name}: {}", lock.postgres);
    }
}

#[test]
fn the_time_of_the_last_change_never_moves_backwards() {
    for (name, writer) in writers() {
        let Some(value) = writer.sets.get("updated_at") else { continue };
        assert!(value.starts_with("case when ") && value.contains("updated_at < "), "{name}: {value}");
    }
}
