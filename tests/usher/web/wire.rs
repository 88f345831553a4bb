//! A single request and its response, without redirects and cookies: for what a browser would hide.

use std::collections::BTreeMap;

use regex::Regex;
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use scraper::{Html, Selector};

use crate::harness::browser::{Browser, Landing};
use crate::harness::server::TestServer;

/// A raw response.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Reply {
    /// A header; empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }

    /// The `Location`; empty if absent.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Every `Set-Cookie` header.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("plain text")).collect()
    }

    /// `Retry-After`, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        self.header("retry-after").parse().ok()
    }

    /// What must be equal in two indistinguishable responses: everything but time, trace id and submitted values.
    pub fn fingerprint(&self, typed: &str) -> (StatusCode, Vec<(String, String)>, String) {
        let trace = self.header("x-trace-id");
        // Every page has a new challenge.
        let drawn = Regex::new(r#"challenge&#34;:&#34;[\w-]+|name="state" value="[\w-]+"#).expect("a pattern");
        let same = |text: &str| match trace {
            "" => drawn.replace_all(text, "…").replace(typed, "…"),
            trace => drawn.replace_all(text, "…").replace(trace, "…").replace(typed, "…"),
        };
        let own = ["date", "traceparent"];
        let kept = self.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let headers = kept.map(|(name, value)| (name.to_string(), same(value.to_str().expect("plain text"))));
        (self.status, headers.collect(), same(&self.body))
    }
}

/// Sends a request.
pub async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    Reply { status, headers, body: response.text().await.expect("a body") }
}

impl TestServer {
    /// A request with these cookies, as a browser sends it.
    pub fn ask(&self, method: Method, path: &str, cookies: &BTreeMap<String, String>) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { self.at(path) };
        let held = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        self.http.request(method, url).header(ACCEPT, "text/html").header(COOKIE, held)
    }

    /// Posts a form with the cookies of a browser, which keeps its own cookies.
    pub async fn post_as(&self, browser: &Browser<'_>, path: &str, form: &[(&str, &str)]) -> Reply {
        send(self.ask(Method::POST, path, &browser.cookies).form(form)).await
    }

    /// Requests a page with the cookies of a browser, which keeps its own cookies.
    pub async fn get_as(&self, browser: &Browser<'_>, path: &str) -> Reply {
        send(self.ask(Method::GET, path, &browser.cookies)).await
    }

    /// A browser with a signed-in user.
    pub async fn signed_in(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let page = browser.open(&self.at("/login")).await;
        let landing = browser.sign_in(&page, email).await;
        assert_eq!(landing.url, self.at("/account/profile"), "{}", landing.body);
        browser
    }
}

impl Landing {
    /// The value of the first field or button of this name.
    pub fn value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_else(|| panic!("no {name} on {}:\n{}", self.url, self.body))
    }

    /// The values of all fields and buttons of this name.
    pub fn values(&self, name: &str) -> Vec<String> {
        let selector = Selector::parse(&format!("[name=\"{name}\"]")).expect("a selector");
        let page = Html::parse_document(&self.body);
        page.select(&selector).map(|field| field.value().attr("value").unwrap_or_default().to_owned()).collect()
    }

    /// The URL of the first link to this path, with its query.
    pub fn link(&self, path: &str) -> String {
        let links = Selector::parse("a[href]").expect("a selector");
        let page = Html::parse_document(&self.body);
        let found = page.select(&links).filter_map(|link| link.attr("href"));
        let found = found.map(str::to_owned).find(|href| href.split('?').next() == Some(path));
        found.unwrap_or_else(|| panic!("no link to {path} on {} {}:\n{}", self.status, self.url, self.body))
    }

    /// An attribute of the first element that the selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let selector = Selector::parse(selector).expect("a selector");
        let page = Html::parse_document(&self.body);
        let found = page.select(&selector).next().and_then(|element| element.attr(name));
        found.map_or_else(|| panic!("no {name} on {}:\n{}", self.url, self.body), str::to_owned)
    }

    /// The text of everything that a selector finds.
    pub fn text(&self, selector: &str) -> String {
        let selector = Selector::parse(selector).expect("a selector");
        let page = Html::parse_document(&self.body);
        page.select(&selector).flat_map(|found| found.text()).collect::<Vec<_>>().join(" ")
    }
}
