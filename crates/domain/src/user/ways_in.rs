//! The sign-in methods of an account. The last one cannot be removed.

/// How many of each a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaysIn {
    /// Passwords that can be used, which requires an address: one or none.
    pub passwords: u32,
    /// Passkeys; each is a complete sign-in.
    pub passkeys: u32,
    /// Identities at providers.
    pub identities: u32,
}

impl WaysIn {
    /// The total number.
    pub const fn count(self) -> u32 {
        self.passwords + self.passkeys + self.identities
    }

    /// Whether there is a sign-in method other than passkeys.
    pub const fn can_spare_passkeys(self) -> bool {
        self.passwords + self.identities > 0
    }

    /// Whether one of them may be removed.
    pub const fn can_spare_one(self) -> bool {
        self.count() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_way_in_stays_whichever_it_is() {
        for (passwords, passkeys, identities, spare) in
            [(1, 0, 0, false), (0, 1, 0, false), (0, 0, 1, false), (1, 0, 1, true), (0, 2, 0, true), (0, 1, 1, true)]
        {
            assert_eq!(WaysIn { passwords, passkeys, identities }.can_spare_one(), spare);
        }
    }

    #[test]
    fn passkeys_can_all_go_where_something_else_leads_in() {
        for (passwords, identities, spare) in [(0, 0, false), (1, 0, true), (0, 1, true)] {
            assert_eq!(WaysIn { passwords, passkeys: 2, identities }.can_spare_passkeys(), spare);
        }
    }
}
