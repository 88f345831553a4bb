//! Every page in every language, checked for properties that all pages must have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scraper::{ElementRef, Html, Selector};

use usher_http_server::assets;
use usher_i18n::Lang;

/// Renders every sample page in a language, by file name.
pub type Samples = fn(Lang) -> Vec<(&'static str, String)>;

/// Runs `check` on every sample in every language and collects the failures.
fn every_page(samples: Samples, check: impl Fn(Lang, &str, &str, &Html) -> Vec<String>) {
    let mut faults = Vec::new();
    for lang in Lang::ALL {
        for (name, html) in samples(lang) {
            let found = check(lang, name, &html, &Html::parse_document(&html));
            faults.extend(found.into_iter().map(|fault| format!("{name} ({}): {fault}", lang.tag())));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn faults<'a>(found: impl IntoIterator<Item = ElementRef<'a>>) -> Vec<String> {
    found.into_iter().map(|element| element.html()).collect()
}

pub fn every_page_is_well_formed(samples: Samples) {
    every_page(samples, |_, _, _, page| page.errors.iter().map(ToString::to_string).collect());
}

pub fn every_page_says_its_language(samples: Samples) {
    every_page(samples, |lang, _, _, page| {
        let tag = select(page, "html")[0].attr("lang");
        if tag == Some(lang.tag()) { vec![] } else { vec![format!("{tag:?}")] }
    });
}

pub fn every_page_has_one_heading_and_a_title(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let headings = select(page, "h1");
        // A drawing may have titles of its own parts.
        let titles = select(page, "head > title");
        let titled = titles.len() == 1 && !titles[0].inner_html().starts_with(" ·");
        let filled = headings.len() == 1 && headings[0].text().any(|text| !text.trim().is_empty());
        if titled && filled { vec![] } else { faults(headings) }
    });
}

pub fn nothing_is_styled_or_scripted_inline(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let mut found =
            faults(select(page, "style, [style], script:not([src]), [href^='javascript:'], base, object, embed"));
        for element in select(page, "*") {
            found.extend(
                element.value().attrs().filter(|(name, _)| name.starts_with("on")).map(|(name, _)| name.to_owned()),
            );
        }
        found
    });
}

pub fn values_from_strangers_stay_text(samples: Samples) {
    every_page(samples, |_, _, html, page| {
        let mut found = faults(select(page, "b, script:not([src='app.js'], [src='passkeys.js'], [src='search.js'])"));
        if html.contains("<script>alert") {
            found.push("a value left its place".into());
        }
        found
    });
}

pub fn every_field_has_a_bound_label(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let fields = select(page, "input:not([type=hidden]), textarea, select");
        let labelled = |field: &ElementRef<'_>| {
            field.attr("id").is_some_and(|id| select(page, &format!("label[for='{id}']")).len() == 1)
        };
        faults(fields.into_iter().filter(|field| !labelled(field)))
    });
}

pub fn every_text_field_helps_a_password_manager(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let mut found =
            faults(select(page, "[autocomplete=off], [maxlength], input[type=password]:not([autocomplete])"));
        found.extend(faults(select(page, "input[type=email]:not([autocomplete*=username])")));
        found
    });
}

pub fn every_reference_inside_a_page_leads_somewhere(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let ids: Vec<_> = select(page, "[id]").iter().filter_map(|e| e.attr("id").map(str::to_owned)).collect();
        let unique: BTreeSet<_> = ids.iter().cloned().collect();
        let mut found = if unique.len() == ids.len() { vec![] } else { vec![format!("an id twice: {ids:?}")] };
        for attribute in ["aria-describedby", "aria-labelledby", "data-copy", "data-show", "for"] {
            for element in select(page, &format!("[{attribute}]")) {
                let named = element.attr(attribute).unwrap_or_default().split_whitespace();
                found.extend(named.filter(|id| !unique.contains(*id)).map(|id| format!("{attribute} {id}")));
            }
        }
        let links = select(page, "a[href^='#']");
        found.extend(faults(links.into_iter().filter(|a| !unique.contains(&a.attr("href").unwrap_or_default()[1..]))));
        found
    });
}

