//! A site where people sign in and water plants, with the access rules of the sample project of `usher dev`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env::var;
use std::error::Error;
use std::fmt::Write as _;
use std::future::ready;

use axum::extract::Path;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Serialize;
use serde_json::json;
use usher_sdk::policy::Attributes;
use usher_sdk::{Auth, FileStore, Mode, Resource, Usher};

/// What the rules are about: they know its attributes by the names that it serializes to.
#[derive(Clone, Serialize)]
struct Plant {
    id: &'static str,
    owner_id: &'static str,
    greenhouse: &'static str,
    poisonous: bool,
}

/// The plants by their id; an application has a database.
type Plants = BTreeMap<&'static str, Plant>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let base_url = format!("http://localhost:{}", var("PORT").unwrap_or_else(|_| "8094".to_owned()));
    let usher = Usher::builder()
        .mode(Mode::Web)
        .issuer(var("ISSUER")?)
        .client_id(var("CLIENT_ID")?)
        .client_secret(var("CLIENT_SECRET")?)
        .project(var("PROJECT")?)
        .base_url(&base_url)
        .secret([var("SECRET")?])
        .store(FileStore::open(var("STORE").unwrap_or_else(|_| ".usher-site".to_owned()))?)
        .allow_missing_routes(true) // the first page is for everybody
        .user_attributes(async |_| Attributes::from_iter([("greenhouses".to_owned(), json!(["north"]))]))
        .build()
        .await?;
    let listener = tokio::net::TcpListener::bind(base_url.trim_start_matches("http://")).await?;
    println!("{base_url}");
    axum::serve(listener, application(&usher)).await?;
    Ok(())
}

fn application(usher: &Usher) -> Router {
    let plant = |id, poisonous| (id, Plant { id, owner_id: "somebody", greenhouse: "north", poisonous });
    let plants: Plants = [plant("fern", false), plant("foxglove", true)].into();
    let loaded = plants.clone();
    let water = usher
        .require_permission("Plant:water")
        .load(move |Path(id): Path<String>| ready(Ok::<_, Infallible>(loaded.get(id.as_str()).cloned())));
    Router::new()
        .route("/", get(home))
        .route("/plants", get(list))
        .route("/plants/{id}/water", post(watered).layer(water))
        .layer(Extension(plants))
        // The outermost layer signs people in, at /auth/…, and enforces the route rules before any handler runs.
        .layer(usher.clone())
}

async fn home(auth: Option<Auth>) -> Html<String> {
    Html(auth.map_or_else(
        || "<a href=/auth/login?return_to=/plants>Sign in</a>".to_owned(),
        |auth| {
            let name = auth.profile().get("email").and_then(|email| email.as_str()).unwrap_or("you").replace('<', "&lt;");
            format!("Hello {name}: <a href=/plants>plants</a> <form method=post action=/auth/logout><button>Sign out</button></form>")
        },
    ))
}

async fn list(auth: Auth, Extension(plants): Extension<Plants>) -> Html<String> {
    let readable = auth.filter("Plant:read"); // with a database: readable.to_sql(…)
    let mut page = "<ul>".to_owned();
    for plant in plants.values().filter(|plant| readable.matches(plant)) {
        let id = plant.id;
        let disabled = if auth.can("Plant:water", plant) { "" } else { " disabled" };
        let _ = write!(
            page,
            "<li><form method=post action=/plants/{id}/water><button{disabled}>Water the {id}</button></form>"
        );
    }
    Html(page)
}

async fn watered(Resource(plant): Resource<Plant>) -> Redirect {
    println!("the {} was watered", plant.id);
    Redirect::to("/plants")
}
