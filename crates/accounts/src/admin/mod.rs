//! Administration of users, clients, projects and keys.

pub mod branding;
pub mod client_secrets;
pub mod clients;
pub mod initial_tokens;
pub mod installation;
pub mod keys;
pub mod manage_users;
pub mod note_old_keys;
pub mod old_key_uses;
pub mod project_sign_in;
pub mod revoke_keys;
pub mod sector;
pub mod self_registered;
pub mod shown_once;
pub mod statistics;
pub mod users;
