//! An example of every page in every relevant state, with hostile values in untrusted fields.

mod attempts;
mod branding;
mod check_up;
mod console;
mod installation;
mod project;
mod providers;
mod search;
mod users;

use usher_i18n::Lang;

/// Every sample page in `lang`, by file name.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    pages.extend(console::console_pages(lang));
    pages.extend(console::client_pages(lang));
    pages.extend(attempts::all(lang));
    pages.extend(check_up::all(lang));
    pages.extend(installation::all(lang));
    pages.extend(attempts::beside(lang));
    pages.extend(project::all(lang));
    pages.extend(providers::all(lang));
    pages.extend(users::all(lang));
    pages.extend(branding::all(lang));
    pages.extend(search::all(lang));
    pages.into_iter().map(|(name, page)| (name, page.expect("a sample renders"))).collect()
}

usher_page_tests::page_checks!(all);

#[test]
fn the_names_that_other_programs_rely_on_hold() {
    usher_page_tests::check_selectors(
        all,
        &[
            ("client-new", "input[type=radio][name=type][value=machine]"),
            ("client-new", "textarea[name=post_logout_redirect_uris]"),
            ("client", "form[action$=rotate-secret] button"),
        ],
    );
}
