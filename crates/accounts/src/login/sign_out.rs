//! Signing out: of one session or of all; by the user or by a client (OpenID Connect RP-Initiated Logout 1.0).

use crate::admin::clients::Clients;
use crate::admin::keys::SigningKeys;
use crate::core::Core;
use crate::end::Endings;
use crate::login::accounts::Accounts;
use std::sync::Arc;

use crate::end::Ended;
use crate::error::{FlowError, Rejected};
use crate::login::accounts::{Account, Browser};
use usher_domain::id::{ClientId, SessionId};
use usher_domain::oauth::client::Client;
use usher_domain::user::session::EndReason;
use usher_keys::verify::ExpectedToken;
use usher_protocol::authorize::response_mode::with_query;
use usher_protocol::error::OAuthError;
use usher_protocol::id_token::ID_TOKEN_TYP;
use usher_protocol::params::Params;

#[derive(Debug, Clone, Default)]
pub struct LogoutRequest {
    /// The client, if the request identifies one.
    pub client: Option<Arc<Client>>,
    /// Where to redirect afterwards: registered for that client, with `state`.
    pub continue_url: Option<String>,
    /// Whether the person decides about that redirect: nobody here knows the client, and it shows no ID token.
    pub asks_first: bool,
    /// The session that the `id_token_hint` was issued in.
    pub hinted_session: Option<SessionId>,
    /// A fault of the request: there is no redirect, and the user must confirm.
    pub fault: Option<&'static str>,
}

/// What to do with a logout request.
#[derive(Debug)]
pub enum SignOut {
    /// Nothing: no user is signed in.
    Nothing,
    /// Sign out at once: the hint proves that the client means this session.
    AtOnce(Box<Account>),
    /// Ask the user, because any page could send the request.
    Ask(Box<Account>),
}

/// Sign-out (OpenID Connect RP-Initiated Logout 1.0).
pub struct SignOuts {
    pub core: Arc<Core>,
    pub accounts: Arc<Accounts>,
    pub clients: Arc<Clients>,
    pub endings: Arc<Endings>,
    pub signing_keys: Arc<SigningKeys>,
}

impl SignOuts {
    /// Parses a logout request. An invalid one is not rejected: the user may still want to sign out.
    pub async fn read_logout(&self, params: &Params) -> Result<LogoutRequest, FlowError> {
        let get = |name: &'static str| params.get(name).map_err(|_| OAuthError::repeated(name));
        let (Ok(hint), Ok(named), Ok(target), Ok(state)) =
            (get("id_token_hint"), get("client_id"), get("post_logout_redirect_uri"), get("state"))
        else {
            return Ok(LogoutRequest { fault: Some("a parameter is repeated"), ..LogoutRequest::default() });
        };
        let hinted = hint.map(|hint| self.read_logout_hint(hint));
        // With a `client_id`, an unreadable hint is ignored, and the user must confirm.
        if hinted == Some(None) && named.is_none() {
            return Ok(LogoutRequest {
                fault: Some("id_token_hint is not an ID token of this issuer"),
                ..LogoutRequest::default()
            });
        }
        let hinted = hinted.flatten();
        if let (Some(named), Some((client, _))) = (named, &hinted)
            && named != client.0
        {
            return Ok(LogoutRequest {
                fault: Some("client_id differs from that of id_token_hint"),
                ..LogoutRequest::default()
            });
        }
        let id =
            hinted.as_ref().map(|(client, _)| client.clone()).or_else(|| named.map(|named| ClientId(named.to_owned())));
        let client = match id {
            Some(id) => self.clients.find_client(&id).await?.filter(|client| client.is_active()),
            None => None,
        };
        let registered = |client: &Arc<Client>| target.is_some_and(|target| client.allows_post_logout(target));
        let continue_url = target.filter(|_| client.as_ref().is_some_and(registered)).map(|target| match state {
            Some(state) => with_query(target, [("state", state)]),
            None => target.to_owned(),
        });
        let fault = (target.is_some() && continue_url.is_none())
            .then_some("post_logout_redirect_uri is not registered for this client");
        let asks_first = hinted.is_none()
            && client.as_ref().zip(target).is_some_and(|(client, target)| client.is_left_to_the_person(target));
        let hinted_session = hinted.and_then(|(_, session)| session);
        Ok(LogoutRequest { client, continue_url, asks_first, hinted_session, fault })
    }

    /// Decides what a logout request does in this browser.
    pub async fn sign_out_of(&self, request: &LogoutRequest, browser: &Browser) -> Result<SignOut, FlowError> {
        let live: Vec<Account> =
            self.accounts.accounts(browser).await?.into_iter().filter(|account| account.live).collect();
        let hinted = live.iter().find(|account| Some(account.session.id) == request.hinted_session);
        Ok(match (hinted, live.first()) {
            (Some(account), _) if request.fault.is_none() => SignOut::AtOnce(Box::new(account.clone())),
            // Without a hint, or with one of another session, the user decides (RP-Initiated Logout §2).
            (_, Some(account)) => SignOut::Ask(Box::new(account.clone())),
            (_, None) => SignOut::Nothing,
        })
    }

    /// Signs one account out of this browser. The browser keeps the account in its list, signed out.
    pub async fn sign_out(&self, account: &Account) -> Result<Ended, FlowError> {
        self.end_one(account, account.session.id, EndReason::SignOut).await
    }

    /// Signs a user out of every browser.
    pub async fn sign_out_everywhere(&self, account: &Account) -> Result<Ended, FlowError> {
        self.end_all(account, None, EndReason::SignOutEverywhere).await
    }

    /// Ends another session of the same user.
    ///
    /// # Errors
    /// [`Rejected::NotFound`] if it does not exist or is not theirs.
    pub async fn end_own_session(&self, account: &Account, session: SessionId) -> Result<Ended, FlowError> {
        let found = self.core.store.find_session_by_id(session).await?.map(|(session, _)| session);
        let now = self.core.now();
        if !found.is_some_and(|found| found.user_id == account.user.id && found.is_live(now)) {
            return Err(Rejected::NotFound("session").into());
        }
        self.end_one(account, session, EndReason::EndedByOwner).await
    }

    /// Ends every other session of the same user.
    pub async fn end_other_sessions(&self, account: &Account) -> Result<Ended, FlowError> {
        self.end_all(account, Some(account.session.id), EndReason::EndedByOwner).await
    }

    async fn end_one(&self, account: &Account, session: SessionId, reason: EndReason) -> Result<Ended, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let ended = self.endings.end_session(&mut tx, account.user.id, session, reason).await?;
        tx.commit().await?;
        Ok(ended)
    }

    async fn end_all(&self, account: &Account, but: Option<SessionId>, reason: EndReason) -> Result<Ended, FlowError> {
        let mut tx = self.core.store.begin().await?;
        let ended = self.endings.end_everything_of(&mut tx, account.user.id, but, reason).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// The client and session of an ID token of this server, expired or not (RP-Initiated Logout §2).
    fn read_logout_hint(&self, hint: &str) -> Option<(ClientId, Option<SessionId>)> {
        let verified = self.signing_keys.keyring().verify_hint(hint, ExpectedToken { typ: ID_TOKEN_TYP }).ok()?;
        let text = |name: &str| verified.claims.get(name).and_then(serde_json::Value::as_str);
        let ours = text("iss") == Some(self.core.issuer());
        let client = ClientId(text("aud").filter(|_| ours)?.to_owned());
        self.signing_keys.note_presented(&verified, &client.0);
        Some((client, text("sid").and_then(|sid| sid.parse().ok())))
    }
}
