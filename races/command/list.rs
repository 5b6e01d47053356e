//! `races list`: what is there?

use clap::ArgMatches;
use races::RACES;
use races::catalogue::{Race, Role, Variant};

use super::json::Json;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer};

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Answer {
    let json = given.get_one::<String>("format").is_some_and(|format| format == "json");
    let text = if json { document().document() } else { table(settings) };
    (text, AS_EXPECTED)
}

fn document() -> Json {
    let races = RACES.iter().map(|race| {
        let variants = race.variants.iter().map(|variant| {
            Json::Object(vec![
                ("id", Json::text(variant.id)),
                ("role", Json::text(variant.role.word())),
            ])
        });
        Json::Object(vec![
            ("id", Json::text(race.id)),
            ("title", Json::text(race.title)),
            ("family", Json::text(race.family)),
            ("setting", Json::text(race.setting.word())),
            ("variants", Json::List(variants.collect())),
        ])
    });
    Json::Object(vec![("races", Json::List(races.collect()))])
}

fn table(settings: &Settings) -> String {
    let mut text = format!(
        "  {:<8} {:<24} {:<15} {:<15} {:<12} {}\n",
        "SETTING", "RACE", "BUG", "NEAR MISS", "FIX", "SUMMARY"
    );
    for race in RACES {
        text.push_str(&row(race));
    }
    text.push_str("\n  counts are schedules: how many orders of the program's steps fail, of all that there are\n");
    let command = settings.command;
    text.push_str(&format!("  {command} run RACE    the failing order, step by step\n"));
    text.push_str(&format!("  {command} fix RACE    from the bug to the fix\n"));
    text
}

fn row(race: &Race) -> String {
    let first = |role| race.variants.iter().find(|variant| variant.role == role);
    let cell = |variant: Option<&Variant>| variant.map_or_else(|| "-".to_owned(), counts);
    format!(
        "  {:<8} {:<24} {:<15} {:<15} {:<12} {}\n",
        race.setting.word(),
        race.id,
        cell(Some(race.bug())),
        cell(first(Role::NearMiss)),
        cell(first(Role::Fix)),
        race.summary
    )
}

/// `4 of 6 fail`, as the catalogue has it: `races verify` is what holds it to that.
fn counts(variant: &Variant) -> String {
    let (failing, schedules) = (variant.expect.failing, variant.expect.schedules);
    match (failing, variant.role) {
        (0, _) => format!("0 of {schedules}"),
        (1, _) => format!("1 of {schedules} fails"),
        _ => format!("{failing} of {schedules} fail"),
    }
}
