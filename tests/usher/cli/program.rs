//! A folder for running the program: commands, and servers that end with the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The longest wait for the program.
const PATIENCE: Duration = Duration::from_mins(1);

/// An empty folder, with environment variables.
pub struct Folder {
    dir: TempDir,
    env: Vec<(String, String)>,
}

/// The result of a command.
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A server, killed when dropped.
pub struct Serving {
    child: Child,
    /// Its banner.
    pub banner: String,
    /// The issuer.
    pub issuer: String,
}

impl Folder {
    /// An empty folder, with the cheapest password hashes.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("there is room for a folder");
        let folder = Self { dir, env: Vec::new() };
        folder.with("USHER_PASSWORDS__MEMORY_KIB", "8").with("USHER_PASSWORDS__ITERATIONS", "1")
    }

    /// Sets an environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets unused ports for `usher dev`.
    pub fn with_own_ports(self) -> Self {
        let [port, a, b] = free_ports();
        self.with("USHER_LISTEN", &format!("127.0.0.1:{port}"))
            .with("USHER_ISSUER", &format!("http://localhost:{port}"))
            .with("USHER_DEMO__LISTEN_A", &format!("127.0.0.1:{a}"))
            .with("USHER_DEMO__LISTEN_B", &format!("127.0.0.1:{b}"))
    }

    /// The value of an environment variable.
    pub fn setting(&self, name: &str) -> &str {
        self.env.iter().rfind(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file there.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("a file can be written");
    }

    /// The names of its files.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("the folder can be read");
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
        let inherited: Vec<_> = std::env::vars_os().filter(|(name, _)| is_ours(name)).collect();
        for (name, _) in inherited {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.path()).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs a command with `typed` as standard input.
    pub fn run_with(&self, arguments: &[&str], typed: &str) -> Ran {
        let mut command = self.command(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        // A command that does not read may have ended already.
        let _ = child.stdin.take().expect("it was piped").write_all(typed.as_bytes());
        Ran::of(child.wait_with_output().expect("the program ends"))
    }

    /// Runs a command that must succeed, and parses the JSON it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.out))
    }

    /// Starts `usher dev` and waits for the end of its banner.
    pub fn dev(&self) -> Serving {
        self.start(&["dev"])
    }

    /// Starts a server and waits for the end of its banner.
    pub fn start(&self, arguments: &[&str]) -> Serving {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let out = child.stdout.take().expect("it was piped");
        let mut serving = Serving { child, banner: String::new(), issuer: self.setting("USHER_ISSUER").to_owned() };
        serving.banner = read_banner(out);
        assert!(serving.banner.contains("Ctrl-C stops"), "no banner: {}", serving.stop().err);
        serving
    }

    /// Starts `usher serve` and waits until it is ready.
    pub fn serve(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let serving = Serving { child, banner: String::new(), issuer: self.setting("USHER_ISSUER").to_owned() };
        let began = Instant::now();
        while self.run(&["healthcheck"]).code != 0 {
            assert!(began.elapsed() < PATIENCE, "{}", serving.stop().err);
            std::thread::sleep(Duration::from_millis(50));
        }
        serving
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Asserts that the command failed with one line that contains `words`.
    pub fn failed_with(&self, words: &str) {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        assert!(self.err.starts_with("usher: ") && self.err.contains(words), "{}", self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
    }
}

impl Serving {
    /// Sends SIGTERM, as an orchestrator does, and waits for the end.
    pub fn stop(mut self) -> Ran {
        let ended = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(ended.is_ok_and(|status| status.success()), "the program can be stopped");
        let mut err = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut err).expect("the program speaks UTF-8");
        }
        let status = self.child.wait().expect("the program ends");
        Ran { code: status.code().unwrap_or(-1), out: String::new(), err }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // After `stop` the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ours(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("USHER_"))
}

/// The lines up to the end of the banner, or all of them.
fn read_banner(out: ChildStdout) -> String {
    let mut banner = String::new();
    let mut lines = BufReader::new(out);
    while !banner.contains("Ctrl-C stops") && lines.read_line(&mut banner).is_ok_and(|read| read > 0) {}
    banner
}

/// Ports that are unused and not given to another test.
///
/// Below the ephemeral range, from which the system could assign a free port again.
pub fn free_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 11_000).expect("it is small");
    [(); N].map(|()| {
        loop {
            let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return port;
            }
        }
    })
}
