//! The house in numbers.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::Administrator;
use crate::openapi::Refusals;
use usher_flows::Statistics;
use usher_http_server::state::App;

/// The last 30 days.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatsView {
    /// Sign-ins of each day on which there were any, the oldest first.
    pub sign_ins: Vec<DayView>,
    /// How many users were seen.
    pub active_users: ActiveView,
    /// How people signed in, the most usual first.
    pub means: Vec<CountView>,
    /// The ten clients with most sign-ins.
    pub top_clients: Vec<CountView>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    /// Where it begins (UTC), in seconds since the epoch.
    #[schema(example = 1_794_960_000)]
    pub day: i64,
    /// Those that went well.
    #[schema(example = 120)]
    pub succeeded: i64,
    /// Those that failed.
    #[schema(example = 4)]
    pub failed: i64,
}

/// How many users were seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveView {
    /// Within a day.
    #[schema(example = 80)]
    pub day: i64,
    /// Within seven days.
    #[schema(example = 310)]
    pub week: i64,
    /// Within thirty days.
    #[schema(example = 700)]
    pub month: i64,
}

/// So many of something.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountView {
    /// Of what.
    #[schema(example = "pwd+otp+mfa")]
    pub name: String,
    /// How many.
    #[schema(example = 42)]
    pub count: i64,
}

impl From<Statistics> for StatsView {
    fn from(found: Statistics) -> Self {
        let counts = |all: Vec<(String, i64)>| {
            all.into_iter().map(|(name, count)| CountView { name, count }).collect::<Vec<_>>()
        };
        let days = found.days.into_iter().map(|day| DayView { day: day.0, succeeded: day.1, failed: day.2 });
        let [day, week, month] = found.active;
        Self {
            sign_ins: days.collect(),
            active_users: ActiveView { day, week, month },
            means: counts(found.means),
            top_clients: counts(found.clients),
        }
    }
}

/// Show the last 30 days in numbers.
#[utoipa::path(
    get, path = "/api/v1/admin/stats", tag = "admin", operation_id = "admin_get_stats",
    responses((status = 200, description = "The numbers", body = StatsView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(State(app): State<App>, _: Administrator) -> ApiResult<Json<StatsView>> {
    Ok(Json(app.usher.statistics().await?.into()))
}
