//! The messages of webhooks: every type with its members, and the message for an event.
//!
//! This table is the contract: the table in `docs/webhooks.md` is generated from it. Kinds that are not in it are not
//! sent. No member contains a secret, an email address or a location.

use serde_json::{Map, Value, json};

use crate::event::visibility::Visibility;
use crate::event::{Event, EventKind};
use crate::id::ProjectId;

/// One type of message.
#[derive(Debug, Clone, Copy)]
pub struct MessageType {
    /// The kind of event.
    pub kind: EventKind,
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
    /// The `sub` in the event's data, or else that of its user.
    Sub,
    /// The `sub` of its user.
    User,
    /// The session.
    Session,
    /// The client.
    Client,
    /// The grant.
    Grant,
    /// A member of the event's data.
    Data(&'static str),
}

const SUB: PayloadMember = PayloadMember { name: "sub", from: PayloadSource::Sub, about: "the user's `sub`" };
const SID: PayloadMember =
    PayloadMember { name: "sid", from: PayloadSource::Session, about: "the session: the `sid` of its tokens" };
const CLIENT: PayloadMember = PayloadMember { name: "client_id", from: PayloadSource::Client, about: "the client" };
const GRANT: PayloadMember =
    PayloadMember { name: "grant_id", from: PayloadSource::Grant, about: "the grant: the `gid` of its access tokens" };
const REASON: PayloadMember = data("reason", "the reason, one word");
const AMR: PayloadMember = data("amr", "the authentication methods (RFC 8176)");
const PROVIDER: PayloadMember = data("provider", "the provider");
const BY: PayloadMember = data("by", "who did it, if not the user");

const fn data(name: &'static str, about: &'static str) -> PayloadMember {
    PayloadMember { name, from: PayloadSource::Data(name), about }
}

const fn of(kind: EventKind, about: &'static str, members: &'static [PayloadMember]) -> MessageType {
    MessageType { kind, version: 1, about, members }
}

const ALL: &[MessageType] = &[
    of(
        EventKind::SessionCreated,
        "A session was first used with the project: its first grant there.",
        &[SUB, SID, AMR],
    ),
    of(EventKind::SessionReauthenticated, "A user authenticated again.", &[SUB, SID, AMR]),
    of(
        EventKind::SessionRevoked,
        "A session was ended before it expired: its tokens are no longer valid.",
        &[SUB, SID, REASON],
    ),
    of(EventKind::UserCreated, "A user first used the project: their first grant there.", &[SUB]),
    of(EventKind::UserUpdated, "A user's profile has changed: read userinfo.", &[SUB]),
    of(EventKind::UserDisabled, "A user was disabled and can no longer sign in.", &[SUB]),
    of(EventKind::UserEnabled, "A user was enabled and can sign in again.", &[SUB]),
    of(EventKind::UserDeleted, "A user was deleted. The `sub` is never reused.", &[SUB]),
    of(EventKind::PasswordChanged, "A user changed their password.", &[SUB]),
    of(EventKind::PasswordRecovered, "A user set a new password without the old one.", &[SUB]),
    of(EventKind::EmailChanged, "A user's email address has changed: read userinfo.", &[SUB]),
    of(EventKind::Disowned, "A user reported that somebody else used their account; every session was ended.", &[SUB]),
    of(
        EventKind::UsersMerged,
        "Two users were merged: move the data of `sub` to `into`.",
        &[
            PayloadMember { name: "sub", from: PayloadSource::Sub, about: "the `sub` that is no longer used" },
            PayloadMember { name: "into", from: PayloadSource::User, about: "the `sub` that remains" },
        ],
    ),
    of(
        EventKind::MergeUndone,
        "A merge of two users was undone.",
        &[
            PayloadMember { name: "sub", from: PayloadSource::Sub, about: "the `sub` that is separate again" },
            PayloadMember { name: "from", from: PayloadSource::User, about: "the `sub` that it had been merged into" },
        ],
    ),
    of(
        EventKind::IdentityLinked,
        "A user linked an identity of a provider.",
        &[SUB, PROVIDER, data("how", "how it was linked")],
    ),
    of(EventKind::IdentityUnlinked, "A user unlinked an identity of a provider.", &[SUB, PROVIDER]),
    of(EventKind::FactorAdded, "A user added a second factor.", &[SUB, data("factor", "which")]),
    of(EventKind::FactorRemoved, "A user removed a second factor.", &[SUB, data("factor", "which")]),
    of(EventKind::FactorsReset, "All second factors of a user were removed.", &[SUB, BY]),
    of(
        EventKind::SecondStepChanged,
        "A user switched the second step at sign-in on or off.",
        &[SUB, data("wanted", "whether")],
    ),
    of(EventKind::RecoveryCodesRenewed, "A user made new recovery codes.", &[SUB]),
    of(EventKind::PasskeyCloneSuspected, "A user's passkey may have been copied; it was refused.", &[SUB]),
    of(EventKind::ConsentGranted, "A user gave consent to a client.", &[SUB, SID, CLIENT, data("scope", "what")]),
    of(EventKind::ConsentDenied, "A user denied consent to a client.", &[SUB, SID, CLIENT]),
    of(EventKind::ConsentWithdrawn, "A user withdrew the consent given to a client.", &[SUB, CLIENT]),
    of(EventKind::GrantCreated, "A client received tokens for a user.", &[SUB, SID, CLIENT, GRANT]),
    of(
        EventKind::GrantRevoked,
        "A client's grant for a user was revoked: its tokens are no longer valid.",
        &[SUB, SID, CLIENT, GRANT, REASON],
    ),
    of(
        EventKind::TokenRevoked,
        "A client revoked one of its access tokens.",
        &[CLIENT, data("jti", "the token's `jti`")],
    ),
    of(
        EventKind::TokenReuseDetected,
        "An old refresh token was used although a newer one was in use: it may have been stolen. The grant was ended, \
         and its session unless `tokens.reuse_ends` is `grant`.",
        &[SUB, SID, CLIENT, GRANT],
    ),
    of(
        EventKind::CodeReuseDetected,
        "An authorization code was used twice: it may have been stolen. The grant was ended.",
        &[SUB, SID, CLIENT, GRANT],
    ),
    of(EventKind::ProjectCreated, "The project was created.", &[]),
    of(
        EventKind::ProjectUpdated,
        "The project's settings have changed.",
        &[data("require_second_factor", "whether sign-in requires two factors, if that has changed")],
    ),
    of(EventKind::ProjectTokenRotated, "The project has a new token; the previous one is valid for a while.", &[]),
    of(EventKind::FormerTokensEnded, "All tokens of the project except the newest were ended.", &[]),
    of(
        EventKind::MemberAdded,
        "Somebody became a member of the project.",
        &[SUB, data("role", "owner, developer or viewer")],
    ),
    of(EventKind::MemberChanged, "A member's role was changed.", &[SUB, data("role", "owner, developer or viewer")]),
    of(EventKind::MemberRemoved, "Somebody is no longer a member of the project.", &[SUB]),
    of(EventKind::ClientCreated, "A client was created.", &[CLIENT]),
    of(EventKind::ClientUpdated, "A client's metadata has changed.", &[CLIENT]),
    of(EventKind::ClientDisabled, "A client was disabled.", &[CLIENT]),
    of(EventKind::ClientEnabled, "A client was enabled.", &[CLIENT]),
    of(EventKind::ClientDeleted, "A client was deleted.", &[CLIENT]),
    of(EventKind::ClientSecretRotated, "A client has a new secret.", &[CLIENT]),
    of(
        EventKind::RedirectRejected,
        "A client sent an authorization request with a redirect URI that is not registered.",
        &[CLIENT],
    ),
    of(
        EventKind::PolicyPublished,
        "The project's access rules have a new revision.",
        &[data("revision", "its number")],
    ),
    of(EventKind::RoleAssigned, "A user was given a role.", &[SUB, data("role", "which")]),
    of(EventKind::RoleUnassigned, "A role was removed from a user.", &[SUB, data("role", "which")]),
    of(
        EventKind::KeyActivated,
        "Tokens are now signed with another key, which was published some time ago.",
        &[data("kid", "the key")],
    ),
    of(
        EventKind::KeyRevoked,
        "A signing key has leaked and was removed. Nothing that it signed is valid any more: fetch the keys again.",
        &[data("kid", "the key"), data("alg", "its algorithm")],
    ),
    of(EventKind::WebhookCreated, "A webhook was created.", &[data("webhook_id", "which")]),
    of(EventKind::WebhookUpdated, "A webhook was changed.", &[data("webhook_id", "which")]),
    of(EventKind::WebhookDeleted, "A webhook was deleted.", &[data("webhook_id", "which")]),
    of(EventKind::WebhookSecretRotated, "A webhook has a new secret.", &[data("webhook_id", "which")]),
    of(
        EventKind::WebhookDisabled,
        "A webhook was disabled.",
        &[
            data("webhook_id", "which"),
            data("reason", "`gone` (it answered 410) or `failing` (every delivery failed for a week)"),
        ],
    ),
];

/// The type of a test message.
pub const TEST: &str = "webhook.test";

impl MessageType {
    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self.kind {
            // For receivers this is the rotation.
            EventKind::KeyActivated => "key.rotated",
            kind => kind.as_str(),
        }
    }

