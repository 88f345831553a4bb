//! Finding the user that the hint of a CIBA request names.

use crate::oauth::ciba::begin::CibaRequests;
use crate::oauth::ciba::hinted_user::HintedUser;
use usher_accounts::error::FlowError;
use usher_domain::email::Email;
use usher_domain::oauth::client::Client;
use usher_domain::user::{User, UserStatus};
use usher_keys::verify::ExpectedToken;
use usher_protocol::ciba::UserHint;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::id_token::ID_TOKEN_TYP;

impl CibaRequests {
    /// The user that a hint names. A client that guesses addresses learns nothing: the request for nobody is accepted, and
    /// expires.
    ///
    /// # Errors
    /// `invalid_request` for an `id_token_hint` that is no ID token of this client; `unknown_user_id` if its user does not
    /// exist any more, which the client may know, or is disabled.
    pub(super) async fn whom_it_names(&self, client: &Client, hint: &UserHint) -> Result<HintedUser, FlowError> {
        match hint {
            UserHint::Login(text) => {
                let (named, user) = match Email::parse(text) {
                    Ok(email) => (email.as_str().to_owned(), self.core.store.find_user_by_email(&email).await?),
                    Err(_) => (text.clone(), self.user_of(client, text).await?),
                };
                Ok(HintedUser { named, user: user.filter(is_active) })
            }
            UserHint::IdToken(token) => {
                let sub = self.sub_of(client, token).ok_or_else(|| {
                    OAuthError::invalid_request("id_token_hint is no ID token that was issued to this client")
                })?;
                let user = self.user_of(client, &sub).await?.filter(is_active).ok_or_else(|| {
                    OAuthError::new(ErrorCode::UnknownUserId, "the user of id_token_hint cannot sign in any more")
                })?;
                Ok(HintedUser { named: sub, user: Some(user) })
            }
        }
    }

    /// The `sub` of an ID token of this client, expired or not.
    fn sub_of(&self, client: &Client, token: &str) -> Option<String> {
        let verified = self.signing_keys.keyring().verify_hint(token, ExpectedToken { typ: ID_TOKEN_TYP }).ok()?;
        self.signing_keys.note_presented(&verified, &client.id.0);
        let text = |name: &str| verified.claims.get(name)?.as_str();
        let ours = text("iss") == Some(self.core.issuer()) && text("aud") == Some(&client.id.0);
        text("sub").filter(|_| ours).map(str::to_owned)
    }

    /// The user whom the client knows by this `sub`; after a merge the one that was kept.
    async fn user_of(&self, client: &Client, sub: &str) -> Result<Option<User>, FlowError> {
        match self.subjects.named_by(client, sub).await? {
            Some(sub) => Ok(self.core.store.find_user_by_sub(&sub).await?),
            None => Ok(None),
        }
    }
}

fn is_active(user: &User) -> bool {
    user.status == UserStatus::Active
}
