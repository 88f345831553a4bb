//! Says on the page that waits for a mailed code or link whether an email was sent.

use usher_accounts::MailedProof;
use usher_domain::urls;
use usher_page_kit::views::Message;
use usher_protocol::params::Params;

/// Query parameter: `1` if another email was sent, `0` if the limit of emails to the address prevented it.
const SENT: &str = "sent";

/// The page at `path` that waits for a first email.
pub(crate) fn waiting_url(path: &str, mailed: MailedProof) -> String {
    let url = urls::with(path, "proof", &mailed.id.to_string());
    if mailed.sent { url } else { urls::with(&url, SENT, "0") }
}

/// The page at `path` that waits for another email.
pub(crate) fn sent_url(path: &str, mailed: MailedProof) -> String {
    let url = urls::with(path, "proof", &mailed.id.to_string());
    urls::with(&url, SENT, if mailed.sent { "1" } else { "0" })
}

/// The message about the requested email.
pub(crate) fn sent_notice(query: &Params) -> Option<Message> {
    match query.get(SENT).ok().flatten()? {
        "1" => Some(Message::CodeSent),
        "0" => Some(Message::EmailNotSent),
        _ => None,
    }
}
