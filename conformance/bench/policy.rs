//! What a table of 10,000 access rules costs: to compile when it is published, to load where it was fetched, and to ask.
//!
//! `cargo bench --bench policy` prints one line a measurement: the best of many rounds, since whatever else the machine
//! does only adds. The promise is less than a millisecond a thousand rules for loading.

mod rules;

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Map, json};
use usher_policy::Table;
use usher_policy::compile::{TableId, compile};
use usher_policy::evaluate::{EvaluationRequest, evaluate};
use usher_policy::routes;

const ROUNDS: u32 = 200;
/// What is too short for a clock is done so often in a round.
const OFTEN: u32 = 10_000;

/// The shortest of many rounds of `doing`, each so often.
fn best(often: u32, mut doing: impl FnMut()) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        (0..often).for_each(|_| doing());
        begun.elapsed() / often
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

fn main() {
    let document = rules::ten_thousand_rules();
    let edition = TableId { project: "bench".to_owned(), revision: 1, iat: 0 };
    let table = compile(&document, edition.clone()).expect("it compiles");
    let sent = serde_json::to_vec(&table).expect("it is JSON");
    let (nothing, user) = (Map::new(), Map::from_iter([("id".to_owned(), json!("u1"))]));
    let resource = Map::from_iter([("owner_id".to_owned(), json!("u1"))]);
    let roles: Vec<String> = (10..13).map(|number| format!("role{number}")).collect();
    let question = EvaluationRequest {
        roles: &roles,
        permission: "Entity4:act2",
        user: &user,
        resource: Some(&resource),
        context: &nothing,
        token: &nothing,
    };
    let compiling = best(1, || drop(black_box(compile(black_box(&document), edition.clone()))));
    let loading = best(1, || drop(black_box(Table::read(black_box(&sent)))));
    let asking = best(OFTEN, || _ = black_box(evaluate(&table, black_box(&question))));
    let routing = best(OFTEN / 100, || _ = black_box(routes::find(&table.routes, "GET", black_box("/e150/7"))));
    println!("{} rules, {} route rules, {} bytes", table.rules(), table.routes.len(), sent.len());
    println!("compile  {compiling:>10.2?}");
    println!("load     {loading:>10.2?}  ({:.2?} a thousand rules)", loading * 1_000 / 10_000);
    println!("decide   {asking:>10.2?}");
    println!("route    {routing:>10.2?}");
}
