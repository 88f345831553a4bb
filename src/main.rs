//! Runs the command line of `cli`.

fn main() -> std::process::ExitCode {
    usher::cli::main()
}
