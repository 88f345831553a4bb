#!/bin/sh
# Packs the crate with those of the server that are published with it, and builds an application on them from an empty folder,
# where nothing else of this repository is, without and with web mode. A misspelt option does not compile.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cd "$root"
cargo package --quiet --no-verify --allow-dirty --package usher-protocol --package usher-domain --package usher-policy --package usher-sdk \
  --target-dir "$work/target"
mkdir "$work/crates" "$work/app" "$work/app/src"
for crate in "$work"/target/package/*.crate; do tar -xzf "$crate" -C "$work/crates"; done
cp "$root/Cargo.lock" "$work/app"
cat >"$work/app/Cargo.toml" <<APPLICATION
[package]
name = "shop"
version = "0.0.0"
edition = "2024"

[dependencies]
axum = "0.8"
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
usher-sdk = "0.1"

[patch.crates-io]
usher-domain = { path = "$(echo "$work"/crates/usher-domain-*)" }
usher-policy = { path = "$(echo "$work"/crates/usher-policy-*)" }
usher-protocol = { path = "$(echo "$work"/crates/usher-protocol-*)" }
usher-sdk = { path = "$(echo "$work"/crates/usher-sdk-*)" }
APPLICATION
cat >"$work/app/src/main.rs" <<'APPLICATION'
use axum::{Json, Router, routing::get};
use usher_sdk::{User, Usher};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = Usher::builder().issuer("https://id.example.com").client_id("shop").client_secret("secret");
    let usher = builder.audience("https://api.shop.example").project("project").build().await?;
    let app = Router::new().route("/me", get(async |user: User| Json(user))).layer(usher);
    Ok(axum::serve(tokio::net::TcpListener::bind("localhost:8080").await?, app).await?)
}
APPLICATION
cd "$work/app"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target/packages}"
cargo check --quiet
sed -i 's/^usher-sdk = "0.1"/usher-sdk = { version = "0.1", features = ["web"] }/' Cargo.toml
cargo check --quiet
sed -i 's/\.audience(/.audiance(/' src/main.rs
if cargo check --quiet 2>/dev/null; then
  echo "an option that does not exist compiles"
  exit 1
fi
echo "the crates are whole: $(cd "$work/crates" && echo *)"
