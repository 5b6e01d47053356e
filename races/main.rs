//! The `races` command: what a person types to see a race.

mod command;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = command::arguments();
    let (text, code) = command::run(&arguments);
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(code),
        // A reader who has seen enough closes the pipe: that is no failure of ours.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write the answer: {error}\nhelp: write it to another place");
            ExitCode::FAILURE
        }
    }
}
