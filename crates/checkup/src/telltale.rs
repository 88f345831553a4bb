//! How a page tells whether somebody is signed in. Pure.

use super::browser::{Arrival, SeenPage, WalkFault};
use super::person::TestPerson;

/// What differs between a browser with a session and one without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telltale {
    /// The page opens only for signed-in people.
    Opens,
    /// The page opens for everybody and shows who is signed in.
    ShowsPerson,
}

/// The page at this URL, if it opened: without a redirect elsewhere, with a status of success.
pub fn opened<'p>(url: &str, walked: &'p Result<Arrival, WalkFault>) -> Option<&'p SeenPage> {
    match walked {
        Ok(Arrival::Page(page)) if page.url == url && (200..300).contains(&page.status) => Some(page),
        _ => None,
    }
}

impl Telltale {
    /// Compares what a browser without a session sees with what the person sees after a good sign-in. `None` if it is
    /// the same.
    pub fn find(stranger: Option<&SeenPage>, signed_in: Option<&SeenPage>, person: &TestPerson) -> Option<Self> {
        let after = signed_in?;
        match stranger {
            None => Some(Self::Opens),
            Some(before) if person.is_on(&after.body) && !person.is_on(&before.body) => Some(Self::ShowsPerson),
            Some(_) => None,
        }
    }

    /// Does the page say that one of these people is signed in?
    pub fn says(self, page: Option<&SeenPage>, people: [&TestPerson; 2]) -> bool {
        match self {
            Self::Opens => page.is_some(),
            Self::ShowsPerson => page.is_some_and(|page| people.iter().any(|person| person.is_on(&page.body))),
        }
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::random::SeededRandom;

    use super::*;

    const URL: &str = "https://rp.test/home";

    fn page(url: &str, status: u16, body: &str) -> Arrival {
        Arrival::Page(SeenPage { url: url.into(), status, body: body.into(), throttled: false })
    }

    #[test]
    fn a_page_that_redirects_or_fails_does_not_open() {
        assert!(opened(URL, &Ok(page(URL, 200, ""))).is_some());
        assert!(opened(URL, &Ok(page("https://rp.test/login", 200, ""))).is_none());
        assert!(opened(URL, &Ok(page(URL, 401, ""))).is_none());
        assert!(opened(URL, &Ok(Arrival::AtIssuer(URL.parse().unwrap()))).is_none());
        assert!(opened(URL, &Err(WalkFault::Lost)).is_none());
    }

    #[test]
    fn a_page_that_looks_the_same_tells_nothing() {
        let (ana, otto) =
            (TestPerson::new("Ana", &SeededRandom::new(1)), TestPerson::new("Otto", &SeededRandom::new(2)));
        let with_name = Ok(page(URL, 200, &format!("Hello {}", ana.sub)));
        let (plain, named) = (Ok(page(URL, 200, "Hello")), opened(URL, &with_name));
        let plain = opened(URL, &plain);
        assert_eq!(Telltale::find(None, plain, &ana), Some(Telltale::Opens));
        assert_eq!(Telltale::find(plain, named, &ana), Some(Telltale::ShowsPerson));
        assert_eq!(Telltale::find(plain, plain, &ana), None);
        assert_eq!(Telltale::find(None, None, &ana), None);
        assert!(Telltale::ShowsPerson.says(named, [&otto, &ana]) && !Telltale::ShowsPerson.says(plain, [&otto, &ana]));
        assert!(Telltale::Opens.says(plain, [&otto, &ana]) && !Telltale::Opens.says(None, [&otto, &ana]));
    }
}
