//! The data of `usher dev`: a user, two demo clients, and a client for the developer's own application.
//!
//! Applied at every start: existing data does not change, missing data is created, and the demo clients get new
//! secrets.

use std::time::Duration;

use usher_accounts::{FlowError, NewClient, NewUser, Rejected};
use usher_domain::id::{ClientId, ProjectId};
use usher_domain::oauth::client::{ClientType, SecretRotation};
use usher_domain::page::{Cursor, MAX_PAGE};
use usher_domain::secret::Secret;
use usher_domain::user::Profile;
use usher_flows::Usher;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::user_claims::UserClaims;

/// The user's email address.
pub const EMAIL: &str = "ana@example.test";
/// The user's password. It is not checked against the rules: it is meant to be known.
pub const PASSWORD: &str = "usher-demo";
/// The client of the developer's own application.
pub const CLIENT: &str = "usher-demo";
/// The token of the project. It is no secret: `usher dev` listens on this machine only, and `usher serve` never
/// creates it.
pub const PROJECT_TOKEN: &str = "usher-dev-demo-project-token-loopback-onlyA";
const PROJECT: &str = "Demo";

/// Creates the user, unless it exists.
pub async fn person(usher: &Usher) -> Result<(), FlowError> {
    let user = match usher.users.load_user(EMAIL).await {
        Err(FlowError::Rejected(Rejected::NotFound(_))) => {
            let ana =
                NewUser { email: EMAIL.to_owned(), password: None, admin: false, profile: profile(), locale: None };
            usher.users.create_user(ana).await?
        }
        found => found?,
    };
    if usher.core.store.find_password(user.id).await?.is_none() {
        let phc = usher.core.password_pool.hash(Secret::from(PASSWORD), usher.core.random.bytes()).await?;
        let mut tx = usher.core.store.begin().await?;
        tx.put_password(user.id, &phc, usher.core.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The project of all sample data.
pub async fn project(usher: &Usher) -> Result<ProjectId, FlowError> {
    if let Some(client) = usher.core.store.find_client(&ClientId(CLIENT.to_owned())).await? {
        return Ok(client.project_id);
    }
    let mut after = Cursor::START;
    loop {
        let page = usher.projects.list_projects(after, MAX_PAGE).await?;
        if let Some(project) = page.items.iter().find(|project| project.name == PROJECT) {
            return Ok(project.id);
        }
        let Some(next) = page.next else {
            // The user, if it exists already, becomes the owner, so that the console of a member can be tried.
            let owner = usher.users.load_user(EMAIL).await.ok().map(|user| user.id);
            return Ok(usher.projects.make_project(PROJECT, owner, PROJECT_TOKEN.to_owned()).await?.project.id);
        };
        after = next;
    }
}

/// The public client that may redirect to any URL on localhost.
pub async fn own_client(usher: &Usher, project: ProjectId) -> Result<(), FlowError> {
    let id = ClientId(CLIENT.to_owned());
    if usher.core.store.find_client(&id).await?.is_some() {
        return Ok(());
    }
    let metadata = ClientMetadata {
        client_name: "Your application".to_owned(),
        any_localhost_redirect: true,
        ..ClientType::Spa.defaults()
    };
    usher.clients.create_client(NewClient { project, kind: ClientType::Spa, metadata, id: Some(id) }).await.map(drop)
}

/// The client of a demo at `url`, created or updated, with a new secret.
pub async fn demo_client(
    usher: &Usher,
    project: ProjectId,
    (id, name): (&str, &str),
    url: &str,
    alg: &str,
) -> Result<String, FlowError> {
    let id = ClientId(id.to_owned());
    let metadata = ClientMetadata {
        client_name: name.to_owned(),
        client_uri: Some(url.to_owned()),
        redirect_uris: vec![format!("{url}/callback")],
        post_logout_redirect_uris: vec![format!("{url}/signed-out")],
        id_token_signed_response_alg: alg.to_owned(),
        first_party: true,
        ..ClientType::Web.defaults()
    };
    let registered = match usher.core.store.find_client(&id).await? {
        None => {
            usher.clients.create_client(NewClient { project, kind: ClientType::Web, metadata, id: Some(id) }).await?
        }
        Some(client) => {
            if client.metadata != metadata {
                usher.clients.update_client(&id, metadata).await?;
            }
            // Only the demo itself got the former secret, and it is restarted.
            let rotation = SecretRotation { overlap: Duration::ZERO, end_young: true };
            usher.clients.rotate_client_secret(&id, rotation).await?
        }
    };
    registered.secret.ok_or_else(|| Rejected::NoSecret.into())
}

/// Every attribute, so that every scope releases something.
fn profile() -> Profile {
    let mut profile = Profile::default();
    for (row, attribute) in UserClaims::STANDARD.attributes() {
        profile.set_text(row.name, attribute.sample);
    }
    Profile { phone_number_verified: true, ..profile }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_the_project_is_a_key_like_any_other() {
        assert!(usher_keys::project_key::ProjectKey::of_token(PROJECT_TOKEN).is_some());
    }

    #[test]
    fn the_person_has_every_standard_claim_and_each_of_them_holds() {
        let kept = profile().checked().unwrap();
        assert_eq!(kept, profile());
        let claims = serde_json::to_value(&kept).unwrap();
        assert_eq!(claims.as_object().unwrap().len(), 16, "{claims}");
        assert_eq!(claims["address"].as_object().unwrap().len(), 6);
    }
}
