//! The table of error codes: complete, without unused codes, and equal to docs/errors.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::StatusCode;
use regex::Regex;
use usher_accounts::{ApiErrorCode, ErrorClass, RefusalRow, Rejected};
use usher_http_server::error::of_row;
use usher_http_server::error_codes::{all, table};

/// Upper-case words that are no codes.
const NO_CODES: [&str; 17] = [
    "AAAAAAAAAAAAAAAAAAAAAA",
    "CARGO_PKG_VERSION",
    "CLIENT_SECRET",
    "DENY",
    "ES256",
    "JBSW",
    "LICENSE",
    "NAME",
    "POST",
    "PS256",
    "RS256",
    "S256",
    "SAMEORIGIN",
    "SECRET",
    "SPECIMEN_REFUSED",
    "USHER_ISSUER",
    "USHER_RENDER_DIR",
];
const DOCUMENT: &str = "docs/errors.md";

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("http-server/src/error_codes.rs")
        {
            into.push(fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn every_code_that_is_used_is_in_the_table_and_every_code_of_the_table_is_used() {
    let mut texts = Vec::new();
    for folder in [
        "crates/http-server/src",
        "crates/api/src",
        "crates/page-kit/src",
        "crates/pages/src",
        "crates/console/src",
        "crates/console-rules/src",
    ] {
        sources(Path::new(folder), &mut texts);
    }
    let literal = Regex::new(r#""([A-Z][A-Z0-9_]{3,})""#).expect("a pattern");
    let refused = Rejected::ROWS.iter().map(|row| row.code.code);
    let used: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| literal.captures_iter(text).map(|found| found.get(1).expect("a word").as_str()))
        .filter(|word| !NO_CODES.contains(word))
        .chain(refused)
        .collect();
    let known: BTreeSet<&str> = all(Rejected::ROWS).iter().map(|code| code.code).collect();
    let missing: Vec<_> = used.difference(&known).collect();
    let left_over: Vec<_> = known.difference(&used).collect();
    assert!(missing.is_empty(), "add these to crates/http-server/src/error_codes.rs: {missing:?}");
    assert!(left_over.is_empty(), "nothing uses these of crates/http-server/src/error_codes.rs: {left_over:?}");
}

#[test]
fn the_table_is_sorted_and_says_something_of_each() {
    let codes = all(Rejected::ROWS);
    assert!(codes.windows(2).all(|two| two[0].code < two[1].code));
    for code in &codes {
        assert!(code.meaning.ends_with('.') && !code.meaning.contains('|'), "{}", code.code);
        assert!(
            !code.status.is_empty() && code.status.iter().all(|status| (400..600).contains(status)),
            "{}",
            code.code
        );
    }
}

#[test]
fn the_document_is_the_table() {
    let text = format!(
        "# Errors\n\nAll errors of the API have one form:\n\n```json\n{{\"error\":{{\"code\":\
         \"VALIDATION_FAILED\",\"message\":\"These fields are invalid: email.\",\n          \"details\":{{\"fields\":{{\"email\":\"this is not an \
         e-mail address\"}}}},\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}}}}\n```\n\n`code` is for programs, `message` for people. \
         `traceId` is also in the header `X-Trace-Id`: quote it when you ask for help.\nWith `Accept: \
         application/problem+json` the error has the form of RFC 9457. OAuth endpoints use that of RFC 6749.\n\nThis table is \
         generated from `crates/accounts/src/rejected.rs` and `crates/http-server/src/error_codes.rs` by `UPDATE_DOCS=1 cargo test --test usher api::codes`.\n\n{}",
        table(Rejected::ROWS)
    );
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(DOCUMENT, &text).expect("the document can be written");
    }
    let written = fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(written == text, "{DOCUMENT} differs from the table: run this test with UPDATE_DOCS=1");
}

/// One row is all that a new refusal needs: this one exists in this test only.
#[test]
fn a_specimen_has_a_status_a_body_and_a_row_in_the_document() {
    const SPECIMEN: RefusalRow = ApiErrorCode::new("SPECIMEN_REFUSED", ErrorClass::Conflict, "There is one already.")
        .says("there is a specimen already");
    let problem = of_row(&SPECIMEN, SPECIMEN.sentence.to_owned());
    assert_eq!((problem.status, problem.code), (StatusCode::CONFLICT, "SPECIMEN_REFUSED"));
    assert_eq!(problem.message, "there is a specimen already");
    let rows: Vec<RefusalRow> = Rejected::ROWS.iter().copied().chain([SPECIMEN]).collect();
    assert!(table(&rows).contains("| `SPECIMEN_REFUSED` | 409 | There is one already. |\n"));
    assert_eq!(table(&rows).lines().count(), table(Rejected::ROWS).lines().count() + 1);
}
