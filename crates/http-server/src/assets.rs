//! Style sheets, scripts, fonts and images: built into the binary and served at URLs that contain a hash of their
//! content.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::conditional;
use super::problem::HttpProblem;
use usher_domain::urls;

#[derive(RustEmbed)]
#[folder = "../../static/"]
struct StaticFiles;

/// The style sheet of all pages, and the files of `styles/` that it consists of.
const STYLE_SHEET: &str = "app.css";
const STYLES: [&str; 14] = [
    "tokens",
    "base",
    "frames",
    "navigation",
    "lists",
    "buttons",
    "fields",
    "cards",
    "identity",
    "messages",
    "content",
    "figures",
    "search",
    "modes",
];

struct Asset {
    bytes: Cow<'static, [u8]>,
    content_type: &'static str,
    etag: String,
}

#[derive(Default)]
struct AssetIndex {
    /// `app.css` → `/static/app.<hash>.css`
    urls: BTreeMap<String, String>,
    by_url: BTreeMap<String, Asset>,
}

static ASSETS: LazyLock<AssetIndex> = LazyLock::new(|| {
    let mut assets = AssetIndex::default();
    for name in StaticFiles::iter().filter(|name| !name.starts_with("styles/")) {
        if let (Some(file), Some(content_type)) = (StaticFiles::get(&name), content_type(&name)) {
            assets.add(name.into_owned(), content_type, file.data);
        }
    }
    let sheet = style_sheet(&assets.urls);
    assets.add(STYLE_SHEET.to_owned(), "text/css; charset=utf-8", sheet.into_bytes().into());
    assets
});

impl AssetIndex {
    fn add(&mut self, name: String, content_type: &'static str, bytes: Cow<'static, [u8]>) {
        let hash = URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, &bytes).as_ref()[..9]);
        let url = urls::static_file(&with_hash(&name, &hash));
        self.urls.insert(name, url.clone());
        // A weak tag, because the same content may be sent compressed or not.
        self.by_url.insert(url, Asset { bytes, content_type, etag: format!("W/\"{hash}\"") });
    }
}

/// The parts of the style sheet, one after the other, with the URLs of the files that they name.
fn style_sheet(urls: &BTreeMap<String, String>) -> String {
    let part = |name: &str| StaticFiles::get(&format!("styles/{name}.css"));
    let parts =
        STYLES.iter().filter_map(|name| part(name)).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    urls.iter().fold(parts.collect::<Vec<_>>().join("\n"), |sheet, (name, url)| {
        sheet.replace(&format!("url(\"{name}\")"), &format!("url(\"{url}\")"))
    })
}

/// The URL of the file `name` (its path under `static/`), if it exists.
pub fn url(name: &str) -> Option<&'static str> {
    ASSETS.urls.get(name).map(String::as_str)
}

/// The content type and the bytes of the file `name`.
pub fn bytes(name: &str) -> Option<(&'static str, axum::body::Bytes)> {
    let asset = ASSETS.by_url.get(ASSETS.urls.get(name)?)?;
    Some((asset.content_type, axum::body::Bytes::from_static(asset_bytes(asset))))
}

/// Serves every file at its URL; 404 for anything else.
pub fn routes() -> Router {
    Router::new().route(urls::STATIC_FILE, get(serve)).layer(CompressionLayer::new())
}

async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.by_url.get(&urls::static_file(&path)) else {
        return HttpProblem::not_found().into_response();
    };
    let caching = [(CACHE_CONTROL, "public, max-age=31536000, immutable"), (ETAG, asset.etag.as_str())];
    if conditional::is_known(&headers, &asset.etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let bytes = axum::body::Bytes::from_static(asset_bytes(asset));
    (caching, [(CONTENT_TYPE, asset.content_type)], bytes).into_response()
}

/// Assets live as long as the process.
fn asset_bytes(asset: &'static Asset) -> &'static [u8] {
    &asset.bytes
}

/// `img/logo.svg` → `img/logo.<hash>.svg`
fn with_hash(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

/// The content types that are served; a file of another type is not served at all.
fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::header::IF_NONE_MATCH;
    use tower::ServiceExt as _;

    use super::*;

    async fn get(path: &str, etag: &str) -> Response {
        let request = Request::get(path).header(IF_NONE_MATCH, etag).body(Body::empty()).unwrap();
        routes().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn every_file_is_served_for_ever_at_its_own_address() {
        assert!(!ASSETS.urls.is_empty());
        for (name, url) in &ASSETS.urls {
            let response = get(url, "\"other\"").await;
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(response.headers()[CONTENT_TYPE], content_type(name).unwrap());
            let etag = response.headers()[ETAG].to_str().unwrap().to_owned();
            assert_eq!(get(url, &format!("\"x\", {etag}")).await.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(get(&format!("/static/{name}"), "").await.status(), StatusCode::NOT_FOUND);
        }
    }

    #[tokio::test]
    async fn nothing_else_is_there() {
        for path in [
            "/static/nothing.css",
            "/static/../Cargo.toml",
            "/static/%2e%2e%2fCargo.toml",
            "/static/README.md",
            "/static/%ff",
        ] {
            assert!(get(path, "").await.status().is_client_error(), "{path}");
        }
        assert_eq!(url("nothing.css"), None);
    }

    #[test]
    fn the_style_sheet_has_every_part_and_names_only_files_that_are_served() {
        let parts = StaticFiles::iter().filter(|name| name.starts_with("styles/")).count();
        assert_eq!(parts, STYLES.len(), "STYLES lists the files of static/styles");
        let (_, bytes) = bytes(STYLE_SHEET).unwrap();
        let sheet = std::str::from_utf8(&bytes).unwrap();
        assert!(sheet.contains("@layer tokens") && sheet.contains("@media print"));
        let named: Vec<_> = sheet.split("url(\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
        assert!(!named.is_empty() && named.iter().all(|url| ASSETS.by_url.contains_key(*url)), "{named:?}");
    }

    #[test]
    fn the_hash_stands_before_the_extension() {
        assert_eq!(with_hash("app.css", "h"), "app.h.css");
        assert_eq!(with_hash("img/logo.dark.svg", "h"), "img/logo.dark.h.svg");
        assert_eq!(content_type("keys.pem"), None);
        assert_eq!(content_type("LICENSE"), None);
    }
}
