//! Logging: set up once, to standard error, so that standard output contains data only.

mod log_writer;

use std::io::{IsTerminal, Stderr};
use std::sync::LazyLock;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use usher_config::LogFormat;

use self::log_writer::LogWriter;

/// The log of a server.
static SERVER_LOG: LazyLock<LogWriter<Stderr>> = LazyLock::new(|| LogWriter::new(std::io::stderr()));

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is neither a level nor a list of directives.
    #[error("log = {filter:?}: expected a level such as info, or a filter such as info,usher_api=debug ({cause})")]
    Filter {
        /// The filter.
        filter: String,
        /// The parser's error.
        cause: String,
    },
    /// This process logs already.
    #[error("the log is set up already")]
    Twice,
    /// The thread that writes the log cannot be started.
    #[error("the log cannot be written: {0}")]
    Thread(#[from] std::io::Error),
}

/// Sets up the log of a command: each line is written at once.
///
/// `filter` is a level, or directives of `tracing_subscriber`. A level beyond `info` applies to Usher's own crates:
/// libraries stay at `info`, because their traces may contain secrets; a directive that names a library is applied.
pub fn init(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let terminal = std::io::stderr().is_terminal();
    subscriber(filter, format, terminal, std::io::stderr)?.try_init().map_err(|_| TelemetryError::Twice)
}

/// Sets up the log of a server, with a filter as in [`init`]: lines below a warning wait some milliseconds for others.
/// Call [`flush`] at the end of the process.
pub fn init_server(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let terminal = std::io::stderr().is_terminal();
    let subscriber = subscriber(filter, format, terminal, &*SERVER_LOG)?;
    std::thread::Builder::new().name(String::from("log")).spawn(|| SERVER_LOG.run())?;
    subscriber.try_init().map_err(|_| TelemetryError::Twice)
}

/// Writes the lines that still wait.
pub fn flush() {
    SERVER_LOG.flush();
}

fn subscriber<W>(
    filter: &str,
    format: LogFormat,
    terminal: bool,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().with_env_filter(parse(filter)?).with_writer(writer);
    Ok(match format {
        // Colours are on unless NO_COLOR is set.
        LogFormat::Text if terminal => Box::new(lines.finish()),
        LogFormat::Text => Box::new(lines.with_ansi(false).finish()),
        LogFormat::Json => {
            Box::new(lines.json().flatten_event(true).with_current_span(true).with_span_list(false).finish())
        }
    })
}

fn parse(filter: &str) -> Result<EnvFilter, TelemetryError> {
    let directives = match filter.trim().parse::<LevelFilter>() {
        Ok(level) if !filter.trim().is_empty() && level > LevelFilter::INFO => format!("info,usher={level}"),
        _ => filter.trim().to_owned(),
    };
    let refuse = |cause: String| TelemetryError::Filter { filter: filter.to_owned(), cause };
    if directives.is_empty() {
        return Err(refuse(String::from("it is empty")));
    }
    EnvFilter::builder().with_regex(false).parse(&directives).map_err(|error| refuse(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct LogBuffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for LogBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The output when Usher and a library log at every level.
    fn written(filter: &str, format: LogFormat) -> String {
        let page = LogBuffer::default();
        let writer = page.clone();
        let subscriber = subscriber(filter, format, false, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "usher_api", { client.id = "demo" }, "one\ntwo");
            tracing::debug!(target: "usher_api", "ours in detail");
            tracing::debug!(target: "hyper", "theirs in detail");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_is_one_object_a_line() {
        let text = written("info", LogFormat::Json);
        assert_eq!(text.lines().count(), 1);
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(record["level"], "INFO");
        assert_eq!(record["message"], "one\ntwo");
        assert_eq!(record["client.id"], "demo");
        assert!(record["timestamp"].is_string());
    }

    #[test]
    fn text_is_for_people_and_has_no_colours_in_a_file() {
        let text = written("info", LogFormat::Text);
        assert!(text.contains("INFO usher_api: one") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_chatty_level_is_ours_alone() {
        let text = written("debug", LogFormat::Text);
        assert!(text.contains("ours in detail") && !text.contains("theirs in detail"), "{text}");
        assert!(written("debug,hyper=debug", LogFormat::Text).contains("theirs in detail"));
        assert!(!written("warn", LogFormat::Text).contains("one"));
    }

    #[test]
    fn a_bad_filter_is_an_error_and_not_a_panic() {
        for bad in ["", "  ", "usher=loud", "a=b=c", "[", "usher[{=}]=x"] {
            assert!(matches!(init(bad, LogFormat::Text), Err(TelemetryError::Filter { .. })), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
