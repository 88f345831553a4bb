//! Handles the next part of an import: one transaction with its events, the results of its rows and the new position.
//! A part that was interrupted is handled again from its beginning, and one that was committed never again.

use std::collections::{HashMap, HashSet};

use usher_accounts::error::{FlowError, Internal};
use usher_domain::event::EventKind;
use usher_domain::event::actor::EventActor;
use usher_domain::id::UserId;
use usher_domain::user::identity::Identity;
use usher_domain::user::import::{ImportCounts, ImportStatus, ImportedRow, RowResult, UserImport};
use usher_domain::user::profile_change::ProfileChange;
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{Profile, Sub, User};
use usher_i18n::Lang;
use usher_keys::seal::Purpose;
use usher_protocol::user_claims::UserClaims;
use usher_storage::{EventOrigin, StorageError, Tx};

use crate::decide::{Known, KnownUser, RowDecision, decide};
use crate::imports::{REPORT_KEPT, UserImports};
use crate::prepare::{PreparedPerson, PreparedRow};
use crate::reason::Reason;
use crate::row::RawRow;

/// How often a part is tried while others write the same users.
const TRIES: usize = 5;

/// What the rows of one part have taken, which the database does not show yet.
#[derive(Default)]
struct TakenInPart {
    marks: HashMap<Vec<u8>, u32>,
    subs: HashSet<String>,
    identities: HashSet<(String, String)>,
}

impl UserImports {
    /// Handles the next part of every import that is under way. `false` if there is none.
    pub async fn work(&self) -> Result<bool, FlowError> {
        let running = self.core.store.list_running_imports().await?;
        for import in &running {
            let origin = EventOrigin::job_of(EventActor::User(import.created_by));
            Box::pin(origin.run(self.handle_part(import))).await?;
        }
        Ok(!running.is_empty())
    }

    async fn handle_part(&self, import: &UserImport) -> Result<(), FlowError> {
        let Some(rows) = self.open_part(import).await? else {
            if self.core.store.find_import(import.id).await?.as_ref() != Some(import) {
                // Another instance has imported this part, or somebody has cancelled the import.
                return Ok(());
            }
            tracing::error!(import = %import.id, part = import.next_part, "import: a part of the file does not open");
            return self.end(import, ImportStatus::Failed).await;
        };
        let rows = self.prepare(import, &rows).await?;
        for _ in 0..TRIES {
            match Box::pin(self.write_part(import, &rows)).await {
                // Another request has added one of these users meanwhile.
                Err(FlowError::Internal(Internal::Storage(StorageError::Conflict))) => {}
                written => return written,
            }
        }
        Err(StorageError::Conflict.into())
    }

