//! `races verify`: does every variant of every race do on every engine what the catalogue says?

use clap::ArgMatches;
use drawloom::Engine;
use races::RACES;

use super::json::Json;
use super::run::{check, engine, found, judge};
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, DIFFERS};

/// How often a variant runs on real threads here: enough to see a fix hold, not to find a bug.
const NATIVE_RUNS: u64 = 50;

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Answer {
    let engines = match engine(given) {
        Some(engine) => vec![engine],
        None => vec![Engine::Explorer, Engine::Loom, Engine::Native],
    };
    let json = given.get_one::<String>("format").is_some_and(|format| format == "json");
    let mut text = String::new();
    let mut documents = Vec::new();
    let (mut checked, mut differing) = (0, 0);
    let names = RACES
        .iter()
        .flat_map(|race| race.variants.iter().map(|variant| race.id.len() + 1 + variant.id.len()));
    let widest = names.max().unwrap_or(0);
    for race in RACES {
        for variant in race.variants {
            for &engine in &engines {
                let mut check = check(settings, engine);
                if engine == Engine::Native {
                    check = check.max_executions(NATIVE_RUNS);
                }
                let report = check.run(variant.program);
                checked += 1;
                let name = format!("{}/{}", race.id, variant.id);
                let verdict = report.verdict.word();
                let problem = judge(variant, engine, &report).err();
                let word = if problem.is_some() { "FAIL" } else { "ok" };
                text.push_str(&format!(
                    "{word:<5} {name:<widest$}   {:<9} {verdict}\n",
                    engine.word()
                ));
                if let Some(why) = variant.loom_differs().filter(|_| engine == Engine::Loom) {
                    text.push_str(&format!("      ({why})\n"));
                }
                if let Some(problem) = problem {
                    differing += 1;
                    text.push_str(&format!("      {}\n", problem.replace('\n', "\n      ")));
                }
                documents.push(found(race, variant, engine, &report));
            }
        }
    }
    let code = if differing == 0 { AS_EXPECTED } else { DIFFERS };
    if json {
        return (Json::Object(vec![("variants", Json::List(documents))]).document(), code);
    }
    let verb = if differing == 1 { "differs" } else { "differ" };
    text.push_str(&format!("\n{checked} checked, {differing} {verb} from the catalogue\n"));
    (text, code)
}
