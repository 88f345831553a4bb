//! Passkeys: registering, signing in, second factor, renaming and removing (WebAuthn Level 3).
//!
//! User verification is always required, so a passkey is two factors by itself. The state of a ceremony is sealed into
//! its page, bound to the browser, and can be used once.

use crate::core::Core;
use crate::credentials::factors::FactorRules;
use crate::login::finish_sign_in::SessionOpening;
use crate::login::second_factor::SecondFactors;
use crate::login::throttle::Throttles;
use crate::sealed_value::SealedValue;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::core::Device;
use crate::error::{FlowError, Rejected, on_conflict};
use crate::login::accounts::mark_hash;
use crate::login::accounts::{Account, Browser};
use crate::login::finish_sign_in::SignedIn;
use usher_domain::event::EventKind;
use usher_domain::id::{CeremonyId, PasskeyId, UserId};
use usher_domain::text::TextRule;
use usher_domain::time::Timestamp;
use usher_domain::user::UserStatus;
use usher_domain::user::authentication::{AuthMeans, Authentication, SignInGuard};
use usher_domain::user::passkey::{StoredPasskey, aaguid, maker, tidy_name};
use usher_keys::seal::Purpose;
use usher_mail::{FactorName, emails};
use usher_storage::StorageError;

/// How long a ceremony may take: a sign-in page may stay open for a while before its passkey is used.
const LIFETIME: Duration = Duration::from_mins(30);
/// The name of a passkey whose authenticator is unknown.
const UNNAMED: &str = "Passkey";

/// What a page needs to request a passkey.
#[derive(Debug, Clone, Default)]
pub struct Ceremony {
    /// The options, as `parse…OptionsFromJSON` takes them.
    pub options: String,
    /// The state, to be sent back with the response.
    pub state: String,
}

/// The browser's response, with the state of its ceremony.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyAnswer<'a> {
    pub state: &'a str,
    /// The credential, as `toJSON` gives it.
    pub credential: &'a str,
}

#[derive(Serialize, Deserialize)]
enum Waiting {
    Register { user: UserId, handle: Uuid, state: PasskeyRegistration },
    SignIn(DiscoverableAuthentication),
    Second { user: UserId, state: PasskeyAuthentication },
}

#[derive(Serialize, Deserialize)]
struct SealedCeremony {
    id: CeremonyId,
    browser: String,
    expires_at: Timestamp,
    waiting: Waiting,
}

impl SealedValue for SealedCeremony {
    const PURPOSE: Purpose = Purpose::Ceremony;

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }

    fn browser(&self) -> Option<&str> {
        Some(&self.browser)
    }
}

/// Passkeys (WebAuthn).
pub struct Passkeys {
    pub core: Arc<Core>,
    pub factor_rules: Arc<FactorRules>,
    pub second_factors: Arc<SecondFactors>,
    pub session_opening: Arc<SessionOpening>,
    pub throttles: Arc<Throttles>,
}

impl Passkeys {
    /// Does this server offer passkeys? They need a domain name; an IP address has none.
    pub fn offers_passkeys(&self) -> bool {
        self.webauthn().is_ok()
    }

    /// The passkeys of the signed-in user, oldest first.
    pub async fn passkeys_of(&self, account: &Account) -> Result<Vec<StoredPasskey>, FlowError> {
        Ok(self.core.store.list_passkeys(account.user.id).await?)
    }

