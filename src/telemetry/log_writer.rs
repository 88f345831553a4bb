//! Standard error behind a buffer: a request that logs does not wait for a system call.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait. It bounds what a killed process does not log.
const LONGEST_WAIT: Duration = Duration::from_millis(10);
/// Bytes from which a line is written by its own thread: a slow reader of the log slows the server, and loses nothing.
const FULL: usize = 64 * 1024;

/// Collects the lines of the log and writes them in order. Warnings and errors are written at once, with every line
/// before them.
pub(super) struct LogWriter<W> {
    pending: Mutex<Vec<u8>>,
    arrived: Condvar,
    output: Mutex<W>,
}

impl<W: Write> LogWriter<W> {
    pub(super) const fn new(output: W) -> Self {
        Self { pending: Mutex::new(Vec::new()), arrived: Condvar::new(), output: Mutex::new(output) }
    }

    /// Writes what is pending. An output that fails loses the lines: there is no other place to tell it.
    pub(super) fn flush(&self) {
        let mut output = lock(&self.output);
        let lines = std::mem::take(&mut *lock(&self.pending));
        let _ = output.write_all(&lines).and_then(|()| output.flush());
    }

    /// Writes lines that have waited, for as long as the process lives.
    pub(super) fn run(&self) -> ! {
        loop {
            self.wait_for_a_line();
            std::thread::sleep(LONGEST_WAIT);
            self.flush();
        }
    }

    fn wait_for_a_line(&self) {
        let mut pending = lock(&self.pending);
        while pending.is_empty() {
            pending = self.arrived.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn add(&self, line: &[u8], urgent: bool) {
        let mut pending = lock(&self.pending);
        let first = pending.is_empty();
        pending.extend_from_slice(line);
        let full = pending.len() >= FULL;
        drop(pending);
        if urgent || full {
            self.flush();
        } else if first {
            self.arrived.notify_one();
        }
    }
}

/// Where one line goes.
pub(super) struct LogLine<'a, W> {
    writer: &'a LogWriter<W>,
    urgent: bool,
}

impl<W: Write> Write for LogLine<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.writer.add(line, self.urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: Write + 'static> MakeWriter<'a> for &'static LogWriter<W> {
    type Writer = LogLine<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        LogLine { writer: self, urgent: true }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Self::Writer {
        LogLine { writer: self, urgent: *line.level() <= Level::WARN }
    }
}

/// A panic of another thread leaves whole lines behind: they are still written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> LogWriter<Vec<u8>> {
        LogWriter::new(Vec::new())
    }

    fn written(writer: &LogWriter<Vec<u8>>) -> String {
        String::from_utf8(lock(&writer.output).clone()).unwrap()
    }

    #[test]
    fn a_line_waits_until_a_warning_follows_and_the_order_stays() {
        let writer = writer();
        writer.add(b"first\n", false);
        assert_eq!(written(&writer), "");
        writer.add(b"warning\n", true);
        writer.add(b"last\n", false);
        assert_eq!(written(&writer), "first\nwarning\n");
        writer.flush();
        assert_eq!(written(&writer), "first\nwarning\nlast\n");
    }

    #[test]
    fn a_full_buffer_is_written_by_the_thread_that_fills_it() {
        let writer = writer();
        let line = [b'x'; 1024];
        (1..=FULL / line.len()).for_each(|_| writer.add(&line, false));
        assert_eq!(written(&writer).len(), FULL);
    }

    #[test]
    fn lines_of_many_threads_are_written_whole() {
        static WRITER: LogWriter<Vec<u8>> = LogWriter::new(Vec::new());
        std::thread::spawn(|| WRITER.run());
        std::thread::scope(|scope| {
            for thread in 0..8 {
                scope.spawn(move || {
                    for line in 0..500 {
                        WRITER.add(format!("{thread} {line}\n").as_bytes(), false);
                    }
                });
            }
        });
        WRITER.flush();
        let text = written(&WRITER);
        for thread in 0..8 {
            let own = text.lines().filter(|line| line.starts_with(&format!("{thread} ")));
            let expected = (0..500).map(|line| format!("{thread} {line}"));
            assert!(own.eq(expected), "the lines of thread {thread} are complete and in order");
        }
    }

    #[test]
    fn the_level_of_a_line_says_whether_it_waits() {
        static WRITER: LogWriter<Vec<u8>> = LogWriter::new(Vec::new());
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(&WRITER).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("a request");
            assert_eq!(written(&WRITER), "");
            tracing::warn!("a refusal");
        });
        let text = written(&WRITER);
        assert!(text.contains("a request\n") && text.ends_with("a refusal\n"), "{text}");
    }
}
