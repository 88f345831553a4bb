//! Authorization responses: a code or an error.

use std::sync::Arc;
use std::time::Duration;

use crate::attempts::draft::AttemptDraft;
use crate::oauth::authorize::{Authorizations, Leaving, Outcome};
use crate::oauth::issue::signing_alg;
use crate::oauth::refusals::log_refusal;
use usher_accounts::error::{FlowError, Rejected};
use usher_accounts::login::accounts::Account;
use usher_domain::id::{ClientId, GrantId};
use usher_domain::oauth::client::Client;
use usher_domain::oauth::code::{AuthorizationCode, redirect_uri_hash};
use usher_domain::oauth::interaction::Interaction;
use usher_domain::oauth::waiting_request::RequestAnswer;
use usher_protocol::authorize::AuthorizeRequest;
use usher_protocol::authorize::response_mode::AuthorizationResponse;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;

/// The `typ` of signed responses, which JARM leaves open: libraries expect this one. They have no `sub`, so none passes for
/// an ID token.
const RESPONSE_TYP: &str = "JWT";

impl Authorizations {
    /// An error for the client of an interaction. One that asks for the answer itself learns only that the person denied it.
    ///
    /// # Errors
    /// If its request is over, or was not for this person.
    pub async fn refuse_interaction(
        &self,
        interaction: Interaction,
        account: Option<&Account>,
        error: OAuthError,
    ) -> Result<Outcome, FlowError> {
        if let Some(waiting) = self.waiting_request(&interaction).await? {
            log_refusal(endpoints::AUTHORIZE, &error.by(&interaction.client_id.0));
            return self.deny_waiting(interaction, &waiting, account, RequestAnswer::Denied).await;
        }
        self.attempts.record(AttemptDraft::of_interaction(&interaction, Some(&error), self.core.now()));
        let Interaction { client_id, redirect_uri, request, .. } = &interaction;
        Ok(Outcome::Answer(self.error_response(client_id, redirect_uri, request, error).await?))
    }

    /// An error for the client of a request before any person has acted. For a client that nobody here knows, the person
    /// decides whether to go there.
    pub(super) async fn refuse_at_once(
        &self,
        client: &Arc<Client>,
        redirect_uri: &str,
        request: &AuthorizeRequest,
        error: OAuthError,
    ) -> Result<Outcome, FlowError> {
        let reason = error.description.clone().into_owned();
        let answer = self.error_response(&client.id, redirect_uri, request, error).await?;
        if !client.is_left_to_the_person(redirect_uri) {
            return Ok(Outcome::Answer(answer));
        }
        Ok(leave(client, redirect_uri, request, answer, reason))
    }

    /// The refusal of an interaction in which the person has not acted, as for [`Self::refuse_at_once`]. A person who
    /// consented to the client earlier knows it.
    pub(super) async fn asking_first(
        &self,
        refused: Outcome,
        interaction: &Interaction,
        client: &Arc<Client>,
        account: Option<&Account>,
        error: &OAuthError,
    ) -> Result<Outcome, FlowError> {
        let answer = match refused {
            Outcome::Answer(answer) if client.is_left_to_the_person(&interaction.redirect_uri) => answer,
            other => return Ok(other),
        };
        let knows = match account {
            Some(_) if interaction.signed_in.is_some() => true,
            Some(account) => self.core.store.find_consent(account.user.id, &client.id).await?.is_some(),
            None => false,
        };
        if knows {
            return Ok(Outcome::Answer(answer));
        }
        let reason = error.description.clone().into_owned();
        Ok(leave(client, &interaction.redirect_uri, &interaction.request, answer, reason))
    }

    /// An error for the client (RFC 6749 §4.1.2.1, RFC 9207 §2), with its log line.
    pub(super) async fn error_response(
        &self,
        client: &ClientId,
        redirect_uri: &str,
        request: &AuthorizeRequest,
        error: OAuthError,
    ) -> Result<AuthorizationResponse, FlowError> {
        let error = error.by(&client.0);
        log_refusal(endpoints::AUTHORIZE, &error);
        let code = ("error", error.code.as_str().to_owned());
        let description = ("error_description", error.description.clone().into_owned());
        self.response(client, redirect_uri, request, vec![code, description]).await
    }

    /// A code for the client. Nothing is written: the code contains everything.
    pub(super) async fn code_response(
        &self,
        interaction: &Interaction,
        client: &Client,
        account: &Account,
    ) -> Result<AuthorizationResponse, FlowError> {
        let (now, request) = (self.core.now(), &interaction.request);
        let (usual, longest) = (self.core.config.tokens.code_ttl, client.metadata.longest_code_lifetime());
        let code = AuthorizationCode {
            grant_id: GrantId::new(now, &*self.core.random),
            client_id: interaction.client_id.clone(),
            user_id: account.user.id,
            sub: account.user.sub.clone(),
            session_id: account.session.id,
            scope: request.scope.clone(),
            targets: interaction.targets.clone(),
            claims: request.claims.names(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            redirect_uri: interaction.redirect_uri_sent.then(|| redirect_uri_hash(&interaction.redirect_uri)),
            dpop_jkt: request.dpop_jkt.clone(),
            auth_time: account.session.auth_time,
            acr: interaction.reported_acr(&account.session.acr),
            amr: account.session.amr.clone(),
            expires_at: now + longest.map_or(usual, |seconds| usual.min(Duration::from_secs(seconds))),
        };
        let sealed = self.core.seal_value_text(&code)?;
        self.attempts.record(AttemptDraft::of_interaction(interaction, None, now));
        self.response(&interaction.client_id, &interaction.redirect_uri, request, vec![("code", sealed)]).await
    }

    async fn response(
        &self,
        client: &ClientId,
        redirect_uri: &str,
        request: &AuthorizeRequest,
        mut parameters: Vec<(&'static str, String)>,
    ) -> Result<AuthorizationResponse, FlowError> {
        let (mode, is_success) = (request.response_mode, parameters.iter().any(|(name, _)| *name == "code"));
        parameters.extend(request.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", self.core.issuer().to_owned()));
        let response = AuthorizationResponse { redirect_uri: redirect_uri.to_owned(), mode, parameters, is_success };
        if mode.is_signed() { self.signed(client, response).await } else { Ok(response) }
    }

    /// A response as a JWT (JARM §2), with the algorithm of the client.
    async fn signed(
        &self,
        client: &ClientId,
        response: AuthorizationResponse,
    ) -> Result<AuthorizationResponse, FlowError> {
        let found = self.clients.find_client(client).await?.ok_or(Rejected::ClientGone)?;
        let claims = response.claims(self.core.issuer(), &client.0, self.core.now().0);
        let alg = signing_alg(found.metadata.authorization_response_alg());
        let jwt = self.signing_keys.keyring().sign(alg, RESPONSE_TYP, &claims)?;
        Ok(response.as_jwt(jwt))
    }
}

/// The question whether to go to a client that nobody here knows, with this answer.
fn leave(
    client: &Arc<Client>,
    redirect_uri: &str,
    request: &AuthorizeRequest,
    answer: AuthorizationResponse,
    reason: String,
) -> Outcome {
    Outcome::Leave(Box::new(Leaving {
        client: client.clone(),
        redirect_uri: redirect_uri.to_owned(),
        answer,
        reason,
        ui_locales: request.ui_locales.clone(),
    }))
}
