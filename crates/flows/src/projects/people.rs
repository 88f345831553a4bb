//! The users of a project's clients, as far as its clients may know them.

use std::collections::BTreeMap;
use std::sync::Arc;
use usher_accounts::account::applications::Applications;
use usher_accounts::admin::clients::Clients;
use usher_accounts::core::Core;
use usher_accounts::end::Endings;
use usher_accounts::subjects::Subjects;

use usher_accounts::end::Ended;
use usher_accounts::error::{FlowError, Rejected};
use usher_domain::id::{ClientId, ProjectId, SessionId, UserId};
use usher_domain::oauth::claim_release::ClaimRelease;
use usher_domain::oauth::grant::Grant;
use usher_domain::page::{Cursor, MAX_PAGE, Page};
use usher_domain::time::Timestamp;
use usher_domain::user::session::EndReason;
use usher_domain::user::{Sub, User};
use usher_keys::pairwise;

/// Rows that are read at once.
const ROWS: u32 = 500;

/// A user of a project's clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The subject identifier that stands for the user.
    pub sub: Sub,
    /// Every identifier by which clients of the project know the user.
    pub subs: Vec<Sub>,
    /// The full name, if it was released to a client of the project.
    pub name: Option<String>,
    /// The address, if it was released to a client of the project.
    pub email: Option<String>,
    /// The clients that the user has used.
    pub clients: Vec<ClientId>,
    /// First use.
    pub first_used_at: Timestamp,
    /// Last use, rounded to an hour.
    pub last_used_at: Timestamp,
}

/// A session in which the project's clients hold grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSession {
    /// The `sid` of its tokens.
    pub id: SessionId,
    /// When the user authenticated.
    pub auth_time: Timestamp,
    /// The authentication methods (RFC 8176).
    pub amr: Vec<String>,
    pub clients: Vec<ClientId>,
}

/// The users of a project.
pub struct ProjectUsers {
    pub(crate) core: Arc<Core>,
    pub(crate) applications: Arc<Applications>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) subjects: Arc<Subjects>,
}

impl ProjectUsers {
    /// The users of a project's clients.
    pub async fn list_people(&self, project: ProjectId, after: Cursor, size: u32) -> Result<Page<Person>, FlowError> {
        let size = size.clamp(1, MAX_PAGE) as usize;
        let mut found: Vec<(UserId, Vec<ClaimRelease>)> = Vec::new();
        let mut from = UserId(after.0);
        while found.len() <= size {
            let rows = self.core.store.list_accesses_in(project, from, ROWS).await?;
            let full = rows.len() == ROWS as usize;
            let mut groups = by_user(rows);
            // The last user of a full batch may have more rows: the next batch begins with that user.
            if full && groups.len() > 1 {
                groups.pop();
            }
            from = groups.last().map_or(from, |(user, _)| *user);
            found.extend(groups);
            if !full {
                break;
            }
        }
        let more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|(user, _)| Cursor(user.0));
        let sectors = self.core.store.list_sectors(project).await?;
        let mut items = Vec::new();
        for (id, accesses) in found {
            if let Some(user) = self.core.store.find_user(id).await? {
                items.extend(self.person(&sectors, &user, &accesses));
            }
        }
        Ok(Page { items, next })
    }

    /// A user of the project.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] for a user who has not used a client of the project.
    pub async fn load_person(&self, project: ProjectId, sub: &str) -> Result<(User, Person), FlowError> {
        let unknown = || FlowError::from(Rejected::NotFound("user"));
        let user = self.subjects.find_in(project, sub).await?.ok_or_else(unknown)?;
        let accesses = self.core.store.list_accesses_of_user_in(project, user.id).await?;
        let sectors = self.core.store.list_sectors(project).await?;
        let person = self.person(&sectors, &user, &accesses).ok_or_else(unknown)?;
        Ok((user, person))
    }

    /// The sessions in which clients of the project hold valid grants of this user.
    pub async fn list_sessions_in(&self, project: ProjectId, user: &User) -> Result<Vec<PersonSession>, FlowError> {
        let mut sessions: BTreeMap<SessionId, PersonSession> = BTreeMap::new();
        for grant in self.grants_in(project, user).await? {
            let session = sessions.entry(grant.session_id).or_insert_with(|| PersonSession {
                id: grant.session_id,
                auth_time: grant.auth_time,
                amr: grant.amr.clone(),
                clients: Vec::new(),
            });
            session.auth_time = session.auth_time.max(grant.auth_time);
            if !session.clients.contains(&grant.client_id) {
                session.clients.push(grant.client_id);
            }
        }
        Ok(sessions.into_values().rev().collect())
    }

    /// Revokes all grants of this user to the project's clients.
    pub async fn revoke_in(&self, project: ProjectId, user: &User) -> Result<Ended, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let ended = self.endings.end_grants_in(&mut tx, user.id, project, EndReason::RevokedByProject).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// `None` if no claims were released. `sectors` are those of the project's clients.
    fn person(&self, sectors: &[String], user: &User, accesses: &[ClaimRelease]) -> Option<Person> {
        let given = |claim: &str| accesses.iter().any(|access| access.claims.contains_key(claim));
        let subs = pairwise::subjects(&self.core.sealer, sectors, user.id, &user.sub.0);
        Some(Person {
            sub: subs.first().unwrap_or(&user.sub).clone(),
            subs,
            name: user.profile.display_name().filter(|_| given("name")),
            email: user.email.as_ref().filter(|_| given("email")).map(ToString::to_string),
            clients: accesses.iter().map(|access| access.client_id.clone()).collect(),
            first_used_at: accesses.iter().map(|access| access.first_used_at).min()?,
            last_used_at: accesses.iter().map(|access| access.last_used_at).max()?,
        })
    }

    async fn grants_in(&self, project: ProjectId, user: &User) -> Result<Vec<Grant>, FlowError> {
        let mut ours = Vec::new();
        for grant in self.applications.standing_grants(user.id).await? {
            let client = self.clients.find_client(&grant.client_id).await?;
            if client.is_some_and(|client| client.project_id == project) {
                ours.push(grant);
            }
        }
        Ok(ours)
    }
}

fn by_user(rows: Vec<ClaimRelease>) -> Vec<(UserId, Vec<ClaimRelease>)> {
    let mut groups: Vec<(UserId, Vec<ClaimRelease>)> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some((user, accesses)) if *user == row.user_id => accesses.push(row),
            _ => groups.push((row.user_id, vec![row])),
        }
    }
    groups
}
