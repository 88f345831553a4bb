//! How values of the domain are stored in columns.
//!
//! The traits are those of this crate: `sqlx::Encode` and `sqlx::Decode` cannot be implemented here for types of
//! `domain`, which does not depend on sqlx. A type without an entry here cannot be bound or read.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::types::Json;
use sqlx::{Arguments, Decode, Postgres, Sqlite, Type};
use uuid::Uuid;

use usher_domain::branding::{BrandSettings, LogoKind};
use usher_domain::email::Email;
use usher_domain::event::EventKind;
use usher_domain::event::actor::EventActor;
use usher_domain::event::counter::Counter;
use usher_domain::event::feed::EntryKind;
use usher_domain::event::logout_notice::NoticeStatus;
use usher_domain::event::webhook::filter::Filter;
use usher_domain::event::webhook::{DeliveryAttempt, DeliveryStatus, DisabledWhy, SealedSecret};
use usher_domain::health::Finding;
use usher_domain::id::{
    ApiId, AssignmentId, AttemptId, CeremonyId, ClientId, EmailId, EventId, GrantId, IdentityId, ImportId,
    InitialTokenId, MergeId, PasskeyId, ProjectId, ProjectInvitationId, ProofId, RememberedId, SavedFilterId,
    SessionId, UserId, WebhookId,
};
use usher_domain::key::SigningAlg;
use usher_domain::oauth::api::ApiSettings;
use usher_domain::oauth::attempt::{AttemptDetail, AttemptKind, AttemptLane, AttemptStep};
use usher_domain::oauth::client::{ClientSecret, ClientType};
use usher_domain::oauth::client_origin::ClientOrigin;
use usher_domain::oauth::grant::RecentGaps;
use usher_domain::oauth::target::{ConsentedApis, GrantTargets};
use usher_domain::object_search::ObjectKind;
use usher_domain::page::Cursor;
use usher_domain::project::member::Role;
use usher_domain::project::sign_in::ProjectSignIn;
use usher_domain::provider::{ProviderId, ProviderSettings};
use usher_domain::time::Timestamp;
use usher_domain::user::identity::{EmailState, LinkedHow};
use usher_domain::user::import::{ImportFormat, ImportOptions, ImportStatus, RowResult};
use usher_domain::user::proof::ProofKind;
use usher_domain::user::session::EndReason;
use usher_domain::user::source::AttributeSources;
use usher_domain::user::{Profile, Sub, UserStatus};
use usher_protocol::authorize::pkce::CodeChallenge;
use usher_protocol::claims::ClaimsRequest;
use usher_protocol::client::metadata::ClientMetadata;
use usher_protocol::scope::Scope;

/// A parameter, as both databases take it. `None` is `null` of that kind, which PostgreSQL wants to know.
#[derive(Clone)]
pub(crate) enum Value {
    Integer(Option<i64>),
    Boolean(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
    Json(Option<Box<RawValue>>),
}

/// Parameters of a driver.
pub(crate) trait AddValue: Default {
    fn add_value(&mut self, value: Value) -> Result<(), BoxDynError>;
}

macro_rules! add_value {
    ($($arguments:ident)*) => {$(
        impl AddValue for $arguments {
            fn add_value(&mut self, value: Value) -> Result<(), BoxDynError> {
                match value {
                    Value::Integer(value) => self.add(value),
                    Value::Boolean(value) => self.add(value),
                    Value::Text(value) => self.add(value),
                    Value::Bytes(value) => self.add(value),
                    Value::Uuid(value) => self.add(value),
                    Value::Json(value) => self.add(value.map(Json)),
                }
            }
        }
    )*};
}

add_value! { SqliteArguments PgArguments }

/// A type that can be bound.
pub(crate) trait Bind {
    /// `null` instead of a value of this type.
    const NULL: Value;

    /// # Errors
    /// If the value cannot be written as JSON.
    fn value(&self) -> serde_json::Result<Value>;
}

/// A type that one column can be read as.
pub(crate) trait Column: Sized {
    /// What the drivers read.
    type Stored: Native;

    /// `None` if no version of Usher stores this.
    fn load(stored: Self::Stored) -> Option<Self>;

    /// The value that `null` stands for. `None` if the column is never null.
    fn null() -> Option<Self> {
        None
    }
}

/// A type that both drivers read.
pub(crate) trait Native:
    for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres> + Type<Sqlite> + Type<Postgres>
{
}

impl<T> Native for T where T: for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres> + Type<Sqlite> + Type<Postgres> {}

impl<T: Bind + ?Sized> Bind for &T {
    const NULL: Value = T::NULL;

    fn value(&self) -> serde_json::Result<Value> {
        (**self).value()
    }
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Value = T::NULL;

    fn value(&self) -> serde_json::Result<Value> {
        self.as_ref().map_or(Ok(T::NULL), Bind::value)
    }
}

impl<T: Column> Column for Option<T> {
    type Stored = T::Stored;

    fn load(stored: Self::Stored) -> Option<Self> {
        T::load(stored).map(Some)
    }

