//! Sign-in, registration, recovery and sign-out.

pub mod accounts;
pub mod devices;
pub mod finish_sign_in;
pub mod mailed;
pub mod new_address;
pub mod open_session;
pub mod recover;
pub mod return_to;
pub mod same_browser;
pub mod second_factor;
pub mod setup;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod throttle;
