//! What can be typed, and what answers it.
//!
//! Every command is a function from what was typed to a text and an exit code. Nothing here prints,
//! but for what tells somebody who waits how far it is, on the standard error.

mod bounds;
mod explain;
mod family;
mod first_minute;
mod fix;
mod interrupt;
mod json;
mod learn;
mod list;
mod lookup;
mod next;
mod progress;
mod replay;
mod run;
mod settings;
mod stress;
mod verify;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use settings::Settings;

/// A text for the standard output, and how the process ends.
pub(crate) type Answer = (String, u8);

/// Every verdict is the expected one.
pub(crate) const AS_EXPECTED: u8 = 0;
/// A verdict differs from the catalogue's.
pub(crate) const DIFFERS: u8 = 1;
/// What was typed cannot be understood.
pub(crate) const USAGE: u8 = 2;
/// A limit was hit before all schedules were seen, and nothing failed.
pub(crate) const INCOMPLETE: u8 = 3;
/// A schedule does not fit the program.
pub(crate) const UNFIT: u8 = 4;
/// Somebody has typed Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// What was typed. Ends the process where that cannot be understood.
pub(crate) fn arguments() -> ArgMatches {
    cli().get_matches()
}

/// Answers what was typed.
pub(crate) fn run(arguments: &ArgMatches) -> Answer {
    let settings = Settings::read(arguments);
    let answer = match arguments.subcommand() {
        None => Ok(first_minute::answer(&settings)),
        Some(("list", given)) => list::answer(&settings, given),
        Some(("run", given)) => run::answer(&settings, given),
        Some(("fix", given)) => fix::answer(&settings, given),
        Some(("replay", given)) => replay::answer(&settings, given),
        Some(("explain", given)) => explain::answer(&settings, given),
        Some(("learn", given)) => learn::answer(&settings, given),
        Some(("stress", given)) => stress::answer(&settings, given),
        Some(("verify", given)) => Ok(verify::answer(&settings, given)),
        Some((other, _)) => unreachable!("internal error: no command `{other}`"),
    };
    answer.unwrap_or_else(|problem| {
        eprintln!("{problem}");
        (String::new(), USAGE)
    })
}

fn cli() -> Command {
    Command::new("races")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Races in threads and in async code: shown failing, and shown fixed")
        .after_help("Without a command: the first minute. Exit codes: 0 as expected, 1 differs, 2 usage, 3 incomplete, 4 a schedule does not fit, 130 interrupted.")
        .disable_help_subcommand(true)
        .args(settings::global())
        .subcommand(list::cli())
        .subcommand(
            Command::new("run")
                .about("Explores every schedule, and shows the simplest that fails")
                .visible_alias("check")
                .override_usage("races run [OPTIONS] <RACE[/VARIANT]|--family <FAMILY>>")
                .arg(race())
                .arg(family::flag().conflicts_with("race"))
                .arg(engine())
                .arg(format_of(&["text", "plain", "json"]))
                .args(bounds::flags()),
        )
        .subcommand(
            Command::new("fix")
                .about("The difference between the bug and its fix, and what each variant does")
                .override_usage("races fix [OPTIONS] <RACE[/VARIANT]>")
                .arg(race())
                .arg(format_of(&["text", "json"])),
        )
        .subcommand(
            Command::new("replay")
                .about("Runs one schedule, step by step")
                .override_usage("races replay [OPTIONS] <RACE[/VARIANT]> <SCHEDULE>")
                .arg(race())
                .arg(Arg::new("schedule").value_name("SCHEDULE").help("The strands in the order of their steps, such as 1221"))
                .arg(format_of(&["text", "plain"])),
        )
        .subcommand(explain::cli())
        .subcommand(learn::cli())
        .subcommand(
            Command::new("stress")
                .about("Runs a race on real threads many times and counts its failures")
                .override_usage("races stress [OPTIONS] <RACE[/VARIANT]>")
                .arg(race())
                .arg(
                    Arg::new("runs")
                        .long("runs")
                        .value_name("N")
                        .value_parser(value_parser!(u64).range(1..=100_000_000))
                        .default_value("10000")
                        .help("How many times"),
                ),
        )
        .subcommand(
            Command::new("verify")
                .about("Runs every variant on every engine against what the catalogue expects")
                .arg(engine())
                .arg(format_of(&["text", "json"])),
        )
}

/// Whether there is one is asked where it is looked up, which knows what to say if not.
fn race() -> Arg {
    Arg::new("race").value_name("RACE[/VARIANT]").help("A race, as `races list` names it")
}

fn engine() -> Arg {
    Arg::new("engine")
        .long("engine")
        .value_name("ENGINE")
        .value_parser(["explorer", "loom", "native"])
        .help("Which engine runs the program")
}

fn format_of(names: &'static [&'static str]) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(clap::builder::PossibleValuesParser::new(names))
        .default_value(names[0])
        .action(ArgAction::Set)
        .help("How the answer is written")
}
