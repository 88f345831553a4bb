//! Subject identifiers (OpenID Connect Core §8): by which one a client or a project knows a user, and whom one names.
//!
//! A client never learns the public identifier of a user whom it knows by a pairwise one, and an identifier of another
//! sector names nobody to it: otherwise two clients could find out which of their users are the same person.

use std::sync::Arc;

use crate::core::Core;
use crate::error::FlowError;
use usher_domain::id::{ProjectId, UserId};
use usher_domain::oauth::client::Client;
use usher_domain::user::{Sub, User};
use usher_keys::pairwise::{self, PairwiseSubject};

impl Core {
    /// The identifier by which a client knows a user.
    pub fn subject_at(&self, client: &Client, user: UserId, public: &Sub) -> Sub {
        pairwise::subject(&self.sealer, client.metadata.sector().as_deref(), user, &public.0)
    }
}

/// Subject identifiers.
pub struct Subjects {
    pub core: Arc<Core>,
}

impl Subjects {
    /// The public identifier of the user whom a client names; after a merge, that of the kept user. `None` if the client
    /// knows nobody by this pairwise identifier.
    pub async fn named_by(&self, client: &Client, named: &str) -> Result<Option<Sub>, FlowError> {
        let Some(sector) = client.metadata.sector() else {
            return Ok(Some(self.after_merges(Sub(named.to_owned())).await?));
        };
        let opened = PairwiseSubject::open(&self.core.sealer, named).filter(|subject| subject.is_of(&sector));
        let Some(PairwiseSubject { user, .. }) = opened else { return Ok(None) };
        match self.core.store.find_user(user).await? {
            Some(user) => Ok(Some(self.after_merges(user.sub).await?)),
            None => Ok(None),
        }
    }

    async fn after_merges(&self, sub: Sub) -> Result<Sub, FlowError> {
        let kept = self.core.store.find_user_by_former_sub(&sub).await?;
        Ok(kept.map_or(sub, |user| user.sub))
    }

    /// The user with this identifier, of whichever sector: for the operator.
    pub async fn find(&self, named: &str) -> Result<Option<User>, FlowError> {
        match PairwiseSubject::open(&self.core.sealer, named) {
            Some(subject) => Ok(self.core.store.find_user(subject.user).await?),
            None => Ok(self.core.store.find_user_by_sub(&Sub(named.to_owned())).await?),
        }
    }

    /// The user whom clients of a project know by this identifier.
    pub async fn find_in(&self, project: ProjectId, named: &str) -> Result<Option<User>, FlowError> {
        let sectors = self.core.store.list_sectors(project).await?;
        let known = match PairwiseSubject::open(&self.core.sealer, named) {
            Some(subject) => sectors.iter().any(|sector| subject.is_of(sector)),
            None => sectors.is_empty() || sectors.iter().any(String::is_empty),
        };
        if known { self.find(named).await } else { Ok(None) }
    }

    /// The identifier that stands for a user in answers to a project.
    pub async fn name_in(&self, project: ProjectId, user: &User) -> Result<Sub, FlowError> {
        Ok(self.all_in(project, user).await?.into_iter().next().unwrap_or_else(|| user.sub.clone()))
    }

    /// The identifiers by which the clients of a project know a user, the one that stands for the user first.
    pub async fn all_in(&self, project: ProjectId, user: &User) -> Result<Vec<Sub>, FlowError> {
        let sectors = self.core.store.list_sectors(project).await?;
        Ok(pairwise::subjects(&self.core.sealer, &sectors, user.id, &user.sub.0))
    }
}
