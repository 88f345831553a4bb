//! The pages of the console that change branding.

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};

use super::{DRAWING, png};
use crate::console::administrator;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// Uploads a file with the form of a page.
async fn upload(browser: &Browser<'_>, page: &Landing, bytes: Vec<u8>) -> u16 {
    let csrf = page.body.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let field = format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n");
    let file = "--b\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"logo.png\"\r\n\r\n";
    let body = [field.as_bytes(), file.as_bytes(), &bytes, b"\r\n--b--\r\n"].concat();
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let server = browser.server();
    let url = server.at(&format!("/console/projects/{}/branding/logo", server.project));
    let request = server.http.post(url).header(COOKIE, cookies.join("; ")).header(ACCEPT, "text/html");
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=b").body(body);
    request.send().await.expect("the server answers").status().as_u16()
}

on_both_databases! {
    async fn a_project_is_branded_by_a_form_with_a_preview(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let url = server.at(&format!("/console/projects/{}/branding", server.project));
        let page = browser.open(&url).await;
        assert!(page.body.contains("<iframe name=\"preview\""), "{}", page.body);
        let shown = browser.press(&page, "preview", &[("name", "Garden"), ("accent", "#5b2bd9")]).await;
        assert!(shown.body.contains("Sign in to") && shown.body.contains("Garden"), "{}", shown.body);
        assert!(shown.body.contains("/brand/preview/5b2bd9.css"), "{}", shown.body);
        assert!(server.file("/brand/preview/5b2bd9.css").await.bytes.starts_with(b"@layer tokens"));
        let stored = server.usher.brandings.load(usher_domain::branding::BrandOwner::Project(server.project)).await;
        assert_eq!(stored.unwrap().settings.name, None, "a preview saves nothing");

        let refused = browser.submit(&page, &[("name", "Garden"), ("accent", "#ffd400"), ("tos_uri", "x")]).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert!(refused.body.contains("accent-error") && refused.body.contains("tos_uri-error"), "{}", refused.body);
        assert!(refused.body.contains("The nearest colour that works: #"), "{}", refused.body);
        assert!(refused.body.contains("value=\"Garden\""), "what was typed stays");
        let saved = browser.submit(&refused, &[("name", "Garden"), ("accent", "#5b2bd9"), ("tos_uri", "")]).await;
        assert_eq!(saved.url, format!("{url}?done=saved"), "{}", saved.body);

        let open = browser.open(&url).await;
        let values = usher_domain::branding::TypedBrand { name: Some("Other".into()), ..Default::default() };
        let owner = usher_domain::branding::BrandOwner::Project(server.project);
        let stored = server.usher.brandings.load(owner).await.unwrap();
        server.usher.brandings.replace_settings(owner, &stored, values).await.unwrap();
        browser.submit(&open, &[("support_email", "help@example.com"), ("accent", "#5b2bd9"), ("name", "Garden")]).await;
        let now = server.usher.brandings.load(owner).await.unwrap().settings;
        assert_eq!((now.name.as_deref(), now.support_email.as_deref()), (Some("Other"), Some("help@example.com")));
        assert_eq!(now.accent, None, "a form that was open meanwhile undoes nothing");
    }

    async fn a_logo_is_uploaded_and_removed_by_forms(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut browser = administrator(&server).await;
        let url = server.at(&format!("/console/projects/{}/branding", server.project));
        let page = browser.open(&url).await;
        assert_eq!(upload(&browser, &page, png(8, 8)).await, 303);
        assert_eq!(upload(&browser, &page, DRAWING.into()).await, 303);
        let page = browser.open(&url).await;
        assert!(page.body.contains(".svg\" alt=\"Logo\""), "{}", page.body);
        assert_eq!(upload(&browser, &page, b"<html>".to_vec()).await, 422);
        assert_eq!(upload(&browser, &page, Vec::new()).await, 422, "no file");
        assert_eq!(upload(&browser, &page, vec![0; 200 * 1024]).await, 413);
        let other = Landing { body: page.body.replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x"), ..page.clone() };
        assert_eq!(upload(&browser, &other, png(8, 8)).await, 403, "a form that we did not show");
        let gone = browser.press(&page, "remove", &[]).await;
        assert!(gone.body.contains("No logo yet"), "{}", gone.body);
    }
}
