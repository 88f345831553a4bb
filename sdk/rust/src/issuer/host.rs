/// The longest name that Usher accepts.
const LONGEST: usize = 64;

/// The name of this host, for the list of modules; `None` if it is not known.
pub(super) fn host() -> Option<String> {
    let of_kernel = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    ["HOSTNAME", "COMPUTERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .or_else(of_kernel)
        .and_then(|name| acceptable(&name))
}

/// A name with only the characters that Usher accepts.
fn acceptable(name: &str) -> Option<String> {
    let plain: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "._:-".contains(*c)).take(LONGEST).collect();
    (!plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_as_usher_accepts_it() {
        assert_eq!(acceptable("web-1.example\n").as_deref(), Some("web-1.example"));
        assert_eq!(acceptable("дім"), None);
        assert_eq!(acceptable(&"x".repeat(65)).map(|name| name.len()), Some(LONGEST));
    }
}
