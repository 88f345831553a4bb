//! Registration and authentication of clients.

mod assertion_keys;
mod assertions;
mod authentication;
mod credentials;
mod documents;
mod dynamic;
mod dynamic_modules;
mod federated;
mod registration;
mod secrets;
mod strangers;
