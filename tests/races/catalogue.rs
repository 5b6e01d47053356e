//! Every variant of every race does what the catalogue says, on the explorer and under loom.

use drawloom::{Check, Engine, Report, Sources, Verdict};
use races::RACES;
use races::catalogue::{Loom, Role, Setting, Variant};

fn check(engine: Engine) -> Check {
    let carried = RACES
        .iter()
        .fold(Sources::new(), |sources, race| sources.carrying(race.source.0, race.source.1));
    Check::new().engine(engine).sources(carried)
}

fn every_variant(mut look: impl FnMut(&str, &'static Variant)) {
    for race in RACES {
        for variant in race.variants {
            look(&format!("{}/{}", race.id, variant.id), variant);
        }
    }
}

/// The counts and the failure, which must be *this* bug and no other.
fn assert_as_expected(name: &str, variant: &Variant, report: &Report<()>) {
    let schedules = report.schedules.as_ref().unwrap_or_else(|| panic!("{name}: {report}"));
    let found = (&schedules.failing, &schedules.all);
    assert_eq!(found, (&variant.expect.failing, &variant.expect.schedules), "{name}");
    match (report.failure(), variant.expect.failure) {
        (None, None) => assert!(matches!(report.verdict, Verdict::Verified), "{name}"),
        (Some(failure), Some((kind, words))) => {
            assert_eq!(failure.kind, kind, "{name}");
            assert!(failure.message.contains(words), "{name}: {}", failure.message);
            assert!(failure.simplest, "{name}");
        }
        (found, expected) => panic!("{name}: {found:?}, and not {expected:?}"),
    }
}

#[test]
fn the_explorer_finds_what_the_catalogue_says() {
    every_variant(|name, variant| {
        assert_as_expected(name, variant, &check(Engine::Explorer).run(variant.program));
    });
}

#[test]
fn brute_force_finds_the_same() {
    every_variant(|name, variant| {
        let report = check(Engine::Explorer).every_schedule().run(variant.program);
        assert_as_expected(name, variant, &report);
        let schedules = report.schedules.map(|counts| counts.all);
        assert_eq!(schedules, Some(report.executions.into()), "{name}");
    });
}

#[test]
fn the_simplest_failing_schedule_replays_to_the_same_failure() {
    every_variant(|name, variant| {
        let report = check(Engine::Explorer).run(variant.program);
        let Some(failure) = report.failure() else { return };
        let again = check(Engine::Explorer).replay(failure.schedule.clone()).run(variant.program);
        let again = again.failure().unwrap_or_else(|| panic!("{name} does not fail again"));
        assert_eq!(again.message, failure.message, "{name}");
        assert_eq!(again.schedule, failure.schedule, "{name}");
    });
}

#[test]
fn loom_finds_what_the_catalogue_says_that_it_finds() {
    every_variant(|name, variant| {
        let report = check(Engine::Loom).run(variant.program);
        if matches!(variant.loom, Loom::CannotSay(_)) {
            assert!(matches!(report.verdict, Verdict::Inconclusive(_)), "{name}: {report}");
            return;
        }
        match (&report.verdict, variant.loom_failure()) {
            (Verdict::Failed(failure), Some((kind, words))) => {
                assert_eq!(failure.kind, kind, "{name}: {report}");
                assert!(failure.message.contains(words), "{name}: {report}");
            }
            (Verdict::Verified, None) => {}
            (found, expected) => panic!("{name}: {found:?}, and not {expected:?}"),
        }
    });
}

#[test]
fn what_is_broken_fails_somewhere_and_what_is_fixed_fails_nowhere_but_by_a_false_alarm() {
    every_variant(|name, variant| {
        let broken = variant.role != Role::Fix;
        let fails = variant.expect.failing > 0;
        assert_eq!(broken, fails || variant.is_loom_only(), "{name}");
        match variant.loom {
            Loom::FindsMore(..) | Loom::CriesWolf(_) => assert!(!fails, "{name}"),
            Loom::Misses(_) => assert!(fails, "{name}"),
            Loom::Agrees | Loom::CannotSay(_) => {}
        }
    });
}

#[test]
fn every_race_is_told_broken_nearly_fixed_and_fixed() {
    for race in RACES {
        assert_eq!(race.bug().role, Role::Bug, "{}", race.id);
        for role in [Role::NearMiss, Role::Fix] {
            assert!(race.variants.iter().any(|variant| variant.role == role), "{}", race.id);
        }
        let order: Vec<Role> = race.variants.iter().map(|variant| variant.role).collect();
        let sorted = [Role::Bug, Role::NearMiss, Role::Fix]
            .into_iter()
            .flat_map(|role| order.iter().copied().filter(move |&other| other == role));
        assert_eq!(order, sorted.collect::<Vec<_>>(), "{}", race.id);
        for variant in race.variants {
            assert!(!race.function(variant.function).is_empty(), "{}/{}", race.id, variant.id);
        }
    }
}

#[test]
fn every_setting_has_races_and_no_two_have_the_same_name() {
    let of = |setting| RACES.iter().filter(|race| race.setting == setting).count();
    let least =
        [(Setting::Threads, 20), (Setting::Tasks, 18), (Setting::Bridge, 2), (Setting::Memory, 6)];
    for (setting, least) in least {
        assert!(of(setting) >= least, "{}", setting.word());
    }
    let mut names: Vec<&str> = RACES.iter().map(|race| race.id).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RACES.len());
}
