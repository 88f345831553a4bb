//! The attributes of a user that a profile page asks for.

use usher_protocol::user_claims::{UserClaim, UserClaims};

/// The attributes that a profile page asks for.
pub fn profile_fields(table: UserClaims) -> impl Iterator<Item = &'static UserClaim> {
    table.attributes().filter(|(_, attribute)| attribute.field.is_some()).map(|(row, _)| row)
}
