//! What holds for every command: width, colour, and where they come from.
//!
//! This is the one place that reads the environment. A flag wins over a variable, and a variable over
//! what the terminal says.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use drawloom::Sources;
use drawloom::render::Style;

use races::RACES;

/// How wide a report is where nothing says how wide it may be.
const UNKNOWN_WIDTH: usize = 100;

/// What holds for every command.
pub(crate) struct Settings {
    /// How a report is laid out.
    pub(crate) style: Style,
    /// The races' own texts, so that the command works wherever it is run.
    pub(crate) sources: Sources,
    /// How the reader has started the command, and would start the next.
    pub(crate) command: &'static str,
    /// The cargo that has started the command, or the one that is found.
    pub(crate) cargo: OsString,
}

/// The flags that every command takes.
pub(crate) fn global() -> [Arg; 4] {
    [
        Arg::new("color")
            .long("color")
            .value_name("WHEN")
            .value_parser(["auto", "always", "never"])
            .default_value("auto")
            .global(true)
            .help("Whether to colour what is printed"),
        Arg::new("width")
            .long("width")
            .value_name("COLUMNS")
            .value_parser(value_parser!(u64).range(40..=100))
            .global(true)
            .help("How wide a report may be"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::SetTrue)
            .global(true)
            .help("Show the outcomes as well"),
        Arg::new("full")
            .long("full")
            .action(ArgAction::SetTrue)
            .global(true)
            .help("Show every step of a long schedule"),
    ]
}

impl Settings {
    pub(crate) fn read(arguments: &ArgMatches) -> Self {
        let given = arguments.subcommand().map_or(arguments, |(_, given)| given);
        let width = given.get_one::<u64>("width").and_then(|&width| usize::try_from(width).ok());
        let sources = RACES.iter().fold(Sources::new(), |sources, race| {
            let (path, text) = race.source;
            sources.carrying(path, text)
        });
        let plain = given
            .try_get_one::<String>("format")
            .ok()
            .flatten()
            .map_or_else(|| set("DRAWLOOM_PLAIN"), |format| format == "plain");
        let style = Style {
            width: width.or_else(columns).unwrap_or(UNKNOWN_WIDTH).clamp(40, 100),
            color: color(given.get_one::<String>("color").map_or("auto", String::as_str)),
            plain: plain || set("DRAWLOOM_PLAIN"),
            verbose: given.get_flag("verbose"),
            full: given.get_flag("full"),
        };
        let command = if set("CARGO") { "cargo run --" } else { "races" };
        let cargo = std::env::var_os("CARGO").filter(|cargo| !cargo.is_empty());
        let cargo = cargo.unwrap_or_else(|| "cargo".into());
        Self { style, sources, command, cargo }
    }
}

/// The width that the terminal or the shell says; a pipe says nothing.
fn columns() -> Option<usize> {
    let terminal = terminal_size::terminal_size_of(std::io::stdout());
    terminal
        .map(|(terminal_size::Width(columns), _)| usize::from(columns))
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
}

fn color(when: &str) -> bool {
    match when {
        "always" => true,
        "never" => false,
        _ => match std::env::var("DRAWLOOM_COLOR").as_deref() {
            Ok("always") => true,
            Ok("never") => false,
            _ if set("NO_COLOR") => false,
            _ if set("CLICOLOR_FORCE") => true,
            _ if std::env::var("CARGO_TERM_COLOR").is_ok_and(|when| when == "always") => true,
            _ => {
                std::io::stdout().is_terminal()
                    && !std::env::var("TERM").is_ok_and(|term| term == "dumb")
            }
        },
    }
}

/// Whether a variable is there and says something.
fn set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}
