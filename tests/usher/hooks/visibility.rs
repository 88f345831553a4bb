//! A project gets the events of its own clients, its members and the users of its clients, and no others.

use crate::storage::samples::in_tx;
use serde_json::Value;
use usher_accounts::RegisteredClient;
use usher_domain::event::visibility::Visibility;
use usher_domain::event::{Event, EventKind};
use usher_domain::id::{EventId, ProjectId};
use usher_flows::webhooks::NewWebhook;

use super::receiver::{Call, Receiver};
use super::stage::{ANA, Stage, account};
use crate::api::client_in;
use crate::harness::database::on_both_databases;

/// A receiver of all events of a project.
async fn listener(stage: &Stage, project: ProjectId) -> Receiver {
    let receiver = Receiver::start().await;
    let new = NewWebhook { url: receiver.url.clone(), description: String::new(), events: vec!["*".into()] };
    stage.server.usher.webhooks.create_webhook(project, new).await.expect("a webhook can be made");
    stage.dispatch().await;
    receiver.forget();
    receiver
}

/// Another project, with a client.
async fn another(stage: &Stage, name: &str) -> (ProjectId, RegisteredClient) {
    let project = stage.server.usher.projects.create_project(name).await.expect("a project can be made").project.id;
    (project, client_in(&stage.server, project, |client| client.first_party = true).await)
}

/// The events since the last call, in order.
fn messages(receiver: &Receiver) -> Vec<Value> {
    let messages = receiver.calls().iter().map(Call::json).collect();
    receiver.forget();
    messages
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|message| message["type"].as_str().expect("a type")).collect()
}

on_both_databases! {
    async fn each_kind_of_fact_reaches_those_whose_business_it_is_and_nobody_else(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let (knows, her_other) = another(&stage, "Knows her").await;
        let (stranger, _) = another(&stage, "Stranger").await;
        let browser = stage.signed_in(ANA).await;
        stage.server.tokens(&mut stage.server.browser(), &her_other, ANA).await;
        stage.dispatch().await;
        let mut listeners = Vec::new();
        for project in [stage.project.project.id, knows, stranger] {
            listeners.push(listener(&stage, project).await);
        }
        let (account, _) = account(&stage.server, &browser).await;
        for kind in EventKind::ALL {
            let now = stage.server.now();
            let event = Event::new(EventId::new(now, &*stage.server.usher.core.random), *kind, now)
                .with_user(account.user.id)
                .with_session(account.session.id)
                .with_client(&stage.client.client.id);
            let append = in_tx!(stage.server.usher.core.store, |tx| tx.append(&event).await);
            append.unwrap();
            stage.dispatch().await;
            let told = kind.row().message.is_some();
            let wanted = match kind.visibility() {
                Visibility::NoProject | Visibility::FirstGrant => [false; 3],
                Visibility::Project | Visibility::Session => [true, false, false],
                Visibility::User => [true, true, false],
                Visibility::EveryProject => [true; 3],
            };
            let received: Vec<usize> = listeners.iter().map(|listener| messages(listener).len()).collect();
            let wanted: Vec<usize> = wanted.iter().map(|wanted| usize::from(*wanted && told)).collect();
            assert_eq!(received, wanted, "{}: its own project, one that knows the person, a stranger", kind.as_str());
        }
    }

    async fn a_sign_in_is_delivered_to_the_projects_it_concerns_only(db: TestDatabase) {
        let stage = Stage::on(db).await;
        let (project, client) = another(&stage, "Second").await;
        let (elsewhere, her_other) = another(&stage, "Knows her from elsewhere").await;
        stage.server.user(ANA).await;
        stage.server.tokens(&mut stage.server.browser(), &her_other, ANA).await;
        let sibling = client_in(&stage.server, stage.project.project.id, |client| client.first_party = true).await;
        stage.dispatch().await;
        let (first, second, third) = (
            listener(&stage, stage.project.project.id).await,
            listener(&stage, project).await,
            listener(&stage, elsewhere).await,
        );

        let mut browser = stage.server.browser();
        stage.server.tokens(&mut browser, &stage.client, ANA).await;
        stage.dispatch().await;
        let told = messages(&first);
        assert_eq!(kinds(&told), ["user.created", "session.created", "grant.created"]);
        let (account, _) = account(&stage.server, &browser).await;
        let sid = account.session.id.to_string();
        assert_eq!((&told[1]["data"]["sid"], &told[2]["data"]["sid"]), (&Value::from(sid.clone()), &Value::from(sid.clone())));
        assert_eq!(told[1]["data"]["amr"], serde_json::json!(["pwd"]));
        assert_eq!(told[1]["data"]["sub"], account.user.sub.0.as_str());
        assert!(messages(&second).is_empty(), "it has nothing to do with it yet");

        stage.server.tokens(&mut browser, &sibling, ANA).await;
        stage.server.tokens(&mut browser, &stage.client, ANA).await;
        stage.dispatch().await;
        assert_eq!(kinds(&messages(&first)), ["grant.created", "grant.created"], "the session is there already");

        stage.server.tokens(&mut browser, &client, ANA).await;
        stage.dispatch().await;
        let told = messages(&second);
        assert_eq!(kinds(&told), ["user.created", "session.created", "grant.created"]);
        assert_eq!(told[1]["data"]["sid"], sid.as_str(), "the same session");

        let again = stage.server.authorize_url(&stage.client, &[("prompt", "login")]);
        browser.go_through(&again, ANA).await;
        stage.dispatch().await;
        assert_eq!(kinds(&messages(&first)), ["session.reauthenticated"]);
        assert_eq!(kinds(&messages(&second)), ["session.reauthenticated"]);

        stage.server.tokens(&mut stage.server.browser(), &stage.client, ANA).await;
        stage.dispatch().await;
        assert_eq!(kinds(&messages(&first)), ["session.created", "grant.created"], "another session of a known user");
        assert!(messages(&third).is_empty(), "who knows her from elsewhere learns of none of this");
    }
}
