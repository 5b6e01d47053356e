//! `races list`: what is there?

use clap::{Arg, ArgMatches, Command};
use races::RACES;
use races::catalogue::{Race, Role, Setting, Variant};

use super::json::Json;
use super::lookup;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, family, format_of};

/// What can be typed.
pub(crate) fn cli() -> Command {
    Command::new("list")
        .about("All races, with how many of their schedules fail")
        .arg(
            Arg::new("word")
                .value_name("WORD")
                .help("Only those that speak of it: a family, a lock, a name"),
        )
        .arg(family::flag())
        .arg(
            Arg::new("setting")
                .long("setting")
                .value_name("SETTING")
                .value_parser(["threads", "tasks", "bridge", "memory"])
                .help("Only those that happen there"),
        )
        .arg(format_of(&["text", "json"]))
}

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let asked = |name: &str| given.get_one::<String>(name).map(String::as_str);
    let word = asked("word").map(str::to_lowercase);
    let family = asked("family").map(lookup::family).transpose()?;
    let setting = asked("setting");
    let is_asked_for = |race: &&Race| {
        word.as_ref().is_none_or(|word| speaks_of(race, word))
            && family.is_none_or(|family| race.family == family)
            && setting.is_none_or(|setting| race.setting.word() == setting)
    };
    let races: Vec<&Race> = RACES.iter().copied().filter(is_asked_for).collect();
    if races.is_empty() {
        let setting = setting.map(|setting| format!(" in {setting}")).unwrap_or_default();
        let family = family.map(|family| format!(" of the family {family}")).unwrap_or_default();
        let none = match word {
            Some(word) => format!("no race{setting}{family} speaks of `{word}`"),
            None => format!("there is no race{setting}{family}"),
        };
        return Err(format!("error: {none}\nhelp: {} list shows them all", settings.command));
    }
    let text = match asked("format") {
        Some("json") => document(&races).document(),
        _ => table(settings, &races),
    };
    Ok((text, AS_EXPECTED))
}

/// Whether a word stands in what a race says of itself.
fn speaks_of(race: &Race, word: &str) -> bool {
    let said = [race.id, race.title, race.family, race.setting.word(), race.summary, race.rule];
    let variants = race.variants.iter().flat_map(|variant| [variant.id, variant.summary]);
    said.into_iter().chain(variants).any(|text| text.to_lowercase().contains(word))
}

fn document(races: &[&Race]) -> Json {
    let races = races.iter().map(|race| {
        let variants = race.variants.iter().map(|variant| {
            Json::Object(vec![
                ("id", Json::text(variant.id)),
                ("role", Json::text(variant.role.word())),
                ("schedules", Json::count(Some(&variant.expect.schedules))),
                ("failing", Json::count(Some(&variant.expect.failing))),
            ])
        });
        Json::Object(vec![
            ("id", Json::text(race.id)),
            ("title", Json::text(race.title)),
            ("family", Json::text(race.family)),
            ("setting", Json::text(race.setting.word())),
            ("summary", Json::text(race.summary)),
            ("rule", Json::text(race.rule)),
            ("variants", Json::List(variants.collect())),
        ])
    });
    Json::Object(vec![("races", Json::List(races.collect()))])
}

/// A line of the table, cell by cell.
struct Row([String; 5]);

/// The cells of a row, by number.
const NAME: usize = 0;
const BUG: usize = 1;
const NEAR_MISS: usize = 2;
const FIX: usize = 3;
const SUMMARY: usize = 4;

impl Row {
    fn head() -> Self {
        Self(["RACE", "BUG", "NEAR MISS", "FIX", "SUMMARY"].map(str::to_owned))
    }

    fn of(race: &Race) -> Self {
        let first = |role| race.variants.iter().find(|variant| variant.role == role);
        let cell = |variant: Option<&Variant>| variant.map_or_else(|| "-".to_owned(), counts);
        Self([
            race.id.to_owned(),
            cell(Some(race.bug())),
            cell(first(Role::NearMiss)),
            cell(first(Role::Fix)),
            race.summary.to_owned(),
        ])
    }

