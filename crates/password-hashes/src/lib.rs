//! Password hashes that other programs made, so that people who move to Usher keep their passwords: bcrypt, PBKDF2 and
//! scrypt. Argon2 is not among them, since Usher makes such hashes itself.
//!
//! A hash is computed once, at the next sign-in with the right password, and then replaced by Argon2id. Its cost is part
//! of the text, so hashes that would take more than about two seconds or 256 MiB are refused.

mod bcrypt_hash;
mod encoding;
mod pbkdf2_hash;
mod scrypt_hash;

use bcrypt_hash::BcryptHash;
pub use pbkdf2_hash::{Pbkdf2Digest, Pbkdf2Hash};
use scrypt_hash::ScryptHash;

/// Why a text is no hash that can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// It begins like no hash that Usher knows.
    #[error("the kind of hash is not supported")]
    Unsupported,
    /// It begins like one, and cannot be read.
    #[error("the hash cannot be read")]
    Malformed,
    /// It would take too long, or too much memory.
    #[error("the hash would take too much time or memory")]
    TooExpensive,
}

/// A hash that can be compared with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignHash {
    Bcrypt(BcryptHash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
}

impl ForeignHash {
    /// Reads `$2a$…`, `$2b$…`, `$2y$…`, `$pbkdf2-sha256$i=…$…$…` (also as passlib and Zitadel write it) and
    /// `$scrypt$ln=…,r=…,p=…$…$…`.
    pub fn parse(text: &str) -> Result<Self, HashFault> {
        let name = text.strip_prefix('$').and_then(|rest| rest.split('$').next()).ok_or(HashFault::Unsupported)?;
        match name {
            "2a" | "2b" | "2y" => BcryptHash::parse(text).map(Self::Bcrypt),
            "scrypt" => ScryptHash::parse(text).map(Self::Scrypt),
            _ if name == "pbkdf2" || name.starts_with("pbkdf2-") => Pbkdf2Hash::parse(text).map(Self::Pbkdf2),
            _ => Err(HashFault::Unsupported),
        }
    }

    /// Whether it is the hash of this password. Takes as long as the hash says.
    pub fn verify(&self, password: &[u8]) -> bool {
        match self {
            Self::Bcrypt(hash) => hash.verify(password),
            Self::Pbkdf2(hash) => hash.verify(password),
            Self::Scrypt(hash) => hash.verify(password),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors: OpenBSD's bcrypt, RFC 6070 and RFC 7914.
    #[test]
    fn a_known_hash_fits_its_password_and_no_other() {
        for (text, password) in [
            ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
            ("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
            ("$pbkdf2-sha1$i=4096,l=20$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE", "password"),
            ("$pbkdf2$4096$c2FsdA$SwB5AbdlSJq.rUnZJvch0GWkKcE", "password"),
            (
                "$scrypt$ln=10,r=8,p=16$TmFDbA$\
                 /bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA",
                "password",
            ),
        ] {
            let hash = ForeignHash::parse(text).unwrap();
            assert!(hash.verify(password.as_bytes()), "{text}");
            assert!(!hash.verify(b"another"), "{text}");
        }
    }

    #[test]
    fn a_hash_that_costs_too_much_is_refused() {
        let salt = "c2FsdHNhbHQ";
        for dear in [
            "$2b$20$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW".to_owned(),
            format!("$pbkdf2-sha256$i=4294967295$c2FsdHNhbHQ${}", "A".repeat(43)),
            format!("$scrypt$ln=30,r=8,p=1${salt}${}", "A".repeat(43)),
            format!("$scrypt$ln=17,r=4294967295,p=1${salt}${}", "A".repeat(43)),
            format!("$scrypt$ln=14,r=8,p=4000000${salt}${}", "A".repeat(43)),
        ] {
            assert_eq!(ForeignHash::parse(&dear), Err(HashFault::TooExpensive), "{dear}");
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for other in ["", "$", "secret", "$1$salt$hash", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"]
        {
            assert_eq!(ForeignHash::parse(other), Err(HashFault::Unsupported), "{other}");
        }
        for bad in [
            "$2b$",
            "$2b$05$short",
            "$2b$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO\u{e9}",
            "$pbkdf2-md5$i=1$c2FsdA$AAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=0$c2FsdA$AAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=1$c2FsdA$",
            "$pbkdf2-sha256$i=1$$AAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=1$%%$AAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=1,l=2$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=1$c2FsdA$AAAAAAAAAAAAAAAA$more",
            "$scrypt$ln=0,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAA",
            "$scrypt$ln=10,r=8$c2FsdA$AAAAAAAAAAAAAAAA",
            "$scrypt$$$",
        ] {
            assert_eq!(ForeignHash::parse(bad), Err(HashFault::Malformed), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(text in "\\$(2b|pbkdf2-sha512|scrypt)[$a-z0-9=,./+]{0,90}", other in "\\PC{0,60}") {
            let _ = ForeignHash::parse(&text);
            let _ = ForeignHash::parse(&other);
        }
    }
}