    fn null() -> Option<Self> {
        Some(None)
    }
}

/// `Type: Kind(Stored), |value| what is stored, |stored| the value if there is one;`
macro_rules! columns {
    ($($type:ty: $kind:ident($stored:ty), |$value:ident| $store:expr, |$found:ident| $load:expr;)*) => {$(
        impl Bind for $type {
            const NULL: Value = Value::$kind(None);

            fn value(&self) -> serde_json::Result<Value> {
                let $value = self;
                Ok(Value::$kind(Some($store)))
            }
        }

        impl Column for $type {
            type Stored = $stored;

            fn load($found: $stored) -> Option<Self> {
                $load
            }
        }
    )*};
}

/// Newtypes of UUIDs.
macro_rules! uuids {
    ($($type:ident)*) => {
        columns! { $($type: Uuid(Uuid), |id| id.0, |stored| Some(Self(stored));)* }
    };
}

/// Types with `as_str` and `FromStr`.
macro_rules! words {
    ($($type:ident)*) => {
        columns! { $($type: Text(String), |word| word.as_str().to_owned(), |stored| stored.parse().ok();)* }
    };
}

/// Types that are stored as JSON.
macro_rules! json {
    ($($type:ty;)*) => {$(
        impl Bind for $type {
            const NULL: Value = Value::Json(None);

            fn value(&self) -> serde_json::Result<Value> {
                to_raw_value(self).map(|json| Value::Json(Some(json)))
            }
        }

        impl Column for $type {
            type Stored = Json<Self>;

            fn load(stored: Json<Self>) -> Option<Self> {
                Some(stored.0)
            }
        }
    )*};
}

uuids! {
    ApiId AssignmentId AttemptId CeremonyId EmailId EventId GrantId IdentityId ImportId InitialTokenId MergeId PasskeyId ProjectId ProjectInvitationId ProofId RememberedId
    SavedFilterId SessionId UserId WebhookId
}

words! { AttemptKind AttemptLane AttemptStep ClientOrigin ClientType Counter EmailState ImportFormat ImportStatus LinkedHow LogoKind ObjectKind ProviderId Role RowResult SigningAlg UserStatus }

columns! {
    EventActor: Text(String), |actor| actor.to_string(), |stored| stored.parse().ok();
    Timestamp: Integer(i64), |at| at.0, |stored| Some(Self(stored));
    RecentGaps: Integer(i64), |gaps| gaps.0, |stored| Some(Self(stored));
    i64: Integer(i64), |number| *number, |stored| Some(stored);
    u32: Integer(i64), |number| i64::from(*number), |stored| stored.try_into().ok();
    u16: Integer(i64), |number| i64::from(*number), |stored| stored.try_into().ok();
    bool: Boolean(bool), |flag| *flag, |stored| Some(stored);
    String: Text(String), |text| text.clone(), |stored| Some(stored);
    ClientId: Text(String), |id| id.0.clone(), |stored| Some(Self(stored));
    Sub: Text(String), |sub| sub.0.clone(), |stored| Some(Self(stored));
    CodeChallenge: Text(String), |challenge| challenge.as_str().to_owned(), |stored| {
        Self::parse(&stored, Some("S256")).ok()
    };
    Email: Text(String), |email| email.as_str().to_owned(), |stored| Self::parse(&stored).ok();
    Scope: Text(String), |scope| scope.to_string(), |stored| Self::parse(&stored).ok();
    DeliveryStatus: Text(String), |word| word.as_str().to_owned(), |stored| Self::from_word(&stored);
    DisabledWhy: Text(String), |word| word.as_str().to_owned(), |stored| Self::from_word(&stored);
    EntryKind: Text(String), |word| word.as_str().to_owned(), |stored| Self::from_word(&stored);
    NoticeStatus: Text(String), |word| word.as_str().to_owned(), |stored| Self::from_word(&stored);
    ProofKind: Text(String), |word| word.as_str().to_owned(), |stored| {
        Self::ALL.into_iter().find(|kind| kind.as_str() == stored)
    };
    Vec<u8>: Bytes(Vec<u8>), |bytes| bytes.clone(), |stored| Some(stored);
    Uuid: Uuid(Uuid), |id| *id, |stored| Some(stored);
}

json! {
    ApiSettings;
    AttemptDetail;
    AttributeSources;
    BrandSettings;
    ConsentedApis;
    BTreeMap<String, Timestamp>;
    ClaimsRequest;
    ClientMetadata;
    GrantTargets;
    ImportOptions;
    Map<String, serde_json::Value>;
    Profile;
    ProjectSignIn;
    ProviderSettings;
    Vec<ClientSecret>;
    Vec<DeliveryAttempt>;
    Vec<Finding>;
    Vec<Filter>;
    Vec<IdentityId>;
    Vec<SealedSecret>;
    Vec<String>;
    serde_json::Value;
}

/// Types that are bound but not read.
macro_rules! parameters {
    ($($type:ty: $kind:ident, |$value:ident| $store:expr;)*) => {$(
        impl Bind for $type {
            const NULL: Value = Value::$kind(None);

            fn value(&self) -> serde_json::Result<Value> {
                let $value = self;
                Ok(Value::$kind(Some($store)))
            }
        }
    )*};
}

parameters! {
    str: Text, |text| text.to_owned();
    [u8]: Bytes, |bytes| bytes.to_owned();
    Cursor: Uuid, |cursor| cursor.0;
    EndReason: Text, |word| word.as_str().to_owned();
    EventKind: Text, |word| word.as_str().to_owned();
    [ClientSecret]: Json, |secrets| to_raw_value(secrets)?;
    [String]: Json, |texts| to_raw_value(texts)?;
}

impl Column for u64 {
    type Stored = i64;

    fn load(stored: i64) -> Option<Self> {
        stored.try_into().ok()
    }
}
