//! The message of a webhook: its type, which is part of the event's row, and the message about one event.

use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::id::ProjectId;
use crate::user::Sub;

/// One type of message.
#[derive(Debug, Clone, Copy)]
pub struct MessageType {
    /// Its name on the wire.
    pub name: &'static str,
    /// Increased when a member is removed or changes its meaning, not for new members.
    pub version: u32,
    /// The description, one sentence.
    pub about: &'static str,
    /// The members of `data` besides `project_id`.
    pub members: &'static [PayloadMember],
}

/// One member of `data`.
#[derive(Debug, Clone, Copy)]
pub struct PayloadMember {
    /// Its name.
    pub name: &'static str,
    /// Its source.
    pub from: PayloadSource,
    /// Its description.
    pub about: &'static str,
}

/// The source of a member. Unknown values are omitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadSource {
    /// The identifier of the user in the event's data, or else of its user.
    Sub,
    /// The identifier of its user.
    User,
    /// The public identifier of its user, who is a member of the project rather than a user of its clients.
    Account,
    /// The session.
    Session,
    /// The client.
    Client,
    /// The grant.
    Grant,
    /// A member of the event's data.
    Data(&'static str),
}

pub const fn member(name: &'static str, from: PayloadSource, about: &'static str) -> PayloadMember {
    PayloadMember { name, from, about }
}

/// A member that is copied from the event's data.
pub const fn data(name: &'static str, about: &'static str) -> PayloadMember {
    member(name, PayloadSource::Data(name), about)
}

/// The users of an event, as one project knows them. All are empty if they are deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSubjects {
    /// The identifiers of the user that the event names, the one that stands for the user first.
    pub named: Vec<Sub>,
    /// Those of its user.
    pub user: Vec<Sub>,
    /// The public identifier of its user.
    pub account: Option<Sub>,
}

/// The type of a test message.
pub const TEST: &str = "webhook.test";

impl MessageType {
    /// Whether a message of this type names a user.
    pub fn names_a_user(&self) -> bool {
        self.members
            .iter()
            .any(|member| matches!(member.from, PayloadSource::Sub | PayloadSource::User | PayloadSource::Account))
    }

    /// The message about an event for one project. If its clients know the user by several identifiers, `subs` has all
    /// of them.
    pub fn message(&self, event: &Event, project: ProjectId, subjects: &EventSubjects) -> Value {
        let mut members = Map::from_iter([("project_id".to_owned(), json!(project.to_string()))]);
        for member in self.members {
            if let Some(value) = value_of(member.from, event, project, subjects) {
                members.insert(member.name.to_owned(), value);
            }
            if member.from == PayloadSource::Sub && subjects.named.len() > 1 {
                members.insert("subs".to_owned(), json!(subjects.named));
            }
        }
        json!({ "type": self.name, "version": self.version, "timestamp": event.at.rfc3339(), "data": members })
    }
}

fn value_of(from: PayloadSource, event: &Event, project: ProjectId, subjects: &EventSubjects) -> Option<Value> {
    Some(match from {
        PayloadSource::Sub => subjects.named.first()?.0.clone().into(),
        PayloadSource::User => subjects.user.first()?.0.clone().into(),
        PayloadSource::Account => subjects.account.as_ref()?.0.clone().into(),
        PayloadSource::Session => event.session_id?.to_string().into(),
        // A project does not see clients of other projects.
        PayloadSource::Client => {
            event.client_id.as_ref().filter(|_| event.project_id == Some(project))?.0.clone().into()
        }
        PayloadSource::Grant => event.grant_id?.to_string().into(),
        PayloadSource::Data(name) => event.data.get(name)?.clone(),
    })
}

/// The subject of an event: messages about the same subject keep their order.
pub fn subject_of(event: &Event) -> String {
    if let Some(user) = event.user_id {
        return format!("user:{user}");
    }
    if let Some(client) = &event.client_id {
        return format!("client:{client}");
    }
    let noun = event.kind.as_str().split('.').next().unwrap_or_default();
    noun.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::id::{ClientId, EventId, SessionId, UserId};
    use crate::random::SeededRandom;
    use crate::time::Timestamp;

    #[test]
    fn a_message_says_what_the_table_says_and_no_more() {
        let random = SeededRandom::new(1);
        let at = Timestamp(1_800_000_000);
        let (project, other) = (ProjectId::new(at, &random), ProjectId::new(at, &random));
        let session = SessionId::new(at, &random);
        let event = Event::new(EventId::new(at, &random), EventKind::CONSENT_GRANTED, at)
            .with_user(UserId::new(at, &random))
            .with_session(session)
            .with_client(&ClientId("client_a".into()))
            .with_project(project)
            .with("scope", "openid")
            .with("source", "192.0.2.7");
        let subjects = EventSubjects { named: vec![Sub("s".into())], ..EventSubjects::default() };
        let message = event.kind.row().message.unwrap().message(&event, project, &subjects);
        let wanted = json!({
            "type": "consent.granted", "version": 1, "timestamp": "2027-01-15T08:00:00Z",
            "data": { "project_id": project.to_string(), "sub": "s", "sid": session.to_string(),
                "client_id": "client_a", "scope": "openid" },
        });
        assert_eq!(message, wanted);
        let elsewhere = event.kind.row().message.unwrap().message(&event, other, &subjects);
        assert_eq!(elsewhere["data"].get("client_id"), None);
        let several = EventSubjects { named: vec![Sub("s".into()), Sub("t".into())], ..EventSubjects::default() };
        let message = event.kind.row().message.unwrap().message(&event, project, &several);
        assert_eq!((&message["data"]["sub"], &message["data"]["subs"]), (&json!("s"), &json!(["s", "t"])));
    }
}
