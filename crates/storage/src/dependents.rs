//! Dependent rows of a client, a project, a webhook or a user, of which there may be many. They are deleted in batches
//! before the row that they refer to, because a cascade is one statement and subject to the same timeout as any other.

use super::db::statements;
use super::query::PART;
use super::{Result, Tx};
use usher_domain::id::{ClientId, ProjectId, UserId, WebhookId};

statements! {
    with PART;

    CONSENTS_OF_CLIENT = "
        delete from consent
        where client_id = $1 and user_id in (select user_id from consent where client_id = $1 limit {PART})
    ";
    ACCESSES_OF_CLIENT = "
        delete from access
        where client_id = $1 and user_id in (select user_id from access where client_id = $1 limit {PART})
    ";
    APIS_OF_CLIENT = "
        delete from api_client
        where client_id = $1 and api_id in (select api_id from api_client where client_id = $1 limit {PART})
    ";
    ASSIGNMENTS_OF_CLIENT = "
        delete from assignment
        where id in (select id from assignment where client_id = $1 limit {PART})
    ";
    ASSIGNMENTS_OF_PROJECT = "
        delete from assignment
        where id in (select id from assignment where project_id = $1 limit {PART})
    ";
    ASSIGNMENTS_OF_USER = "
        delete from assignment
        where id in (select id from assignment where user_id = $1 limit {PART})
    ";
    DELIVERIES_OF_PROJECT = "
        delete from webhook_delivery
        where seq in (
            select d.seq
            from webhook w
            join webhook_delivery d on d.webhook_id = w.id
            where w.project_id = $1
            limit {PART}
        )
    ";
    DELIVERIES_OF_WEBHOOK = "
        delete from webhook_delivery
        where seq in (select seq from webhook_delivery where webhook_id = $1 limit {PART})
    ";
    FEED_OF_PROJECT = "
        delete from feed_entry
        where project_id = $1 and position in (select position from feed_entry where project_id = $1 limit {PART})
    ";
    HISTORY_OF_PROJECT = "
        delete from history
        where project_id = $1 and position in (select position from history where project_id = $1 limit {PART})
    ";
    DEVICE_CODES_OF_USER = "
        delete from device_code
        where id in (select id from device_code where user_id = $1 limit {PART})
    ";
    CIBA_REQUESTS_OF_USER = "
        delete from ciba_request
        where id in (select id from ciba_request where user_id = $1 limit {PART})
    ";
    GRANTS_OF_USER = "
        delete from grants
        where id in (select id from grants where user_id = $1 limit {PART})
    ";
    SESSIONS_OF_USER = "
        delete from session
        where id in (select id from session where user_id = $1 limit {PART})
    ";
    BROWSERS_OF_USER = "
        delete from known_browser
        where user_id = $1 and mark_hash in (select mark_hash from known_browser where user_id = $1 limit {PART})
    ";
}

impl Tx {
    /// Deletes the consents, released claims, permissions at APIs and role assignments of a client.
    pub(super) async fn delete_dependents_of_client(&mut self, client: &ClientId) -> Result<()> {
        for sql in [CONSENTS_OF_CLIENT, ACCESSES_OF_CLIENT, APIS_OF_CLIENT, ASSIGNMENTS_OF_CLIENT] {
            self.query(sql).bind(client).run_in_parts().await?;
        }
        Ok(())
    }

    /// Deletes the consents that were given to a client.
    pub async fn delete_consents_of_client(&mut self, client: &ClientId) -> Result<u64> {
        self.query(CONSENTS_OF_CLIENT).bind(client).run_in_parts().await
    }

    /// Deletes the rows of a project other than its clients.
    pub(super) async fn delete_dependents_of_project(&mut self, project: ProjectId) -> Result<()> {
        for sql in [ASSIGNMENTS_OF_PROJECT, DELIVERIES_OF_PROJECT, FEED_OF_PROJECT] {
            self.query(sql).bind(project).run_in_parts().await?;
        }
        self.discard_history(project).await.map(drop)
    }

    /// Deletes the deliveries of a webhook.
    pub(super) async fn delete_dependents_of_webhook(&mut self, webhook: WebhookId) -> Result<()> {
        self.query(DELIVERIES_OF_WEBHOOK).bind(webhook).run_in_parts().await?;
        Ok(())
    }

    /// Deletes the grants, sessions, browsers, roles, and requests of devices and CIBA of a user.
    pub(super) async fn delete_dependents_of_user(&mut self, user: UserId) -> Result<()> {
        let asked = [DEVICE_CODES_OF_USER, CIBA_REQUESTS_OF_USER];
        let held = [GRANTS_OF_USER, SESSIONS_OF_USER, BROWSERS_OF_USER, ASSIGNMENTS_OF_USER];
        for sql in asked.into_iter().chain(held) {
            self.query(sql).bind(user).run_in_parts().await?;
        }
        Ok(())
    }

    /// Deletes the history of a project.
    pub async fn discard_history(&mut self, project: ProjectId) -> Result<u64> {
        self.query(HISTORY_OF_PROJECT).bind(project).run_in_parts().await
    }
}
