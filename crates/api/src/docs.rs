//! `/docs`: the interactive API reference, with Swagger UI served from the binary.

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use usher_domain::urls;
use usher_http_server::assets;
use usher_http_server::state::App;

/// The policy of every page, and it may also connect to this server, for the document and for requests.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/// The page.
pub fn routes() -> Router<App> {
    Router::new().route(urls::DOCS, get(page))
}

async fn page() -> Response {
    let url = |name| assets::url(name).unwrap_or_default();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\" data-openapi=\"{openapi}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>API · Usher</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{css}\">\n<script src=\"{bundle}\" defer></script>\n\
         <script src=\"{init}\" defer></script>\n</head>\n<body>\n\
         <p class=\"guides\"><a href=\"{guides}\">Guides: sign people in to your application</a></p>\n<div id=\"api\">\n\
         <noscript><p>This page needs a script; the document itself is at <a href=\"{openapi}\">{openapi}</a>.</p>\
         </noscript>\n</div>\n</body>\n</html>\n",
        openapi = urls::OPENAPI,
        guides = urls::GUIDES,
        icon = url("logo.svg"),
        css = url("swagger/swagger-ui.css"),
        bundle = url("swagger/swagger-ui-bundle.js"),
        init = url("docs.js"),
    );
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_file_of_the_page_is_our_own_and_no_script_stands_in_it() {
        let response = page().await;
        assert!(!POLICY.contains("unsafe"));
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(!html.contains("//") && !html.contains("style="), "{html}");
        for tag in html.split("<script").skip(1) {
            assert!(tag.starts_with(" src=\"/static/") && tag.contains("defer></script>"), "{tag}");
        }
        assert_eq!(html.matches("\"/static/").count(), 4);
    }
}
