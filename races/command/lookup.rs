//! Which race is meant?

use drawloom::Schedule;
use races::RACES;
use races::catalogue::{Race, Variant};

/// A race, and the variant if one was named.
pub(crate) type Meant = (&'static Race, Option<&'static Variant>);

/// Finds `RACE` or `RACE/VARIANT`, or says which name is the nearest.
pub(crate) fn lookup(name: &str) -> Result<Meant, String> {
    let (id, variant) = match name.split_once('/') {
        Some((id, variant)) => (id, Some(variant)),
        None => (name, None),
    };
    let Some(race) = RACES.iter().find(|race| race.id == id) else {
        if id.parse::<Schedule>().is_ok() {
            return Err(format!(
                "error: there is no race `{id}`\nhelp: that is a schedule: races replay RACE {id}"
            ));
        }
        let names = RACES.iter().map(|race| race.id);
        return Err(unknown("race", id, names, "races list shows them all"));
    };
    let Some(variant) = variant else { return Ok((race, None)) };
    let found = race.variant(variant);
    let names = race.variants.iter().map(|variant| variant.id);
    let what = format!("variant of {}", race.id);
    found.map(|found| (*race, Some(found))).ok_or_else(|| {
        let all: Vec<&str> = names.clone().collect();
        unknown(&what, variant, names, &format!("it has {}", all.join(", ")))
    })
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
    let nearest = names.min_by_key(|known| distance(name, known));
    let help = match nearest {
        Some(nearest) if distance(name, nearest) <= nearest.len().div_ceil(2) => {
            format!("did you mean `{nearest}`? {otherwise}")
        }
        _ => otherwise.to_owned(),
    };
    format!("error: there is no {what} `{name}`\nhelp: {help}")
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
            problem("1221"),
            "error: there is no race `1221`\nhelp: that is a schedule: races replay RACE 1221"
        );
    }
}
