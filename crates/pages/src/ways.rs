//! Links on error pages to continue.

use crate::views::{ErrorPageLink, PageProblem};
use usher_domain::urls;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// The links to continue, the best one first. `here` is the requested URL, with its query.
pub fn ways(lang: Lang, kind: PageProblem, problem: &HttpProblem, here: &str) -> Vec<ErrorPageLink> {
    let way = |key, url: &str| ErrorPageLink { label: lang.text(key), url: url.to_owned() };
    let path = here.split('?').next().unwrap_or_default();
    let page = urls::page_of_action(path);
    let again = if page == path { here } else { page };
    let account = way("way-account", urls::PROFILE);
    let mut found = match kind {
        PageProblem::SignInExpired => vec![way("sign-in", &sign_in_again(here))],
        PageProblem::FormExpired | PageProblem::CookiesMissing => vec![way("way-reload", again), account],
        PageProblem::TooManyRequests | PageProblem::Internal => vec![way("way-again", again), account],
        // Only who sent an invitation can send another one.
        PageProblem::LinkExpired if page == urls::INVITATION => vec![way("sign-in", urls::LOGIN), account],
        PageProblem::LinkExpired => vec![link_again(lang, path), way("sign-in", urls::LOGIN)],
        PageProblem::NotAllowed if problem.code == "REGISTRATION_CLOSED" => vec![way("sign-in", urls::LOGIN)],
        PageProblem::Deleted => vec![way("way-console", urls::CONSOLE), account],
        PageProblem::NotAllowed => vec![account, way("use-another-account", urls::ACCOUNTS)],
        _ => vec![account],
    };
    if let Some(origin) = &problem.back_to {
        let host = origin.split("://").last().unwrap_or_default();
        let label = lang.text_with("way-back-to", &[("host", host.into())]);
        found.insert(0, ErrorPageLink { label, url: origin.to_string() });
    }
    found
}

/// The sign-in page: with the request that the second factor belonged to, or the page that it continued to.
fn sign_in_again(here: &str) -> String {
    let query = here.strip_prefix(urls::SECOND_FACTOR).and_then(|rest| rest.strip_prefix('?'));
    let Some(query) = query.and_then(|query| Params::decode(query.as_bytes()).ok()) else {
        return urls::LOGIN.to_owned();
    };
    let value = |name| query.get(name).ok().flatten();
    urls::on_the_way(urls::LOGIN, value("interaction"), value("next"))
}

/// The page to request a new link.
fn link_again(lang: Lang, path: &str) -> ErrorPageLink {
    let (key, url) = match path {
        urls::VERIFY => ("login-register", urls::REGISTER),
        urls::EMAIL => ("profile-change-email", urls::EMAIL),
        _ => ("recover-again", urls::RECOVER),
    };
    ErrorPageLink { label: lang.text(key), url: url.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_way_on() {
        for lang in Lang::ALL {
            for kind in PageProblem::ALL {
                let found = ways(lang, kind, &HttpProblem::internal(), "/login?next=%2Fconsole");
                assert!(!found.is_empty() && found.iter().all(|way| way.url.starts_with('/')), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_second_step_that_is_over_leads_to_the_first_with_its_request() {
        let url = |here| ways(Lang::En, PageProblem::SignInExpired, &HttpProblem::internal(), here).remove(0).url;
        assert_eq!(url("/login/second?pending=p&interaction=i"), "/login?interaction=i");
        assert_eq!(url("/login/second?pending=p&next=%2Faccount%2Fdata"), "/login?next=%2Faccount%2Fdata");
        assert_eq!(url("/login/second?pending=p&next=https%3A%2F%2Fevil.test"), "/login?next=%2Faccount%2Fprofile");
        assert_eq!(url("/consent?interaction=i"), "/login");
    }

    #[test]
    fn what_was_deleted_in_the_console_leads_to_the_console() {
        let url = |kind, here| ways(Lang::En, kind, &HttpProblem::not_found(), here).remove(0).url;
        assert_eq!(url(PageProblem::Deleted, "/console/projects/x"), urls::CONSOLE);
        assert_eq!(url(PageProblem::NotFound, "/nowhere"), urls::PROFILE);
    }

    #[test]
    fn a_form_without_a_page_leads_to_the_page_that_it_stands_on() {
        let found = ways(Lang::En, PageProblem::FormExpired, &HttpProblem::internal(), urls::RENEW_CODES);
        assert_eq!(found[0].url, urls::SECURITY);
    }

    #[test]
    fn a_sign_in_that_is_over_leads_back_to_its_application() {
        let problem = HttpProblem::internal().back_to(Some("https://rp.test".into()));
        let found = ways(Lang::En, PageProblem::SignInExpired, &problem, "/login");
        assert_eq!((found[0].url.as_str(), found[0].label.as_str()), ("https://rp.test", "Go to rp.test"));
    }
}
