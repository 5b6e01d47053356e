//! What the parts of the docs hold that nobody types: schedules, tables and counts.

use drawloom::{Check, Sources};
use races::RACES;
use races::catalogue::{Expect, Race, Role, Variant};

use super::{asked, race, variant};

/// What a generated part holds, if the line begins one.
pub(super) fn generated(line: &str) -> Option<String> {
    asked(line, "failing")
        .map(|names| failing(names[0]))
        .or_else(|| asked(line, "nearly").map(|ids| nearly(race(ids[0]))))
        .or_else(|| asked(line, "races").map(|ids| table(&ids)))
        .or_else(|| asked(line, "beside the bug").map(|names| beside_the_bug(&names)))
        .or_else(|| asked(line, "loom").map(|_| loom_differs()))
}

fn check() -> Check {
    let carried = RACES
        .iter()
        .fold(Sources::new(), |sources, race| sources.carrying(race.source.0, race.source.1));
    Check::new().sources(carried)
}

/// So many failing schedules are shown; of a program with more, the simplest.
const MOST_SHOWN: usize = 64;

/// A list of all orders is asked for only where there are not many more than that.
const MOST_LISTED: u128 = 2_000;

/// Every failing schedule of a program, and who is who in them.
fn failing(name: &str) -> String {
    let (_, variant) = variant(name);
    let Expect { schedules, failing, .. } = &variant.expect;
    let listed = schedules.to_u128().map_or(MOST_LISTED, |all| all.min(MOST_LISTED));
    let listed = usize::try_from(listed).unwrap();
    let report = check().list(listed).run(variant.program);
    let failure = report.failure().unwrap_or_else(|| panic!("{name} has no failing schedule"));
    let strands = failure.trace.strands.iter().enumerate().skip(1);
    let strands: Vec<String> =
        strands.map(|(number, strand)| format!("{number} {}", strand.name)).collect();
    let strands = strands.join(", ");
    let fail = if *failing == 1 { "fails" } else { "fail" };
    let says = format!("{failing} of {schedules} schedules {fail} ({strands})");
    let all: Vec<String> = report
        .listed
        .iter()
        .filter(|listed| listed.fails)
        .map(|listed| listed.schedule.to_string())
        .collect();
    if all.len() > MOST_SHOWN || *schedules > MOST_LISTED {
        return format!("{says}. The simplest:\n\n```text\n{}\n```", failure.schedule);
    }
    assert_eq!(*failing, all.len() as u128, "{name}");
    format!("{says}:\n\n```text\n{}\n```", in_columns(&all))
}

/// The near misses of a race that fail in some order of their steps.
pub(super) fn near_misses(race: &Race) -> impl Iterator<Item = &'static Variant> {
    let near = |variant: &&Variant| variant.role == Role::NearMiss && !variant.is_loom_only();
    race.variants.iter().filter(near)
}

/// Every failing schedule of the near misses, folded away.
fn nearly(race: &Race) -> String {
    let each: Vec<String> = near_misses(race)
        .map(|near| format!("`{}`: {}", near.id, failing(&format!("{}/{}", race.id, near.id))))
        .collect();
    let whose = if each.len() == 1 { "the near miss" } else { "the near misses" };
    let each = each.join("\n\n");
    format!(
        "<details>\n<summary>The failing schedules of {whose}</summary>\n\n{each}\n\n</details>"
    )
}

/// As many in a line as there is room for.
fn in_columns(cells: &[String]) -> String {
    let width = cells.iter().map(String::len).max().unwrap_or(1);
    let in_a_line = (90 / (width + 3)).max(1);
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:<width$}")).collect();
        cells.join("   ").trim_end().to_owned()
    };
    cells.chunks(in_a_line).map(line).collect::<Vec<_>>().join("\n")
}

/// `4 of 6`, or by whom it is seen to fail.
fn count(variant: &Variant) -> String {
    if variant.is_loom_only() {
        return "by loom".to_owned();
    }
    format!("{}\u{a0}of\u{a0}{}", variant.expect.failing, variant.expect.schedules)
}

/// The races of a chapter, in reading order.
fn table(ids: &[&str]) -> String {
    let mut text =
        String::from("| race | what breaks | bug | near misses | fixes |\n|---|---|---|---|---|\n");
    let mut programs = 0;
    for id in ids {
        let race = race(id);
        programs += race.variants.len();
        let counts = |role| {
            let variants = race.variants.iter().filter(|variant| variant.role == role);
            variants.map(count).collect::<Vec<_>>().join("; ")
        };
        text.push_str(&format!(
            "| [{}](../races/{id}.md) | {} | {} | {} | {} |\n",
            race.title,
            race.summary,
            counts(Role::Bug),
            counts(Role::NearMiss),
            counts(Role::Fix)
        ));
    }
    let noun = if ids.len() == 1 { "race" } else { "races" };
    text + &format!(
        "\n{} {noun}, {programs} programs. Counts are failing schedules of all schedules.",
        ids.len()
    )
}

/// Where loom and the explorer differ, but for memory.
fn loom_differs() -> String {
    let mut text = String::from("| program | loom |\n|---|---|\n");
    for race in RACES {
        let differ = race.variants.iter().filter(|variant| !variant.is_loom_only());
        for (variant, why) in differ.filter_map(|variant| Some((variant, variant.loom_differs()?)))
        {
            text.push_str(&format!("| `{}/{}` | {why} |\n", race.id, variant.id));
        }
    }
    text.trim_end().to_owned()
}

/// What a lock that stands in the wrong place is good for, beside the bug that it was to repair.
fn beside_the_bug(names: &[&str]) -> String {
    let mut text = String::from("| the lock | with it | the bug |\n|---|---|---|\n");
    for name in names {
        let (race, variant) = variant(name);
        text.push_str(&format!(
            "| [{}](../races/{}.md): {} | {} | {} |\n",
            race.title,
            race.id,
            variant.summary,
            count(variant),
            count(race.bug())
        ));
    }
    text.trim_end().to_owned()
}
