//! The pages of access rules, without scripts: the matrix, trials, the draft, publications, assignments.

use serde_json::{Value, json};
use usher_domain::page::Cursor;
use usher_domain::project::member::Role;
use usher_policy::PolicyDocument;

use super::{BOSS, administrator};
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;
use crate::policy::documents::shop;

const ANA: &str = "ana@example.test";

fn document(json: Value) -> PolicyDocument {
    PolicyDocument::from_json(json).expect("a document")
}

async fn publish(server: &TestServer, json: Value) {
    server.usher.policies.publish_document(server.project, &document(json), "First rules", "test").await.unwrap();
}

/// Opens a page of the rules.
async fn at(server: &TestServer, browser: &mut Browser<'_>, path: &str) -> Landing {
    let page = browser.open(&server.at(&format!("/console/projects/{}/rules{path}", server.project))).await;
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    page
}

/// Opens a page of the rules and submits its form.
async fn fill(server: &TestServer, browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Landing {
    let page = at(server, browser, path).await;
    browser.submit(&page, fields).await
}

/// The text of the page in one line.
fn words(page: &Landing) -> String {
    page.text("main").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(page: &Landing, texts: &[&str]) {
    let words = words(page);
    for text in texts {
        assert!(words.contains(text), "{text:?} is not in: {words}");
    }
}

async fn draft(server: &TestServer) -> Value {
    let drafted = server.usher.policies.policy_draft(server.project).await.expect("a draft");
    serde_json::from_str(&drafted.document).expect("JSON")
}

async fn developer<'s>(server: &'s TestServer, email: &str, role: Role) -> Browser<'s> {
    server.user(email).await;
    server.usher.members.add_member(server.project, email, role).await.expect("a member");
    server.signed_in(email).await
}

