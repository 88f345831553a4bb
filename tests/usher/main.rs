//! The whole house, tested from outside.

mod account;
mod architecture;
mod console;
mod doors;
mod harness;
mod http;
mod login;
mod migrations;
mod oidc;
mod storage;
