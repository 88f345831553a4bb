//! The reuse of a code: of an authorization code or a device code, each of which is redeemed once.

use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::error::FlowError;
use usher_domain::event::EventKind;
use usher_domain::id::{ClientId, GrantId, SessionId, UserId};
use usher_domain::user::session::EndReason;

/// The grant of a code that was redeemed twice.
pub(super) struct ReusedCode<'a> {
    pub grant: GrantId,
    pub client: &'a ClientId,
    pub user: UserId,
    pub session: SessionId,
}

/// A second valid redemption that is not a retry of the first: the first one may have been an attacker's, so the grant
/// ends (RFC 6749 §4.1.2), durably and before the response.
pub(super) async fn end_reused(core: &Core, endings: &Endings, code: ReusedCode<'_>) -> Result<(), FlowError> {
    let reused = core
        .event(EventKind::CODE_REUSE_DETECTED)
        .with_user(code.user)
        .with_session(code.session)
        .with_client(code.client)
        .with_grant(code.grant);
    let mut tx = core.store.begin().await?;
    if endings.end_grant(&mut tx, code.grant, EndReason::CodeReuse).await?.is_some() {
        tx.append(&reused).await?;
    }
    Ok(tx.commit().await?)
}
