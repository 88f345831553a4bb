//! `usher sim`.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

use super::output::{Output, say};
use crate::app;
use usher_sim::SimProvider;

pub(super) const EXAMPLES: &str = "\
Examples:
  usher sim                                    on http://127.0.0.1:9400
  usher sim --port 0                           on a free port, which it prints
  curl -s http://127.0.0.1:9400/_sim/requests  what was asked of it
  curl -s http://127.0.0.1:9400/_sim/faults -d '{\"fault\":\"html_502\",\"provider\":\"google\",\"times\":1}'";

/// The arguments of `usher sim`.
#[derive(Debug, Args)]
pub(super) struct SimArgs {
    /// The port on 127.0.0.1; the simulator is not reachable from other machines
    #[arg(long, default_value_t = 9400, value_name = "PORT")]
    port: u16,
}

pub(super) async fn run(arguments: &SimArgs, output: Output) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    app::simulate(address, |origin| {
        // The reader may be gone, which does not affect the simulator.
        let _ = if output.json { say(&format!("{{\"origin\":\"{origin}\"}}\n")) } else { say(&words(origin)) };
    })
    .await
}

/// Instructions for using the simulator.
fn words(origin: &str) -> String {
    format!(
        "  The simulator of upstream providers answers on {origin}
  Client id  sim        Client secret  sim-secret        Redirect URIs  any on this machine

  Base URLs  {}

  Use it     usher provider add google --client-id sim --client-secret-stdin --base-url {origin}/google <<< sim-secret
  People     {origin}/ lists them · login_hint=persona:NAME or persona:NAME:EMAIL needs no page
  Switches   POST {origin}/_sim/faults · /_sim/clock · /_sim/rotate · /_sim/send · GET /_sim/requests
  Ctrl-C stops
",
        base_urls(origin)
    )
}

fn base_urls(origin: &str) -> String {
    let line = |provider: SimProvider| {
        let (url, remark) = (format!("{origin}{}", provider.path()), provider.remark());
        if remark.is_empty() { url } else { format!("{url}      {remark}") }
    };
    SimProvider::all().map(line).collect::<Vec<_>>().join("\n             ")
}
