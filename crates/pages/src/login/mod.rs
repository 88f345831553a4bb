//! The pages of signing in and out.

pub mod accounts;
pub mod ciba;
pub mod consent;
pub mod device;
pub mod enrol;
pub mod invitation;
pub mod kit;
pub mod leave;
pub mod logout;
pub(crate) mod mailed;
pub mod passkey;
mod provider_buttons;
pub mod recover;
pub mod register;
mod registered;
pub mod renew;
pub mod second;
pub mod sign_in;
pub mod verify;
