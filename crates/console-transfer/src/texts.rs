//! The keys of the texts of imports.

use usher_domain::user::import::{ImportFormat, ImportStatus, RowResult};
use usher_page_kit::views::Layout;
use usher_protocol::user_claims::UserClaims;
use usher_transfer::detect::FileFault;
use usher_transfer::reason::Reason;

/// The codes of reasons and the keys of their texts.
const REASONS: &[(&str, &str)] = &[
    ("row-too-long", "import-reason-row-too-long"),
    ("row-not-utf8", "import-reason-row-not-utf8"),
    ("row-not-json", "import-reason-row-not-json"),
    ("row-quotes", "import-reason-row-quotes"),
    ("row-cells", "import-reason-row-cells"),
    ("row-cut-off", "import-reason-row-cut-off"),
    ("invalid", "import-reason-invalid"),
    ("email-invalid", "import-reason-email-invalid"),
    ("email-missing", "import-reason-email-missing"),
    ("email-unverified", "import-reason-email-unverified"),
    ("duplicate", "import-reason-duplicate"),
    ("exists", "import-reason-exists"),
    ("unchanged", "import-reason-unchanged"),
    ("merged", "import-reason-merged"),
    ("two-users", "import-reason-two-users"),
    ("other-email", "import-reason-other-email"),
    ("sub-invalid", "import-reason-sub-invalid"),
    ("sub-taken", "import-reason-sub-taken"),
    ("sub-deleted", "import-reason-sub-deleted"),
    ("sub-ignored", "import-reason-sub-ignored"),
    ("identity-invalid", "import-reason-identity-invalid"),
    ("identity-provider", "import-reason-identity-provider"),
    ("identity-issuer", "import-reason-identity-issuer"),
    ("identity-taken", "import-reason-identity-taken"),
    ("hash-unsupported", "import-reason-hash-unsupported"),
    ("hash-malformed", "import-reason-hash-malformed"),
    ("hash-expensive", "import-reason-hash-expensive"),
    ("hash-kept", "import-reason-hash-kept"),
    ("invited", "import-reason-invited"),
];

/// A reason as a sentence.
pub fn reason_text(page: &Layout, reason: &str) -> Option<String> {
    let reason = Reason::parse(reason)?;
    let key = REASONS.iter().find(|(code, _)| *code == reason.code).map(|(_, key)| *key)?;
    Some(match &reason.about {
        Some(about) => page.tv(key, "about", about.as_str()),
        None => page.t(key),
    })
}

pub const fn format_key(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Csv => "import-format-csv",
        ImportFormat::CsvSemicolon => "import-format-csv-semicolon",
        ImportFormat::CsvTab => "import-format-csv-tab",
        ImportFormat::JsonLines => "import-format-json-lines",
        ImportFormat::JsonDocument => "import-format-json-document",
    }
}

pub const fn status_key(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Uploading | ImportStatus::Ready => "import-status-ready",
        ImportStatus::Checking => "import-status-checking",
        ImportStatus::Checked => "import-status-checked",
        ImportStatus::Importing => "import-status-importing",
        ImportStatus::Done => "import-status-done",
        ImportStatus::Cancelled => "import-status-cancelled",
        ImportStatus::Failed => "import-status-failed",
    }
}

pub const fn status_badge(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Done => "badge good",
        ImportStatus::Failed => "badge bad",
        ImportStatus::Checking | ImportStatus::Importing => "badge warn",
        _ => "badge",
    }
}

pub const fn result_key(result: RowResult) -> &'static str {
    match result {
        RowResult::Created => "import-created",
        RowResult::Updated => "import-updated",
        RowResult::Skipped => "import-skipped",
        RowResult::Failed => "import-failed",
    }
}

pub const fn fault_key(fault: FileFault) -> &'static str {
    match fault {
        FileFault::Empty => "import-fault-empty",
        FileFault::Compressed => "import-fault-compressed",
        FileFault::NotUtf8 => "import-fault-not-utf8",
        FileFault::Header => "import-fault-header",
    }
}

/// The meaning of a column.
pub fn target_key(word: &str) -> Option<&'static str> {
    match word {
        "ignore" => Some("import-column-ignore"),
        "email_verified" => Some("import-column-verified"),
        "phone_number_verified" => Some("import-column-phone-verified"),
        "sub" => Some("import-column-sub"),
        "disabled" => Some("import-column-disabled"),
        "enabled" => Some("import-column-enabled"),
        "created_at" => Some("import-column-created"),
        "language" => Some("import-column-language"),
        "identities" => Some("import-column-identities"),
        "password_hash" => Some("import-column-password"),
        claim => UserClaims::STANDARD.find(claim).map(|row| row.label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_transfer::columns::ColumnTarget;
    use usher_transfer::reason::CODES;

    #[test]
    fn every_reason_and_every_column_has_a_text() {
        let texts: Vec<&str> = REASONS.iter().map(|(code, _)| *code).collect();
        assert_eq!(texts, CODES);
        for word in ColumnTarget::words() {
            assert!(target_key(word).is_some(), "{word}");
        }
    }
}
