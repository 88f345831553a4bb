//! The ways into an account. The last one is never taken away.

/// How many of each a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaysIn {
    /// A password that somebody can sign in with, since there is an address to go with it: one or none.
    pub passwords: u32,
    /// Passkeys, each of which signs in by itself.
    pub passkeys: u32,
    /// Identities that providers vouch for.
    pub identities: u32,
}

impl WaysIn {
    /// How many there are.
    pub const fn count(self) -> u32 {
        self.passwords + self.passkeys + self.identities
    }

    /// Is there a way in without any passkey?
    pub const fn can_spare_passkeys(self) -> bool {
        self.passwords + self.identities > 0
    }

    /// May one of them go?
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