    /// The rows of the next part.
    async fn open_part(&self, import: &UserImport) -> Result<Option<Vec<RawRow>>, FlowError> {
        let sealed = self.core.store.find_import_part(import.id, import.next_part).await?;
        let opened = sealed.and_then(|sealed| self.core.sealer.open(Purpose::ImportFile, &sealed).ok());
        Ok(opened.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    async fn write_part(&self, import: &UserImport, rows: &[PreparedRow]) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        let stored = tx.lock_import(import.id).await?;
        if stored.is_none_or(|stored| stored != *import) {
            return Ok(());
        }
        let mut taken = TakenInPart::default();
        let mut decisions = Vec::with_capacity(rows.len());
        for row in rows {
            decisions.push(decide_row(&mut tx, import, row, &mut taken).await?);
        }
        let users = lock_updated(&mut tx, &decisions).await?;
        let mut counts = ImportCounts::default();
        for (row, decision) in rows.iter().zip(decisions) {
            let (result, reasons) = self.apply(&mut tx, import, row, decision, (&users, &mut taken)).await?;
            counts.add(result);
            let reason = reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let report = ImportedRow { row: row.number, result, reason };
            tx.insert_import_row(import, &report, row.mark.as_deref()).await?;
        }
        if !tx.advance_import(import, counts).await? {
            return Ok(());
        }
        let imports = import.status == ImportStatus::Importing;
        if imports {
            tx.delete_import_part(import.id, import.next_part).await?;
        }
        if import.next_part + 1 >= import.parts {
            self.end_in(&mut tx, import, if imports { ImportStatus::Done } else { ImportStatus::Checked }, counts)
                .await?;
        }
        tx.commit().await?;
        if imports && import.options.invite {
            self.core.mail_wakeup.notify_one();
        }
        Ok(())
    }

    async fn end(&self, import: &UserImport, status: ImportStatus) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin().await?;
        self.end_in(&mut tx, import, status, ImportCounts::default()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the run, and records an import that has ended with the number of rows by result.
    async fn end_in(
        &self,
        tx: &mut Tx,
        import: &UserImport,
        status: ImportStatus,
        last: ImportCounts,
    ) -> Result<(), StorageError> {
        let now = self.core.now();
        let expires_at = if status.is_over() { now + REPORT_KEPT } else { import.expires_at };
        if !tx.finish_import(import, status, now, expires_at).await? || status == ImportStatus::Checked {
            return Ok(());
        }
        let before = import.counts();
        let event = self
            .core
            .event(EventKind::USERS_IMPORTED)
            .with("import", import.id.to_string())
            .with("status", status.as_str())
            .with("created", before.created + last.created)
            .with("updated", before.updated + last.updated)
            .with("skipped", before.skipped + last.skipped)
            .with("failed", before.failed + last.failed);
        tx.append(&event).await
    }

    /// Does what was decided; in a dry run only says what would be done.
    async fn apply(
        &self,
        tx: &mut Tx,
        import: &UserImport,
        row: &PreparedRow,
        decision: RowDecision,
        (users, taken): (&HashMap<UserId, User>, &mut TakenInPart),
    ) -> Result<(RowResult, Vec<Reason>), FlowError> {
        let person = match (&row.person, decision) {
            (_, RowDecision::Fail(reason)) => return Ok((RowResult::Failed, vec![reason])),
            (_, RowDecision::Skip(reason)) => return Ok((RowResult::Skipped, vec![reason])),
            (Err(reason), _) => return Ok((RowResult::Failed, vec![reason.clone()])),
            (Ok(person), RowDecision::Create) => {
                return Ok((RowResult::Created, self.create(tx, import, person, taken).await?));
            }
            (Ok(person), RowDecision::Update(id)) => (person, id),
        };
        let (person, id) = person;
        // A user who was deleted after they were found: the part is tried again.
        let user = users.get(&id).ok_or(StorageError::Conflict)?;
        self.update(tx, import, person, user.clone(), taken).await
    }

    async fn create(
        &self,
        tx: &mut Tx,
        import: &UserImport,
        person: &PreparedPerson,
        taken: &mut TakenInPart,
    ) -> Result<Vec<Reason>, FlowError> {
        let mut remarks = person.record.remarks.clone();
        let writes = import.status == ImportStatus::Importing;
        let (user, now) = (&person.user, self.core.now());
        if writes {
            tx.insert_user(user).await?;
            if let Some(hash) = &person.record.password_hash {
                tx.put_password(user.id, hash, now).await?;
            }
            let event = self.core.event(EventKind::USER_CREATED).with_user(user.id);
            tx.append(&event.with("by", "administrator").with("import", import.id.to_string())).await?;
        }
        for identity in &person.identities {
            if !taken.identities.insert((identity.issuer.clone(), identity.subject.clone())) {
                remarks.push(Reason::about("identity-taken", identity.provider.as_str()));
            } else if writes {
                self.link(tx, identity, user.id).await?;
            }
        }
        if let Some(invitation) = person.invitation.as_ref().filter(|_| writes) {
            invitation.post(tx).await?;
        }
        Ok(remarks)
    }

    async fn link(&self, tx: &mut Tx, identity: &Identity, user: UserId) -> Result<(), StorageError> {
        let identity = Identity { user_id: user, ..identity.clone() };
        tx.insert_identity(&identity).await?;
        let event = self.core.event(EventKind::IDENTITY_LINKED).with_user(user);
        let event = event.with("provider", identity.provider.as_str()).with("how", identity.linked_how.as_str());
        tx.append(&event).await
    }

    /// Writes what the row says and the user does not have yet: claims, language, a first password, identities. The
    /// address, the id and the status stay.
    async fn update(
        &self,
        tx: &mut Tx,
        import: &UserImport,
        person: &PreparedPerson,
        mut user: User,
        taken: &mut TakenInPart,
    ) -> Result<(RowResult, Vec<Reason>), FlowError> {
        let (writes, now) = (import.status == ImportStatus::Importing, self.core.now());
        let record = &person.record;
        let mut remarks: Vec<Reason> = record.remarks.iter().filter(|one| one.code != "invited").cloned().collect();
        let profile = merged(&user.profile, &record.profile);
        let language = record.language.as_deref().and_then(Lang::from_tag).map(Lang::tag);
        let language = language.filter(|tag| user.locale.as_deref() != Some(tag));
        let mut changed = profile != user.profile || language.is_some();
        if writes && profile != user.profile {
            let change = ProfileChange::between(&user.profile, &profile);
            user.change_profile(&change, &AttributeOrigin::Administrator, now);
            tx.set_user_profile(&user).await?;
        }
        if let Some(tag) = language.filter(|_| writes) {
            tx.set_user_locale(user.id, tag, now).await?;
        }
        if record.email.as_ref().is_some_and(|email| user.email.as_ref() != Some(email)) {
            remarks.push(Reason::new("other-email"));
        }
        if import.options.keep_ids && record.sub.as_ref().is_some_and(|sub| user.sub.0 != *sub) {
            remarks.push(Reason::new("sub-ignored"));
        }
        if let Some(hash) = &record.password_hash {
            if tx.has_password(user.id).await? {
                remarks.push(Reason::new("hash-kept"));
            } else {
                changed = true;
                if writes {
                    tx.put_first_password(user.id, hash, now).await?;
                }
            }
        }
        if changed && writes {
            let event = self.core.event(EventKind::USER_UPDATED).with_user(user.id);
            tx.append(&event.with("by", "administrator").with("import", import.id.to_string())).await?;
        }
        for identity in &person.identities {
            if tx.find_identity(&identity.issuer, &identity.subject).await?.is_some() {
                continue;
            }
            if taken.identities.insert((identity.issuer.clone(), identity.subject.clone())) {
                changed = true;
                if writes {
                    self.link(tx, identity, user.id).await?;
                }
            } else {
                remarks.push(Reason::about("identity-taken", identity.provider.as_str()));
            }
        }
        if changed {
            return Ok((RowResult::Updated, remarks));
        }
        remarks.insert(0, Reason::new("unchanged"));
        Ok((RowResult::Skipped, remarks))
    }
}

/// The profile with what a row says.
fn merged(stored: &Profile, said: &Profile) -> Profile {
    let mut profile = stored.clone();
    for (claim, _) in UserClaims::STANDARD.attributes() {
        let text = said.text(claim.name);
        if !text.is_empty() {
            profile.set_text(claim.name, &text);
        }
    }
    profile.phone_number_verified |= said.phone_number_verified && said.phone_number == stored.phone_number;
    profile.phone_number_verified &= profile.phone_number == stored.phone_number;
    profile
}

/// Finds the users of a row, and decides.
async fn decide_row(
    tx: &mut Tx,
    import: &UserImport,
    row: &PreparedRow,
    taken: &mut TakenInPart,
) -> Result<RowDecision, FlowError> {
    let person = match &row.person {
        Ok(person) => person,
        Err(reason) => return Ok(RowDecision::Fail(reason.clone())),
    };
    let mut known = Known::default();
    if let Some(mark) = &row.mark {
        known.earlier_row = match taken.marks.get(mark) {
            Some(earlier) => Some(*earlier),
            None => tx.find_marked_row(import, mark).await?,
        };
        taken.marks.entry(mark.clone()).or_insert(row.number);
    }
    let mut found = Vec::new();
    if let Some(email) = &person.record.email {
        found.extend(tx.find_user_by_email(email).await?);
    }
    if let Some(sub) = person.record.sub.as_ref().filter(|_| import.options.keep_ids) {
        let sub = Sub(sub.clone());
        found.extend(tx.find_user_by_sub(&sub).await?);
        known.sub_is_buried = tx.is_buried(&sub).await?;
        known.sub_is_taken = taken.subs.contains(&sub.0);
    }
    for identity in &person.identities {
        if let Some(linked) = tx.find_identity(&identity.issuer, &identity.subject).await? {
            found.extend(tx.find_user(linked.user_id).await?);
        }
    }
    known.users = found.iter().map(|user| KnownUser { id: user.id, status: user.status }).collect();
    let decision = decide(person.facts, &known, &import.options);
    if decision == RowDecision::Create {
        taken.subs.insert(person.user.sub.0.clone());
    }
    Ok(decision)
}

/// Locks the users who will be updated, in the order of their ids.
async fn lock_updated(tx: &mut Tx, decisions: &[RowDecision]) -> Result<HashMap<UserId, User>, StorageError> {
    let mut ids: Vec<UserId> = decisions
        .iter()
        .filter_map(|decision| match decision {
            RowDecision::Update(id) => Some(*id),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut users = HashMap::new();
    for id in ids {
        if let Some(user) = tx.lock_user(id).await? {
            users.insert(id, user);
        }
    }
    Ok(users)
}
