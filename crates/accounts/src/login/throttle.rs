//! Rate limits by source and by account, in buckets that all instances share.
//!
//! Nobody can lock another user out: a browser that the account's owner has used before counts in a bucket of its own,
//! and a full bucket empties by itself.

use crate::core::Core;
use crate::error::{FlowError, Rejected};
use std::sync::Arc;
use usher_config::RateLimit;
use usher_domain::id::{CeremonyId, ClientId, GrantId, ProjectId, SessionId, UserId};
use usher_domain::oauth::code::{MOST_WRONG_VERIFIERS, WRONG_VERIFIER_MS, wrong_verifiers};
use usher_storage::system::throttles::Taken;

/// Attempts of a source, as a multiple of those at one account from one source: offices share an address.
const SOURCE_FACTOR: u32 = 20;
/// Member look-ups of a project, as a multiple of the password attempts at an account.
const MEMBER_FACTOR: u32 = 3;
/// Codes of devices that all people together may type, as a multiple. At ten a minute and with a thousand devices that
/// wait, somebody with so many addresses hits one of 34 bits once in two days.
const USER_CODES_FACTOR: u32 = 1_000;
/// Emails to one person about CIBA requests of all clients together, as a multiple of the requests of one.
const CIBA_EMAIL_FACTOR: u32 = 2;
/// Attempts at an account from all unknown browsers together, as a multiple.
const ACCOUNT_FACTOR: u32 = 5;

/// Codes that may be tried within one sign-in, which lasts for less than an hour.
const MOST_CODES: i64 = 5;
const AN_HOUR_MS: i64 = 60 * 60 * 1_000;

fn second_factor_bucket(user: UserId, known: Option<SessionId>) -> String {
    match known {
        Some(session) => format!("second/known/{user}/{session}"),
        None => format!("second/account/{user}"),
    }
}

fn too_many(wait_ms: i64) -> Rejected {
    Rejected::TooMany { seconds: u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX) }
}

struct Bucket {
    name: String,
    /// Its size, as a multiple of the limit.
    factor: u32,
}

/// Milliseconds that one attempt takes from a bucket.
fn cost_of(bucket: &Bucket, count: u32, per_ms: i64) -> i64 {
    (per_ms / i64::from(count.saturating_mul(bucket.factor)).max(1)).max(1)
}

/// The narrowest first, as everywhere.
fn user_code_buckets(user: Option<UserId>, source: &str) -> Vec<Bucket> {
    let account = user.map(|user| Bucket { name: format!("device/account/{user}"), factor: 1 });
    let source = Bucket { name: format!("device/source/{source}"), factor: 1 };
    let all = Bucket { name: "device/all".to_owned(), factor: USER_CODES_FACTOR };
    account.into_iter().chain([source, all]).collect()
}

pub struct Throttles {
    pub core: Arc<Core>,
}

impl Throttles {
    /// Counts one password attempt at an account. Called before the password is compared, so that simultaneous
    /// attempts cannot exceed the limit.
    pub async fn count_sign_in(&self, account: &str, source: &str, known: Option<SessionId>) -> Result<(), FlowError> {
        let account = self.bucket_name(account);
        let mut buckets = if let Some(session) = known {
            vec![Bucket { name: format!("sign-in/known/{account}/{session}"), factor: 1 }]
        } else {
            vec![
                Bucket { name: format!("sign-in/pair/{account}/{source}"), factor: 1 },
                Bucket { name: format!("sign-in/account/{account}"), factor: ACCOUNT_FACTOR },
            ]
        };
        buckets.push(Bucket { name: format!("sign-in/source/{source}"), factor: SOURCE_FACTOR });
        self.take_all(self.core.config.limits.sign_in, &buckets).await
    }

    /// Resets the attempts at this account from this source after a success.
    pub async fn forgive_sign_in(&self, account: &str, source: &str) -> Result<(), FlowError> {
        if self.core.config.limits.sign_in == RateLimit::Off {
            return Ok(());
        }
        self.forget_bucket(&format!("sign-in/pair/{}/{source}", self.bucket_name(account))).await
    }

    /// Counts one attempt at a user's second factor, before it is checked. A browser with a session of the user counts
    /// in a bucket of its own, so that attempts elsewhere do not lock the user out.
    pub async fn count_second_factor(&self, user: UserId, known: Option<SessionId>) -> Result<(), FlowError> {
        let bucket = Bucket { name: second_factor_bucket(user, known), factor: 1 };
        self.take_all(self.core.config.limits.second_factor, &[bucket]).await
    }

    /// Resets the attempts at this user's second factor after a success.
    pub async fn forgive_second_factor(&self, user: UserId, known: Option<SessionId>) -> Result<(), FlowError> {
        self.forget_bucket(&second_factor_bucket(user, known)).await
    }

