use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Extensions, Request, Response};
use serde::Serialize;
use tower_layer::Layer;
use tower_service::Service;

use super::attached::Attached;
use super::service::{checked, refused};
use crate::auth::Auth;
use crate::policy::Attributes;
use crate::policy::Verdict;
use crate::policy::attributes_of;
use crate::policy::route_check::{RouteCaller as _, check_scopes, check_sign_in};
use crate::refusal::{Reason, Refusal};
use crate::state::State;
use crate::store::StoreError;
use crate::usher::Usher;

/// A layer for single routes: what a request needs in addition to the route rules. It works without the layer of the
/// application too.
#[derive(Clone)]
pub struct Require<C> {
    usher: Usher,
    check: C,
}

/// What a request needs. The types of this module implement it.
pub trait Check: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn check<'a>(&'a self, access: Access<'a>) -> CheckFuture<'a>;
}

#[doc(hidden)]
pub type CheckFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

#[doc(hidden)]
pub struct Access<'a> {
    state: &'a State,
    auth: &'a Auth,
    parts: &'a mut Parts,
}

impl Usher {
    /// Requires a valid access token.
    pub fn require_auth(&self) -> Require<SignIn> {
        self.require(SignIn::default())
    }

    /// Requires an access token with all of these scopes.
    pub fn require_scope<T: Into<String>>(&self, scopes: impl IntoIterator<Item = T>) -> Require<Scopes> {
        self.require(Scopes(scopes.into_iter().map(Into::into).collect()))
    }

    /// Requires one of these roles in the project.
    pub fn require_role<T: Into<String>>(&self, roles: impl IntoIterator<Item = T>) -> Require<Roles> {
        self.require(Roles(roles.into_iter().map(Into::into).collect()))
    }

    /// Requires that the access rules allow a permission, on the resource that is loaded. Without loading one the handler has
    /// to call [`Auth::can`] or [`Auth::filter`] if the permission depends on the resource; if it does not, its response is
    /// replaced by 500.
    ///
    /// # Panics
    /// If the module was built without access rules.
    pub fn require_permission(&self, permission: impl Into<String>) -> Require<Permission> {
        assert!(
            self.state.options.policy,
            "usher: require_permission needs access rules, and the module has policy(false)"
        );
        self.require(Permission { permission: permission.into(), load: None })
    }

    fn require<C>(&self, check: C) -> Require<C> {
        Require { usher: self.clone(), check }
    }
}

/// Needs a sign-in that is strong, recent or fresh enough. Otherwise the response says which one to ask for (RFC 9470).
#[derive(Clone, Default)]
pub struct SignIn {
    acr: Option<String>,
    max_age: Option<u64>,
    fresh: bool,
}

impl Require<SignIn> {
    /// The least authentication context: `aal1` < `aal2` < `aal3`. Any other one has to be equal.
    #[must_use]
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.check.acr = Some(acr.into());
        self
    }

    /// The greatest time since the person signed in.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.check.max_age = Some(max_age.as_secs());
        self
    }

    /// Introspects the token at each request.
    #[must_use]
    pub fn fresh(mut self) -> Self {
        self.check.fresh = true;
        self
    }
}

impl Check for SignIn {
    fn check<'a>(&'a self, access: Access<'a>) -> CheckFuture<'a> {
        Box::pin(async move {
            let (auth, now) = (access.auth, access.state.now());
            check_sign_in(auth.signed_in(), self.acr.as_deref(), self.max_age, now)?;
            if self.fresh { Ok(auth.refresh().await?) } else { Ok(()) }
        })
    }
}

/// Needs all of these scopes.
#[derive(Clone)]
pub struct Scopes(Arc<[String]>);

impl Check for Scopes {
    fn check<'a>(&'a self, access: Access<'a>) -> CheckFuture<'a> {
        Box::pin(async move { check_scopes(&access.auth.scope, &self.0) })
    }
}

/// Needs one of these roles.
#[derive(Clone)]
pub struct Roles(Arc<[String]>);

impl Check for Roles {
    fn check<'a>(&'a self, access: Access<'a>) -> CheckFuture<'a> {
        let has_role = access.auth.has_role(self.0.iter());
        Box::pin(async move { if has_role { Ok(()) } else { Err(Reason::RoleMissing.into()) } })
    }
}

