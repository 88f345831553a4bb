//! Pages of sign-in, registration, consent and sign-out.

pub mod ciba;
pub mod consent;
pub mod device;
pub mod form_post;
pub mod invitation;
pub mod leave_question;
pub mod logout;
pub mod recover;
pub mod setup;
pub mod sign_in;
pub mod upstream;
