//! Statistics.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::openapi::Refusals;
use usher_accounts::Statistics;
use usher_http_server::state::App;

/// The period, in days.
const DAYS: u16 = 30;

/// The last 30 days.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatsView {
    /// Sign-ins by day, for days with at least one, oldest first.
    pub sign_ins: Vec<DayView>,
    /// The numbers of active users.
    pub active_users: ActiveView,
    /// Authentication methods, most frequent first.
    pub means: Vec<CountView>,
    /// Ways in, most frequent first: `password`, `passkey`, `code`, or the id of a provider.
    pub ways: Vec<CountView>,
    /// The ten clients with the most grants.
    pub top_clients: Vec<CountView>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    /// Its start (UTC), in seconds since the epoch.
    #[schema(example = 1_794_960_000)]
    pub day: i64,
    /// Successful sign-ins.
    #[schema(example = 120)]
    pub succeeded: i64,
    /// Failed sign-ins.
    #[schema(example = 4)]
    pub failed: i64,
}

/// The numbers of active users.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveView {
    /// On the present day (UTC).
    #[schema(example = 80)]
    pub day: i64,
    /// On the last seven days, the present one included.
    #[schema(example = 310)]
    pub week: i64,
    /// On the last thirty days, the present one included.
    #[schema(example = 700)]
    pub month: i64,
}

/// A named count.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountView {
    /// The name.
    #[schema(example = "pwd+otp+mfa")]
    pub name: String,
    /// The count.
    #[schema(example = 42)]
    pub count: i64,
}

impl From<Statistics> for StatsView {
    fn from(found: Statistics) -> Self {
        let counts = |all: Vec<(String, i64)>| {
            all.into_iter().map(|(name, count)| CountView { name, count }).collect::<Vec<_>>()
        };
        let with_some = found.days.into_iter().filter(|day| day.succeeded + day.failed > 0);
        let days = with_some.map(|day| DayView { day: day.start.0, succeeded: day.succeeded, failed: day.failed });
        let [day, week, month] = found.active;
        Self {
            sign_ins: days.collect(),
            active_users: ActiveView { day, week, month },
            means: counts(found.means),
            ways: counts(found.ways),
            top_clients: counts(found.clients),
        }
    }
}

/// Show statistics of the last 30 days.
#[utoipa::path(
    get, path = "/api/v1/admin/stats", tag = "admin", operation_id = "admin_get_stats",
    responses((status = 200, description = "The numbers", body = StatsView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, _: AdminCaller) -> ApiResult<Json<StatsView>> {
    Ok(Json(app.usher.users.statistics(DAYS).await?.into()))
}
