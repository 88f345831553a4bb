//! Writes what waits in the queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::{AttemptDraft, DraftOutcome, METHOD};
use super::queue::AttemptRecorder;
use super::stated::claim_names;
use usher_accounts::error::FlowError;
use usher_domain::id::{AttemptId, ClientId};
use usher_domain::oauth::attempt::{AttemptDetail, AttemptKind, AttemptLane, AttemptStep, ClientAttempt, steps_of};
use usher_domain::oauth::client::Client;
use usher_keys::seal::Purpose;

/// Attempts in one transaction, about.
const BATCH: usize = 100;
/// The length of the text that stands for a network, in hexadecimal digits.
const SOURCE_DIGITS: usize = 16;

/// An attempt with the text that stands for its network.
struct Sourced {
    attempt: ClientAttempt,
    source: String,
}

impl AttemptRecorder {
    /// Writes every draft that waits, and deletes what is too much.
    ///
    /// # Errors
    /// If the database fails: what was taken from the queue is then counted as lost.
    pub async fn write_attempts(&self) -> Result<(), FlowError> {
        let drafts = self.queue.take();
        if !drafts.is_empty() {
            let number = drafts.len();
            let mut written = 0;
            let result = self.write_all(drafts, &mut written).await;
            self.queue.add_lost(number.saturating_sub(written));
            result?;
        }
        self.write_lost().await
    }

    async fn write_all(&self, drafts: Vec<AttemptDraft>, handled: &mut usize) -> Result<(), FlowError> {
        let mut by_client: BTreeMap<String, Vec<AttemptDraft>> = BTreeMap::new();
        for draft in drafts {
            by_client.entry(draft.client_id.clone()).or_default().push(draft);
        }
        let (mut batch, mut in_batch) = (Vec::new(), 0);
        for (id, drafts) in by_client {
            let number = drafts.len();
            // Nothing is kept of ids that are no client's: strangers choose them.
            let known = match id.parse::<ClientId>() {
                Ok(id) => self.clients.find_client(&id).await?,
                Err(_) => None,
            };
            let Some(client) = known else {
                *handled += number;
                continue;
            };
            let kept = newest(drafts.into_iter().map(|draft| self.completed(draft, &client)).collect());
            // What a later attempt displaces at once is not written.
            *handled += number;
            in_batch += kept.len();
            batch.extend(kept);
            if in_batch >= BATCH {
                in_batch = 0;
                self.write_batch(std::mem::take(&mut batch), handled).await?;
            }
        }
        self.write_batch(batch, handled).await
    }

    /// Writes attempts of several clients in one transaction.
    async fn write_batch(&self, batch: Vec<Sourced>, handled: &mut usize) -> Result<(), FlowError> {
        if batch.is_empty() {
            return Ok(());
        }
        let number = batch.len();
        let written = self.insert_all(&batch).await;
        if written.is_err() {
            *handled -= number;
        }
        written
    }

