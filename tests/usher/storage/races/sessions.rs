//! Sessions.

use usher_domain::id::SessionId;
use usher_domain::user::session::EndReason;
use usher_storage::{Result, Tx};

use super::super::samples::{hash, later, session_of, stored_session, user};
use super::{Table, writer};

/// Adds an authentication method to a session.
async fn step_up(tx: &mut Tx, session: SessionId, word: &str) -> Result<()> {
    let Some(mut held) = tx.lock_session(session).await? else { return Ok(()) };
    held.amr.push(word.to_owned());
    held.amr.sort();
    tx.step_up_session(session, &held.amr, "aal2", &hash()).await.map(drop)
}

pub const SESSIONS: Table<SessionId> = Table {
    lock: "lock table session in exclusive mode",
    add: |store| Box::pin(async move { stored_session(&store).await.1.id }),
    see: |store, id| {
        Box::pin(async move {
            let seen = store.find_session_by_id(id).await.unwrap().unwrap().0;
            let times = (seen.auth_time, seen.last_seen_at, seen.idle_expires_at, seen.ended_at);
            format!("{:?} {} {times:?} {:?}", seen.amr, seen.acr, seen.source)
        })
    },
    statements: &[
        "users/sessions::END",
        "users/sessions::END_OTHERS",
        "users/sessions::REAUTHENTICATE",
        "users/sessions::REPLACE_SECRET",
        "users/sessions::STEP_UP",
        "users/sessions::TOUCH",
    ],
    writers: &[
        writer!("a use", |tx, id| tx.touch_session(id, later(5), later(700), Some("192.0.2.7/32")).await),
        writer!("an app", |tx, id| step_up(tx, id, "otp").await),
        writer!("a passkey", |tx, id| step_up(tx, id, "pop").await),
        writer!("the password again", |tx, id| {
            let mut again = session_of(&user());
            (again.id, again.amr, again.auth_time, again.idle_expires_at) =
                (id, vec!["pwd".into()], later(6), later(800));
            tx.reauthenticate_session(&again, &hash()).await.map(drop)
        }),
        writer!("a new secret", |tx, id| tx.replace_session_secret(id, &hash()).await),
        writer!("a sign-out", |tx, id| tx.end_session(id, later(7), EndReason::SignOut).await.map(drop)),
    ],
};
