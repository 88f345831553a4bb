//! Rotating a project's token. The token is also a key: the old one is needed to keep the history readable with the
//! new one.

use crate::projects::register::Projects;
use std::time::Duration;

use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::secret_hash;
use usher_domain::event::EventKind;
use usher_domain::id::ProjectId;
use usher_domain::project::Project;
use usher_domain::time::Timestamp;
use usher_keys::project_key::{ProjectKey, ProjectLock};

/// The default overlap, during which the old token stays valid.
pub const USUAL_OVERLAP: Duration = Duration::from_hours(24);
/// The longest overlap.
pub const MAX_OVERLAP: Duration = Duration::from_hours(30 * 24);

/// How to rotate a token.
pub struct Rotation {
    /// The current token, if the caller has it.
    pub presented: Option<String>,
    /// How long it stays valid. Zero ends it at once, and every token before it.
    pub overlap: Duration,
    /// Delete the history if it could not be read any more?
    pub discard_history: bool,
}

struct NewProjectToken {
    token: String,
    key: ProjectKey,
    /// The key of the token before it, wrapped.
    wrapped: Option<String>,
}

impl Projects {
    /// Rotates a project's token and returns when the old one expires.
    ///
    /// # Errors
    /// [`Rejected::HistoryWouldBeLost`] if the newest token was not presented and `discard_history` is not set,
    /// [`Rejected::Overlap`], [`Rejected::Superseded`] if another rotation was faster.
    pub async fn rotate_project_token(
        &self,
        project: &Project,
        rotation: Rotation,
    ) -> Result<(String, Timestamp), FlowError> {
        if rotation.overlap > MAX_OVERLAP {
            return Err(Rejected::Overlap.into());
        }
        let (now, id) = (self.core.now(), project.id);
        let good_until = now + rotation.overlap;
        let old_hash = self.core.store.find_token_hash(id).await?.ok_or(Rejected::NotFound("project"))?;
        let kept = self.core.store.newest_project_key(id).await?;
        let presented = rotation.presented.filter(|token| secret_hash(token).as_slice() == old_hash);
        let old_key = presented.as_deref().and_then(ProjectKey::of_token);
        if old_key.is_none() && kept.is_some() && !rotation.discard_history {
            return Err(Rejected::HistoryWouldBeLost.into());
        }
        let NewProjectToken { token, key, wrapped } = self.new_token(old_key)?;
        let generation = kept.map_or(0, |key| key.generation);
        let event = self.core.event(EventKind::PROJECT_TOKEN_ROTATED).with_project(id);
        let event = event.with("good_until", good_until.0).with("history_kept", wrapped.is_some());
        let (new_hash, chain) = (secret_hash(&token), (generation, wrapped.as_deref()));
        let mut tx = self.core.store.begin().await?;
        if !tx.replace_project_token(id, (&old_hash, &new_hash), chain, good_until).await? {
            return Err(Rejected::Superseded.into());
        }
        if wrapped.is_none() {
            tx.discard_history(id).await?;
        }
        if rotation.overlap.is_zero() {
            tx.forget_former_tokens(id, now).await?;
        }
        tx.insert_project_key(id, generation + 1, (&key.kid(), &key.public_jwk()), now).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok((token, good_until))
    }

    /// Makes a token, and wraps the key of the old one for it.
    fn new_token(&self, old: Option<ProjectKey>) -> Result<NewProjectToken, FlowError> {
        let token = self.core.random.token();
        let key = ProjectKey::of_token(&token).ok_or(Rejected::NotFound("key"))?;
        let lock = ProjectLock::from_jwk(&key.public_jwk())?;
        let wrapped = old.map(|old| old.wrap_for(&lock)).transpose()?;
        Ok(NewProjectToken { token, key, wrapped })
    }

    /// Ends every token of a project but the newest at once. Returns how many were still valid.
    pub async fn end_former_tokens(&self, project: ProjectId) -> Result<u64, FlowError> {
        let (now, event) = (self.core.now(), self.core.event(EventKind::FORMER_TOKENS_ENDED).with_project(project));
        let mut tx = self.core.store.begin().await?;
        let ended = tx.forget_former_tokens(project, now).await?;
        if ended > 0 {
            tx.append(&event).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}
