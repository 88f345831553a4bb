//! What a user has beside a password: what may be asked for as a second step, and whether it is.

/// The factors of a user, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// Is there an authenticator app?
    pub totp: bool,
    /// Passkeys.
    pub passkeys: u32,
    /// Recovery codes that were not used yet.
    pub recovery_codes: u32,
    /// Does the user want to be asked for a passkey after the password?
    pub always: bool,
}

impl Factors {
    /// Is a second step asked for at every sign-in? Whoever sets up an authenticator app wants that;
    /// a passkey alone is a way in of its own, unless its owner says otherwise.
    pub const fn ask_second_step(&self) -> bool {
        self.totp || (self.always && self.passkeys > 0)
    }

    /// Could a second step be asked for, should somebody insist on one?
    pub const fn allow_second_step(&self) -> bool {
        self.totp || self.passkeys > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_always_asked_for_and_a_passkey_when_its_owner_wants() {
        let none = Factors::default();
        assert!(!none.ask_second_step() && !none.allow_second_step());
        let passkey = Factors { passkeys: 1, ..none };
        assert!(!passkey.ask_second_step() && passkey.allow_second_step());
        assert!(Factors { always: true, ..passkey }.ask_second_step());
        assert!(!Factors { always: true, ..none }.ask_second_step(), "nobody is locked out by a wish");
        assert!(Factors { totp: true, ..none }.ask_second_step());
    }
}
