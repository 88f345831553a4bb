//! Limits of a document, so that tables fit into the memory of modules and checks into the time of a request.

/// Maximum bytes of a document.
pub const DOCUMENT_BYTES: usize = 512 * 1024;
/// Maximum bytes of a compiled table: modules refuse larger ones.
pub const TABLE_BYTES: usize = 1024 * 1024;
/// Maximum rules of a table, over all roles, with inheritance and wildcards expanded.
pub const RULES: usize = 50_000;
/// Maximum number of entity types, of roles, and of conditions.
pub const NAMED: usize = 500;
/// Maximum number of actions of one entity type, and of attributes.
pub const MEMBERS: usize = 100;
/// Maximum number of route rules.
pub const ROUTES: usize = 2_000;
/// Maximum nesting of operators in a condition.
pub const DEPTH: usize = 8;
/// Maximum number of operators in a condition.
pub const NODES: usize = 64;
/// Maximum length of a string in a condition.
pub const TEXT: usize = 256;
/// Maximum number of strings in a list of a condition.
pub const TEXTS: usize = 64;
/// Maximum length of a path in a route rule.
pub const PATH: usize = 512;
/// Maximum number of unscoped roles of one user in one project: all of them are in the access token.
pub const ROLES_OF_SUBJECT: usize = 32;
