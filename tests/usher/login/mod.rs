//! Signing in, registering, recovering: what people are promised, and what others are denied.

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
