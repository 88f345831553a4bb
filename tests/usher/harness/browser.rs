//! A browser without a window: keeps cookies, follows redirects within the house, fills in forms.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use scraper::{Html, Selector};

use super::house::{PASSWORD, TestUsher};

/// A browser.
pub struct Browser<'u> {
    pub(super) house: &'u TestUsher,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
}

/// Where a browser has come to rest.
#[derive(Debug, Clone)]
pub struct Landing {
    /// The address.
    pub url: String,
    /// The status; 303 when it was sent to another site, which is not visited.
    pub status: StatusCode,
    /// The page.
    pub body: String,
}

impl Landing {
    /// The answer that the client gets: a parameter of the address it was sent back to.
    pub fn answer(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The code that the client gets.
    pub fn code(&self) -> String {
        self.answer("code").unwrap_or_else(|| panic!("expected a code, landed on {} {}", self.status, self.url))
    }

    /// The title of the page.
    pub fn title(&self) -> String {
        let selector = Selector::parse("title").expect("a selector");
        let page = Html::parse_document(&self.body);
        page.select(&selector).next().map(|title| title.text().collect()).unwrap_or_default()
    }
}

impl TestUsher {
    /// A browser that was never here before.
    pub fn browser(&self) -> Browser<'_> {
        Browser { house: self, cookies: BTreeMap::new() }
    }
}

impl Browser<'_> {
    /// Opens an address and follows wherever it leads within the house.
    pub async fn open(&mut self, url: &str) -> Landing {
        let request = self.house.http.get(url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
        let response = request.send().await.expect("the house answers");
        self.follow(url.to_owned(), response, false).await
    }

    /// Fills in the first form of a page that has a field or button of the last given name, and sends it.
    pub async fn submit(&mut self, page: &Landing, fields: &[(&str, &str)]) -> Landing {
        let (action, mut values) = form_of(page, fields.last().map_or("", |(name, _)| name));
        for (name, value) in fields {
            values.retain(|(held, _)| held != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        let url =
            url::Url::parse(&page.url).and_then(|base| base.join(&action)).expect("a form leads somewhere").to_string();
        self.post(&url, &values).await
    }

    /// Sends a form, whatever page it came from.
    pub async fn post(&mut self, url: &str, values: &[(String, String)]) -> Landing {
        let request = self.house.http.post(url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
        let response = request.form(values).send().await.expect("the house answers");
        self.follow(url.to_owned(), response, !is_posted_from_elsewhere(url)).await
    }

    /// Signs in on the page that asks for it.
    pub async fn sign_in(&mut self, page: &Landing, email: &str) -> Landing {
        self.submit(page, &[("email", email), ("password", PASSWORD)]).await
    }

    /// Follows redirects as browsers do: those that follow a form are held to the `form-action 'self'` of its page until a
    /// page comes in between.
    async fn follow(&mut self, mut url: String, mut response: Response, mut after_form: bool) -> Landing {
        for _ in 0..20 {
            self.keep_cookies(&response);
            let head = head_length(&response);
            assert!(head < MAX_HEAD, "the head of the answer at {url} is {head} bytes long");
            let (status, location) = (response.status(), response.headers().get(LOCATION).cloned());
            let location = if let Some(location) = location {
                assert_eq!(status, StatusCode::SEE_OTHER, "every redirect is a 303");
                location.to_str().expect("plain text").to_owned()
            } else {
                let body = response.text().await.expect("a body");
                let Some(onward) = leads_on(&body) else { return Landing { url, status, body } };
                after_form = false;
                onward
            };
            url = url::Url::parse(&url).and_then(|base| base.join(&location)).map_or(location.clone(), String::from);
            if !url.starts_with(&self.house.url) && !url.starts_with(&self.house.at("/")) {
                assert!(!after_form, "form-action 'self' blocks the redirect to {url}");
                return Landing { url, status: StatusCode::SEE_OTHER, body: String::new() };
            }
            assert!(url.len() - self.house.url.len() < MAX_REQUEST_LINE, "{} bytes: {url}", url.len());
            let request = self.house.http.get(&url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
            response = request.send().await.expect("the house answers");
        }
        panic!("redirected in circles: {url}");
    }

    fn keep_cookies(&mut self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("plain text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

/// Is this an address that pages of other sites post to, whose policy is their own?
fn is_posted_from_elsewhere(url: &str) -> bool {
    url.contains("/oauth2/authorize")
        || url.contains("/oauth2/logout")
        || (url.contains("/upstream/") && url.contains("/callback"))
}

/// What nginx reads of an answer's head, unless it is told otherwise.
const MAX_HEAD: usize = 4_096;
/// What it reads of a request's first line.
const MAX_REQUEST_LINE: usize = 8_192 - "GET  HTTP/1.1".len();

/// The bytes of a response before its body.
pub fn head_length(response: &Response) -> usize {
    let headers = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    "HTTP/1.1 303 See Other\r\n\r\n".len() + headers.sum::<usize>()
}

/// Where a page leads that stands in for a redirect: what a browser does with its `<meta http-equiv="refresh">`.
pub fn leads_on(body: &str) -> Option<String> {
    let selector = Selector::parse("meta[http-equiv=refresh]").expect("a selector");
    let page = Html::parse_document(body);
    let refresh = page.select(&selector).next()?.value().attr("content")?.to_owned();
    refresh.strip_prefix("0; url=").map(str::to_owned)
}

/// Where a form posts, and the values it already holds.
fn form_of(page: &Landing, with: &str) -> (String, Vec<(String, String)>) {
    let selector = |text: &str| Selector::parse(text).expect("a selector");
    let document = Html::parse_document(&page.body);
    let has = selector(&format!("[name=\"{with}\"]"));
    let form = document
        .select(&selector("form"))
        .find(|form| form.select(&has).next().is_some())
        .unwrap_or_else(|| panic!("no form with {with} on {} {}:\n{}", page.status, page.url, page.body));
    let named = selector("input[name]");
    let inputs = form.select(&named).filter(|input| !matches!(input.value().attr("type"), Some("checkbox" | "radio")));
    let values = inputs.map(|input| {
        let value = |name| input.value().attr(name).unwrap_or_default().to_owned();
        (value("name"), value("value"))
    });
    (form.value().attr("action").unwrap_or_default().to_owned(), values.collect())
}
