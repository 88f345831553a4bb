//! Checks the free disk space of the data folder.

use super::Finding;
use usher_config::Config;

/// Below this, in bytes, writes will soon fail.
const LITTLE: u64 = 100 * 1024 * 1024;
/// Below this, in bytes, the operator should look.
const MODEST: u64 = 1024 * 1024 * 1024;

/// The finding, if the data is in a local file and the system reports free space.
pub fn examine(config: &Config) -> Option<Finding> {
    let file = config.database.url.file()?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    Some(judge(&format!("measuring {}", folder.display()), free(folder)?))
}

fn judge(tried: &str, free: u64) -> Finding {
    let found = format!("{} MiB are free", free / (1024 * 1024));
    match free {
        _ if free < LITTLE => Finding::bad("disk", tried, found, "make room, or move database_url"),
        _ if free < MODEST => Finding::doubtful("disk", tried, found, "make room, or move database_url"),
        _ => Finding::good("disk", tried, found),
    }
}

#[cfg(target_os = "linux")]
fn free(folder: &std::path::Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(target_os = "linux"))]
fn free(_: &std::path::Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::super::FindingLevel;
    use super::*;

    #[test]
    fn a_disk_is_reported_before_it_is_full() {
        assert_eq!(judge("x", 10 * MODEST).verdict, FindingLevel::Good);
        assert_eq!(judge("x", MODEST - 1).verdict, FindingLevel::Doubtful);
        assert_eq!(judge("x", LITTLE - 1).verdict, FindingLevel::Bad);
    }
}
