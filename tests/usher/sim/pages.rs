//! The simulator's pages for users.

use scraper::{Html, Selector};

use super::journey::{CALLBACK, Journey};

const QUERY: [(&str, &str); 5] = [
    ("client_id", "sim"),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "<b>openid</b>"),
    ("state", "\"><script>alert(1)</script>"),
];

#[tokio::test]
async fn the_page_lists_people_and_choosing_one_signs_them_in() {
    let journey = Journey::start().await;
    let page = journey.get("/google/o/oauth2/v2/auth", &[], &QUERY).await;
    assert!(page.body.contains("Simulator.") && page.body.contains("Nothing here is real"));
    let html = Html::parse_document(&page.body);
    let people = Selector::parse("a.person").unwrap();
    let links: Vec<&str> = html.select(&people).filter_map(|link| link.attr("href")).collect();
    assert!(links.len() > 12, "{links:?}");
    let back = journey.try_get(links[0]).await.unwrap();
    assert_eq!((back.status, back.sent("state").as_str()), (302, QUERY[4].1));
    let state = Selector::parse("input[name=state]").unwrap();
    assert_eq!(html.select(&state).next().unwrap().attr("value"), Some(QUERY[4].1));
}

#[tokio::test]
async fn somebody_else_comes_by_name_and_address() {
    let journey = Journey::start().await;
    let query =
        [&QUERY[..3], &[("scope", "openid email"), ("sim_name", "olha"), ("sim_email", "olha@gmail.com")]].concat();
    let code = journey.get("/google/o/oauth2/v2/auth", &[], &query).await.sent("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "sim"),
        ("client_secret", "sim-secret"),
        ("redirect_uri", CALLBACK),
        ("code", &code),
    ];
    let claims = journey.post("/google/token", &[], &form).await.claims();
    assert_eq!(claims["email"], "olha@gmail.com");
    let garbage = [&QUERY[..4], &[("login_hint", "persona:a b")]].concat();
    assert_eq!(journey.get("/google/o/oauth2/v2/auth", &[], &garbage).await.status, 200, "nobody: the page asks");
}

#[tokio::test]
async fn pages_hold_no_script_or_style_of_their_own_and_what_was_sent_cannot_act() {
    let journey = Journey::start().await;
    for path in ["/", "/google/o/oauth2/v2/auth", "/x/i/oauth2/authorize"] {
        let page = journey.get(path, &[], &QUERY).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for inline in ["<style", "style=", "onclick", "<script>", "<b>openid"] {
            assert!(!page.body.contains(inline), "{path} has {inline}");
        }
    }
    let home = journey.get("/", &[], &[]).await;
    for segment in ["google", "facebook", "x", "github", "apple", "microsoft/common", "oidc"] {
        assert!(home.body.contains(&format!("{}/{segment}<", journey.origin())), "{segment}");
    }
    assert_eq!(journey.get("/_sim/sim.css", &[], &[]).await.header("content-type"), "text/css; charset=utf-8");
}
