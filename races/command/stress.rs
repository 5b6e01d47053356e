//! `races stress`: the honest contrast. The same program on real threads, many times.

use clap::ArgMatches;
use drawloom::{Engine, Verdict};

use super::lookup::lookup;
use super::run::check;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, DIFFERS};
use races::catalogue::Role;

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let (race, variant) = lookup(given.get_one::<String>("race").map_or("", String::as_str))?;
    let variant = variant.unwrap_or(race.bug());
    let runs = given.get_one::<u64>("runs").copied().unwrap_or(10_000);
    let report = check(settings, Engine::Native).max_executions(runs).run(variant.program);
    let (ran, failed) = (report.executions, report.failed_executions);
    let mut text = format!("{}/{}: {}\n\n", race.id, variant.id, variant.summary);
    let times = if ran == 1 { "once" } else { "times" };
    let ran_text = if ran == 1 { times.to_owned() } else { format!("{ran} {times}") };
    text.push_str(&format!("  on real threads it ran {ran_text} and failed {failed}\n"));
    if let Some(rate) = ran.checked_div(failed).filter(|&rate| rate > 1) {
        text.push_str(&format!("  that is 1 in {rate}, on this machine, today\n"));
    }
    if let Verdict::Failed(failure) = &report.verdict {
        let message = failure.message.lines().next().unwrap_or_default();
        text.push_str(&format!("  the last failure: {}: {message}\n", failure.kind.word()));
    }
    let expect = &variant.expect;
    text.push_str(&if variant.is_loom_only() {
        format!(
            "  of its {} schedules none fails: memory promises less than an order, and loom finds it\n",
            expect.schedules
        )
    } else {
        format!(
            "  of its {} schedules {} fail: that is a count of orders, not a chance\n",
            expect.schedules, expect.failing
        )
    });
    let code = if variant.role == Role::Fix && failed > 0 { DIFFERS } else { AS_EXPECTED };
    Ok((text, code))
}
