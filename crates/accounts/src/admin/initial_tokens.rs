//! Initial access tokens: who has one may register clients in a project.

use std::sync::Arc;
use std::time::Duration;

use crate::core::Core;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::secret_hash;
use usher_domain::event::EventKind;
use usher_domain::id::{InitialTokenId, ProjectId};
use usher_domain::oauth::initial_token::{
    InitialToken, LONGEST_INITIAL_TOKEN, MAX_INITIAL_TOKEN_NAME, MAX_INITIAL_TOKENS, MOST_CLIENTS,
};
use usher_domain::text::check_name;

/// A token to create.
#[derive(Debug, Clone)]
pub struct NewInitialToken {
    pub project: ProjectId,
    pub name: String,
    /// How many clients it may register.
    pub max_clients: u32,
    pub lifetime: Duration,
}

/// Initial access tokens of projects.
pub struct InitialTokens {
    pub core: Arc<Core>,
}

impl InitialTokens {
    /// Creates a token. Its value is returned once and stored as a hash.
    ///
    /// # Errors
    /// [`Rejected::Text`], [`Rejected::InitialTokenLimits`], [`Rejected::TooManyInitialTokens`], [`Rejected::NotFound`].
    pub async fn create_initial_token(&self, new: NewInitialToken) -> Result<(InitialToken, String), FlowError> {
        let name = check_name(&new.name, MAX_INITIAL_TOKEN_NAME).map_err(|rule| rule.broken_by("name"))?;
        let lives = (Duration::from_secs(60)..=LONGEST_INITIAL_TOKEN).contains(&new.lifetime);
        if !lives || !(1..=MOST_CLIENTS).contains(&new.max_clients) {
            return Err(Rejected::InitialTokenLimits.into());
        }
        let (now, value) = (self.core.now(), self.core.random.token());
        let token = InitialToken {
            id: InitialTokenId::new(now, &*self.core.random),
            project_id: new.project,
            name,
            max_clients: new.max_clients,
            registered: 0,
            created_at: now,
            expires_at: now + new.lifetime,
        };
        let event = self.core.event(EventKind::INITIAL_TOKEN_CREATED).with_project(new.project);
        let event = event.with("initial_token_id", token.id.to_string());
        let mut tx = self.core.store.begin().await?;
        if !tx.lock_project(new.project).await? {
            return Err(Rejected::NotFound("project").into());
        }
        if tx.count_initial_tokens(new.project).await? >= MAX_INITIAL_TOKENS {
            return Err(Rejected::TooManyInitialTokens.into());
        }
        tx.insert_initial_token(&token, &secret_hash(&value)).await?;
        tx.append(&event).await?;
        tx.commit().await?;
        Ok((token, value))
    }

    /// The tokens of a project, oldest first.
    pub async fn list_initial_tokens(&self, project: ProjectId) -> Result<Vec<InitialToken>, FlowError> {
        Ok(self.core.store.list_initial_tokens(project).await?)
    }

    /// Deletes a token. The clients that it registered stay.
    ///
    /// # Errors
    /// [`Rejected::NotFound`].
    pub async fn delete_initial_token(&self, project: ProjectId, id: &str) -> Result<(), FlowError> {
        let unknown = || FlowError::from(Rejected::NotFound("initial access token"));
        let id: InitialTokenId = id.parse().map_err(|_| unknown())?;
        let event = self.core.event(EventKind::INITIAL_TOKEN_DELETED).with_project(project);
        let mut tx = self.core.store.begin().await?;
        if !tx.delete_initial_token(project, id).await? {
            return Err(unknown());
        }
        tx.append(&event.with("initial_token_id", id.to_string())).await?;
        Ok(tx.commit().await?)
    }
}
