//! The limit of open files: each connection needs one.

/// Open files other than connections: databases, logs, outgoing calls.
const OTHERS: u64 = 512;

/// Raises the soft limit of open files for so many connections, and warns if the hard limit is lower: many systems
/// start a process with 1,024 and allow more.
#[cfg(target_os = "linux")]
pub fn make_room(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = OTHERS.saturating_add(u64::try_from(connections).unwrap_or(u64::MAX));
    let given = getrlimit(Resource::Nofile);
    // `None` is unlimited.
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= wanted);
    if enough(given.current) {
        return;
    }
    let asked = given.maximum.map_or(wanted, |most| most.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(asked), maximum: given.maximum });
    let files = if raised.is_ok() { Some(asked) } else { given.current };
    if !enough(files) {
        tracing::warn!(
            files,
            connections,
            "limits.connections is more than this process may have open files (ulimit -n, LimitNOFILE): \
             beyond them nobody is let in"
        );
    }
}

/// Other systems keep their own limit.
#[cfg(not(target_os = "linux"))]
pub fn make_room(_connections: usize) {}
