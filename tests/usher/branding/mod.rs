//! Branding: of projects and of the installation, on pages and in emails.

mod api;
mod console;
mod emails;
mod pages;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{By, Reply, call};
use crate::harness::server::TestServer;

/// A drawing that may be a logo.
pub const DRAWING: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z" fill="#1d6a43"/></svg>"##;

/// A PNG image of this size, without pixels.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], name, data, b"crc."].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")].concat()
}

/// A whole branding.
pub fn greenhouse() -> Value {
    json!({
        "name": "Greenhouse", "accent": "#1d6a43", "support_email": "help@example.com",
        "tos_uri": "https://example.com/terms", "policy_uri": "https://example.com/privacy",
        "sender_name": "Greenhouse accounts",
    })
}

/// A file that the server sent.
pub struct ServedFile {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl ServedFile {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }
}

impl TestServer {
    /// The path of the branding of the test's project.
    pub fn branding(&self) -> String {
        format!("/projects/{}/branding", self.project)
    }

    /// Brands the test's project.
    pub async fn brand(&self, branding: &Value) -> Reply {
        call(self, By::Token(&self.project_token), Method::PUT, &self.branding(), branding).await
    }

    /// Uploads a logo for the test's project.
    pub async fn upload(&self, kind: &str, bytes: impl Into<Vec<u8>>) -> Reply {
        let url = self.at(&format!("/api/v1{}/logo", self.branding()));
        let request = self.http.put(url).bearer_auth(&self.project_token).header(CONTENT_TYPE, kind);
        let response = request.body(bytes.into()).send().await.expect("the server answers");
        let status = response.status();
        Reply { status, etag: None, json: response.json().await.unwrap_or_default() }
    }

    pub async fn file(&self, path: &str) -> ServedFile {
        let response = self.http.get(self.at(path)).send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        ServedFile { status, headers, bytes: response.bytes().await.expect("a body").to_vec() }
    }
}
