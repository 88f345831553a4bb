//! What the kernel counts: processor time and memory of a process, of a database's processes, of the machine.

use std::fs;

/// Microseconds of processor time in one tick of `/proc`: `USER_HZ` is 100 wherever Linux runs.
const TICK: u64 = 10_000;

/// Processor time spent so far, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// By the server.
    pub server: u64,
    /// By the processes of the database, where it has any.
    pub database: u64,
    /// By this program.
    pub driver: u64,
    /// By everybody on the machine.
    pub machine: u64,
    /// Time there was, all processors together.
    pub there_was: u64,
}

impl Spent {
    /// The counters now.
    pub fn now(server: u32, database: Option<u32>) -> Self {
        let (machine, there_was) = of_machine();
        Self {
            server: of_process(server),
            database: database.map_or(0, of_family),
            driver: of_process(std::process::id()),
            machine,
            there_was,
        }
    }

    /// What was spent since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        let of = |now: u64, before: u64| now.saturating_sub(before);
        Self {
            server: of(self.server, earlier.server),
            database: of(self.database, earlier.database),
            driver: of(self.driver, earlier.driver),
            machine: of(self.machine, earlier.machine),
            there_was: of(self.there_was, earlier.there_was),
        }
    }

    /// The share of the machine that went to programs that have nothing to do with this, in percent.
    pub fn foreign_percent(self) -> f64 {
        let ours = self.server + self.database + self.driver;
        let foreign = self.machine.saturating_sub(ours);
        100.0 * micros(foreign) / micros(self.there_was.max(1))
    }
}

/// A number of microseconds as a float.
pub fn micros(count: u64) -> f64 {
    f64::from(u32::try_from(count / 1_000).unwrap_or(u32::MAX)) * 1e3
        + f64::from(u32::try_from(count % 1_000).unwrap_or(0))
}

/// Resident memory of a process in KiB: now, and at its highest.
pub fn memory(pid: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    (of("VmRSS:").unwrap_or(0), of("VmHWM:").unwrap_or(0))
}

fn of_process(pid: u32) -> u64 {
    stat(&fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default()).map_or(0, |(_, own, _)| own)
}

/// A process, its children, and those of its children that have ended.
fn of_family(parent: u32) -> u64 {
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let counted = ids.filter_map(|id| {
        let (its_parent, own, ended) = stat(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)?;
        if id == parent { Some(own + ended) } else { (its_parent == parent).then_some(own) }
    });
    counted.sum()
}

/// Parent, own time, time of ended children (proc(5)).
fn stat(text: &str) -> Option<(u32, u64, u64)> {
    // The name in parentheses may hold anything; the last parenthesis ends it.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let own = (ticks(11)? + ticks(12)?) * TICK;
    Some((fields.get(1)?.parse().ok()?, own, (ticks(13)? + ticks(14)?) * TICK))
}

fn of_machine() -> (u64, u64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).take(8).filter_map(|field| field.parse().ok()).collect();
    let all: u64 = ticks.iter().sum();
    let idle = ticks.get(3).unwrap_or(&0) + ticks.get(4).unwrap_or(&0);
    ((all - idle) * TICK, all * TICK)
}