    /// Whether events of this type are for all projects.
    pub const fn is_for_all(&self) -> bool {
        matches!(self.kind.visibility(), Visibility::Everybody)
    }

    /// Whether a message of this type names a user.
    pub fn names_a_user(&self) -> bool {
        self.members.iter().any(|member| matches!(member.from, PayloadSource::Sub | PayloadSource::User))
    }

    /// The message about an event for one project. `sub` is that of the event's user, if the user still exists.
    pub fn message(&self, event: &Event, project: ProjectId, sub: Option<&str>) -> Value {
        let mut members = Map::from_iter([("project_id".to_owned(), json!(project.to_string()))]);
        for member in self.members {
            if let Some(value) = value_of(member.from, event, project, sub) {
                members.insert(member.name.to_owned(), value);
            }
        }
        json!({ "type": self.name(), "version": self.version, "timestamp": event.at.rfc3339(), "data": members })
    }
}

fn value_of(from: PayloadSource, event: &Event, project: ProjectId, sub: Option<&str>) -> Option<Value> {
    Some(match from {
        PayloadSource::Sub => event.data.get("sub").cloned().or_else(|| sub.map(Value::from))?,
        PayloadSource::User => sub?.into(),
        PayloadSource::Session => event.session_id?.to_string().into(),
        // A project does not see clients of other projects.
        PayloadSource::Client => {
            event.client_id.as_ref().filter(|_| event.project_id == Some(project))?.0.clone().into()
        }
        PayloadSource::Grant => event.grant_id?.to_string().into(),
        PayloadSource::Data(name) => event.data.get(name)?.clone(),
    })
}

