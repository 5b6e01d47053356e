//! `races run --family`: every variant of every race of a family.

use clap::{Arg, ArgMatches};
use drawloom::Engine;
use races::RACES;
use races::catalogue::Race;

use super::bounds::bounded;
use super::json::Json;
use super::lookup;
use super::run::{Checked, attended, check, code, engine, found, lines};
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, INTERRUPTED};

/// The flag, for whatever goes with a family.
pub(crate) fn flag() -> Arg {
    Arg::new("family")
        .long("family")
        .value_name("FAMILY")
        .help("All races of a family, as `races list` names it: `lost update`")
}

/// The races of a family, or which families there are.
pub(crate) fn races_of(name: &str) -> Result<Vec<&'static Race>, String> {
    let name = lookup::family(name)?;
    Ok(RACES.iter().copied().filter(|race| race.family == name).collect())
}

/// Runs all of a family, and says of each what was found in a line.
pub(crate) fn run(settings: &Settings, given: &ArgMatches, name: &str) -> Result<Answer, String> {
    let races = races_of(name)?;
    let engine = engine(given).unwrap_or_default();
    let check = bounded(check(settings, engine), engine, given)?;
    let mut checked: Vec<(&Race, Vec<Checked>)> = Vec::new();
    let mut interrupted = false;
    for race in races {
        let variants = race.variants.iter().collect();
        let (reports, enough) = if engine == Engine::Explorer {
            attended(check.clone(), variants)
        } else {
            (variants.into_iter().map(|one| (one, check.run(one.program))).collect(), false)
        };
        checked.push((race, reports));
        interrupted = enough;
        if interrupted {
            break;
        }
    }
    let all =
        || checked.iter().flat_map(|(race, reports)| reports.iter().map(move |one| (race, one)));
    let worst = all().map(|(_, (variant, report))| code(variant, engine, report)).max();
    let code = if interrupted { INTERRUPTED } else { worst.unwrap_or(AS_EXPECTED) };
    if given.get_one::<String>("format").is_some_and(|format| format == "json") {
        let found = all().map(|(race, (variant, report))| found(race, variant, engine, report));
        let document = Json::Object(vec![("variants", Json::List(found.collect()))]);
        return Ok((document.document(), code));
    }
    let mut text = String::new();
    for (race, reports) in &checked {
        text.push_str(&format!("{}: {}\n", race.id, race.title));
        text.push_str(&lines(settings, race, reports));
        text.push('\n');
    }
    let programs = all().count();
    let noun = if checked.len() == 1 { "race" } else { "races" };
    text.push_str(&format!("{} {noun} of this family, {programs} programs: ", checked.len()));
    text.push_str(if code == AS_EXPECTED {
        "each does what the catalogue says\n"
    } else {
        "not all do what the catalogue says, or not all was explored\n"
    });
    Ok((text, code))
}
