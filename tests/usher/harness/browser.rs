//! A headless browser: keeps cookies, follows redirects within the server, fills in forms.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use scraper::{Html, Selector};

use super::server::{PASSWORD, TestServer};

/// A browser.
pub struct Browser<'u> {
    pub(super) server: &'u TestServer,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
}

/// The page where a browser stops.
#[derive(Debug, Clone)]
pub struct Landing {
    /// The URL.
    pub url: String,
    /// The status; 303 for a redirect to another site, which is not requested.
    pub status: StatusCode,
    /// The page.
    pub body: String,
}

impl Landing {
    /// A parameter of the redirect to the client.
    pub fn answer(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The error in the link of the page that asks before a person is sent to a client that nobody here knows.
    pub fn error_left_to_the_person(&self) -> Option<String> {
        let selector = Selector::parse("a.button[href*='error=']").expect("a selector");
        let page = Html::parse_document(&self.body);
        let link = page.select(&selector).next()?.value().attr("href")?.to_owned();
        Self { url: link, ..self.clone() }.answer("error")
    }

    /// The URLs of the forms whose URL ends with this.
    pub fn actions(&self, end: &str) -> Vec<String> {
        let selector = Selector::parse(&format!("form[action$=\"{end}\"]")).expect("a selector");
        let page = Html::parse_document(&self.body);
        page.select(&selector).filter_map(|form| form.value().attr("action")).map(str::to_owned).collect()
    }

    /// The code in the redirect to the client.
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

impl TestServer {
    /// A new browser.
    pub fn browser(&self) -> Browser<'_> {
        Browser { server: self, cookies: BTreeMap::new() }
    }
}

impl<'u> Browser<'u> {
    /// The server that it was made for.
    pub fn server(&self) -> &'u TestServer {
        self.server
    }
}

impl Browser<'_> {
    /// Opens a URL and follows redirects within the server.
    pub async fn open(&mut self, url: &str) -> Landing {
        let request = self.server.http.get(url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
        let response = request.send().await.expect("the server answers");
        self.follow(url.to_owned(), response, false).await
    }

    /// Fills in and submits the first form of a page that has a field or button of the last given name; without fields
    /// the first form.
    pub async fn submit(&mut self, page: &Landing, fields: &[(&str, &str)]) -> Landing {
        let with = fields.last().map_or("main form".to_owned(), |(name, _)| format!("[name=\"{name}\"]"));
        self.send(page, form_of(page, &with), fields).await
    }

    /// Fills in the form of an action and presses its button. The URL of the action ends with `action`.
    pub async fn press(&mut self, page: &Landing, action: &str, fields: &[(&str, &str)]) -> Landing {
        let ends = [("form", "action"), ("button", "formaction")]
            .map(|(element, name)| format!("{element}[{name}$=\"/{action}\"], {element}[{name}*=\"/{action}?\"]"));
        let form = ends.join(", ");
        self.send(page, form_of(page, &form), fields).await
    }

    async fn send(
        &mut self,
        page: &Landing,
        form: (String, Vec<(String, String)>),
        fields: &[(&str, &str)],
    ) -> Landing {
        let (action, mut values) = form;
        for (name, value) in fields {
            values.retain(|(held, _)| held != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        let url =
            url::Url::parse(&page.url).and_then(|base| base.join(&action)).expect("a form leads somewhere").to_string();
        self.post(&url, &values).await
    }

    /// Posts a form, whatever page it came from.
    pub async fn post(&mut self, url: &str, values: &[(String, String)]) -> Landing {
        let request = self.server.http.post(url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
        let response = request.form(values).send().await.expect("the server answers");
        self.follow(url.to_owned(), response, !is_posted_from_elsewhere(url)).await
    }

    /// Signs in on the sign-in page.
    pub async fn sign_in(&mut self, page: &Landing, email: &str) -> Landing {
        self.submit(page, &[("email", email), ("password", PASSWORD)]).await
    }

    /// Follows redirects as browsers do: those after a form are subject to the `form-action 'self'` of its page until
    /// a page comes in between.
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
            if !url.starts_with(&self.server.url) && !url.starts_with(&self.server.at("/")) {
                assert!(!after_form, "form-action 'self' blocks the redirect to {url}");
                return Landing { url, status: StatusCode::SEE_OTHER, body: String::new() };
            }
            assert!(url.len() - self.server.url.len() < MAX_REQUEST_LINE, "{} bytes: {url}", url.len());
            let request = self.server.http.get(&url).header(ACCEPT, "text/html").header(COOKIE, self.cookie_header());
            response = request.send().await.expect("the server answers");
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

/// Is this a URL that pages of other sites post to, with their own policy?
fn is_posted_from_elsewhere(url: &str) -> bool {
    url.contains("/oauth2/authorize")
        || url.contains("/oauth2/logout")
        || (url.contains("/upstream/") && url.contains("/callback"))
}

/// The default buffer of nginx for a response's head.
const MAX_HEAD: usize = 4_096;
/// The default buffer of nginx for a request line.
const MAX_REQUEST_LINE: usize = 8_192 - "GET  HTTP/1.1".len();

/// The bytes of a response before its body.
pub fn head_length(response: &Response) -> usize {
    let headers = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    "HTTP/1.1 303 See Other\r\n\r\n".len() + headers.sum::<usize>()
}

/// The target of a page that replaces a redirect: its `<meta http-equiv="refresh">`.
pub fn leads_on(body: &str) -> Option<String> {
    let selector = Selector::parse("meta[http-equiv=refresh]").expect("a selector");
    let page = Html::parse_document(body);
    let refresh = page.select(&selector).next()?.value().attr("content")?.to_owned();
    refresh.strip_prefix("0; url=").map(str::to_owned)
}

/// The URL and the initial values of the first form that matches, or holds an element that does. The URL of a button
/// comes first.
fn form_of(page: &Landing, with: &str) -> (String, Vec<(String, String)>) {
    let selector = |text: &str| Selector::parse(text).expect("a selector");
    let document = Html::parse_document(&page.body);
    let has = selector(with);
    let found = document.select(&selector("form")).find_map(|form| {
        let inside = form.select(&has).next();
        (has.matches(&form) || inside.is_some()).then_some((form, inside))
    });
    let (form, inside) =
        found.unwrap_or_else(|| panic!("no form with {with} on {} {}:\n{}", page.status, page.url, page.body));
    let action = inside.and_then(|element| element.value().attr("formaction")).or(form.value().attr("action"));
    let named = selector("input[name]");
    let inputs = form.select(&named).filter(|input| !matches!(input.value().attr("type"), Some("checkbox" | "radio")));
    let values = inputs.map(|input| {
        let value = |name| input.value().attr(name).unwrap_or_default().to_owned();
        (value("name"), value("value"))
    });
    (action.unwrap_or_default().to_owned(), values.collect())
}