    /// Counts one attempt within one sign-in: after five it must be begun again.
    ///
    /// # Errors
    /// [`Rejected::InteractionOver`] after too many.
    pub async fn count_pending(&self, pending: CeremonyId) -> Result<(), FlowError> {
        let (bucket, now_ms) = (format!("second/pending/{pending}"), self.core.now().0.saturating_mul(1_000));
        match self.core.store.take_from_bucket(&bucket, now_ms, AN_HOUR_MS, MOST_CODES * AN_HOUR_MS).await? {
            Taken::Yes => Ok(()),
            Taken::NotFor(_) => Err(Rejected::InteractionOver.into()),
        }
    }

    /// Counts one code of a device that a person types, before it is looked up.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many.
    pub async fn count_user_code(&self, user: Option<UserId>, source: &str) -> Result<(), FlowError> {
        self.take_all(self.core.config.limits.device_code, &user_code_buckets(user, source)).await
    }

    /// Gives back the attempt that a right code was.
    pub async fn forgive_user_code(&self, user: Option<UserId>, source: &str) -> Result<(), FlowError> {
        self.give_back(self.core.config.limits.device_code, &user_code_buckets(user, source)).await
    }

    /// Counts one request of a device for a code.
    pub async fn count_device_request(&self, client: &ClientId, source: &str) -> Result<(), FlowError> {
        let bucket = Bucket { name: format!("device/request/{client}/{source}"), factor: SOURCE_FACTOR };
        self.take_all(self.core.config.limits.device_code, &[bucket]).await
    }

    /// Counts one fetch of a client's metadata document: those that a source causes, those of a host, and all.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many.
    pub async fn count_client_document(&self, host: &str, source: &str) -> Result<(), FlowError> {
        let buckets = [
            Bucket { name: format!("document/source/{source}"), factor: 1 },
            Bucket { name: format!("document/host/{host}"), factor: 1 },
            Bucket { name: "document/all".to_owned(), factor: SOURCE_FACTOR },
        ];
        self.take_all(self.core.config.limits.client_documents, &buckets).await
    }

    /// Counts one CIBA request of a client for the person that its hint names.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many, whether or not the hint names anybody.
    pub async fn count_ciba_request(&self, client: &ClientId, named: &str) -> Result<(), FlowError> {
        let name = format!("ciba/request/{client}/{}", self.bucket_name(named));
        self.take_all(self.core.config.limits.ciba, &[Bucket { name, factor: 1 }]).await
    }

