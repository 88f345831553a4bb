//! Tests of the whole server from outside.

mod account;
mod api;
mod apis;
mod architecture;
mod branding;
mod certification;
mod cli;
mod console;
mod crash;
mod factors;
mod harness;
mod hooks;
mod http;
mod jobs;
mod linking;
mod login;
mod migrations;
mod oidc;
mod policy;
mod project_invitations;
mod project_sign_in;
mod security;
#[cfg(feature = "sim")]
mod sim;
mod storage;
mod sync;
#[cfg(feature = "sim")]
mod upstream;
mod web;
