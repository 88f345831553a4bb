//! `/docs/…`: the guides of the folder `docs/`, built into the binary and rendered as pages.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use usher_page_kit::kit::html;

use axum::Router;
use axum::extract::Path;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use rust_embed::RustEmbed;

use crate::views::DocumentPage;
use usher_domain::urls;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::views::{AssetUrls, Layout, NavLink};

#[derive(RustEmbed)]
#[folder = "../../docs/"]
#[include = "*.md"]
struct DocsFiles;

/// A rendered document.
struct RenderedDocument {
    title: String,
    html: String,
}

/// Every document by its path without `.md`.
static DOCUMENTS: LazyLock<BTreeMap<String, RenderedDocument>> = LazyLock::new(|| {
    let text = |name: &str| DocsFiles::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    let path = |name: &str| name.strip_suffix(".md").map(str::to_owned);
    DocsFiles::iter().filter_map(|name| Some((path(&name)?, render(&text(&name)?)))).collect()
});

/// The routes of the guides.
pub fn routes() -> Router<App> {
    Router::new().route(urls::DOCUMENT, get(page))
}

async fn page(Path(name): Path<String>) -> Result<Response, HttpProblem> {
    let Some(document) = DOCUMENTS.get(&name) else {
        let to = address_of(&name).ok_or_else(HttpProblem::not_found)?;
        return Ok(Redirect::permanent(&to).into_response());
    };
    let link =
        |icon, label: &str, url: &str, current| NavLink { icon, label: label.to_owned(), url: url.to_owned(), current };
    let guides = link("book-open", "Guides", urls::GUIDES, name == "index");
    let nav = vec![guides, link("terminal", "API", urls::DOCS, false)];
    let page = Layout { assets: AssetUrls::built_in(), nav, ..Layout::default() };
    let view = DocumentPage { page, title: document.title.clone(), html: &document.html };
    Ok(([(CACHE_CONTROL, "no-cache")], html(&view)?).into_response())
}

/// The address of the document that a path with a suffix, a trailing slash, or the name of a folder means.
fn address_of(name: &str) -> Option<String> {
    let plain = name.trim_end_matches('/');
    let plain = plain.strip_suffix(".md").unwrap_or(plain);
    if DOCUMENTS.contains_key(plain) {
        return Some(urls::document(plain));
    }
    let folder = format!("{plain}/");
    DOCUMENTS.keys().any(|document| document.starts_with(&folder)).then(|| urls::GUIDES.to_owned())
}

/// Markdown as HTML that the content security policy allows: no inline style, no raw HTML (comments are for tests).
fn render(markdown: &str) -> RenderedDocument {
    let mut title = String::new();
    let mut in_title = false;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES);
    let events = named_headings(events.collect()).into_iter().filter_map(|event| {
        match &event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => in_title = title.is_empty(),
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            Event::Text(text) | Event::Code(text) if in_title => title.push_str(text),
            _ => {}
        }
        ours(event)
    });
    let mut body = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut body, events.flat_map(framed));
    RenderedDocument { title, html: body }
}

/// The event to render; `None` for HTML.
fn ours(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {
            return None;
        }
        // A block that is wider than the page can be scrolled by keyboard.
        Event::Start(Tag::CodeBlock(_)) => Event::Html(CowStr::Borrowed("<pre tabindex=\"0\"><code>")),
        Event::End(TagEnd::CodeBlock) => Event::Html(CowStr::Borrowed("</code></pre>\n")),
        Event::Start(Tag::Table(columns)) => Event::Start(Tag::Table(vec![Alignment::None; columns.len()])),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: without_suffix(&dest_url).into(), title, id })
        }
        other => other,
    })
}