on_both_databases! {
    async fn the_page_shows_what_each_role_may_do(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        says(&at(&server, &mut boss, "").await, &["Nothing is published yet.", "No rules yet", "Add entity type"]);
        publish(&server, shop()).await;
        let page = at(&server, &mut boss, "").await;
        says(&page, &[
            "Revision 1",
            "editor, Order:read: own same_team , inherited",
            "editor, Order:list: Allowed , inherited",
            "viewer, Order:update: – Not allowed",
            "suspended, Order:update: Denied , inherited",
            "/orders/:id GET Order:read",
            "/health GET Everybody",
            "resource.owner_id = user.id",
            "No module is connected.",
        ]);
        let mut vera = developer(&server, "vera@example.test", Role::Viewer).await;
        let page = at(&server, &mut vera, "").await;
        assert!(page.body.contains("Order:update") && !page.body.contains("rules/cell?"), "{}", page.body);
        assert!(!page.body.contains("rules/text"), "a viewer changes nothing");
    }

    async fn the_matrix_is_shown_in_parts_if_it_is_large(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let roles: serde_json::Map<String, Value> = (10..40).map(|n| (format!("role{n}"), json!({"grants": {"*": "allow"}}))).collect();
        let entities: serde_json::Map<String, Value> = (10..40).map(|n| (format!("Thing{n}"), json!({"actions": {"read": "item"}}))).collect();
        publish(&server, json!({"roles": roles, "entities": entities})).await;
        let page = at(&server, &mut boss, "").await;
        assert!(page.body.contains("role21") && !page.body.contains("role22"));
        assert!(page.body.contains("Thing34:read") && !page.body.contains("Thing35:read"));
        let page = at(&server, &mut boss, "?role=24&entity=25").await;
        assert!(page.body.contains("role39") && !page.body.contains("role22") && page.body.contains("Thing39:read"));
        at(&server, &mut boss, "?role=x&entity=-1").await;
        at(&server, &mut boss, "?role=900&entity=900").await;
    }

    async fn a_trial_says_which_rule_decides_and_why_not(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        publish(&server, shop()).await;
        let ana = server.user(ANA).await;
        let subject = usher_flows::Subject::User(ana.sub.0.clone());
        let new = usher_flows::NewAssignment { role: "viewer".into(), subject, scope: None, expires_at: None };
        server.usher.policies.assign_role(server.project, new).await.unwrap();
        let page = at(&server, &mut boss, "/try").await;
        let try_it = async |browser: &mut Browser<'_>, fields: &[(&str, &str)]| {
            let all = [&[("who", ANA)], fields].concat();
            browser.submit(&page, &all).await
        };
        let answer = try_it(&mut boss, &[("permission", "Order:read"), ("attributes", "resource.owner_id = user.id")]).await;
        says(&answer, &["Allowed", "Roles: viewer", "because the condition own holds", "resource.owner_id = user.id holds"]);
        let answer = try_it(&mut boss, &[("permission", "Order:read"), ("attributes", "resource.owner_id = somebody")]).await;
        says(&answer, &["Not allowed", "because the condition own does not hold", "resource.owner_id = \"somebody\""]);
        let answer = try_it(&mut boss, &[("permission", "Order:read"), ("attributes", "resource.team_id = a")]).await;
        says(&answer, &["Not allowed", "resource.owner_id is missing"]);
        let answer = try_it(&mut boss, &[("permission", "Order:read")]).await;
        says(&answer, &["It depends on the entity", "allows it if the condition own holds"]);
        let answer = try_it(&mut boss, &[("permission", "Order:update")]).await;
        says(&answer, &["Not allowed", "None of these roles is granted Order:update."]);
        let answer = try_it(&mut boss, &[("method", "GET"), ("path", "/orders")]).await;
        says(&answer, &["Allowed", "The route GET /orders applies.", "It needs Order:list.", "The role viewer allows it."]);
        let answer = try_it(&mut boss, &[("method", "GET"), ("path", "/health")]).await;
        says(&answer, &["Allowed", "Everybody"]);
        let answer = try_it(&mut boss, &[("method", "PUT"), ("path", "/orders")]).await;
        says(&answer, &["Not allowed", "No route matches this request"]);
        let answer = try_it(&mut boss, &[("method", "GET"), ("path", "/orders/../health")]).await;
        says(&answer, &["Not allowed", "The path is ambiguous"]);
        for (fields, text) in [
            ([("permission", ""), ("path", "")], "Choose a permission, or enter a path."),
            ([("permission", "Order:read"), ("attributes", "resource.total = many")], "a known attribute"),
            ([("permission", "Order:read"), ("who", "")], "Say who it is."),
        ] {
            let refused = try_it(&mut boss, &fields).await;
            assert_eq!(refused.status, 422);
            says(&refused, &[text]);
        }
        // Whoever has no role and whoever does not exist get one answer: nobody learns which accounts there are.
        let known = try_it(&mut boss, &[("permission", "Order:list"), ("who", BOSS)]).await;
        let unknown = try_it(&mut boss, &[("permission", "Order:list"), ("who", "nobody@example.test")]).await;
        assert_eq!(words(&known).replace(BOSS, "X"), words(&unknown).replace("nobody@example.test", "X"));
    }

    async fn a_draft_is_made_in_forms_reviewed_published_and_taken_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let new = at(&server, &mut boss, "/entity").await;
        let wrong = boss.submit(&new, &[("actions", "Read everything"), ("name", "order line")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("value=\"order line\"") && wrong.body.contains("Read everything"), "{}", wrong.body);
        let fields = [("actions", "list collection\nread item"), ("attributes", "owner string\ntotal int"), ("name", "Order")];
        let saved = boss.submit(&new, &fields).await;
        says(&saved, &["The draft is saved.", "Draft with 4 changes", "Order:list"]);
        let made = fill(&server, &mut boss, "/role", &[("title", "Clerks"), ("name", "clerk")]).await;
        says(&made, &["clerk Clerks"]);
        let fields = [("left_1", "resource.owner"), ("operator_1", "eq"), ("right_1", "user.id"), ("name", "own")];
        fill(&server, &mut boss, "/condition", &fields).await;
        let fields = [("left_1", "resource.total"), ("operator_1", "lt"), ("right_1", "100"), ("name", "small")];
        fill(&server, &mut boss, "/condition", &fields).await;
        let cell = at(&server, &mut boss, "/cell?role=clerk&permission=Order:read").await;
        let empty = boss.submit(&cell, &[("grant", "when")]).await;
        assert_eq!(empty.status, 422);
        says(&empty, &["Choose at least one condition."]);
        let fields = [("when-own", "true"), ("when-small", "true"), ("grant", "when")];
        says(&boss.submit(&cell, &fields).await, &["clerk, Order:read: own small"]);
        let cell = at(&server, &mut boss, "/cell?role=clerk&permission=Order:*").await;
        boss.submit(&cell, &[("grant", "allow")]).await;
        let route = at(&server, &mut boss, "/route").await;
        let wrong = boss.submit(&route, &[("path", "orders"), ("methods", "FETCH"), ("open", "need")]).await;
        assert_eq!(wrong.status, 422);
        let fields = [("path", "/orders"), ("methods", "get post"), ("need", "Order:list"), ("max_age", "60"), ("open", "need")];
        boss.submit(&route, &fields).await;
        assert_eq!(draft(&server).await, json!({
            "entities": {"Order": {"attributes": {"owner": "string", "total": "int"}, "actions": {"list": "collection", "read": "item"}}},
            "user": {}, "context": {}, "token": {},
            "conditions": {"own": {"eq": ["resource.owner", "user.id"]}, "small": {"lt": ["resource.total", 100]}},
            "roles": {"clerk": {"title": "Clerks", "inherits": [], "grants": {"Order:*": "allow", "Order:read": ["own", "small"]}}},
            "routes": [{"methods": ["GET", "POST"], "path": "/orders", "need": "Order:list", "max_age": 60}],
        }));
        let review = at(&server, &mut boss, "/publish").await;
        says(&review, &["clerk: Order:list was “Not allowed” and becomes “Allowed”.", "Publish as revision 1"]);
        let published = boss.submit(&review, &[("note", "Clerks read")]).await;
        says(&published, &["The rules are published.", "Revision 1"]);
        assert!(!published.body.contains("Draft with"), "{}", published.body);
        says(&at(&server, &mut boss, "/publish").await, &["The rules are the same as those that are published."]);
        // The next draft takes the wildcard away.
        fill(&server, &mut boss, "/cell?role=clerk&permission=Order:*", &[("grant", "")]).await;
        let review = at(&server, &mut boss, "/publish").await;
        says(&review, &["Draft with 1 change", "Order:list was “Allowed” and becomes “Not allowed”.", "Loses"]);
        boss.submit(&review, &[("note", "")]).await;
        let history = at(&server, &mut boss, "/history").await;
        says(&history, &["Revision 2 In force", "Revision 1", "Clerks read", BOSS]);
        let old = at(&server, &mut boss, "/history/1").await;
        says(&old, &["Clerks read", "Publish again"]);
        let confirm = at(&server, &mut boss, "/history/1/roll-back").await;
        says(&confirm, &["Against revision 2, which is in force.", "Order:*"]);
        let back = boss.submit(&confirm, &[("note", "Too strict")]).await;
        says(&back, &["The rules are published.", "Revision 3"]);
        let again = boss.submit(&confirm, &[("note", "")]).await;
        assert_eq!(again.status, 422, "somebody else published meanwhile");
        let current = server.usher.policies.published_policy(server.project).await.unwrap();
        assert_eq!((current.publication.revision, current.publication.note.as_str()), (3, "Too strict"));
    }

    async fn parts_are_changed_and_removed_with_what_names_them(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        publish(&server, shop()).await;
        let role = at(&server, &mut boss, "/role?name=editor").await;
        assert_eq!(role.value("inherits"), "viewer");
        let wrong = boss.submit(&role, &[("inherits", "nobody")]).await;
        assert_eq!(wrong.status, 422);
        boss.submit(&role, &[("title", "Editors"), ("inherits", "viewer suspended")]).await;
        assert_eq!(draft(&server).await["roles"]["editor"]["inherits"], json!(["viewer", "suspended"]));
        let role = at(&server, &mut boss, "/role?name=suspended").await;
        boss.press(&role, "role/remove", &[]).await;
        assert_eq!(draft(&server).await["roles"]["editor"]["inherits"], json!(["viewer"]));
        let condition = at(&server, &mut boss, "/condition?name=own").await;
        assert_eq!((condition.value("right_1"), condition.values("left_2").len()), ("user.id".to_owned(), 1));
        boss.press(&condition, "condition/remove", &[]).await;
        let left = draft(&server).await;
        assert_eq!(left["roles"]["editor"]["grants"], json!({"Order:*": ["same_team"]}));
        assert_eq!(left["roles"]["viewer"]["grants"], json!({"Order:list": "allow"}));
        let entity = at(&server, &mut boss, "/entity?name=Order").await;
        boss.press(&entity, "entity/remove", &[]).await;
        let left = draft(&server).await;
        assert_eq!((left["roles"]["viewer"]["grants"].clone(), left["routes"].as_array().map(Vec::len)), (json!({}), Some(1)));
        let route = at(&server, &mut boss, "/route?place=0").await;
        boss.press(&route, "route/remove", &[]).await;
        assert_eq!(draft(&server).await["routes"], json!([]));
        let page = at(&server, &mut boss, "").await;
        let discarded = boss.press(&page, "discard", &[]).await;
        says(&discarded, &["The draft is discarded."]);
        assert_eq!(draft(&server).await["roles"], serde_json::to_value(document(shop()).roles).unwrap());
        for path in ["/role?name=x", "/entity?name=x", "/condition?name=x", "/route?place=7", "/cell?role=editor&permission=X:y", "/cell", "/history/7"] {
            let gone = boss.open(&server.at(&format!("/console/projects/{}/rules{path}", server.project))).await;
            assert_eq!(gone.status, 404, "{path}");
        }
    }

    async fn the_text_of_the_draft_shows_errors_at_their_lines(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let page = at(&server, &mut boss, "/text").await;
        let broken = boss.submit(&page, &[("document", "{\n  \"roles\": {},\n}")]).await;
        assert_eq!(broken.status, 422);
        says(&broken, &["Line 3", "This text is not a document of access rules."]);
        assert_eq!(draft(&server).await["roles"], json!({}));
        let mut rules = shop();
        rules["roles"]["viewer"]["grants"]["Order:raed"] = json!("allow");
        let saved = boss.submit(&page, &[("document", &serde_json::to_string_pretty(&rules).unwrap())]).await;
        says(&saved, &["The draft is saved.", "Error", "there is no permission `Order:raed`: did you mean `Order:read`?", "\"Order:raed\": \"allow\""]);
        says(&at(&server, &mut boss, "").await, &["It has 1 error."]);
        let review = at(&server, &mut boss, "/publish").await;
        says(&review, &["What to check in the draft", "Mend the draft"]);
        let refused = boss.submit(&review, &[("note", "")]).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let tried = fill(&server, &mut boss, "/try", &[("permission", "Order:read"), ("who", ANA)]).await;
        assert_eq!(tried.status, 422, "a draft with errors cannot be tried: {}", tried.body);
        // A document of 90 kB is sent in a form.
        let parts = ["{\"present\": \"user.id\"}"; 12].join(", ");
        let long: Vec<_> = (0..300).map(|n| format!("    \"c{n}\": {{\"all\": [{parts}]}},\n")).collect();
        let long = long.concat();
        let text = format!("{{\"conditions\": {{\n{long}    \"last\": {{\"present\": \"user.id\"}}\n}}}}");
        let kept = fill(&server, &mut boss, "/text", &[("document", &text)]).await;
        assert_eq!(kept.status, 200, "{}", &kept.body[..kept.body.len().min(500)]);
        assert_eq!(draft(&server).await["conditions"].as_object().map(serde_json::Map::len), Some(301));
    }

    async fn nobody_overwrites_the_draft_of_somebody_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let mut dan = developer(&server, "dan@example.test", Role::Developer).await;
        publish(&server, shop()).await;
        let text = at(&server, &mut boss, "/text").await;
        let role = at(&server, &mut boss, "/role?name=editor").await;
        let cell = at(&server, &mut dan, "/cell?role=viewer&permission=Order:update").await;
        says(&dan.submit(&cell, &[("grant", "allow")]).await, &["The draft is saved."]);
        let his = draft(&server).await;
        let typed = text.text("textarea").replace("/health", "/alive");
        let conflict = boss.submit(&text, &[("document", &typed)]).await;
        assert_eq!((conflict.status.as_u16(), draft(&server).await), (422, his.clone()));
        says(&conflict, &["Somebody else changed the rules meanwhile.", "Removed:", "\"Order:update\": \"allow\""]);
        let again = boss.submit(&conflict, &[("document", &typed)]).await;
        assert_eq!((again.status.as_u16(), draft(&server).await), (422, his.clone()), "it stays refused");
        let over = boss.press(&conflict, "text/overwrite", &[("document", &typed)]).await;
        says(&over, &["The draft is saved."]);
        let his = draft(&server).await;
        assert_eq!(his["roles"]["viewer"]["grants"].get("Order:update"), None, "knowingly replaced");
        let conflict = boss.submit(&role, &[("title", "Editors")]).await;
        assert_eq!((conflict.status.as_u16(), draft(&server).await), (422, his.clone()));
        let saved = boss.submit(&conflict, &[("title", "Editors")]).await;
        says(&saved, &["The draft is saved."]);
        let both = draft(&server).await;
        assert_eq!(both["roles"]["editor"]["title"], "Editors");
        assert_eq!(both["routes"][0]["path"], "/alive");
        let csrf = text.value("csrf");
        let stale = [("csrf", csrf.as_str()), ("draft", "0123456789abcdef")];
        for action in ["discard", "publish"] {
            let path = format!("/console/projects/{}/rules/{action}", server.project);
            assert_eq!(server.post_as(&boss, &path, &stale).await.status, 422, "{action}");
        }
        assert_eq!(draft(&server).await, both);
    }

    async fn roles_are_assigned_found_and_removed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        says(&at(&server, &mut boss, "/assignments").await, &["Nobody has a role yet.", "none is published yet"]);
        publish(&server, shop()).await;
        let ana = server.user(ANA).await;
        let page = at(&server, &mut boss, "/assignments").await;
        for (fields, text) in [
            ([("role", "editor"), ("who", "nobody@example.test")], "There is no such person or client in this project."),
            ([("days", "soon"), ("who", ANA)], "A number of days from 1 to 3650."),
            ([("entity", "everything"), ("who", ANA)], "One entity is written like Order:42."),
        ] {
            let refused = boss.submit(&page, &fields).await;
            assert_eq!(refused.status, 422);
            says(&refused, &[text]);
        }
        let made = boss.submit(&page, &[("role", "editor"), ("days", "7"), ("who", ANA)]).await;
        says(&made, &["The role is assigned.", ANA, "editor", "until"]);
        says(&boss.submit(&page, &[("role", "editor"), ("who", &ana.sub.0)]).await, &["They have this role there already."]);
        server.wait(1);
        boss.submit(&page, &[("role", "viewer"), ("entity", "Order:42"), ("who", ANA)]).await;
        let mut dan = developer(&server, "dan@example.test", Role::Developer).await;
        let list = at(&server, &mut dan, "/assignments").await;
        assert!(list.body.contains(&ana.sub.0) && !list.body.contains(ANA), "members see what applications see: {}", list.body);
        let found = fill(&server, &mut boss, "/assignments", &[("find", ANA)]).await;
        says(&found, &[&format!("Roles of {ANA}"), "editor"]);
        assert!(!found.body.contains("Only for Order:42") && !found.url.contains("ana"), "{}", found.url);
        let found = boss.submit(&found, &[("find_entity", "Order:42"), ("find", ANA)]).await;
        says(&found, &["Only for Order:42"]);
        says(&boss.submit(&found, &[("find", "nobody")]).await, &["No role was found."]);
        let list = at(&server, &mut boss, "/assignments").await;
        let removed = boss.press(&list, "remove", &[]).await;
        says(&removed, &["The role is removed."]);
        let left = server.usher.policies.list_assignments(server.project, Cursor::START, 10).await.unwrap().items;
        assert_eq!(left.into_iter().map(|one| one.role).collect::<Vec<_>>(), ["viewer"]);
        let events = server.database.count("select count(*) from event where kind like 'role.%'").await;
        assert_eq!(events, 3);
    }

    async fn assignments_are_listed_in_pages(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        publish(&server, shop()).await;
        let subject = usher_flows::Subject::User(server.user(ANA).await.sub.0);
        for number in 10..65 {
            let scope = Some(format!("Order:{number}"));
            let new = usher_flows::NewAssignment { role: "viewer".into(), subject: subject.clone(), scope, expires_at: None };
            server.usher.policies.assign_role(server.project, new).await.unwrap();
            server.wait(1);
        }
        let first = at(&server, &mut boss, "/assignments").await;
        assert!(first.body.contains("Order:59") && !first.body.contains("Order:60"), "fifty on a page");
        let path = format!("/console/projects/{}/rules/assignments", server.project);
        let next = first.body.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        assert!(next.starts_with(&path), "{next}");
        let second = boss.open(&server.at(next)).await;
        assert!(second.body.contains("Order:60") && second.body.contains("Order:64") && !second.body.contains("Order:59"));
    }
}
