//! How much is run, and what of that fits together?

use std::time::Duration;

use clap::{Arg, ArgMatches, value_parser};
use drawloom::{Check, Engine, Sampling};

/// How many executions a sample has, unless `--max-executions` says otherwise.
const DRAWN: u64 = 10_000;

/// Where a sample begins, unless `--seed` says otherwise.
const SEED: u64 = 1;

/// The depth of the bugs that `--sample pct` looks for, unless `--depth` says otherwise: most bugs
/// need no more.
const DEPTH: usize = 3;

/// The flags that bound an exploration.
pub(crate) fn flags() -> [Arg; 8] {
    let number = |name: &'static str, least: u64, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .value_parser(value_parser!(u64).range(least..))
            .help(help)
    };
    [
        number("max-executions", 1, "Stop after so many executions; how many a sample has"),
        number("max-steps", 1, "Call an execution endless after so many steps"),
        Arg::new("time")
            .long("time")
            .value_name("TIME")
            .value_parser(time)
            .help("Stop after so much time, such as 30s, 500ms or 2m"),
        number("preemptions", 0, "Run only schedules with so few preemptions"),
        Arg::new("sample")
            .long("sample")
            .value_name("HOW")
            .value_parser(["uniform", "pct"])
            .help("Draw schedules at random instead of running all"),
        number("seed", 0, "Where the random numbers of a sample begin"),
        number("depth", 1, "How deep the bugs are that `--sample pct` looks for"),
        Arg::new("jobs")
            .long("jobs")
            .value_name("N")
            .value_parser(value_parser!(u64).range(1..=Check::MOST_JOBS as u64))
            .help("Explore with so many threads at a time"),
    ]
}

/// A check with the bounds that were asked for, or what does not fit together.
pub(crate) fn bounded(check: Check, engine: Engine, given: &ArgMatches) -> Result<Check, String> {
    fit(engine, given)?;
    let number = |name: &str| given.get_one::<u64>(name).copied();
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut check = check;
    if let Some(executions) = number("max-executions") {
        check = check.max_executions(executions);
    }
    if let Some(steps) = number("max-steps") {
        check = check.max_steps(size(steps));
    }
    if let Some(time) = given.get_one::<Duration>("time") {
        check = check.max_time(*time);
    }
    if let Some(most) = number("preemptions") {
        check = check.preemptions(size(most));
    }
    if let Some(jobs) = number("jobs") {
        check = check.jobs(size(jobs));
    }
    let executions = number("max-executions").unwrap_or(DRAWN);
    let seed = number("seed").unwrap_or(SEED);
    Ok(match given.get_one::<String>("sample").map(String::as_str) {
        Some("pct") => {
            let depth = number("depth").map_or(DEPTH, size);
            check.sample(Sampling::Pct { depth, executions, seed })
        }
        Some(_) => check.sample(Sampling::Uniform { executions, seed }),
        None => check,
    })
}

/// Whether what was asked for fits together.
fn fit(engine: Engine, given: &ArgMatches) -> Result<(), String> {
    let sample = given.get_one::<String>("sample").map(String::as_str);
    let is_given = |name: &str| given.contains_id(name);
    let problem = |what: &str, help: &str| Err(format!("error: {what}\nhelp: {help}"));
    if is_given("seed") && sample.is_none() {
        return problem(
            "--seed says where a sample begins, and none is drawn",
            "add --sample uniform or --sample pct, or leave --seed away",
        );
    }
    if is_given("depth") && sample != Some("pct") {
        return problem(
            "--depth is the depth of a pct sample, and none is drawn",
            "add --sample pct, or leave --depth away",
        );
    }
    if is_given("preemptions") && sample.is_some() {
        return problem(
            "--preemptions runs every schedule within a bound, and --sample draws some of all",
            "leave one of the two away",
        );
    }
    if is_given("jobs") && (is_given("preemptions") || sample.is_some()) {
        return problem(
            "--jobs is for the exhaustive search: a bound or a sample is run by one",
            "leave --jobs away, or run all schedules",
        );
    }
    for name in ["sample", "preemptions", "jobs"] {
        if is_given(name) && engine != Engine::Explorer {
            return problem(
                &format!("--{name} is the explorer's: {} has an order of its own", engine.word()),
                &format!("leave --engine {} or --{name} away", engine.word()),
            );
        }
    }
    Ok(())
}

/// Reads `30s`, `500ms`, `2m`, and `30` for seconds.
fn time(text: &str) -> Result<Duration, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => 1,
        "s" | "" => 1_000,
        "m" => 60_000,
        _ => 0,
    };
    let number = number.parse::<u64>().unwrap_or(0).saturating_mul(milliseconds);
    if number == 0 {
        return Err("a time is a number and a unit, such as 30s, 500ms or 2m".to_owned());
    }
    Ok(Duration::from_millis(number))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::time;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(time("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(time("30"), Ok(Duration::from_secs(30)));
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "0", "0s", "1h", "-1", "1.5s", "30 s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
