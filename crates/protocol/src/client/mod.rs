//! Clients: their metadata (RFC 7591), and how they authenticate.

pub mod assertion;
pub mod auth;
pub mod certificate;
pub mod distinguished_name;
pub mod document_fault;
pub mod federated_assertion;
pub mod metadata;
pub mod metadata_document;
pub mod self_registration;
