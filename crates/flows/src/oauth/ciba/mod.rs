//! Client-Initiated Backchannel Authentication (CIBA): a client asks for a person's sign-in, the person answers in a browser
//! of their own, the client gets its tokens.
//!
//! 1. [`begin`]: the client names the person ([`hint`]), signed if it must ([`signed`]), and gets an `auth_req_id`. The
//!    person gets an email.
//! 2. [`open`]: the person opens the request. An interaction begins, as for an authorization request: sign-in, second factor
//!    and consent are the same, and only this person may answer.
//! 3. `oauth/waiting.rs`: the answer is written to the request.
//! 4. `usher_events::ciba_pings` calls the client, if it wants that; `grants/ciba.rs`: the client redeems its
//!    `auth_req_id`.

pub mod begin;
mod hint;
mod hinted_user;
pub mod open;
mod signed;
