//! The whole house, tested from outside.

mod architecture;
mod harness;
mod http;
mod migrations;
mod oidc;
mod security;
mod storage;
