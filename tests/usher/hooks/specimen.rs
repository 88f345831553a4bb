//! One row is all that a new kind of event needs: this one exists in this test only.

use crate::storage::samples::in_tx;
use reqwest::Method;
use serde_json::{Value, json};
use usher_domain::event::feed::EntryKind;
use usher_domain::event::kind::{InHistory, LogoutScope};
use usher_domain::event::visibility::Visibility;
use usher_domain::event::webhook::message::{PayloadMember, PayloadSource, data, member};
use usher_domain::event::{Event, EventCatalogue, EventKind, EventRow};
use usher_domain::id::{EventId, GrantId};
use usher_domain::user::activity::ActivityHeading;
use usher_events::{DispatchRules, EventDispatcher};

use super::documentation::markdown;
use super::receiver::Receiver;
use super::stage::{ANA, Stage, account, run};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;

const COLOUR: PayloadMember = data("colour", "which");
const SUB: PayloadMember = member("sub", PayloadSource::Sub, "the user's `sub`");
const ROW: EventRow = EventRow::new("specimen.seen", Visibility::Project)
    .message("A specimen was seen.", &[SUB, COLOUR])
    .feed(EntryKind::Grant)
    .history(InHistory::WithBrowser, &["colour"])
    .logout(LogoutScope::Grant)
    .forgetting(&["scope"])
    .reportable_activity(ActivityHeading::Security, "event-signed-in");
const SPECIMEN: EventKind = EventKind::of(&ROW);
const CATALOGUE: EventCatalogue = EventCatalogue::new(&[EventKind::PROJECT_UPDATED, SPECIMEN]);

#[test]
fn the_documentation_of_webhooks_lists_it() {
    let row = "| `specimen.seen` | 1 | A specimen was seen. | the project it is about | `sub`: the user's `sub`; \
               `colour`: which |\n";
    assert!(markdown(CATALOGUE).ends_with(row), "{}", markdown(CATALOGUE));
}

on_both_databases! {
    async fn every_reader_of_the_event_log_knows_it_by_its_row(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let (receiver, logouts) = (Receiver::start().await, Receiver::start().await);
        stage.webhook(&receiver, &["*"]).await;
        let client = stage.listening_client(&logouts.url).await;
        let browser = stage.signed_in(ANA).await;
        let (account, _) = account(&stage.server, &browser).await;
        stage.dispatch().await;
        receiver.forget();

        let (now, random) = (stage.server.now(), &*stage.server.usher.core.random);
        let grant = GrantId::new(now, random);
        let event = Event::new(EventId::new(now, random), SPECIMEN, now)
            .with_user(account.user.id)
            .with_session(account.session.id)
            .with_client(&client.client.id)
            .with_grant(grant)
            .with("scope", "openid")
            .with("colour", "blue");
        let store = &stage.server.usher.core.store;
        in_tx!(store, |tx| tx.append(&event).await).unwrap();
        let rules = DispatchRules { access_ttl: stage.server.usher.core.config.tokens.access_ttl, events: CATALOGUE };
        EventDispatcher::new(store.clone(), &stage.server.usher.core.sealer, rules).dispatch_pending().await.unwrap();
        run(&stage.server.usher, "deliver_webhooks").await;
        run(&stage.server.usher, "send_logouts").await;

        let (project, sub) = (stage.project.project.id, account.user.sub.0.as_str());
        let sent = receiver.calls()[0].json();
        let wanted = json!({ "project_id": project.to_string(), "sub": sub, "colour": "blue" });
        assert_eq!((&sent["type"], &sent["data"]), (&json!("specimen.seen"), &wanted));

        let token = payload(&logouts.calls()[0].logout_token());
        assert_eq!((&token["sub"], &token["sid"]), (&json!(null), &json!(account.session.id.to_string())));

        let feed = store.list_feed(project, 0, 100).await.unwrap();
        let entry = &feed.last().expect("an entry").notice;
        assert_eq!((entry.kind, &entry.value, entry.why.as_str()), (EntryKind::Grant, &grant.to_string(), "specimen.seen"));

        let url = stage.server.at(&format!("/api/v1/projects/{project}/history"));
        let read = stage.server.http.request(Method::GET, url).bearer_auth(&stage.project.token).send().await.unwrap();
        let history: Value = read.json().await.unwrap();
        let newest = &history["data"][0];
        assert_eq!((&newest["kind"], &newest["sub"], &newest["amr"]), (&json!("specimen.seen"), &json!(sub), &json!(["pwd"])));
        assert_eq!(newest["data"], json!({ "colour": "blue" }), "the scope is none of the members that it shows");

        let shown: Vec<&str> = CATALOGUE.shown_under(Some(ActivityHeading::Security)).collect();
        assert_eq!(shown, ["specimen.seen"]);
        let listed = store.list_shown_events(account.user.id, &shown, None, 10).await.unwrap().items;
        assert_eq!(listed[0].event.data, *json!({ "colour": "blue" }).as_object().unwrap(), "the scope was forgotten");
        assert!(CATALOGUE.activity(&listed[0].event.kind).expect("it is shown").reportable);
    }
}
