//! A row made ready outside of a transaction: read, its providers found, the new user and the invitation written down.

use usher_accounts::error::FlowError;
use usher_accounts::login::recover::PreparedLink;
use usher_domain::id::{IdentityId, UserId};
use usher_domain::provider::{ProviderId, ProviderSettings};
use usher_domain::user::identity::{EmailState, Identity, LinkedHow};
use usher_domain::user::import::{ImportStatus, UserImport};
use usher_domain::user::source::AttributeOrigin;
use usher_domain::user::{Profile, Sub, User, UserStatus};
use usher_i18n::Lang;
use usher_keys::seal::Purpose;

use crate::columns::ColumnPlan;
use crate::decide::RowFacts;
use crate::imports::UserImports;
use crate::reason::Reason;
use crate::record::{ImportRecord, ImportedIdentity, RowReader, is_id};
use crate::row::RawRow;

/// A row, ready to be written.
pub struct PreparedRow {
    pub number: u32,
    /// Whom it is about, by which a second row about them is found.
    pub mark: Option<Vec<u8>>,
    pub person: Result<PreparedPerson, Reason>,
}

/// What a row says about a person.
pub struct PreparedPerson {
    pub record: ImportRecord,
    pub facts: RowFacts,
    /// The user to create.
    pub user: User,
    /// The identities to link, with the user to create.
    pub identities: Vec<Identity>,
    /// The invitation of the user to create.
    pub invitation: Option<PreparedLink>,
}

impl UserImports {
    /// Reads the rows of a part.
    pub(crate) async fn prepare(&self, import: &UserImport, rows: &[RawRow]) -> Result<Vec<PreparedRow>, FlowError> {
        let providers = self.core.store.list_providers().await?;
        let providers: Vec<ProviderSettings> = providers.into_iter().map(|one| one.settings).collect();
        let reader = RowReader::new(import.format, &import.header, ColumnPlan::new(&import.options.columns));
        let mut prepared = Vec::with_capacity(rows.len());
        for row in rows {
            let person = match reader.read(row) {
                Ok(record) => Ok(self.prepare_person(import, record, &providers).await?),
                Err(reason) => Err(reason),
            };
            let mark = person.as_ref().ok().and_then(|person| self.mark(import, person));
            prepared.push(PreparedRow { number: row.row, mark, person });
        }
        Ok(prepared)
    }

    async fn prepare_person(
        &self,
        import: &UserImport,
        mut record: ImportRecord,
        providers: &[ProviderSettings],
    ) -> Result<PreparedPerson, FlowError> {
        let options = &import.options;
        let sub_is_invalid = options.keep_ids && record.sub.as_deref().is_some_and(|sub| !is_id(sub));
        let user = self.new_user(&record, options.keep_ids && !sub_is_invalid);
        let mut identities = Vec::new();
        for imported in std::mem::take(&mut record.identities) {
            match self.identity(&user, &imported, providers) {
                Ok(identity) => identities.push(identity),
                Err(reason) => record.remarks.push(reason),
            }
        }
        let facts = RowFacts {
            has_email: record.email.is_some(),
            email_verified: record.email_verified,
            has_identity: !identities.is_empty(),
            sub_is_invalid,
        };
        let has_way_in = record.password_hash.is_some() || !identities.is_empty();
        let is_invited = options.invite && record.email.is_some() && !has_way_in && !record.disabled;
        let invitation = if is_invited && import.status == ImportStatus::Importing {
            Some(self.recovery.prepare_link(&user, true).await?)
        } else {
            None
        };
        if is_invited {
            record.remarks.push(Reason::new("invited"));
        }
        Ok(PreparedPerson { record, facts, user, identities, invitation })
    }

    /// The user that a row would create.
    fn new_user(&self, record: &ImportRecord, keep_id: bool) -> User {
        let now = self.core.now();
        let language = record.language.as_deref().and_then(Lang::from_tag).map(|lang| lang.tag().to_owned());
        let origin = AttributeOrigin::Administrator;
        let user = self.registration.new_user(record.email.clone(), record.profile.clone(), language, &origin);
        let created_at = record.created_at.filter(|at| *at <= now).unwrap_or(now);
        User {
            // Lists by creation have the order of the ids.
            id: UserId::new(created_at, &*self.core.random),
            sub: record.sub.clone().filter(|_| keep_id).map_or(user.sub, Sub),
            status: if record.disabled { UserStatus::Disabled } else { UserStatus::Active },
            created_at,
            ..user
        }
    }

    fn identity(
        &self,
        user: &User,
        imported: &ImportedIdentity,
        providers: &[ProviderSettings],
    ) -> Result<Identity, Reason> {
        let named = |settings: &&ProviderSettings| settings.id.as_str() == imported.provider;
        let of_kind = |settings: &&ProviderSettings| settings.kind.as_str() == imported.provider;
        let found = providers.iter().find(named).or_else(|| providers.iter().find(of_kind));
        let settings = found.ok_or_else(|| Reason::about("identity-provider", &imported.provider))?;
        let issuer = imported.issuer.clone().or_else(|| issuer_of(settings));
        let issuer = issuer.ok_or_else(|| Reason::about("identity-issuer", &imported.provider))?;
        let now = self.core.now();
        Ok(Identity {
            id: IdentityId::new(now, &*self.core.random),
            user_id: user.id,
            provider: ProviderId::clone(&settings.id),
            issuer,
            subject: imported.subject.clone(),
            email_at_link: None,
            email_state: EmailState::Absent,
            profile: Profile::default(),
            handle: imported.handle.clone(),
            linked_at: now,
            linked_how: LinkedHow::Admin,
            last_used_at: None,
        })
    }

    /// A MAC of the address, else of the id or the first identity. Different for each import.
    fn mark(&self, import: &UserImport, person: &PreparedPerson) -> Option<Vec<u8>> {
        let email = person.record.email.as_ref().map(|email| format!("email {email}"));
        let sub = || person.record.sub.as_ref().map(|sub| format!("sub {sub}"));
        let identity = || person.identities.first().map(|one| format!("identity {} {}", one.issuer, one.subject));
        let who = email.or_else(sub).or_else(identity)?;
        let data = format!("{} {who}", import.id);
        Some(self.core.sealer.mac(Purpose::ImportFile, data.as_bytes()).to_vec())
    }
}

/// The issuer of a provider's identities, where it is the same for all people.
fn issuer_of(settings: &ProviderSettings) -> Option<String> {
    let base = |usual: &str| settings.base_url.clone().unwrap_or_else(|| usual.to_owned());
    match settings.kind.as_str() {
        "google" => Some(base("https://accounts.google.com")),
        "apple" => Some(base("https://appleid.apple.com")),
        "github" => Some(format!("{}/login/oauth", base("https://github.com"))),
        _ => settings.issuer.clone(),
    }
}
