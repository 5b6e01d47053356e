//! Every count in prose is that of a program of the catalogue.

use std::fs;

use races::RACES;
use races::catalogue::Expect;

use super::{asked, root, variant};

#[test]
fn a_lock_in_the_wrong_place_removes_no_failing_schedule() {
    let page = fs::read_to_string(root().join("docs/src/locks/nothing.md")).unwrap();
    let mut lines = page.lines().filter_map(|line| asked(line, "beside the bug"));
    let (none, some) = (lines.next().unwrap(), lines.next().unwrap());
    assert!(none.len() >= 10, "{none:?}");
    for name in none {
        let (race, variant) = variant(name);
        assert!(variant.expect.failing >= race.bug().expect.failing, "{name}");
    }
    for name in some {
        let (race, variant) = variant(name);
        let fails = &variant.expect.failing;
        assert!(*fails >= 1 && *fails < race.bug().expect.failing, "{name}");
    }
}

/// A number, as a digit or as a word.
fn number(word: &str) -> Option<u128> {
    const WORDS: [&str; 17] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    ];
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_lowercase();
    let place = WORDS.iter().position(|&known| known == word);
    word.parse().ok().or_else(|| u128::try_from(place?).ok())
}

/// Every `4 of 6` of a text, in digits or words.
fn counts(text: &str) -> Vec<(u128, u128)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let counts = words.windows(3).filter(|window| window[1] == "of");
    counts.filter_map(|window| Some((number(window[0])?, number(window[2])?))).collect()
}

#[test]
fn every_count_in_prose_is_that_of_a_variant() {
    let mut known = 0;
    for race in RACES {
        let path = root().join(format!("docs/src/races/{}.md", race.id));
        let page = fs::read_to_string(&path).unwrap();
        // Every other part is a block of code or of output, which is compared already.
        let prose: Vec<&str> = page.split("```").step_by(2).collect();
        let story = race.source.1.lines().take_while(|line| line.starts_with("//!"));
        let story = story.map(|line| line.trim_start_matches("//!")).collect::<Vec<_>>();
        for (some, all) in counts(&(prose.join("\n") + &story.join("\n"))) {
            known += 1;
            let is = |expect: &Expect| {
                let fail = expect.failing.to_u128();
                let hold = fail.and_then(|fail| all.checked_sub(fail));
                expect.schedules == all && (fail == Some(some) || hold == Some(some))
            };
            let found = race.variants.iter().any(|variant| is(&variant.expect));
            assert!(found, "{} speaks of {some} of {all}", race.id);
        }
    }
    assert!(known >= 20, "the pages speak of only {known} counts");
}
