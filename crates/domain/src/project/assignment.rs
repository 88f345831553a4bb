//! Assignments of roles in a project: to whom, for what, and until when.

use crate::id::{AssignmentId, ClientId, ProjectId, UserId};
use crate::time::Timestamp;

/// The subject of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleHolder {
    /// A user.
    User(UserId),
    /// A client, acting for itself.
    Client(ClientId),
}

/// One role of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// The project.
    pub project: ProjectId,
    /// The role.
    pub role: String,
    /// The subject.
    pub holder: RoleHolder,
    /// The one entity that it applies to, as `Order:42`; `None` for all.
    pub scope: Option<String>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was assigned.
    pub assigned_at: Timestamp,
}

impl Assignment {
    /// Whether it applies now, to this entity.
    pub fn holds(&self, now: Timestamp, entity: Option<&str>) -> bool {
        self.expires_at.is_none_or(|end| now < end) && self.scope.as_deref().is_none_or(|scope| Some(scope) == entity)
    }
}

/// Whether a text names one entity: a type, a colon, an id of at most 200 characters.
pub fn is_scope(text: &str) -> bool {
    text.split_once(':').is_some_and(|(entity, id)| {
        let named = entity.starts_with(|c: char| c.is_ascii_alphabetic()) && entity.len() <= 64;
        named && !id.is_empty() && id.chars().count() <= 200 && !id.chars().any(char::is_control)
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_assignment_holds_until_its_end_and_where_it_is_meant() {
        let everywhere = Assignment {
            id: AssignmentId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            role: "editor".into(),
            holder: RoleHolder::Client(ClientId("c".into())),
            scope: None,
            expires_at: Some(Timestamp(10)),
            assigned_at: Timestamp(0),
        };
        assert!(everywhere.holds(Timestamp(9), None) && everywhere.holds(Timestamp(9), Some("Order:1")));
        assert!(!everywhere.holds(Timestamp(10), None));
        let one = Assignment { scope: Some("Order:1".into()), expires_at: None, ..everywhere };
        assert!(one.holds(Timestamp(99), Some("Order:1")));
        assert!(!one.holds(Timestamp(0), None) && !one.holds(Timestamp(0), Some("Order:12")));
    }

    #[test]
    fn a_scope_names_one_entity() {
        assert!(is_scope("Order:42") && is_scope("Order:a:b") && is_scope("Order:за") && is_scope("document:1"));
        for bad in ["", "Order", "Order:", ":1", "2nd:1", "Order:\n"] {
            assert!(!is_scope(bad), "{bad}");
        }
    }
}
