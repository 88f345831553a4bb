//! Signing in, registration and recovery: what works, and what attackers cannot do.

mod accounts;
mod answered;
mod clock;
mod cookies;
mod interactions;
mod lifetimes;
mod onward;
mod passwords;
mod recover;
mod register;
mod resuming;
mod returning;
mod sign_in;
mod sign_out;
mod throttle;
