//! Registration and authentication of clients.

mod assertion_keys;
mod assertions;
mod authentication;
mod credentials;
mod documents;
mod registration;
mod secrets;
