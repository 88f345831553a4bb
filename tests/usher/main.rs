//! The whole house, tested from outside.

mod architecture;
mod crash;
mod harness;
mod http;
mod migrations;
mod oidc;
mod storage;
