//! The simulator of upstream providers, from outside: each test is a rule of the real provider.

mod apple;
mod control;
mod facebook;
mod github;
mod google;
mod journey;
mod microsoft;
mod oidc;
mod pages;
mod senders;
mod x;
