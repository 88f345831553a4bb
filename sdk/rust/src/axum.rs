//! Extractors for axum 0.8.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use serde::Serialize;

use crate::auth::Auth;
use crate::identity::User;
use crate::layer::{Attached, Permission, Require, Resource, log_refusal, refused};
use crate::refusal::{Reason, Refusal};
use crate::store::StoreError;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response(false)
    }
}

/// The response to a request that an extractor refused.
pub struct Rejection(http::Response<Bytes>);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0.map(Body::from)
    }
}

impl Rejection {
    /// A mistake of the application.
    fn misused(reason: Reason, parts: &Parts) -> Self {
        let refusal = Refusal::from(reason);
        log_refusal(&refusal, &parts.method);
        Self(refusal.response(false))
    }
}

/// The caller; without one the request is refused.
impl<S: Send + Sync> FromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match parts.extensions.get::<Attached>() {
            Some(Attached { auth: Ok(auth), .. }) => Ok(auth.clone()),
            Some(Attached { auth: Err(reason), state }) => Err(Rejection(refused(state, &(*reason).into(), parts))),
            None => {
                tracing::error!("usher: an extractor is used without the layer: Router::layer(usher)");
                Err(Rejection::misused(Reason::KeysMissing, parts))
            }
        }
    }
}

/// The caller; `None` if there is no token. A token that is not valid is refused.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        if let Some(Attached { auth: Err(Reason::TokenMissing), .. }) = parts.extensions.get() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

/// The person, as [`Auth`] knows them.
impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(auth.user.clone())
    }
}

/// The person; `None` if there is no token. A token that is not valid is refused.
impl<S: Send + Sync> OptionalFromRequestParts<S> for User {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        let auth = <Auth as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(auth.map(|auth| auth.user.clone()))
    }
}

/// The resource that [`Require::load`] found.
impl<S, T> FromRequestParts<S> for Resource<T>
where
    S: Send + Sync,
    T: Clone + Send + Sync + 'static,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        if let Some(resource) = parts.extensions.get::<Self>() {
            return Ok(resource.clone());
        }
        tracing::error!("usher: no resource of this type was loaded: require_permission(…).load(…)");
        Err(Rejection::misused(Reason::ResourceFailed, parts))
    }
}

impl Require<Permission> {
    /// Loads the resource by an extractor, such as `Path<String>` or a tuple of several. The response is 404 for `None`, and
    /// if the extractor refuses the request: an id that cannot be read names nothing. The handler gets the resource as
    /// [`Resource`].
    #[must_use]
    pub fn load<X, T, E, F>(self, load: impl Fn(X) -> F + Clone + Send + Sync + 'static) -> Self
    where
        X: FromRequestParts<()> + Send + 'static,
        T: Serialize + Clone + Send + Sync + 'static,
        E: Into<StoreError> + Send + 'static,
        F: Future<Output = Result<Option<T>, E>> + Send + 'static,
    {
        self.load_parts(move |mut parts: Parts| {
            let load = load.clone();
            async move {
                let Ok(extracted) = X::from_request_parts(&mut parts, &()).await else { return Ok(None) };
                load(extracted).await
            }
        })
    }
}