/// Every type of message.
pub fn all() -> impl Iterator<Item = &'static MessageType> {
    ALL.iter()
}

/// The type of message for this kind of event; `None` if it is not sent.
pub fn of_kind(kind: EventKind) -> Option<&'static MessageType> {
    ALL.iter().find(|message| message.kind == kind)
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
    use crate::id::{ClientId, EventId, SessionId, UserId};
    use crate::random::SeededRandom;
    use crate::time::Timestamp;

    /// Projects may see these, but get no message: a deleted project has no webhooks, and uses of access are in the
    /// history.
    const UNTOLD: [EventKind; 2] = [EventKind::ProjectDeleted, EventKind::AccessUsed];

    #[test]
    fn every_kind_is_either_told_or_the_houses_own() {
        for kind in EventKind::ALL {
            let own = kind.visibility() == Visibility::House || UNTOLD.contains(kind);
            assert!(of_kind(*kind).is_some() != own, "decide whether projects are told of {}", kind.as_str());
        }
    }

    /// A message about a session or a grant goes only to projects that it concerns.
    #[test]
    fn what_names_a_session_or_a_client_is_told_only_to_those_who_have_to_do_with_it() {
        for message in all() {
            let names = |origin: PayloadSource| message.members.iter().any(|member| member.from == origin);
            let visibility = message.kind.visibility();
            if names(PayloadSource::Client) || names(PayloadSource::Grant) {
                assert_eq!(visibility, Visibility::Project, "{}", message.name());
            } else if names(PayloadSource::Session) || names(PayloadSource::Data("amr")) {
                assert!(matches!(visibility, Visibility::Session | Visibility::Arrival), "{}", message.name());
            }
        }
    }

    #[test]
    fn a_message_says_what_the_table_says_and_no_more() {
        let random = SeededRandom::new(1);
        let at = Timestamp(1_800_000_000);
        let (project, other) = (ProjectId::new(at, &random), ProjectId::new(at, &random));
        let session = SessionId::new(at, &random);
        let event = Event::new(EventId::new(at, &random), EventKind::ConsentGranted, at)
            .with_user(UserId::new(at, &random))
            .with_session(session)
            .with_client(&ClientId("client_a".into()))
            .with_project(project)
            .with("scope", "openid")
            .with("source", "192.0.2.7");
        let message = of_kind(event.kind).unwrap().message(&event, project, Some("s"));
        let wanted = json!({
            "type": "consent.granted", "version": 1, "timestamp": "2027-01-15T08:00:00Z",
            "data": { "project_id": project.to_string(), "sub": "s", "sid": session.to_string(),
                "client_id": "client_a", "scope": "openid" },
        });
        assert_eq!(message, wanted);
        let elsewhere = of_kind(event.kind).unwrap().message(&event, other, Some("s"));
        assert_eq!(elsewhere["data"].get("client_id"), None);
    }
}
