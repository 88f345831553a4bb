//! A refresh token becomes new tokens (RFC 6749 §6); an old one beside a used successor ends its family
//! (RFC 9700 §4.14.2). What an old token means is decided in `usher_domain::oauth::grant`.

use crate::error::FlowError;
use crate::oauth::issue::Issue;
use crate::usher::Usher;
use usher_domain::event::EventKind;
use usher_domain::event::security_email::SecurityEmail;
use usher_domain::id::GrantId;
use usher_domain::oauth::client::Client;
use usher_domain::oauth::grant::{Grant, Refresh, RefreshLimits, ReuseEnds};
use usher_domain::user::session::EndReason;
use usher_protocol::cause::Cause;
use usher_protocol::client_metadata::RefreshRotation;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::scope::Scope;
use usher_protocol::token::TokenResponse;
use usher_storage::Tx;
use usher_storage::grants::{GrantOf, Presented};

/// How often the decision is made anew when another request was faster.
const TRIES: u32 = 3;

impl Usher {
    pub(crate) async fn refresh(
        &self,
        client: &Client,
        token: &str,
        asked: Option<Scope>,
        urv: i64,
    ) -> Result<TokenResponse, FlowError> {
        let (grant, generation) = self.read_refresh_token(token).ok_or(Cause::UnknownRefreshToken)?;
        if let Some(asked) = &asked {
            self.check_narrowing(client, grant, asked).await?;
        }
        let (now, limits) = (self.now(), self.refresh_limits(client));
        let presented = Presented { grant, client: client.id.clone(), generation, now, idle_end: now + limits.idle };
        for _ in 0..TRIES {
            if let Some((found, generation)) = self.move_forward(client, presented.clone()).await? {
                return self.issue_refreshed(client, &found, asked.as_ref(), generation, urv).await;
            }
            match self.judge(&presented, &limits).await? {
                // Another request moved the family forward between the two looks: look again.
                (Refresh::Rotate { .. }, _) => {}
                (Refresh::Retry { leaf }, Some(found)) => {
                    return self.issue_refreshed(client, &found, asked.as_ref(), leaf, urv).await;
                }
                (Refresh::Reuse, Some(found)) => return self.token_reused(client, found.grant).await,
                (Refresh::Straggler, _) => return Err(Cause::RefreshTokenLate.into()),
                (_, Some(_)) => return Err(Cause::GrantOver.into()),
                (_, None) => return Err(Cause::RefreshTokenOfOtherClient.into()),
            }
        }
        Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "the token is being refreshed elsewhere; try again")
            .into())
    }

    /// Usher has seen a token of this generation in use: from now on the generation before it is given nothing.
    ///
    /// A request that finds it written already writes nothing. That it could not be written is logged and no reason to
    /// refuse the request: the next one tries again.
    pub(crate) async fn note_generation_used(&self, grant: GrantId, generation: u32) {
        let mark =
            self.store.write_single(move |mut tx| Box::pin(async move { tx.mark_seen(grant, generation).await }));
        if let Err(error) = mark.await {
            tracing::warn!(grant.id = %grant, "that a token is in use could not be written down: {error}");
        }
    }

    /// The ordinary case in one statement: the leaf is presented, and a new one takes its place.
    async fn move_forward(&self, client: &Client, presented: Presented) -> Result<Option<(GrantOf, u32)>, FlowError> {
        let rotates = client.metadata.refresh_rotation == RefreshRotation::Rotate;
        let work = self.store.write_single(move |mut tx| {
            Box::pin(async move { if rotates { tx.rotate(&presented).await } else { tx.keep(&presented).await } })
        });
        let moved = work.await?;
        Ok(moved.and_then(|found| found.grant.refresh.map(|family| (found, family.generation))))
    }

    /// Why did the family not move? Only what belongs to this very client is judged: nobody else's token tells anything.
    async fn judge(
        &self,
        presented: &Presented,
        limits: &RefreshLimits,
    ) -> Result<(Refresh, Option<GrantOf>), FlowError> {
        let found =
            self.store.find_grant(presented.grant).await?.filter(|found| found.grant.client_id == presented.client);
        let verdict = found
            .as_ref()
            .map_or(Refresh::Dead, |found| found.grant.present(presented.generation, presented.now, limits));
        Ok((verdict, found))
    }

    /// A narrower scope is looked at before anything moves: a wrong request must not cost the token (RFC 6749 §6).
    async fn check_narrowing(&self, client: &Client, grant: GrantId, asked: &Scope) -> Result<(), FlowError> {
        let found = self.store.find_grant(grant).await?.filter(|found| found.grant.client_id == client.id);
        match found {
            None => Err(Cause::RefreshTokenOfOtherClient.into()),
            Some(found) if asked.is_subset_of(&found.grant.scope) => Ok(()),
            Some(_) => Err(OAuthError::new(ErrorCode::InvalidScope, "scope goes beyond what was granted").into()),
        }
    }

    async fn issue_refreshed(
        &self,
        client: &Client,
        found: &GrantOf,
        asked: Option<&Scope>,
        generation: u32,
        urv: i64,
    ) -> Result<TokenResponse, FlowError> {
        let scope = asked.unwrap_or(&found.grant.scope);
        let issue = Issue {
            client,
            grant: &found.grant,
            sub: &found.sub,
            scope,
            urv,
            nonce: None,
            generation: Some(generation),
        };
        self.issue(issue).await
    }

    /// Two hold the family, and one of them should not: the grant ends, and its session where the settings say so, durably
    /// and before the answer. One event, one letter, however often it happens.
    async fn token_reused(&self, client: &Client, grant: Grant) -> Result<TokenResponse, FlowError> {
        let (usher, ends) = (self.clone(), self.config.tokens.reuse_ends);
        let told = SecurityEmail::TokenReuse { client: client.metadata.client_name.clone(), ends };
        let notice = match self.store.find_user(grant.user_id).await? {
            Some(user) => Some(self.notice(&user, &told)?),
            None => None,
        };
        let end = self.store.write(move |mut tx| {
            Box::pin(async move {
                if !usher.end_reused(&mut tx, &grant, ends).await? {
                    return Ok(());
                }
                let event = usher
                    .event(EventKind::TokenReuseDetected)
                    .with_user(grant.user_id)
                    .with_session(grant.session_id)
                    .with_client(&grant.client_id)
                    .with_grant(grant.id);
                tx.append(&event).await?;
                match &notice {
                    Some(notice) => notice.post(&mut tx).await,
                    None => Ok(()),
                }
            })
        });
        end.await?;
        self.mail_wakeup.notify_one();
        Err(Cause::RefreshTokenReused.into())
    }

    /// Ends what reuse ends; `false` if all of it had ended before.
    async fn end_reused(&self, tx: &mut Tx<'_>, grant: &Grant, ends: ReuseEnds) -> usher_storage::Result<bool> {
        Ok(match ends {
            ReuseEnds::Grant => self.end_grant(tx, grant.id, EndReason::TokenReuse).await?.is_some(),
            // The session first and its grants after it: everybody locks in this order.
            ReuseEnds::Session => {
                let ended = self.end_session(tx, grant.user_id, grant.session_id, EndReason::TokenReuse).await?;
                !ended.clients.is_empty()
            }
        })
    }
}
