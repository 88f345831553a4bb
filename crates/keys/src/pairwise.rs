//! Pairwise subject identifiers (OpenID Connect Core §8.1): the user and the sector, sealed deterministically. Nothing is
//! stored, only this server can open one, and those of two sectors cannot be compared.

use aws_lc_rs::digest;
use usher_domain::id::UserId;
use usher_domain::user::Sub;
use uuid::Uuid;

use crate::seal::{Purpose, Sealer};

/// How much of the hash of a sector is in an identifier.
const TAG: usize = 16;

/// What a pairwise identifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairwiseSubject {
    pub user: UserId,
    sector: [u8; TAG],
}

impl PairwiseSubject {
    /// Opens an identifier; `None` if this server did not make it.
    pub fn open(sealer: &Sealer, sub: &str) -> Option<Self> {
        let opened = sealer.open_deterministic_text(Purpose::PairwiseSubject, sub).ok()?;
        let (user, sector) = opened.split_first_chunk::<16>()?;
        Some(Self { user: UserId(Uuid::from_bytes(*user)), sector: sector.try_into().ok()? })
    }

    /// Whether it is an identifier of this sector.
    pub fn is_of(&self, sector: &str) -> bool {
        self.sector == tag(sector)
    }
}

/// The identifier of a user in a sector; without one the public identifier.
pub fn subject(sealer: &Sealer, sector: Option<&str>, user: UserId, public: &str) -> Sub {
    Sub(match sector {
        None => public.to_owned(),
        Some(sector) => {
            let content = [user.0.as_bytes().as_slice(), &tag(sector)].concat();
            sealer.seal_deterministic_text(Purpose::PairwiseSubject, &content)
        }
    })
}

/// The identifiers by which clients of these sectors know a user. The empty sector is that of public identifiers, which
/// come first; they are the only ones if there is no sector.
pub fn subjects(sealer: &Sealer, sectors: &[String], user: UserId, public: &str) -> Vec<Sub> {
    let knows_public = sectors.is_empty() || sectors.iter().any(String::is_empty);
    let own = sectors.iter().filter(|sector| !sector.is_empty());
    let pairwise = own.map(|sector| subject(sealer, Some(sector), user, public));
    knows_public.then(|| Sub(public.to_owned())).into_iter().chain(pairwise).collect()
}

fn tag(sector: &str) -> [u8; TAG] {
    let mut tag = [0; TAG];
    tag.copy_from_slice(&digest::digest(&digest::SHA256, sector.as_bytes()).as_ref()[..TAG]);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::MasterKey;
    use usher_domain::random::SeededRandom;
    use usher_domain::time::Timestamp;

    fn sealer(seed: u64) -> Sealer {
        Sealer::new(&MasterKey::generate(&SeededRandom::new(seed)))
    }

    fn user(seed: u64) -> UserId {
        UserId::new(Timestamp(7), &SeededRandom::new(seed))
    }

    #[test]
    fn an_identifier_is_the_same_each_time_and_differs_by_user_and_by_sector() {
        let sealer = sealer(1);
        let of = |sector: &str, seed: u64| subject(&sealer, Some(sector), user(seed), "public").0;
        assert_eq!(of("a.test", 1), of("a.test", 1));
        let all = [of("a.test", 1), of("b.test", 1), of("a.test", 2), of("b.test", 2)];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert!(all.iter().all(|sub| sub.len() <= 255 && sub.is_ascii() && !sub.contains("public")));
        assert_eq!(subject(&sealer, None, user(1), "public").0, "public");
    }

    #[test]
    fn only_the_server_that_made_an_identifier_can_say_whose_it_is() {
        let (own, other) = (sealer(1), sealer(2));
        let sub = subject(&own, Some("a.test"), user(1), "public").0;
        let opened = PairwiseSubject::open(&own, &sub).unwrap();
        assert_eq!((opened.user, opened.is_of("a.test"), opened.is_of("b.test")), (user(1), true, false));
        assert_eq!(PairwiseSubject::open(&other, &sub), None);
        for bad in ["", "public", &sub[1..], &format!("{sub}A"), &sub.to_uppercase()] {
            assert_eq!(PairwiseSubject::open(&own, bad), None, "{bad}");
        }
    }

    #[test]
    fn the_clients_of_several_sectors_know_a_user_by_several_identifiers() {
        let sealer = sealer(1);
        let of = |sectors: &[&str]| {
            let sectors: Vec<_> = sectors.iter().map(|sector| (*sector).to_owned()).collect();
            subjects(&sealer, &sectors, user(1), "public")
        };
        let a = subject(&sealer, Some("a.test"), user(1), "public");
        assert_eq!(of(&[]), [Sub("public".into())]);
        assert_eq!(of(&["a.test"]), std::slice::from_ref(&a));
        assert_eq!(of(&["a.test", ""]), [Sub("public".into()), a]);
    }
}
