//! Who causes an event.

use std::fmt;
use std::str::FromStr;

use crate::id::{ClientId, ProjectId, UserId};

/// Who causes an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
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
pub struct UnknownActor;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Client(id) => write!(f, "client:{}", id.0),
            Self::ProjectToken(id) => write!(f, "project:{id}"),
            Self::CommandLine => f.write_str("command"),
        }
    }
}

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "user" => id.parse().map(Self::User).map_err(|_| UnknownActor),
            "client" => id.parse().map(Self::Client).map_err(|_| UnknownActor),
            "project" => id.parse().map(Self::ProjectToken).map_err(|_| UnknownActor),
            "command" if id.is_empty() => Ok(Self::CommandLine),
            _ => Err(UnknownActor),
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
            Actor::User(UserId(id)),
            Actor::Client("a-client".parse().unwrap()),
            Actor::ProjectToken(ProjectId(id)),
            Actor::CommandLine,
        ];
        for actor in actors {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for other in ["", "user", "user:", "user:x", "command:x", "robot:1"] {
            assert_eq!(other.parse::<Actor>(), Err(UnknownActor), "{other}");
        }
    }
}
