//! Hands the arguments to `cli`.

fn main() -> std::process::ExitCode {
    usher::cli::main()
}
