//! Which passwords may be chosen (NIST SP 800-63B-4 §3.1.1.2): long enough, not common, and not made of the user's own
//! data. No composition rules: they make passwords worse.

use unicode_normalization::UnicodeNormalization as _;

use usher_domain::secret::Secret;

/// The shortest password, in code points, whatever the settings say.
pub const SHORTEST: usize = 8;
/// The longest password, in code points.
pub const LONGEST: usize = 1024;
/// The longest password before normalization, in bytes: a longer one is not even normalized.
pub const LONGEST_BYTES: usize = 4096;

/// Common passwords, lower case, sorted by their bytes, one a line; the head of the frequency list that the strength
/// estimator zxcvbn published.
const COMMON: &str = include_str!("common_passwords.txt");

/// Own words shorter than this occur in other words by chance.
const SHORTEST_OWN_WORD: usize = 4;

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Shorter than the minimum length.
    #[error("the password is shorter than {least} characters")]
    TooShort {
        /// The minimum length, in code points.
        least: usize,
    },
    /// Longer than [`LONGEST`] code points or [`LONGEST_BYTES`] bytes.
    #[error("the password is too long")]
    TooLong,
    /// A common password, a sequence, or a repetition.
    #[error("the password is among the most common")]
    TooCommon,
    /// Little more than the user's own name, address or the name of this service.
    #[error("the password is made of what is known about its owner")]
    ContainsOwnData,
}

/// The password in Unicode NFC, so that it does not depend on the keyboard. Nothing is trimmed or cut off.
///
/// For every password, whether it is chosen or compared. It rejects only overlong ones; the minimum length is checked
/// by [`check`], when a password is chosen.
pub fn normalise(password: &str) -> Result<Secret<String>, PasswordFault> {
    if password.len() > LONGEST_BYTES {
        return Err(PasswordFault::TooLong);
    }
    let normal = Secret::new(password.nfc().collect::<String>());
    if normal.expose().chars().count() > LONGEST { Err(PasswordFault::TooLong) } else { Ok(normal) }
}

/// Whether `password`, normalized, may be chosen. `words` is what an attacker who knows the user tries first: names,
/// email address, the name of the service.
///
/// The minimum length is `min_length` code points, and never less than [`SHORTEST`].
pub fn check(password: &str, min_length: usize, words: &[&str]) -> Result<(), PasswordFault> {
    let least = min_length.max(SHORTEST);
    let length = password.chars().count();
    if length > LONGEST || password.len() > LONGEST_BYTES {
        return Err(PasswordFault::TooLong);
    }
    if length < least {
        return Err(PasswordFault::TooShort { least });
    }
    let folded = Secret::new(password.to_lowercase());
    if is_listed(folded.expose()) || is_sequence(folded.expose()) || is_repetition(folded.expose()) {
        return Err(PasswordFault::TooCommon);
    }
    if is_made_of(folded.expose(), words) { Err(PasswordFault::ContainsOwnData) } else { Ok(()) }
}

