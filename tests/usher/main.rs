//! The whole house, tested from outside.

mod architecture;
mod cli;
mod crash;
mod harness;
mod http;
mod jobs;
mod migrations;
mod oidc;
mod security;
mod storage;
