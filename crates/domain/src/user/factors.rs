//! The factors of a user: which second steps are possible, and whether one is required.

/// The factors of a user, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// Whether there is an authenticator app.
    pub totp: bool,
    /// Number of passkeys.
    pub passkeys: u32,
    /// Number of unused recovery codes.
    pub recovery_codes: u32,
    /// Whether the user requires a passkey after the password.
    pub always: bool,
}

impl Factors {
    /// Whether every sign-in requires a second step. An authenticator app implies it; a passkey alone is a complete
    /// sign-in, unless its owner requires it as second step.
    pub const fn ask_second_step(&self) -> bool {
        self.totp || (self.always && self.passkeys > 0)
    }

    /// Whether a second step is possible if something requires it.
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
