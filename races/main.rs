//! The `races` command: what a person types to see a race.

mod command;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = command::arguments();
    let (text, code) = command::run(&arguments);
    let mut out = std::io::stdout().lock();
    // A reader who has seen enough closes the pipe: that is no failure of ours.
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        return ExitCode::SUCCESS;
    }
    ExitCode::from(code)
}