/// A table that is wider than the page is in a container that can be scrolled by keyboard.
fn framed(event: Event<'_>) -> Vec<Event<'_>> {
    match event {
        Event::Start(Tag::Table(_)) => vec![Event::Html("<div class=\"scroll\" tabindex=\"0\">\n".into()), event],
        Event::End(TagEnd::Table) => vec![event, Event::Html("</div>\n".into())],
        other => vec![other],
    }
}

/// A link to another document becomes a link to its page.
fn without_suffix(link: &str) -> String {
    let (path, fragment) = link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    let path = if link.contains("://") { path } else { path.strip_suffix(".md").unwrap_or(path) };
    fragment.map_or_else(|| path.to_owned(), |fragment| format!("{path}#{fragment}"))
}

/// Gives every heading the same id as on GitHub.
fn named_headings(mut events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let starts = events.iter().enumerate().filter(|(_, event)| matches!(event, Event::Start(Tag::Heading { .. })));
    let starts: Vec<usize> = starts.map(|(place, _)| place).collect();
    for start in starts {
        let inside = events[start..].iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let words: String = inside
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
            *id = Some(slug(&words).into());
        }
    }
    events
}

/// `Sign people in, step by step` → `sign-people-in-step-by-step`
fn slug(words: &str) -> String {
    let kept = words.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Component, PathBuf};

    use scraper::{Html, Selector};

    use super::*;

    fn all(selector: &str, html: &str) -> Vec<String> {
        let (document, selector) = (Html::parse_fragment(html), Selector::parse(selector).unwrap());
        document.select(&selector).map(|element| element.html()).collect()
    }

    #[test]
    fn every_document_has_one_title_and_nothing_that_the_policy_refuses() {
        assert!(DOCUMENTS.contains_key("index") && DOCUMENTS.contains_key("errors"));
        for (name, RenderedDocument { title, html }) in &*DOCUMENTS {
            assert!(!title.is_empty() && all("h1", html).len() == 1, "{name}: {title}");
            assert_eq!(all("[style], script, style, iframe, img", html), Vec::<String>::new(), "{name}");
            assert!(!html.contains("<!--"), "{name}");
        }
    }

    #[test]
    fn every_link_between_documents_leads_somewhere() {
        for (name, RenderedDocument { html, .. }) in &*DOCUMENTS {
            let links = Html::parse_fragment(html);
            for link in links.select(&Selector::parse("a[href]").unwrap()) {
                let link = link.attr("href").unwrap_or_default();
                if link.contains("://") || link.starts_with('/') {
                    continue;
                }
                let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { name.clone() } else { beside(name, path) };
                let there = DOCUMENTS.get(&target).unwrap_or_else(|| panic!("{name}: {link} leads nowhere"));
                let anchor = format!("id=\"{fragment}\"");
                assert!(fragment.is_empty() || there.html.contains(&anchor), "{name}: {link} has no such heading");
            }
        }
    }

    /// `guides/axum` and `../errors` → `errors`
    fn beside(name: &str, path: &str) -> String {
        let mut found = PathBuf::from(name);
        found.pop();
        for part in PathBuf::from(path).components() {
            match part {
                Component::ParentDir => drop(found.pop()),
                other => found.push(other),
            }
        }
        found.to_str().unwrap().to_owned()
    }

    #[test]
    fn links_lose_the_suffix_of_documents_alone() {
        assert_eq!(without_suffix("../errors.md#codes"), "../errors#codes");
        assert_eq!(without_suffix("errors.md"), "errors");
        assert_eq!(without_suffix("https://example.com/README.md"), "https://example.com/README.md");
    }

    #[test]
    fn a_suffix_a_trailing_slash_and_a_folder_lead_to_a_document() {
        assert_eq!(address_of("sign-in.md").as_deref(), Some("/docs/sign-in"));
        assert_eq!(address_of("guides/django/").as_deref(), Some("/docs/guides/django"));
        assert_eq!(address_of("guides").as_deref(), Some(urls::GUIDES));
        for nothing in ["", "/", "nothing", "sign", "../README", "sign-in.html"] {
            assert_eq!(address_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn html_of_a_document_is_left_out_and_code_is_escaped() {
        let RenderedDocument { title, html } =
            render("# A `b`\n\n<!-- not shown -->\n\n<script>x</script>\n\n```sh\na <b> & c\n```\n");
        assert_eq!(title, "A b");
        assert!(!html.contains("script") && !html.contains("not shown"), "{html}");
        assert!(html.contains("<pre tabindex=\"0\"><code>a &lt;b&gt; &amp; c\n</code></pre>"), "{html}");
        assert!(html.starts_with("<h1 id=\"a-b\">"), "{html}");
    }
}
