/// The longest name that Usher accepts.
const LONGEST: usize = 64;

/// The name of this host and process, for the list of modules; `None` if it is not known.
pub(super) fn host() -> Option<String> {
    let of_kernel = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let of_environment = ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok());
    acceptable(&of_environment.or_else(of_kernel)?, std::process::id())
}

/// A name with only the characters that Usher accepts, and the process on it. In a container the first process is the only
/// one, and is not named.
fn acceptable(name: &str, process: u32) -> Option<String> {
    let suffix = if process == 1 { String::new() } else { format!("/{process}") };
    let accepted = name.chars().filter(|c| c.is_ascii_alphanumeric() || "._:-".contains(*c));
    let plain: String = accepted.take(LONGEST - suffix.len()).collect();
    (!plain.is_empty()).then_some(plain + &suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_as_usher_accepts_it() {
        assert_eq!(acceptable("web-1.example\n", 1).as_deref(), Some("web-1.example"));
        assert_eq!(acceptable("web-1", 42).as_deref(), Some("web-1/42"));
        assert_eq!(acceptable("дім", 42), None);
        assert_eq!(acceptable(&"x".repeat(65), 42).map(|name| name.len()), Some(LONGEST));
    }
}
