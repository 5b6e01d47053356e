//! All exercises, and what was done of each.

use races::exercises::EXERCISES;

use super::super::json::Json;
use super::super::next::next;
use super::{FOLDER, Learner};

/// All exercises by chapter.
pub(super) fn all(learner: &Learner<'_>, json: bool) -> String {
    if json { document(learner).document() } else { table(learner) }
}

fn document(learner: &Learner<'_>) -> Json {
    let exercises = EXERCISES.iter().map(|exercise| {
        let standing = learner.folder.known(exercise);
        Json::Object(vec![
            ("id", Json::text(exercise.id)),
            ("chapter", Json::text(exercise.chapter)),
            ("summary", Json::text(exercise.summary)),
            ("standing", Json::text(standing.word())),
            ("hints", Json::count(Some(standing.hints))),
        ])
    });
    Json::Object(vec![("exercises", Json::List(exercises.collect()))])
}

fn table(learner: &Learner<'_>) -> String {
    let widest = EXERCISES.iter().map(|exercise| exercise.id.len()).max().unwrap_or(0);
    let line = |name: &str, standing: &str, summary: &str| {
        format!("  {name:<widest$}   {standing:<9}   {summary}\n")
    };
    let mut text = line("EXERCISE", "STANDING", "SUMMARY");
    let mut chapter = "";
    for exercise in EXERCISES {
        if chapter != exercise.chapter {
            chapter = exercise.chapter;
            text.push_str(&format!("\n{chapter}\n"));
        }
        let standing = learner.folder.known(exercise).word();
        text.push_str(&line(exercise.id, standing, exercise.summary));
    }
    let passed = EXERCISES.iter().filter(|exercise| learner.folder.known(exercise).passed).count();
    text.push_str(&format!("\n  {passed} of {} passed\n", EXERCISES.len()));
    let command = learner.settings.command;
    let folder = learner.folder.path().display();
    let place = if learner.is_new { folder.to_string() } else { FOLDER.to_owned() };
    let commands = [
        (format!("{command} learn EXERCISE"), "the story, and a question"),
        (format!("{command} learn EXERCISE --in {place}"), "a copy of it for you to repair"),
    ];
    text + &next(&commands, learner.settings.style.width)
}