/// Needs a permission.
#[derive(Clone)]
pub struct Permission {
    permission: String,
    load: Option<Load>,
}

type Load = Arc<dyn Fn(Parts) -> LoadFuture + Send + Sync>;
type LoadFuture = Pin<Box<dyn Future<Output = Result<Option<Loaded>, StoreError>> + Send>>;

/// The resource of a request.
struct Loaded {
    attributes: Option<Attributes>,
    attach: Box<dyn FnOnce(&mut Extensions) + Send>,
}

/// The resource that [`Require::load`] found, in the extensions of the request; with axum an extractor.
#[derive(Debug, Clone, Copy)]
pub struct Resource<T>(pub T);

impl Require<Permission> {
    /// Loads the resource by the parts of the request. The response is 404 for `None`. The handler gets it as [`Resource`].
    #[must_use]
    pub fn load_parts<T, E, F>(mut self, load: impl Fn(Parts) -> F + Send + Sync + 'static) -> Self
    where
        T: Serialize + Clone + Send + Sync + 'static,
        E: Into<StoreError>,
        F: Future<Output = Result<Option<T>, E>> + Send + 'static,
    {
        self.check.load = Some(Arc::new(move |parts| {
            let resource = load(parts);
            Box::pin(async move { Ok(resource.await.map_err(Into::into)?.map(Loaded::of)) })
        }));
        self
    }
}

impl Loaded {
    fn of<T: Serialize + Clone + Send + Sync + 'static>(resource: T) -> Self {
        let attributes = attributes_of(&resource);
        let attach = move |extensions: &mut Extensions| {
            extensions.insert(Resource(resource));
        };
        Self { attributes, attach: Box::new(attach) }
    }
}

impl Check for Permission {
    fn check<'a>(&'a self, access: Access<'a>) -> CheckFuture<'a> {
        Box::pin(async move {
            access.state.needed_rules()?;
            match (access.auth.decide(&self.permission, ()), &self.load) {
                (Verdict::Deny, _) => Err(Refusal::permission(&self.permission)),
                (_, Some(load)) => self.check_loaded(access, load).await,
                (Verdict::Conditional, None) => {
                    access.auth.owe(self.permission.clone());
                    Ok(())
                }
                (Verdict::Allow, None) => Ok(()),
            }
        })
    }
}

impl Permission {
    async fn check_loaded(&self, access: Access<'_>, load: &Load) -> Result<(), Refusal> {
        let loaded = load(access.parts.clone()).await.map_err(|error| {
            tracing::error!(error, permission = self.permission, "usher: a resource could not be loaded");
            Reason::ResourceFailed
        })?;
        let Some(Loaded { attributes: Some(attributes), attach }) = loaded else {
            return Err(Reason::ResourceMissing.into());
        };
        if access.auth.decide(&self.permission, attributes) != Verdict::Allow {
            return Err(Refusal::permission(&self.permission));
        }
        attach(&mut access.parts.extensions);
        Ok(())
    }
}

/// The service that [`Require`] makes of another one.
#[derive(Clone)]
pub struct Guarded<S, C> {
    inner: S,
    require: Require<C>,
}

impl<S, C: Clone> Layer<S> for Require<C> {
    type Service = Guarded<S, C>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { inner, require: self.clone() }
    }
}

impl<S, C, B, R> Service<Request<B>> for Guarded<S, C>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    C: Check,
    B: Send + 'static,
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
        let require = self.require.clone();
        Box::pin(async move {
            let state = &require.usher.state;
            let (mut parts, body) = request.into_parts();
            let method = parts.method.clone();
            match pass(state, &require.check, &mut parts).await {
                Err(refusal) => Ok(refused(state, &refusal, &parts).map(R::from)),
                Ok(auth) => checked(state, Some(&auth), method, inner, Request::from_parts(parts, body)).await,
            }
        })
    }
}

async fn pass(state: &Arc<State>, check: &impl Check, parts: &mut Parts) -> Result<Auth, Refusal> {
    let auth = Attached::of(state, parts, state.now()).await.auth?;
    check.check(Access { state, auth: &auth, parts }).await?;
    Ok(auth)
}
