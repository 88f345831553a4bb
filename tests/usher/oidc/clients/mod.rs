//! Registration and authentication of clients.

mod authentication;
mod credentials;
mod registration;
mod secrets;
