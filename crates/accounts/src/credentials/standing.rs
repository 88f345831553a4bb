//! Rechecks user and session of a change inside its transaction, because they may have ended after the earlier checks.

use crate::error::{FlowError, Rejected};
use usher_domain::id::{SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_storage::Tx;
use usher_storage::users::sessions::Standing;

/// Checks within the transaction of a change that the user is active, the session has not ended, and the account is
/// not frozen. Both rows stay locked until the transaction ends.
///
/// It must come first in its transaction, or right after the users were locked: a rejection then leaves nothing
/// behind, and rows are locked in one order.
pub async fn check_standing(
    tx: &mut Tx,
    (user, session): (UserId, SessionId),
    now: Timestamp,
) -> Result<(), FlowError> {
    match tx.lock_account(user, session, now).await? {
        Standing::Stands => Ok(()),
        Standing::Frozen => Err(Rejected::Frozen.into()),
        Standing::Gone => Err(Rejected::NotSignedIn.into()),
    }
}
