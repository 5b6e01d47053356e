//! `races replay`: one schedule, step by step.

use clap::ArgMatches;
use drawloom::render::{self, Context};
use drawloom::{Engine, Limit, Schedule, Verdict};

use super::lookup::lookup;
use super::run::{check, context, explained};
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, UNFIT};

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let (race, variant) = lookup(given.get_one::<String>("race").map_or("", String::as_str))?;
    let variant = variant.unwrap_or(race.bug());
    let text = given.get_one::<String>("schedule").map_or("", String::as_str);
    if text.is_empty() {
        return Err(format!("error: no schedule is named\nhelp: races run {} shows one", race.id));
    }
    let schedule: Schedule = text
        .parse()
        .map_err(|error| format!("error: {error}\nhelp: races run {} shows one", race.id))?;
    let report = check(settings, Engine::Explorer).replay(schedule).run(variant.program);
    let code = match &report.verdict {
        Verdict::Inconclusive(Limit::Unfit { .. }) => UNFIT,
        _ => AS_EXPECTED,
    };
    let failed = report.failure().map(|_| explained(settings, race, &report));
    let context =
        Context { next: failed.into_iter().collect(), ..context(settings, race, variant) };
    Ok((render::report(&report, &context, &settings.style, &settings.sources), code))
}