    /// The line, with those cells that are shown.
    fn line(&self, shown: &[usize], widths: &[usize; 5]) -> String {
        let cells = shown.iter().map(|&cell| format!("{:<1$}", self.0[cell], widths[cell]));
        format!("  {}\n", cells.collect::<Vec<_>>().join("   ").trim_end())
    }
}

fn table(settings: &Settings, races: &[&Race]) -> String {
    let rows: Vec<(&Race, Row)> = races.iter().map(|&race| (race, Row::of(race))).collect();
    let head = Row::head();
    let mut widths = [0; 5];
    for row in rows.iter().map(|(_, row)| row).chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(&row.0) {
            *width = cell.len().max(*width);
        }
    }
    let shown = fitting(&widths, settings.style.width);
    let mut text = head.line(shown, &widths);
    let mut group = None;
    for (race, row) in &rows {
        let own = Some((race.setting, race.family));
        if group != own {
            let count =
                rows.iter().filter(|(race, _)| Some((race.setting, race.family)) == own).count();
            text.push_str(&format!("\n{}: {} ({count})\n", race.setting.word(), race.family));
            group = own;
        }
        text.push_str(&row.line(shown, &widths));
    }
    text.push_str(&foot(settings, races));
    text
}

/// Which cells there is room for: what a race is about before what its near miss counts, and counts
/// before words that would have to be cut.
fn fitting(widths: &[usize; 5], room: usize) -> &'static [usize] {
    const CHOICES: [&[usize]; 4] = [
        &[NAME, BUG, NEAR_MISS, FIX, SUMMARY],
        &[NAME, BUG, FIX, SUMMARY],
        &[NAME, BUG, NEAR_MISS, FIX],
        &[NAME, BUG, FIX],
    ];
    let needs = |cells: &[usize]| cells.iter().map(|&cell| widths[cell] + 3).sum::<usize>() - 1;
    CHOICES.into_iter().find(|cells| needs(cells) <= room).unwrap_or(CHOICES[3])
}

/// `4 of 6`, as the catalogue has it: `races verify` is what holds it to that.
fn counts(variant: &Variant) -> String {
    if variant.is_loom_only() {
        return "by loom".to_owned();
    }
    format!("{} of {}", variant.expect.failing, variant.expect.schedules)
}

/// How many there are, what the counts are, and what to type next.
fn foot(settings: &Settings, races: &[&Race]) -> String {
    let of = |setting| races.iter().filter(|race| race.setting == setting).count();
    let settings_of = [Setting::Threads, Setting::Tasks, Setting::Bridge, Setting::Memory];
    let parts = settings_of.into_iter().map(|setting| (of(setting), setting.word()));
    let parts: Vec<String> = parts
        .filter(|&(count, _)| count > 0)
        .map(|(count, word)| format!("{word} {count}"))
        .collect();
    let programs: usize = races.iter().map(|race| race.variants.len()).sum();
    let noun = if races.len() == 1 { "race" } else { "races" };
    let mut text =
        format!("\n  {} {noun} ({}), {programs} programs\n", races.len(), parts.join(", "));
    text.push_str("  counts are schedules: how many of all orders of the program's steps fail\n");
    if races.iter().any(|race| race.variants.iter().any(Variant::is_loom_only)) {
        text.push_str("  by loom: no order fails, but memory promises less, and loom finds that\n");
    }
    let command = settings.command;
    text.push_str(&format!("  {command} run RACE    the failing order, step by step\n"));
    text.push_str(&format!("  {command} fix RACE    from the bug to the fix\n"));
    text.push_str(&format!("  {command} learn       races to repair yourself\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn near_misses_go_first_and_then_the_summary() {
        let widths = [10, 6, 9, 6, 20];
        // Two before the first, three between: 2 + 10 + 3 + 6 + 3 + 9 + 3 + 6 + 3 + 20 = 65.
        assert_eq!(fitting(&widths, 65), [0, 1, 2, 3, 4]);
        assert_eq!(fitting(&widths, 64), [0, 1, 3, 4]);
        assert_eq!(fitting(&widths, 53), [0, 1, 3, 4]);
        assert_eq!(fitting(&widths, 52), [0, 1, 2, 3]);
        assert_eq!(fitting(&widths, 41), [0, 1, 3]);
        assert_eq!(fitting(&widths, 10), [0, 1, 3]);
    }
}