    async fn insert_all(&self, batch: &[Sourced]) -> Result<(), FlowError> {
        let lanes: BTreeSet<_> =
            batch.iter().map(|each| (&each.attempt.client_id, each.attempt.lane.as_str())).collect();
        let networks: BTreeSet<_> = batch
            .iter()
            .filter(|each| each.attempt.lane == AttemptLane::Open)
            .map(|each| (&each.attempt.client_id, each.source.as_str()))
            .collect();
        let mut tx = self.core.store.begin_single().await?;
        for each in batch {
            tx.insert_attempt(&each.attempt, &each.source).await?;
        }
        for (client, source) in networks {
            tx.trim_attempts_of_network(client, AttemptLane::Open, source).await?;
        }
        for (client, lane) in lanes {
            let lane = lane.parse().unwrap_or(AttemptLane::Open);
            tx.trim_attempts(client, lane).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn write_lost(&self) -> Result<(), FlowError> {
        let lost = self.queue.take_lost();
        if lost == 0 {
            return Ok(());
        }
        let mut tx = self.core.store.begin_single().await?;
        tx.add_lost_attempts(self.core.now(), lost).await?;
        Ok(tx.commit().await?)
    }

    fn completed(&self, draft: AttemptDraft, client: &Arc<Client>) -> Sourced {
        let AttemptDraft { at, kind, origin, sent, outcome, clock_ahead, .. } = draft;
        let trace_id = origin.trace_id.map(|id| hex(id.as_bytes()));
        let mac = self.core.sealer.mac(Purpose::AttemptSource, origin.source.as_deref().unwrap_or_default().as_bytes());
        let source = hex(&mac).chars().take(SOURCE_DIGITS).collect();
        let mut detail = AttemptDetail { sent, clock_ahead, ..AttemptDetail::default() };
        let (lane, error, reason, diagnosis) = match outcome {
            DraftOutcome::Succeeded { scope, id_token } => {
                detail.scope = scope;
                detail.claims = id_token.as_deref().map(claim_names).unwrap_or_default();
                (AttemptLane::Succeeded, None, None, None)
            }
            DraftOutcome::Failed { code, reason, diagnosis } => {
                detail.registered = self.registered(client, kind, diagnosis.step, &detail);
                let lane = lane_of_failure(client, kind, diagnosis.step);
                (lane, Some(code.to_owned()), Some(reason), Some(diagnosis))
            }
        };
        let attempt = ClientAttempt {
            id: AttemptId::in_order(at, self.queue.next_place(at), &*self.core.random),
            client_id: client.id.clone(),
            at,
            kind,
            lane,
            trace_id,
            error,
            reason,
            failed_step: diagnosis.map(|found| found.step),
            spec: diagnosis.map(|found| found.spec.to_owned()),
            detail,
        };
        Sourced { attempt, source }
    }

    /// What the failing step compared with.
    fn registered(
        &self,
        client: &Client,
        kind: AttemptKind,
        step: AttemptStep,
        detail: &AttemptDetail,
    ) -> BTreeMap<String, Vec<String>> {
        let metadata = &client.metadata;
        let one = |name: &str, values: Vec<String>| BTreeMap::from([(name.to_owned(), values)]);
        match step {
            AttemptStep::RedirectUri if kind == AttemptKind::Logout => {
                one("post_logout_redirect_uri", metadata.post_logout_redirect_uris.clone())
            }
            AttemptStep::RedirectUri => one("redirect_uri", metadata.redirect_uris.clone()),
            AttemptStep::GrantType => one("grant_type", metadata.grant_types.clone()),
            AttemptStep::Scope => one("scope", vec![metadata.scope.to_string()]),
            AttemptStep::Client => {
                let mut all = one(METHOD, vec![metadata.token_endpoint_auth_method.as_str().to_owned()]);
                if detail.sent.contains_key("client_secret") {
                    let described = client.secrets.iter().map(|secret| {
                        let end = secret.expires_at.map(|at| format!(", until {at}")).unwrap_or_default();
                        format!("made at {}{end}", secret.created_at)
                    });
                    all.insert("client_secret".to_owned(), described.collect());
                }
                if detail.sent.contains_key("client_assertion.aud") {
                    let own = vec![client.id.0.clone()];
                    all.insert("client_assertion.aud".to_owned(), vec![self.core.issuer().to_owned()]);
                    all.insert("client_assertion.iss".to_owned(), own.clone());
                    all.insert("client_assertion.sub".to_owned(), own);
                }
                all
            }
            _ => BTreeMap::new(),
        }
    }
}

/// Whether only the client itself could have caused this failure.
fn lane_of_failure(client: &Client, kind: AttemptKind, step: AttemptStep) -> AttemptLane {
    let in_browser = matches!(kind, AttemptKind::Authorize | AttemptKind::Logout);
    let steps = steps_of(kind, None);
    let place = |step| steps.iter().position(|other| *other == step);
    let after = place(step).unwrap_or(0) > place(AttemptStep::Client).unwrap_or(0);
    let proven = after && !in_browser && !client.metadata.is_public();
    if proven { AttemptLane::Proven } else { AttemptLane::Open }
}

/// The newest of a client that no later one displaces.
fn newest(all: Vec<Sourced>) -> Vec<Sourced> {
    let mut by_lane: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut by_network: BTreeMap<(&'static str, String), u32> = BTreeMap::new();
    let mut kept: Vec<Sourced> = Vec::new();
    for each in all.into_iter().rev() {
        let lane = each.attempt.lane;
        let of_lane = by_lane.entry(lane.as_str()).or_default();
        let of_network = by_network.entry((lane.as_str(), each.source.clone())).or_default();
        if *of_lane < lane.most() && *of_network < lane.most_of_one_network() {
            *of_lane += 1;
            *of_network += 1;
            kept.push(each);
        }
    }
    kept.reverse();
    kept
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::time::Timestamp;

    fn attempt(lane: AttemptLane, source: &str) -> Sourced {
        let attempt = ClientAttempt {
            id: AttemptId(uuid::Uuid::nil()),
            client_id: ClientId("web".into()),
            at: Timestamp(0),
            kind: AttemptKind::Token,
            lane,
            trace_id: None,
            error: None,
            reason: None,
            failed_step: None,
            spec: None,
            detail: AttemptDetail::default(),
        };
        Sourced { attempt, source: source.to_owned() }
    }

    #[test]
    fn a_flood_from_one_network_takes_a_third_of_the_open_lane_and_nothing_of_the_others() {
        let mut all = vec![attempt(AttemptLane::Proven, "own"), attempt(AttemptLane::Open, "own")];
        all.extend((0..900).map(|_| attempt(AttemptLane::Open, "flood")));
        let kept = newest(all);
        let of = |source: &str| kept.iter().filter(|each| each.source == source).count();
        assert_eq!((of("own"), of("flood")), (2, 20));
    }

    #[test]
    fn the_lanes_hold_what_they_may_however_many_networks_there_are() {
        let sources: Vec<String> = (0..100).map(|network| format!("{network}")).collect();
        let all = AttemptLane::ALL
            .iter()
            .flat_map(|lane| sources.iter().flat_map(|source| [attempt(*lane, source), attempt(*lane, source)]));
        let kept = newest(all.collect());
        for lane in AttemptLane::ALL {
            let held = kept.iter().filter(|each| each.attempt.lane == *lane).count();
            assert_eq!(u32::try_from(held).unwrap(), lane.most());
        }
    }
}
