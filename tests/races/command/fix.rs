//! `races fix`: the difference, and the counts of all variants.

use races::RACES;

use super::{code, races, text};

#[test]
fn fix_goes_from_a_near_miss_as_well_and_speaks_json() {
    let output = races(&["fix", "lost-update/two-locks"]);
    assert!(text(&output).contains("- fn two_locks() {\n"), "{}", text(&output));
    assert!(text(&output).contains("+ fn fix() {\n"), "{}", text(&output));
    for race in RACES {
        let output = races(&["fix", race.id, "--format", "json"]);
        assert_eq!(code(&output), 0, "{}", race.id);
        assert_eq!(text(&output).matches("\"race\": \"").count(), race.variants.len());
    }
}

#[test]
fn fix_shows_the_difference_and_the_counts_of_all_variants() {
    let output = races(&["fix", "lost-update"]);
    assert_eq!(code(&output), 0);
    let text = text(&output);
    assert!(text.contains("-         let coins = jar.load(SeqCst);"), "{text}");
    assert!(text.contains("+         let mut coins = jar.lock().unwrap();"), "{text}");
    for line in ["6 schedules, 4 fail", "2 schedules, 0 fail"] {
        assert!(text.contains(line), "{text}");
    }
    for next in ["run lost-update/lock-per-access ", "explain lost-update ", "learn lost-update "] {
        assert!(text.contains(&format!("races {next}")), "{text}");
    }
    assert!(
        !self::text(&races(&["fix", "wrong-lock"])).contains("races learn"),
        "it is no exercise"
    );
}
