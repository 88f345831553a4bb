//! The draft as text.

use serde::Deserialize;

use super::draft::{OpenDraft, SAVED, pretty, save, text_faults, urls};
use super::line_diff;
use crate::views::{LineFault, RulesTextPage};
use usher_accounts::FlowError;
use usher_domain::urls as all_urls;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult, ProjectPage};
use usher_page_kit::views::{FieldErrors, ProjectTab};
use usher_policy::PolicyDocument;
use usher_policy::limits::DOCUMENT_BYTES;
use usher_protocol::strict_json;

/// The deepest nesting of a document.
const DEPTH: u8 = 32;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TextForm {
    /// The version of the draft that was seen.
    draft: String,
    document: String,
    /// The version of a draft that may be overwritten although another was seen.
    over: String,
}

/// GET /console/projects/{project}/rules/text
pub async fn get(mut page: ProjectPage) -> PageResult {
    let notice = page.notice(&[SAVED]);
    let view = RulesTextPage { notice, ..view(&mut page).await? };
    page.show(&view)
}

/// POST. A draft may have faults; it must have the form of a document.
pub async fn submit(page: ProjectPage, PageForm(form): PageForm<TextForm>) -> PageResult {
    let seen = form.draft.clone();
    answer(page, form, seen).await
}

/// POST …/rules/text/overwrite: replaces a draft that changed meanwhile, if it is still the version that was shown.
pub async fn overwrite(page: ProjectPage, PageForm(form): PageForm<TextForm>) -> PageResult {
    let seen = form.over.clone();
    answer(page, form, seen).await
}

async fn answer(mut page: ProjectPage, form: TextForm, seen: String) -> PageResult {
    let document = match read(&form.document) {
        Ok(document) => document,
        Err(fault) => {
            let errors = FieldErrors::one("document", "rules-text-unread", page.head("").lang);
            let faults = vec![fault];
            let now = view(&mut page).await?;
            let view = RulesTextPage { errors, faults, document: form.document, draft: form.draft, ..now };
            return page.show_again(&view);
        }
    };
    match save(&mut page, &seen, &document).await? {
        Ok(()) => {
            let there = urls(&page).text();
            page.done(&there, SAVED)
        }
        Err(errors) => {
            let now = view(&mut page).await?;
            let newer = Some((now.draft.clone(), line_diff::compare(&now.document, &pretty(&document)?)));
            let faults = Vec::new();
            let view = RulesTextPage { errors, newer, faults, document: form.document, draft: form.draft, ..now };
            page.show_again(&view)
        }
    }
}

fn read(text: &str) -> Result<PolicyDocument, LineFault> {
    let fault = |line, message: String| {
        let excerpt = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
        LineFault { line, excerpt, message, is_error: true }
    };
    if text.len() > DOCUMENT_BYTES {
        return Err(fault(1, format!("a document has at most {DOCUMENT_BYTES} bytes")));
    }
    let json = strict_json::value(text.as_bytes(), DEPTH);
    let json = json.map_err(|error| fault(error.line().max(1), error.to_string()))?;
    PolicyDocument::from_json(json).map_err(|found| {
        let at_line = text_faults(text, std::slice::from_ref(&found)).pop();
        at_line.unwrap_or_else(|| fault(1, found.message))
    })
}

async fn view(page: &mut ProjectPage) -> Result<RulesTextPage, FlowError> {
    let urls = urls(page);
    let head = page.head(&urls.text());
    let open = OpenDraft::load(page).await?;
    let (_, faults) = open.state(page, &head).await;
    let document = pretty(&open.document)?;
    Ok(RulesTextPage {
        project: page.project_head(&head, ProjectTab::Rules),
        form: page.form(urls.text()),
        overwrite_url: urls.overwrite(),
        draft: open.drafted.etag,
        faults: text_faults(&document, &faults),
        document,
        rules_url: page.urls.rules(),
        guide_url: all_urls::document("access-rules"),
        page: head,
        ..RulesTextPage::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_a_text_are_at_their_lines() {
        for (text, line) in [
            ("", 1),
            ("{\n\"roles\": {},\n}", 3),
            ("{\n\"roles\": {},\n\"roles\": {}\n}", 3),
            ("{\n\"rules\": {}\n}", 2),
            ("{\n\"roles\": {\n\"a\": 5}}", 3),
            ("[]", 1),
        ] {
            assert_eq!(read(text).unwrap_err().line, line, "{text}");
        }
        assert!(read("{}").is_ok() && read(&" ".repeat(DOCUMENT_BYTES + 1)).is_err());
    }
}
