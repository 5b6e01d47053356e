//! `races fix`: from the bug to the fix.

use clap::ArgMatches;
use drawloom::{Engine, Report};
use races::catalogue::{Race, Role, Variant};
use races::exercises::EXERCISES;

use super::json::Json;
use super::lookup::lookup;
use super::next::next;
use super::run::{check, found, judge, lines};
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, DIFFERS};

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let (race, variant) = lookup(given.get_one::<String>("race").map_or("", String::as_str))?;
    let fix = variant.filter(|variant| variant.role == Role::Fix).or(race.fix());
    let Some(fix) = fix else { return Err(format!("error: {} has no fix", race.id)) };
    // From a near miss the way is another than from the bug.
    let broken = variant.filter(|variant| variant.role == Role::NearMiss).unwrap_or(race.bug());
    let reports: Vec<(&Variant, Report<()>)> = race
        .variants
        .iter()
        .map(|variant| (variant, check(settings, Engine::Explorer).run(variant.program)))
        .collect();
    let holds = |(variant, report): &(&Variant, Report<()>)| {
        judge(variant, Engine::Explorer, report).is_ok()
    };
    let code = if reports.iter().all(holds) { AS_EXPECTED } else { DIFFERS };
    if given.get_one::<String>("format").is_some_and(|format| format == "json") {
        let found = reports.iter().map(|(one, report)| found(race, one, Engine::Explorer, report));
        let document = Json::Object(vec![("variants", Json::List(found.collect()))]);
        return Ok((document.document(), code));
    }
    let mut text = format!("{}: {}\n{}\n\n", race.id, race.title, race.source.0);
    text.push_str(&difference(race, broken, fix));
    text.push('\n');
    text.push_str(&lines(settings, race, &reports));
    text.push_str(&rule(race, settings.style.width));
    text.push_str(&next(&go_on(settings, race), settings.style.width));
    Ok((text, code))
}

/// How a near miss fails, what the words mean, and the race as an exercise, if it is one.
fn go_on(settings: &Settings, race: &Race) -> Vec<(String, &'static str)> {
    let command = settings.command;
    let near_miss = race.variants.iter().find(|variant| variant.role == Role::NearMiss);
    let mut commands: Vec<(String, &str)> = near_miss
        .map(|near| (format!("{command} run {}/{}", race.id, near.id), "how a near miss fails"))
        .into_iter()
        .collect();
    commands
        .push((format!("{command} explain {}", race.id), "what it is, and where the lock belongs"));
    if EXERCISES.iter().any(|exercise| exercise.id == race.id) {
        commands.push((format!("{command} learn {}", race.id), "repair it yourself"));
    }
    commands
}

/// What to remember, in lines that are not too long.
fn rule(race: &Race, width: usize) -> String {
    let mut lines = vec!["rule ".to_owned()];
    for word in race.rule.split(' ') {
        let last = lines.len() - 1;
        if lines[last].len() + 1 + word.len() > width {
            lines.push(format!("      {word}"));
        } else {
            lines[last].push_str(&format!(" {word}"));
        }
    }
    format!("\n{}\n", lines.join("\n"))
}

/// The lines that differ between two functions of a race's file, with those around them.
fn difference(race: &Race, from: &Variant, to: &Variant) -> String {
    let (before, after) = (race.function(from.function), race.function(to.function));
    let mut text = String::new();
    for (sign, line) in compare(&before, &after) {
        text.push_str(format!("{sign} {line}").trim_end());
        text.push('\n');
    }
    text
}

/// The shortest way from one text to another, by the longest lines that both have in order.
fn compare<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(char, &'a str)> {
    let (rows, columns) = (before.len(), after.len());
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if before[row] == after[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut lines = Vec::new();
    while row < rows || column < columns {
        if row < rows && column < columns && before[row] == after[column] {
            lines.push((' ', before[row]));
            row += 1;
            column += 1;
        } else if column == columns
            || (row < rows && common[row + 1][column] >= common[row][column + 1])
        {
            lines.push(('-', before[row]));
            row += 1;
        } else {
            lines.push(('+', after[column]));
            column += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn what_both_have_stays_and_the_rest_is_marked() {
        let before = ["fn a() {", "  load", "  store", "}"];
        let after = ["fn a() {", "  lock", "  store", "}"];
        assert_eq!(
            compare(&before, &after),
            [(' ', "fn a() {"), ('-', "  load"), ('+', "  lock"), (' ', "  store"), (' ', "}")]
        );
    }
}
