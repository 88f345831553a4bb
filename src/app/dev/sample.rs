//! Sample data of the project of `usher dev`: access rules, roles of the user, and a short history.
//!
//! Like all of the [`seed`](super::seed) it is created if it is missing, and existing data does not change.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::seed::{CLIENT, EMAIL};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::{EventId, GrantId, ProjectId, SessionId};
use usher_domain::page::Cursor;
use usher_domain::project::history::HistoryEntry;
use usher_domain::time::Timestamp;
use usher_flows::{NewAssignment, Subject, Usher};
use usher_keys::project_key::ProjectLock;
use usher_policy::PolicyDocument;

/// The access rules, as written.
const RULES: &str = include_str!("sample_rules.json");
/// The publisher in the history of the rules.
const PUBLISHER: &str = "usher dev";
/// The roles of the user: one in tokens and decisions, and one for a single entity.
const ROLES: [(&str, Option<&str>); 2] = [("gardener", None), ("keeper", Some("Plant:monstera"))];

/// Publishes the rules, unless there are others already, and assigns the user's roles.
pub async fn rules(usher: &Usher, project: ProjectId) -> Result<(), FlowError> {
    let ours = match usher.core.store.current_policy(project).await? {
        Some(current) => current.publication.revision == 1 && current.publication.published_by == PUBLISHER,
        None => publish(usher, project).await?,
    };
    let anybody = usher.policies.list_assignments(project, Cursor::START, 1).await?;
    if !ours || !anybody.items.is_empty() {
        return Ok(());
    }
    let sub = usher.users.load_user(EMAIL).await?.sub.0;
    for (role, scope) in ROLES {
        let subject = Subject::User(sub.clone());
        let new = NewAssignment { role: role.to_owned(), subject, scope: scope.map(str::to_owned), expires_at: None };
        match usher.policies.assign_role(project, new).await {
            Ok(_) | Err(FlowError::Rejected(Rejected::RoleHeld)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Returns whether they were published: an existing draft does not change.
async fn publish(usher: &Usher, project: ProjectId) -> Result<bool, FlowError> {
    let draft = usher.policies.policy_draft(project).await?;
    if draft.changed {
        return Ok(false);
    }
    let document: PolicyDocument = serde_json::from_str(RULES)?;
    let draft = usher.policies.replace_policy_draft(project, Some(&draft.etag), &document).await?;
    usher.policies.publish_policy(project, Some(&draft.etag), "The sample of usher dev", PUBLISHER).await?;
    Ok(true)
}

/// Seals sample events of the last days, if the project has no history yet.
pub async fn history(usher: &Usher, project: ProjectId) -> Result<(), FlowError> {
    if !usher.core.store.read_history(project, i64::MAX, 1).await?.is_empty() {
        return Ok(());
    }
    let sub = usher.users.load_user(EMAIL).await?.sub.0;
    let mut days: BTreeMap<Timestamp, Vec<HistoryEntry>> = BTreeMap::new();
    for entry in past(usher, &sub) {
        days.entry(Timestamp(entry.at).start_of_day()).or_default().push(entry);
    }
    let mut tx = usher.core.store.begin().await?;
    for (day, entries) in days {
        let seal = |key: &Value| ProjectLock::from_jwk(key)?.seal_entries(&entries);
        tx.seal_into_history(project, day, seal).await?;
    }
    Ok(tx.commit().await?)
}

const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1";

/// Three sign-ins, the first with consent, and the end of the second; oldest first.
fn past(usher: &Usher, sub: &str) -> Vec<HistoryEntry> {
    let ago = |hours: u64| usher.core.now() - Duration::from_hours(hours);
    let scope = json!({ "scope": "openid profile email offline_access" });
    let claims = json!({ "claims": ["email", "name", "sub"] });
    let [first, second, third] = [75, 52, 3].map(|hours| SampleSignIn::new(usher, sub, ago(hours)));
    vec![
        first.entry(usher, 0, "consent.granted", Some(LAPTOP), &scope),
        first.entry(usher, 1, "grant.created", Some(LAPTOP), &scope),
        first.entry(usher, 2, "access.used", None, &claims),
        second.entry(usher, 0, "grant.created", Some(PHONE), &scope),
        second.entry(usher, 1, "access.used", None, &claims),
        second.entry(usher, 3_600, "session.revoked", None, &json!({ "reason": "sign_out" })),
        third.entry(usher, 0, "grant.created", Some(LAPTOP), &scope),
    ]
}

/// A past sign-in.
struct SampleSignIn {
    sub: String,
    at: Timestamp,
    session: SessionId,
    grant: GrantId,
}

impl SampleSignIn {
    fn new(usher: &Usher, sub: &str, at: Timestamp) -> Self {
        let (session, grant) = (SessionId::new(at, &*usher.core.random), GrantId::new(at, &*usher.core.random));
        Self { sub: sub.to_owned(), at, session, grant }
    }

    fn entry(&self, usher: &Usher, seconds: u64, kind: &str, browser: Option<&str>, data: &Value) -> HistoryEntry {
        let at = self.at + Duration::from_secs(seconds);
        let of_session = kind == "session.revoked";
        HistoryEntry {
            id: EventId::new(at, &*usher.core.random).to_string(),
            at: at.0,
            kind: kind.to_owned(),
            sub: Some(self.sub.clone()),
            client_id: (!of_session).then(|| CLIENT.to_owned()),
            session_id: Some(self.session.to_string()),
            grant_id: (!of_session && kind != "consent.granted").then(|| self.grant.to_string()),
            source: browser.map(|_| "127.0.0.1".to_owned()),
            user_agent: browser.map(str::to_owned),
            amr: browser.map(|_| "pwd".to_owned()).into_iter().collect(),
            data: data.as_object().cloned().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_can_be_published_and_know_the_roles_that_are_given() {
        let document: PolicyDocument = serde_json::from_str(RULES).unwrap();
        let review = usher_policy::validate::validate(&document);
        assert!(review.valid && review.faults.is_empty(), "{:?}", review.faults);
        assert!(ROLES.iter().all(|(role, _)| document.roles.contains_key(*role)));
    }
}
