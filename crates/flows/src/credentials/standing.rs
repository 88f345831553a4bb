//! Who asked for a change when it is written: what was checked beforehand may have ended meanwhile.

use crate::error::Rejected;
use usher_domain::id::{SessionId, UserId};
use usher_domain::time::Timestamp;
use usher_storage::users::sessions::Standing;
use usher_storage::{Result as Stored, Tx};

/// Checks within the transaction of a change that the user who asked for it is active, the session that they asked in has
/// not ended, and the account is not frozen. It stays so until the transaction ends.
///
/// It comes first in its transaction, or right after the users were locked: a refusal leaves nothing behind, and rows are
/// locked in one order.
pub(crate) async fn check_standing(
    tx: &mut Tx<'_>,
    (user, session): (UserId, SessionId),
    now: Timestamp,
) -> Stored<Result<(), Rejected>> {
    Ok(match tx.lock_account(user, session, now).await? {
        Standing::Stands => Ok(()),
        Standing::Frozen => Err(Rejected::Frozen),
        Standing::Gone => Err(Rejected::NotSignedIn),
    })
}
