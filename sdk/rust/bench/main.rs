//! Measures what the module costs, for `sdk/bench/run.js`: it prints one JSON object for each row. Linux only.

use std::fs;
use std::hint::black_box;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{Request, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tower::{Layer as _, Service as _, service_fn};
use usher_sdk::testing::measured::{FilledList, reads_rules};
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Auth, Usher};

const BATCHES: usize = 10;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let rules = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/rules.json")).expect("the rules");
    let rules: Value = serde_json::from_str(&rules).expect("the rules are JSON");
    // Memory first: what was freed is used again, and would not be counted.
    let _kept = lists();
    sessions(&rules).await;
    requests(&rules).await;
    load(rules);
}

fn tell(row: &str, value: f64, unit: &str) {
    println!("{}", json!({ "row": row, "value": value, "unit": unit }));
}

/// The CPU time of this process with its threads, in microseconds. The kernel counts it every few milliseconds, so batches
/// take longer than that.
fn cpu() -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("Linux");
    let times = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
    times.filter_map(|time| time.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1000.0
}

/// The memory of this process, in bytes.
fn memory() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux");
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).expect("a number") * 4096.0
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

/// The median over batches of calls, in microseconds of CPU time for one call. What a batch needs is prepared before.
fn measure<T>(row: &str, calls: usize, prepare: impl Fn() -> T, mut work: impl FnMut(T)) {
    let mut costs = vec![];
    for _ in 0..=BATCHES {
        let prepared: Vec<T> = (0..calls / BATCHES).map(|_| prepare()).collect();
        let began = cpu();
        prepared.into_iter().for_each(&mut work);
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        costs.push((cpu() - began) / (calls / BATCHES) as f64);
    }
    tell(row, median(costs.split_off(1)), "µs"); // the first one warms up
}

fn session_id(number: usize) -> String {
    format!("01936d2e-3c00-7000-8000-{number:012}")
}

fn lists() -> FilledList {
    let before = memory();
    let list = FilledList::of((0..100_000).map(session_id));
    tell("100,000 revocations", (memory() - before) / 1e6, "MB");
    let other = session_id(200_000);
    measure("look-up among 100,000 revocations", 10_000_000, || (), |()| assert!(!black_box(&list).revokes(&other)));
    list
}

async fn module(rules: &Value) -> TestUsher {
    TestUsher::configured(Some(rules.clone()), |builder| builder.clients(["client_app"])).await
}

#[derive(Serialize)]
struct Order {
    owner_id: &'static str,
    locked: bool,
    total: u32,
}

fn token(test: &TestUsher, number: usize) -> String {
    let (subject, session_id) = (format!("u{number}"), format!("session-{number}"));
    let token =
        TestToken { subject: &subject, session_id: &session_id, roles: &["clerk", "viewer"], ..TestToken::default() };
    test.token(&token)
}

fn request(token: &str) -> Request<Body> {
    let request = Request::get("/orders/42").header("authorization", format!("Bearer {token}"));
    request.header("user-agent", "bench").body(Body::empty()).expect("a request")
}

/// A service that takes no time, behind the layer of the module.
fn serve(usher: &Usher) -> impl FnMut(Request<Body>) {
    let mut service = usher.layer(service_fn(async |request: Request<Body>| {
        // A handler that loads its resource would ask with it.
        let auth = request.extensions().get::<Auth>().expect("a caller");
        black_box(auth.user.id.as_str());
        Ok::<_, std::convert::Infallible>(Response::builder().status(404).body(Body::empty()).expect("a response"))
    }));
    move |request| {
        let response = service.call(request).now_or_never().expect("nothing is awaited").expect("no error");
        assert_eq!(black_box(response).status(), 404);
    }
}

async fn requests(rules: &Value) {
    let test = module(rules).await;
    let known = token(&test, 0);
    let caller = test.usher.verify(&known).await.expect("a valid token");
    measure("known token", 400_000, || request(&known), serve(&test.usher));
    let number = std::cell::Cell::new(0);
    let fresh = || {
        number.set(number.get() + 1);
        token(&test, number.get())
    };
    measure("new token (ES256)", 2_000, fresh, |token| {
        let verified = test.usher.verify(&token).now_or_never().expect("nothing is awaited");
        assert!(verified.is_ok());
    });
    let mine = Order { owner_id: "u0", locked: true, total: 5 };
    measure("can(permission, resource)", 1_000_000, || (), |()| assert!(caller.can("Order:read", black_box(&mine))));
    measure("filter(permission)", 1_000_000, || (), |()| drop(black_box(caller.filter("Order:read"))));
}

async fn sessions(rules: &Value) {
    let test = module(rules).await;
    let mut serve = serve(&test.usher);
    let before = memory();
    (0..10_000).for_each(|number| serve(request(&token(&test, number))));
    tell("10,000 sessions", (memory() - before) / 1e6, "MB");
}

fn load(mut rules: Value) {
    let cells: Map<String, Value> = (0..1_000).map(|number| (format!("Thing{number}:act"), json!("own"))).collect();
    let roles: Map<String, Value> = (0..10).map(|number| (format!("role{number}"), json!(cells))).collect();
    let table = json!({ "v": 1, "project": "p", "revision": 1, "iat": 0, "default": "deny", "permissions": {}, "roles": roles });
    let Value::Object(table) = table else { return };
    rules.as_object_mut().expect("a table").extend(table);
    let text = rules.to_string();
    let mut costs = vec![];
    for _ in 0..30 {
        let began = cpu();
        assert!(reads_rules(black_box(&text)));
        costs.push((cpu() - began) / 1000.0);
    }
    tell("10,000 rules", median(costs), "ms");
}
