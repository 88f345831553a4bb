//! The device authorization grant (RFC 8628): a device asks, a person answers in a browser, the device gets its tokens.
//!
//! 1. [`begin`]: the device gets a device code and a user code.
//! 2. [`enter`]: a person types the user code. An interaction begins, as for an authorization request: sign-in, second
//!    factor and consent are the same.
//! 3. `oauth/waiting.rs`: the person's answer is written to the device's request.
//! 4. `grants/device_code.rs`: the device, which asks every few seconds, redeems its code.

pub mod begin;
pub mod enter;
