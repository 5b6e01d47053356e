//! Which race is meant?

use drawloom::Schedule;
use races::RACES;
use races::catalogue::{Race, Variant};

/// A race, and the variant if one was named.
pub(crate) type Meant = (&'static Race, Option<&'static Variant>);

/// Finds `RACE` or `RACE/VARIANT`, or says which name is the nearest.
pub(crate) fn lookup(name: &str) -> Result<Meant, String> {
    let (id, variant) = match name.split_once('/') {
        Some((id, variant)) => (id, Some(variant).filter(|variant| !variant.is_empty())),
        None => (name, None),
    };
    let typed = written(id);
    let race = RACES.iter().find(|race| race.id == typed || written(race.title) == typed);
    let race = race.ok_or_else(|| no_race(id))?;
    let Some(variant) = variant else { return Ok((race, None)) };
    let found = race.variant(variant);
    let names = race.variants.iter().map(|variant| variant.id);
    let what = format!("variant of {}", race.id);
    found.map(|found| (*race, Some(found))).ok_or_else(|| {
        let all: Vec<&str> = names.clone().collect();
        unknown(&what, variant, names, &format!("it has {}", all.join(", ")))
    })
}

/// A name as races are named, if it was written as a file or a title is.
fn written(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', ' '], "-")
}

/// What is said of a name that no race has.
fn no_race(name: &str) -> String {
    if name.is_empty() {
        return "error: no race is named\nhelp: races list shows them all, and lost-update is the first"
            .to_owned();
    }
    let no_race = format!("error: there is no race `{name}`");
    if name.parse::<Schedule>().is_ok() {
        return format!("{no_race}\nhelp: that is a schedule: races replay RACE {name}");
    }
    if let Ok(family) = family(name) {
        return format!("{no_race}\nhelp: that is a family: races run --family \"{family}\"");
    }
    unknown("race", name, RACES.iter().map(|race| race.id), "races list shows them all")
}

/// Finds a family, whatever its letters are, or says which is the nearest.
pub(crate) fn family(name: &str) -> Result<&'static str, String> {
    let mut families: Vec<&'static str> = Vec::new();
    for race in RACES {
        if !families.contains(&race.family) {
            families.push(race.family);
        }
    }
    let written =
        |family: &str| family.replace('-', " ").eq_ignore_ascii_case(&name.replace('-', " "));
    let found = families.iter().copied().find(|family| written(family));
    found.ok_or_else(|| {
        unknown(
            "family",
            name,
            families.iter().copied(),
            &format!("there are {}", families.join(", ")),
        )
    })
}

/// A name that is not known, and the nearest that is.
pub(crate) fn unknown(
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'static str>,
    otherwise: &str,
) -> String {
    let near = nearest(&written(name), names);
    let help = if near.is_empty() {
        otherwise.to_owned()
    } else {
        format!("did you mean {}? {otherwise}", near.join(" or "))
    };
    format!("error: there is no {what} `{name}`\nhelp: {help}")
}

/// At the most so many names are proposed.
const MOST_PROPOSED: usize = 3;

/// The names that go on from what was typed, or else the one that differs in the fewest letters.
fn nearest(typed: &str, names: impl Iterator<Item = &'static str>) -> Vec<String> {
    let quoted = |name: &str| format!("`{name}`");
    let names: Vec<&str> = names.collect();
    let go_on = names.iter().filter(|known| !typed.is_empty() && written(known).starts_with(typed));
    let go_on: Vec<String> = go_on.take(MOST_PROPOSED).map(|name| quoted(name)).collect();
    if !go_on.is_empty() {
        return go_on;
    }
    let letters = |known: &str| distance(typed, &written(known));
    let nearest = names.into_iter().min_by_key(|known| letters(known));
    let near = nearest.filter(|known| letters(known) <= known.len().div_ceil(2));
    near.map(quoted).into_iter().collect()
}

/// How many letters have to be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, lookup};

    #[test]
    fn letters_put_in_taken_out_and_changed_are_counted() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("lost-udpate", "lost-update"), 2);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_race_may_be_written_as_its_file_or_its_title_is() {
        for name in ["writer-starvation", "writer_starvation", "After you", "writer-starvation/"] {
            let (race, variant) = lookup(name).expect("known");
            assert_eq!((race.id, variant.is_none()), ("writer-starvation", true), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let problem = |name| lookup(name).expect_err("unknown");
        assert_eq!(
            problem("lost-updat"),
            "error: there is no race `lost-updat`\n\
             help: did you mean `lost-update`? races list shows them all"
        );
        assert_eq!(
            problem("lost-update/fxi"),
            "error: there is no variant of lost-update `fxi`\n\
             help: did you mean `fix`? it has bug, lock-per-access, two-locks, ignore-the-failure, fix, one-step"
        );
        assert_eq!(
            problem("lost"),
            "error: there is no race `lost`\n\
             help: did you mean `lost-update` or `lost-signal`? races list shows them all"
        );
        assert_eq!(
            problem("Deadlock"),
            "error: there is no race `Deadlock`\nhelp: that is a family: races run --family \"deadlock\""
        );
        assert_eq!(
            problem(""),
            "error: no race is named\nhelp: races list shows them all, and lost-update is the first"
        );
        assert_eq!(
            problem("1221"),
            "error: there is no race `1221`\nhelp: that is a schedule: races replay RACE 1221"
        );
    }
}
