use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::attached::{Attached, log_refusal, original_path};
use crate::auth::Auth;
use crate::policy::route_check::{RouteRequest, check_route};
use crate::refusal::{Reason, Refusal};
use crate::state::State;
use crate::store::StoreError;
use crate::usher::Usher;

/// The service that [`Usher`] makes of another one, as its layer.
#[derive(Clone)]
pub struct UsherService<S> {
    inner: S,
    usher: Usher,
}

impl<S> Layer<S> for Usher {
    type Service = UsherService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        UsherService { inner, usher: self.clone() }
    }
}

impl<S, B, R> Service<Request<B>> for UsherService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<StoreError>> + Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let ready = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, ready);
        let state = Arc::clone(&self.usher.state);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            #[cfg(feature = "web")]
            if let Some(web) = &state.web
                && let Some(action) = web.action(&parts)
            {
                return Ok(state.answer_web(web, action, parts, body).await.map(R::from));
            }
            let method = parts.method.clone();
            match admit(&state, &mut parts).await {
                Err(refusal) => Ok(refused(&state, &refusal, &parts).map(R::from)),
                Ok(auth) => checked(&state, auth.as_ref(), method, inner, Request::from_parts(parts, body)).await,
            }
        })
    }
}

/// The caller of a request that the route rules let pass.
async fn admit(state: &Arc<State>, parts: &mut Parts) -> Result<Option<Auth>, Refusal> {
    let now = state.now();
    let attached = Attached::of(state, parts, now).await;
    if !state.options.policy || !state.options.enforce_routes {
        return Ok(attached.auth.ok());
    }
    let rules = state.needed_rules()?;
    let auth = attached.auth.as_ref().ok();
    let pass = check_route(&rules.rules, route_request(parts), auth, state.options.allow_missing_routes, now);
    let pass = pass.map_err(|refusal| match (&attached.auth, refusal.reason) {
        // A token that is not accepted says more than that there is none.
        (Err(reason), Reason::TokenMissing) => (*reason).into(),
        _ => refusal,
    })?;
    if let Some(auth) = auth {
        if pass.fresh {
            auth.refresh().await?;
        }
        if let Some(permission) = pass.conditional {
            auth.owe(permission.to_owned());
        }
    }
    Ok(attached.auth.ok())
}

fn route_request(parts: &Parts) -> RouteRequest<'_> {
    let has = |name: &str| parts.headers.get(name).is_some_and(|value| !value.is_empty());
    RouteRequest {
        method: parts.method.as_str(),
        path: original_path(parts),
        is_preflight: parts.method == Method::OPTIONS && has("origin") && has("access-control-request-method"),
    }
}

/// Runs a service. If it did not check a permission that it had to, its response is replaced, unless it is an error: what
/// does not exist need not be checked.
pub(super) async fn checked<S, B, R>(
    state: &State,
    auth: Option<&Auth>,
    method: Method,
    mut inner: S,
    request: Request<B>,
) -> Result<Response<R>, S::Error>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<Bytes>,
{
    let response = inner.call(request).await?;
    let is_answer = response.status().is_success() || response.status().is_redirection();
    let owed = auth.filter(|_| is_answer && state.options.strict).and_then(Auth::owed);
    let Some(permission) = owed else { return Ok(response) };
    tracing::error!(
        permission,
        "usher: the handler did not check the permission with the resource: call can or filter, or load the resource"
    );
    let refusal = Refusal::from(Reason::EntityCheckMissing);
    log_refusal(&refusal, &method);
    Ok(refusal.response(state.options.show_reasons))
}

/// Logs a refusal and makes its response. Web mode sends pages to the sign-in.
pub(crate) fn refused(state: &State, refusal: &Refusal, parts: &Parts) -> Response<Bytes> {
    log_refusal(refusal, &parts.method);
    #[cfg(feature = "web")]
    if let Some(response) = state.sign_in_redirect(refusal, parts) {
        return response;
    }
    refusal.response(state.options.show_reasons)
}
