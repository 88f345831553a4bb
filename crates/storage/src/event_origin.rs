//! Where the events of a task come from. A request or a command runs within an [`EventOrigin`]; each event that it
//! appends records it. Jobs have none.

use std::sync::OnceLock;

use uuid::Uuid;

use usher_domain::event::Event;
use usher_domain::event::actor::EventActor;

tokio::task_local! {
    static ORIGIN: EventOrigin;
}

/// Where events come from.
#[derive(Debug, Clone, Default)]
pub struct EventOrigin {
    /// The trace id of the request.
    pub trace_id: Option<Uuid>,
    /// The network: an IPv4 address, or the prefix of an IPv6 address.
    pub source: Option<String>,
    actor: OnceLock<EventActor>,
}

impl EventOrigin {
    /// The origin of the events of a request; who makes it is not known yet.
    pub const fn request(trace_id: [u8; 16], source: Option<String>) -> Self {
        Self { trace_id: Some(Uuid::from_bytes(trace_id)), source, actor: OnceLock::new() }
    }

    /// The origin of the events of a command.
    pub fn command() -> Self {
        Self { trace_id: None, source: None, actor: OnceLock::from(EventActor::CommandLine) }
    }

    /// The origin of the events of a job that somebody has started.
    pub fn job_of(actor: EventActor) -> Self {
        Self { trace_id: None, source: None, actor: OnceLock::from(actor) }
    }

    /// Runs a future whose events come from here.
    pub async fn run<F: Future>(self, future: F) -> F::Output {
        ORIGIN.scope(self, future).await
    }

    /// The origin of the present task, for another task that continues its work.
    pub fn current() -> Self {
        ORIGIN.try_with(Clone::clone).unwrap_or_default()
    }

    /// Says who makes the present request. The first call counts.
    pub fn made_by(actor: impl FnOnce() -> EventActor) {
        let _ = ORIGIN.try_with(|origin| {
            origin.actor.get_or_init(actor);
        });
    }

    /// Who causes an event, if that is not its user.
    pub(super) fn actor_of(&self, event: &Event) -> Option<String> {
        let other = |actor: &&EventActor| match actor {
            EventActor::User(user) => event.user_id != Some(*user),
            _ => true,
        };
        self.actor.get().filter(other).map(ToString::to_string)
    }
}
