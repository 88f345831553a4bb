//! Who causes an event.

use std::fmt;
use std::str::FromStr;

use crate::id::{ClientId, ProjectId, UserId};

/// Who causes an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventActor {
    /// A signed-in user.
    User(UserId),
    /// A client with a token of its own.
    Client(ClientId),
    /// The token of a project.
    ProjectToken(ProjectId),
    /// The command line.
    CommandLine,
}

/// The text is no actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no actor")]
pub struct UnknownEventActor;

impl fmt::Display for EventActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Client(id) => write!(f, "client:{}", id.0),
            Self::ProjectToken(id) => write!(f, "project:{id}"),
            Self::CommandLine => f.write_str("command"),
        }
    }
}

impl FromStr for EventActor {
    type Err = UnknownEventActor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "user" => id.parse().map(Self::User).map_err(|_| UnknownEventActor),
            "client" => id.parse().map(Self::Client).map_err(|_| UnknownEventActor),
            "project" => id.parse().map(Self::ProjectToken).map_err(|_| UnknownEventActor),
            "command" if id.is_empty() => Ok(Self::CommandLine),
            _ => Err(UnknownEventActor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_actor_reads_back() {
        let id = Uuid::from_u128(7);
        let actors = [
            EventActor::User(UserId(id)),
            EventActor::Client("a-client".parse().unwrap()),
            EventActor::ProjectToken(ProjectId(id)),
            EventActor::CommandLine,
        ];
        for actor in actors {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for other in ["", "user", "user:", "user:x", "command:x", "robot:1"] {
            assert_eq!(other.parse::<EventActor>(), Err(UnknownEventActor), "{other}");
        }
    }
}