pub fn every_drawing_is_in_the_sprite(samples: Samples) {
    let (_, sprite) = assets::bytes("icons.svg").unwrap();
    let sprite = Html::parse_fragment(std::str::from_utf8(&sprite).unwrap());
    let drawn: BTreeSet<_> = select(&sprite, "symbol").iter().filter_map(|e| e.attr("id").map(str::to_owned)).collect();
    let mut named = BTreeSet::new();
    for (_, html) in samples(Lang::En) {
        let page = Html::parse_document(&html);
        let uses = select(&page, "use").into_iter().filter_map(|e| e.attr("href")?.strip_prefix("icons.svg#"));
        named.extend(uses.map(str::to_owned));
    }
    assert!(named.is_subset(&drawn), "{:?}", named.difference(&drawn));
}

pub fn every_form_posts_with_its_anti_forgery_value(samples: Samples) {
    every_page(samples, |_, name, _, page| {
        // These post to the client.
        if ["form-post", "leave-by-form"].contains(&name) {
            return vec![];
        }
        let form = |form: &ElementRef<'_>| {
            let csrf = Selector::parse("input[type=hidden][name=csrf]").unwrap();
            // A search is a GET: its URL holds its state, and it changes nothing.
            let is_search = form.attr("method") == Some("get") && form.select(&csrf).count() == 0;
            is_search
                || form.attr("method") == Some("post")
                    && form.attr("action").is_some_and(|action| !action.is_empty())
                    && form.select(&csrf).count() == 1
        };
        // A search changes nothing, so that its results have a URL.
        let search = |form: &ElementRef<'_>| {
            let secret = Selector::parse("input[type=hidden], input[type=password]").unwrap();
            form.attr("role") == Some("search")
                && form.attr("method") == Some("get")
                && form.select(&secret).next().is_none()
        };
        faults(select(page, "form").into_iter().filter(|f| !form(f) && !search(f)))
    });
}

pub fn every_page_has_a_way_on(samples: Samples) {
    every_page(samples, |_, _, _, page| {
        let ways = "main a[href]:not([href^='#']):not([target=_blank]), main form button[type=submit], nav a[href]";
        if select(page, ways).is_empty() { vec!["nothing leads on".into()] } else { vec![] }
    });
}

pub fn no_page_shows_a_bare_key_or_an_unfilled_variable(samples: Samples) {
    every_page(samples, |_, _, html, _| {
        let visible = html.replace("/login?i=abc", "");
        ["{ $", "{$", "{{", "message-", "problem-", "-title<", "-lead<"]
            .into_iter()
            .filter(|trace| visible.contains(trace))
            .map(str::to_owned)
            .collect()
    });
}

/// Checks that each page contains what its selector names.
///
/// # Panics
/// If one does not.
pub fn check_selectors(samples: Samples, holds: &[(&str, &str)]) {
    let pages: BTreeMap<_, _> = samples(Lang::En).into_iter().collect();
    let missing: Vec<_> =
        holds.iter().filter(|(page, s)| select(&Html::parse_document(&pages[page]), s).is_empty()).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// With `USHER_RENDER_DIR` set, writes every page to that folder.
pub fn every_page_can_be_written_out(samples: Samples) {
    let Ok(dir) = std::env::var("USHER_RENDER_DIR") else { return };
    let dir = Path::new(&dir);
    fs::create_dir_all(dir).unwrap();
    for file in ["app.css", "app.js", "search.js", "logo.svg", "icons.svg"] {
        fs::write(dir.join(file), assets::bytes(file).unwrap().1).unwrap();
    }
    for lang in Lang::ALL {
        for (name, html) in samples(lang) {
            fs::write(dir.join(format!("{name}.{}.html", lang.tag())), html).unwrap();
        }
    }
}
