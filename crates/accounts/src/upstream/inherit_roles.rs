//! Merging users: the kept user gets the roles of the merged one. A role may forbid, so none is dropped.

use crate::upstream::merge::AccountMerges;
use usher_domain::event::EventKind;
use usher_domain::id::AssignmentId;
use usher_domain::project::assignment::{Assignment, RoleHolder};
use usher_domain::time::Timestamp;
use usher_domain::user::User;
use usher_storage::{Result, Tx};

impl AccountMerges {
    /// Gives `into` every role that `from` has. If both have it, the later expiry counts.
    pub(super) async fn inherit_roles(&self, tx: &mut Tx, from: &User, into: &User) -> Result<()> {
        let now = self.core.now();
        for left in tx.list_assignments_everywhere(from.id).await? {
            let holder = RoleHolder::User(into.id);
            let had = tx.list_assignments_of(left.project, &holder, left.scope.as_deref()).await?;
            let had = had.into_iter().find(|had| had.role == left.role && had.scope == left.scope);
            if let Some(had) = had {
                if !lasts_longer(left.expires_at, had.expires_at) {
                    continue;
                }
                tx.delete_assignment(had.project, had.id).await?;
            }
            let id = AssignmentId::new(now, &*self.core.random);
            let event = self.core.event(EventKind::ROLE_ASSIGNED).with_project(left.project).with_user(into.id);
            let event = event.with("sub", into.sub.0.clone()).with("role", left.role.clone());
            tx.insert_assignment(&Assignment { id, holder, assigned_at: now, ..left }).await?;
            tx.append(&event.with("reason", "accounts_merged")).await?;
        }
        Ok(())
    }
}

/// Does the one expire later? No expiry is the latest.
fn lasts_longer(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_lasts_longest() {
        let (soon, late) = (Some(Timestamp(1)), Some(Timestamp(2)));
        for (one, other, longer) in
            [(late, soon, true), (soon, late, false), (soon, soon, false), (None, late, true), (late, None, false)]
        {
            assert_eq!(lasts_longer(one, other), longer, "{one:?} {other:?}");
        }
    }
}
