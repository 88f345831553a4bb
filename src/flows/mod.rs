//! The verbs: what people, clients and owners do.

pub mod password_pool;
pub mod password_rules;