    /// Counts one email to a user about CIBA requests, of whatever client. `false`: send none. Requests for nobody count,
    /// too, by what they name: the time of the answer must not show whether the person exists.
    pub async fn may_email_about_ciba(&self, user: Option<UserId>, named: &str) -> Result<bool, FlowError> {
        let name = match user {
            Some(user) => format!("ciba/email/{user}"),
            None => format!("ciba/no-email/{}", self.bucket_name(named)),
        };
        let bucket = Bucket { name, factor: CIBA_EMAIL_FACTOR };
        match self.take_all(self.core.config.limits.ciba, &[bucket]).await {
            Ok(()) => Ok(true),
            Err(FlowError::Rejected(Rejected::TooMany { .. })) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Counts one client that registers itself.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many.
    pub async fn count_client_registration(&self, source: &str) -> Result<(), FlowError> {
        let buckets = [
            Bucket { name: format!("registration/source/{source}"), factor: 1 },
            Bucket { name: "registration/all".to_owned(), factor: SOURCE_FACTOR },
        ];
        self.take_all(self.core.config.limits.client_registration, &buckets).await
    }

    /// Counts one check-up that a project prepares or starts.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many.
    pub async fn count_check_up(&self, project: ProjectId) -> Result<(), FlowError> {
        let bucket = Bucket { name: format!("check-up/project/{project}"), factor: 1 };
        self.take_all(self.core.config.limits.check_ups, &[bucket]).await
    }

    /// Counts one passkey attempt. Passkeys cannot be guessed: this only limits the work.
    pub async fn count_passkey(&self, source: &str) -> Result<(), FlowError> {
        let bucket = Bucket { name: format!("passkey/source/{source}"), factor: SOURCE_FACTOR };
        self.take_all(self.core.config.limits.sign_in, &[bucket]).await
    }

    /// Counts one look-up of an address for adding a member.
    pub async fn count_member_search(&self, project: ProjectId) -> Result<(), FlowError> {
        let bucket = Bucket { name: format!("member/project/{project}"), factor: MEMBER_FACTOR };
        self.take_all(self.core.config.limits.sign_in, &[bucket]).await
    }

    /// Counts one wrong client secret; those of unknown clients count together.
    pub async fn count_wrong_secret(&self, client: Option<&ClientId>, source: &str) -> Result<(), FlowError> {
        let client = client.map_or("unknown", |client| client.0.as_str());
        let bucket = Bucket { name: format!("client-secret/{client}/{source}"), factor: 1 };
        self.take_all(self.core.config.limits.client_secret, &[bucket]).await
    }

    pub async fn count_sign_up(&self, source: &str) -> Result<(), FlowError> {
        self.take_all(
            self.core.config.limits.register,
            &[Bucket { name: format!("register/source/{source}"), factor: 1 }],
        )
        .await
    }

    /// Counts one email that a user asks to be sent to an address.
    ///
    /// # Errors
    /// [`Rejected::TooMany`] after too many.
    pub async fn count_email_to(&self, address: &str) -> Result<(), FlowError> {
        let name = format!("letter/{}", self.bucket_name(address));
        self.take_all(self.core.config.limits.recover, &[Bucket { name, factor: 1 }]).await
    }

    /// Counts one email to an address. `false`: send none; the result must be the same as if one had been sent.
    pub async fn may_write_to(&self, address: &str) -> Result<bool, FlowError> {
        match self.count_email_to(address).await {
            Ok(()) => Ok(true),
            Err(FlowError::Rejected(Rejected::TooMany { .. })) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Counts one recovery request by its source.
    pub async fn count_recovery(&self, source: &str) -> Result<(), FlowError> {
        self.take_all(
            self.core.config.limits.recover,
            &[Bucket { name: format!("recover/source/{source}"), factor: SOURCE_FACTOR }],
        )
        .await
    }

    /// Counts one wrong verifier for an authorization code. `false` after too many.
    pub async fn count_code_failure(&self, code: GrantId) -> Result<bool, FlowError> {
        let (bucket, now_ms) = (wrong_verifiers(code), self.core.now().0.saturating_mul(1_000));
        let most = MOST_WRONG_VERIFIERS * WRONG_VERIFIER_MS;
        Ok(self.core.store.take_from_bucket(&bucket, now_ms, WRONG_VERIFIER_MS, most).await? == Taken::Yes)
    }

    /// Addresses are hashed, so that the table of buckets does not reveal who tried to sign in.
    fn bucket_name(&self, account: &str) -> String {
        use base64::Engine as _;
        let mac = self.core.sealer.mac(usher_keys::seal::Purpose::BrowserHint, account.as_bytes());
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&mac[..16])
    }

    /// Takes one attempt from every bucket, or from none. The narrowest comes first: attempts that it rejects must not
    /// use up a shared bucket, or one source could lock an account's owner out everywhere.
    async fn take_all(&self, limit: RateLimit, buckets: &[Bucket]) -> Result<(), FlowError> {
        let RateLimit::Rate { count, per } = limit else { return Ok(()) };
        let now_ms = self.core.now().0.saturating_mul(1_000);
        let per_ms = i64::try_from(per.as_millis()).unwrap_or(i64::MAX);
        let cost = |bucket: &Bucket| cost_of(bucket, count, per_ms);
        let mut tx = self.core.store.begin().await?;
        for (place, bucket) in buckets.iter().enumerate() {
            let taken = tx.take_from_bucket(&bucket.name, now_ms, cost(bucket), per_ms).await?;
            let Taken::NotFor(wait) = taken else { continue };
            for narrower in &buckets[..place] {
                tx.give_back_to_bucket(&narrower.name, cost(narrower)).await?;
            }
            for wider in &buckets[place + 1..] {
                tx.bound_bucket(&wider.name, now_ms, cost(wider), per_ms).await?;
            }
            // A rejected attempt commits too: it may have bounded a bucket.
            tx.commit().await?;
            return Err(too_many(wait).into());
        }
        tx.commit().await?;
        Ok(())
    }

    /// Gives back one attempt to every bucket.
    async fn give_back(&self, limit: RateLimit, buckets: &[Bucket]) -> Result<(), FlowError> {
        let RateLimit::Rate { count, per } = limit else { return Ok(()) };
        let per_ms = i64::try_from(per.as_millis()).unwrap_or(i64::MAX);
        let mut tx = self.core.store.begin().await?;
        for bucket in buckets {
            tx.give_back_to_bucket(&bucket.name, cost_of(bucket, count, per_ms)).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn forget_bucket(&self, bucket: &str) -> Result<(), FlowError> {
        let mut tx = self.core.store.begin_single().await?;
        tx.forget_bucket(bucket).await?;
        tx.commit().await?;
        Ok(())
    }
}
