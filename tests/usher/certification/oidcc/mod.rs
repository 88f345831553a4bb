//! What the modules of OpenID Connect do, for each response mode.

mod errors;
mod flows;
pub mod party;
mod scopes;
mod sessions;
mod tokens;

pub use errors::*;
pub use flows::*;
pub use scopes::*;
pub use sessions::*;
pub use tokens::*;
