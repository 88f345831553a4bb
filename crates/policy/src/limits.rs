//! How large a document may be, so that no table outgrows a module's memory and no check the time of a request.

/// Most bytes of a document.
pub const DOCUMENT_BYTES: usize = 512 * 1024;
/// Most bytes of a compiled table: modules refuse a larger one.
pub const TABLE_BYTES: usize = 1024 * 1024;
/// Most rules of a table, all roles together, once inheritance and wildcards are spelt out.
pub const RULES: usize = 50_000;
/// Most entity types, roles, and conditions, each.
pub const NAMED: usize = 500;
/// Most actions of one entity type, and most attributes.
pub const MEMBERS: usize = 100;
/// Most route rules.
pub const ROUTES: usize = 2_000;
/// Most operators of a condition inside one another.
pub const DEPTH: usize = 8;
/// Most operators of a condition.
pub const NODES: usize = 64;
/// Most characters of a text in a condition.
pub const TEXT: usize = 256;
/// Most texts of a list in a condition.
pub const TEXTS: usize = 64;
/// Most characters of a path in a route rule.
pub const PATH: usize = 512;
/// Most roles of one user in one project that are in force everywhere: all of them travel in the access token.
pub const ROLES_OF_SUBJECT: usize = 32;