    /// Begins to register a passkey for the signed-in user.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::PasskeysNotOffered`].
    pub async fn begin_passkey(&self, account: &Account, browser: &mut Browser) -> Result<Ceremony, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let (webauthn, user) = (self.webauthn()?, &account.user);
        let held = self.core.store.list_passkeys(user.id).await?;
        let handle = held.first().map_or(user.id.0, |passkey| passkey.handle);
        let known = held.iter().map(|passkey| passkey.credential_id.clone()).collect();
        let label = user.label();
        let name = user.profile.display_name().unwrap_or_else(|| label.clone());
        let begun = webauthn.start_passkey_registration(handle, &label, &name, Some(known));
        let (options, state) = begun.map_err(|error| refused(&error))?;
        let mut options = serde_json::to_value(options)?;
        // The sign-in page asks for discoverable passkeys. Security keys without space for one may store none.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        self.ceremony(&options, Waiting::Register { user: user.id, handle, state }, browser)
    }

    /// Registers a passkey. The session counts it as shown.
    ///
    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::PasskeyRefused`], [`Rejected::PasskeyTaken`].
    pub async fn register_passkey(
        &self,
        account: &Account,
        answer: PasskeyAnswer<'_>,
        browser: &mut Browser,
    ) -> Result<StoredPasskey, FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let Waiting::Register { user, handle, state } = self.spend(answer.state, browser).await? else {
            return Err(Rejected::PasskeyRefused.into());
        };
        let credential: RegisterPublicKeyCredential = read(answer.credential)?;
        if user != account.user.id {
            return Err(Rejected::PasskeyRefused.into());
        }
        let passkey =
            self.webauthn()?.finish_passkey_registration(&credential, &state).map_err(|error| refused(&error))?;
        let made_by = aaguid(&credential.response.attestation_object).and_then(maker);
        let stored = StoredPasskey {
            id: PasskeyId::new(self.core.now(), &*self.core.random),
            user_id: user,
            credential_id: passkey.cred_id().clone(),
            handle,
            credential: serde_json::to_value(&passkey)?,
            name: made_by.unwrap_or(UNNAMED).to_owned(),
            synced: serde_json::to_value(&passkey)?["cred"]["backup_state"] == true,
            created_at: self.core.now(),
            last_used_at: None,
        };
        self.keep_passkey(account, &stored).await?;
        self.factor_rules.step_up(&account.session, AuthMeans::Passkey { user_verified: true }, browser).await?;
        Ok(stored)
    }

    async fn keep_passkey(&self, account: &Account, stored: &StoredPasskey) -> Result<(), FlowError> {
        let draft = emails::factor_added(FactorName::Passkey(stored.name.clone()));
        let change = self.factor_rules.factor_change(account, EventKind::FACTOR_ADDED, "passkey", &draft).await?;
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, self.core.now()).await?;
        tx.insert_passkey(stored).await.map_err(on_conflict(Rejected::PasskeyTaken))?;
        change.write(&mut tx).await?;
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// # Errors
    /// [`Rejected::Text`], [`Rejected::NotFound`].
    pub async fn rename_passkey(&self, account: &Account, id: PasskeyId, name: &str) -> Result<(), FlowError> {
        let name = tidy_name(name).ok_or(TextRule::Empty.broken_by("name"))?;
        let mut tx = self.core.store.begin_single().await?;
        let renamed = tx.rename_passkey(account.user.id, id, &name).await?;
        tx.commit().await?;
        if renamed { Ok(()) } else { Err(Rejected::NotFound("passkey").into()) }
    }

    /// # Errors
    /// [`Rejected::NotFresh`], [`Rejected::LastWayIn`], [`Rejected::NotFound`].
    pub async fn remove_passkey(&self, account: &Account, id: PasskeyId) -> Result<(), FlowError> {
        self.factor_rules.check_factor_change(account).await?;
        let user = account.user.id;
        let held = self.core.store.list_passkeys(user).await?;
        let passkey = held.into_iter().find(|one| one.id == id).ok_or(Rejected::NotFound("passkey"))?;
        let draft = emails::factor_removed(FactorName::Passkey(passkey.name));
        let change = self.factor_rules.factor_change(account, EventKind::FACTOR_REMOVED, "passkey", &draft).await?;
        let mut tx = self.core.store.begin().await?;
        change.check(&mut tx, self.core.now()).await?;
        if !tx.count_ways_in(user).await?.can_spare_one() {
            return Err(Rejected::LastWayIn.into());
        }
        if tx.delete_passkey(user, id).await? {
            change.write(&mut tx).await?;
        }
        tx.commit().await?;
        self.core.mail_wakeup.notify_one();
        Ok(())
    }

    /// Requests any passkey of this server, on a sign-in page. Nothing is written.
    ///
    /// # Errors
    /// [`Rejected::PasskeysNotOffered`].
    pub fn ask_for_passkey(&self, browser: &mut Browser) -> Result<Ceremony, FlowError> {
        let (options, state) = self.webauthn()?.start_discoverable_authentication().map_err(|error| refused(&error))?;
        self.ceremony(&serde_json::to_value(options)?, Waiting::SignIn(state), browser)
    }

    /// Signs a user in by a passkey.
    ///
    /// # Errors
    /// [`Rejected::PasskeyUnknown`], [`Rejected::PasskeyRefused`], [`Rejected::PasskeyCopied`], [`Rejected::TooMany`].
    pub async fn sign_in_by_passkey(
        &self,
        answer: PasskeyAnswer<'_>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let credential: PublicKeyCredential = read(answer.credential)?;
        self.throttles.count_passkey(&device.source).await?;
        let Waiting::SignIn(state) = self.spend(answer.state, browser).await? else {
            return Err(Rejected::PasskeyRefused.into());
        };
        let (webauthn, now) = (self.webauthn()?, self.core.now());
        let stored =
            self.core.store.find_passkey(credential.get_credential_id()).await?.ok_or(Rejected::PasskeyUnknown)?;
        let user = self.core.store.find_user(stored.user_id).await?.filter(|user| user.status == UserStatus::Active);
        let user = user.ok_or(Rejected::PasskeyUnknown)?;
        let named = webauthn.identify_discoverable_authentication(&credential).map_err(|error| refused(&error))?.0;
        if named != stored.handle {
            return Err(Rejected::PasskeyRefused.into());
        }
        let passkey: Passkey = serde_json::from_value(stored.credential.clone())?;
        let result = webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey);
        let result = self.judged(result, &stored).await?;
        let means = self.used(stored.id, &result, now).await?;
        self.session_opening
            .finish_sign_in(user, Authentication::by(means), SignInGuard::Passkey(stored.id), browser, device)
            .await
    }

    /// Requests a passkey as a second factor.
    ///
    /// # Errors
    /// [`Rejected::InteractionOver`], [`Rejected::PasskeyUnknown`] if the user has none.
    pub async fn ask_for_second_passkey(&self, pending: &str, browser: &mut Browser) -> Result<Ceremony, FlowError> {
        let pending = self.session_opening.open_pending(pending, browser)?;
        let held = self.core.store.list_passkeys(pending.user).await?;
        let keys: Result<Vec<Passkey>, _> =
            held.into_iter().map(|passkey| serde_json::from_value(passkey.credential)).collect();
        let keys = keys?;
        if keys.is_empty() {
            return Err(Rejected::PasskeyUnknown.into());
        }
        let (options, state) = self.webauthn()?.start_passkey_authentication(&keys).map_err(|error| refused(&error))?;
        self.ceremony(&serde_json::to_value(options)?, Waiting::Second { user: pending.user, state }, browser)
    }

    /// Accepts a passkey as a second factor.
    ///
    /// # Errors
    /// As [`Passkeys::sign_in_by_passkey`], and [`Rejected::InteractionOver`].
    pub async fn give_passkey(
        &self,
        pending: &str,
        answer: PasskeyAnswer<'_>,
        remember: bool,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        let pending = self.session_opening.open_pending(pending, browser)?;
        let user = self.second_factors.user_of(&pending).await?;
        self.throttles.count_pending(pending.id).await?;
        let credential: PublicKeyCredential = read(answer.credential)?;
        let Waiting::Second { user: asked, state } = self.spend(answer.state, browser).await? else {
            return Err(Rejected::PasskeyRefused.into());
        };
        let stored = self.core.store.find_passkey(credential.get_credential_id()).await?;
        let stored = stored.filter(|one| one.user_id == user.id && asked == user.id).ok_or(Rejected::PasskeyUnknown)?;
        let result = self.webauthn()?.finish_passkey_authentication(&credential, &state);
        let result = self.judged(result, &stored).await?;
        let means = self.used(stored.id, &result, self.core.now()).await?;
        self.second_factors.complete(pending, user, means, remember, browser, device).await
    }

    /// Logs a counter that went backwards before the passkey is rejected.
    async fn judged(
        &self,
        result: Result<AuthenticationResult, WebauthnError>,
        stored: &StoredPasskey,
    ) -> Result<AuthenticationResult, FlowError> {
        if matches!(result, Err(WebauthnError::CredentialPossibleCompromise)) {
            let event = self.core.event(EventKind::PASSKEY_CLONE_SUSPECTED).with_user(stored.user_id);
            let event = event.with("passkey", stored.id.to_string());
            let mut tx = self.core.store.begin_single().await?;
            tx.append(&event).await?;
            tx.commit().await?;
            return Err(Rejected::PasskeyCopied.into());
        }
        Ok(result.map_err(|error| refused(&error))?)
    }

    /// Records the use of a passkey, based on the stored credential, so that its counter never goes back.
    async fn used(&self, id: PasskeyId, result: &AuthenticationResult, now: Timestamp) -> Result<AuthMeans, FlowError> {
        let (synced, user_verified) = (result.backup_state(), result.user_verified());
        let mut tx = self.core.store.begin().await?;
        let held = tx.lock_passkey(id).await?.ok_or(Rejected::PasskeyUnknown)?;
        let credential = advanced(&held, result).map_err(|_| unreadable(id))?;
        if !tx.use_passkey(id, &credential, synced, now).await? {
            return Err(Rejected::PasskeyUnknown.into());
        }
        tx.commit().await?;
        Ok(AuthMeans::Passkey { user_verified })
    }

    fn ceremony(&self, options: &Value, waiting: Waiting, browser: &mut Browser) -> Result<Ceremony, FlowError> {
        let now = self.core.now();
        let sealed = SealedCeremony {
            id: CeremonyId::new(now, &*self.core.random),
            browser: mark_hash(browser.mark_or_make(&*self.core.random)),
            expires_at: now + LIFETIME,
            waiting,
        };
        let state = self.core.seal_value_text(&sealed)?;
        Ok(Ceremony { options: options["publicKey"].to_string(), state })
    }

    /// Opens the state of a ceremony: only in its browser, before it expires, and once.
    async fn spend(&self, state: &str, browser: &Browser) -> Result<Waiting, FlowError> {
        let sealed: SealedCeremony = self.core.open_value_text_in(state, browser).ok_or(Rejected::PasskeyRefused)?;
        let mut tx = self.core.store.begin_single().await?;
        let spent = tx.spend_ceremony(sealed.id, sealed.expires_at).await?;
        tx.commit().await?;
        if spent { Ok(sealed.waiting) } else { Err(Rejected::PasskeyRefused.into()) }
    }

    fn webauthn(&self) -> Result<Webauthn, Rejected> {
        let origin = self.core.config.server.issuer.url();
        let domain = origin.domain().ok_or(Rejected::PasskeysNotOffered)?;
        let builder = WebauthnBuilder::new(domain, origin).map_err(|_| Rejected::PasskeysNotOffered)?;
        builder.rp_name("Usher").build().map_err(|_| Rejected::PasskeysNotOffered)
    }

    /// The document of `/.well-known/passkey-endpoints`.
    pub fn passkey_endpoints(&self, enroll: &str, manage: &str) -> Value {
        let at = |path| self.core.config.server.issuer.at(path);
        json!({ "enroll": at(enroll), "manage": at(manage) })
    }
}

/// The credential after a use.
fn advanced(held: &StoredPasskey, result: &AuthenticationResult) -> Result<Value, serde_json::Error> {
    let mut passkey: Passkey = serde_json::from_value(held.credential.clone())?;
    passkey.update_credential(result);
    serde_json::to_value(&passkey)
}

fn unreadable(id: PasskeyId) -> StorageError {
    StorageError::Inconsistent { table: "passkey", column: "credential", id: id.to_string() }
}

/// Parses the browser's response; a malformed one is rejected.
fn read<T: serde::de::DeserializeOwned>(credential: &str) -> Result<T, Rejected> {
    serde_json::from_str(credential).map_err(|_| Rejected::PasskeyRefused)
}

/// The cause is logged; users see one message for all of them.
fn refused(error: &WebauthnError) -> Rejected {
    tracing::info!("passkey: not accepted: {error}");
    Rejected::PasskeyRefused
}
