//! A service that looks after plants, with the access rules of the sample project of `usher dev`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env::var;
use std::error::Error;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::json;
use usher_sdk::policy::Attributes;
use usher_sdk::{Auth, Resource, User, Usher};

/// What the rules are about: they know its attributes by the names that it serializes to.
#[derive(Clone, Serialize)]
struct Plant {
    id: &'static str,
    owner_id: &'static str,
    greenhouse: &'static str,
    poisonous: bool,
    watered: u32,
}

/// The plants by their id; an application has a database.
type Plants = Arc<Mutex<BTreeMap<&'static str, Plant>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let usher = Usher::builder()
        .issuer(var("ISSUER")?)
        .client_id(var("CLIENT_ID")?)
        .client_secret(var("CLIENT_SECRET")?)
        .audience(var("AUDIENCE")?)
        .project(var("PROJECT")?)
        .user_attributes(async |_| greenhouses())
        .build()
        .await?;
    let port = var("PORT").unwrap_or_else(|_| "8093".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("localhost:{port}")).await?;
    println!("http://localhost:{port}");
    axum::serve(listener, application(&usher)).await?;
    Ok(())
}

fn application(usher: &Usher) -> Router {
    let plant = |id, poisonous| (id, Plant { id, owner_id: "somebody", greenhouse: "north", poisonous, watered: 0 });
    let plants: Plants = Arc::new(Mutex::new([plant("fern", false), plant("foxglove", true)].into()));
    let (listed, loaded, watered) = (plants.clone(), plants.clone(), plants);
    let needs = |permission: &str| {
        let plants = loaded.clone();
        usher
            .require_permission(permission)
            .load(move |Path(id): Path<String>| ready(Ok::<_, Infallible>(find(&plants, &id))))
    };
    let status = usher.clone();
    Router::new()
        .route("/health", get(async move || Json(status.status())))
        .route("/me", get(async |user: User| Json(user)))
        .route("/plants", get(async move |auth: Auth| Json(readable(&listed, &auth))))
        .route("/plants/{id}", get(async |Resource(plant): Resource<Plant>| Json(plant)).layer(needs("Plant:read")))
        .route(
            "/plants/{id}/water",
            post(async move |Resource(plant): Resource<Plant>| Json(water(&watered, &plant)))
                .layer(needs("Plant:water")),
        )
        // The outermost layer enforces the route rules before any handler runs.
        .layer(usher.clone())
}

/// What the rules ask of a user beside id and roles; an application reads it from its database.
fn greenhouses() -> Attributes {
    Attributes::from_iter([("greenhouses".to_owned(), json!(["north"]))])
}

/// The plants that the caller may read.
fn readable(plants: &Plants, auth: &Auth) -> Vec<Plant> {
    let filter = auth.filter("Plant:read"); // with a database: filter.to_sql(…)
    let plants = plants.lock().unwrap_or_else(PoisonError::into_inner);
    plants.values().filter(|plant| filter.matches(plant)).cloned().collect()
}

fn find(plants: &Plants, id: &str) -> Option<Plant> {
    plants.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
}

fn water(plants: &Plants, plant: &Plant) -> Option<Plant> {
    let mut plants = plants.lock().unwrap_or_else(PoisonError::into_inner);
    let plant = plants.get_mut(plant.id)?;
    plant.watered += 1;
    Some(plant.clone())
}
