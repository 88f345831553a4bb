//! Open files: each connection is one, and the system gives a process only so many.

/// What a house opens beside its connections: databases, logs, letters and webhooks on their way.
const OTHERS: u64 = 512;

/// Asks the system for as many open files as so many connections need, and warns if it gives fewer: many systems begin a
/// process with 1,024 and let it have more.
#[cfg(target_os = "linux")]
pub fn make_room(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = OTHERS.saturating_add(u64::try_from(connections).unwrap_or(u64::MAX));
    let given = getrlimit(Resource::Nofile);
    // No number is no limit.
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

/// Elsewhere the system's own number stands.
#[cfg(not(target_os = "linux"))]
pub fn make_room(_connections: usize) {}