/// Binary search in the sorted list, without building an index.
fn is_listed(word: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        // The line around the middle. Lines are ASCII, so that every offset is a character boundary.
        let middle = low + (high - low) / 2;
        let start = COMMON[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = COMMON[middle..high].find('\n').map_or(high, |at| middle + at);
        match COMMON[start..end].cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = (end + 1).min(high),
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// `abcdefgh`, `87654321`, `1234567890123`, `aaaaaaaa`: all steps are equal, and at most one.
fn is_sequence(word: &str) -> bool {
    let steps = || word.chars().zip(word.chars().skip(1));
    let next = |from: char| if from == '9' { '0' } else { char::from_u32(u32::from(from) + 1).unwrap_or(from) };
    steps().all(|(one, two)| two == one)
        || steps().all(|(one, two)| two == next(one))
        || steps().all(|(one, two)| one == next(two))
}

/// A short block or a common password, repeated.
fn is_repetition(word: &str) -> bool {
    let whole: Vec<char> = word.chars().collect();
    (1..=whole.len() / 2).filter(|size| whole.len().is_multiple_of(*size)).any(|size| {
        let block: String = whole[..size].iter().collect();
        whole.chunks(size).all(|chunk| chunk == &whole[..size])
            && (size <= SHORTEST_OWN_WORD || is_listed(&block) || is_sequence(&block))
    })
}

/// Whether the rest without the own words would be too short to be a password.
fn is_made_of(password: &str, words: &[&str]) -> bool {
    let words: Vec<String> = words.iter().map(|word| word.nfc().collect::<String>().to_lowercase()).collect();
    let parts = words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
    let mut own: Vec<&str> = parts
        .chain(words.iter().map(String::as_str))
        .filter(|part| part.chars().count() >= SHORTEST_OWN_WORD && password.contains(part))
        .collect();
    own.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let rest =
        own.iter().fold(Secret::new(password.to_owned()), |rest, part| Secret::new(rest.expose().replace(part, "")));
    !own.is_empty() && rest.expose().chars().count() < SHORTEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_lower_case_and_long() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() >= 3000 && lines.is_sorted_by(|one, two| one < two));
        assert!(lines.iter().all(|line| line.is_ascii() && !line.is_empty() && *line == line.to_lowercase()));
        assert!(lines.iter().all(|line| is_listed(line)));
    }

    #[test]
    fn what_is_not_on_the_list_is_not_found_there() {
        for word in
            ["", "\n", "0", "zzzzzzzzzzz", "password\n", "passwo", "correct horse", "пароль", "\u{10ffff}", "💥"]
        {
            assert!(!is_listed(word), "{word:?}");
        }
    }

    #[test]
    fn common_passwords_are_refused_in_any_case() {
        for common in ["password", "PassWord", "iloveyou", "trustno1", "12345678", "qwertyuiop", "baseball"] {
            assert_eq!(check(common, 8, &[]), Err(PasswordFault::TooCommon), "{common}");
        }
    }

    #[test]
    fn sequences_and_repetitions_are_refused() {
        for common in [
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "abcdefghijklmnop",
            "zyxwvutsrqponm",
            "987654321098765",
            "passwordpassword",
            "qwertyqwertyqwerty",
            "abababababababab",
            "абвгабвгабвгабвг",
            "123456123456",
        ] {
            assert_eq!(check(common, 8, &[]), Err(PasswordFault::TooCommon), "{common}");
        }
    }

    #[test]
    fn any_other_characters_in_any_mixture_are_welcome() {
        for good in [
            "correct horse battery staple",
            "aaaaaaaaaaaaaab!",
            "на добраніч, малюки",
            "        x       ",
            "🦀🦀🦀🦀🦀 crabs at night",
            "tr0ub4dor&three",
            "hunterhunterhuntee",
        ] {
            assert_eq!(check(good, 15, &["Ana"]), Ok(()), "{good}");
        }
    }

    #[test]
    fn length_is_counted_in_code_points_and_has_a_floor() {
        assert_eq!(check("кіт і ще", 8, &[]), Ok(()));
        assert_eq!(check("кіт і щ", 8, &[]), Err(PasswordFault::TooShort { least: 8 }));
        assert_eq!(check("", 0, &[]), Err(PasswordFault::TooShort { least: 8 }));
        assert_eq!(check(&"x y".repeat(400), 8, &[]), Err(PasswordFault::TooLong));
        let long: String = "keep all of this ".chars().cycle().take(1024).collect();
        assert_eq!(check(&long, 8, &[]), Ok(()));
    }

    #[test]
    fn a_password_is_more_than_its_owners_name() {
        let words = ["Олена", "Souza", "ana.souza@example.com", "Usher"];
        for own in ["ana.souza@example.com", "souza2024", "UsherUsher1", "SOUZAexample!", "олена-1990", "xx-souza-yy"]
        {
            assert_eq!(check(own, 8, &words), Err(PasswordFault::ContainsOwnData), "{own}");
        }
        for fine in ["banana bread", "souza keeps seven goats", "com com com con"] {
            assert_eq!(check(fine, 8, &words), Ok(()), "{fine}");
        }
        assert_eq!(check("plain enough", 8, &["", " ", "a", "@"]), Ok(()));
    }

    #[test]
    fn composed_and_decomposed_characters_are_one_password() {
        let composed = normalise("pa\u{df}w\u{f6}rter").unwrap();
        assert_eq!(normalise("pa\u{df}wo\u{308}rter").unwrap(), composed);
        assert_ne!(normalise("pa\u{df}worter").unwrap(), composed);
        assert_eq!(normalise(" two  spaces ").unwrap().expose(), " two  spaces ");
        assert_ne!(normalise("ﬁne").unwrap(), normalise("fine").unwrap(), "compatibility forms stay apart");
    }

    #[test]
    fn what_is_too_long_is_refused_before_any_work() {
        assert_eq!(normalise(&"x".repeat(4097)), Err(PasswordFault::TooLong));
        assert_eq!(normalise(&"x".repeat(1025)), Err(PasswordFault::TooLong));
        assert_eq!(normalise(&"й".repeat(1024)).unwrap().expose().chars().count(), 1024);
        assert_eq!(normalise("").unwrap().expose(), "");
    }
}
