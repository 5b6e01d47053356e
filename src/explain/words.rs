//! How are lists, numbers and places said?

use crate::trace::{Op, Place, Trace};

/// `alice`, `alice and bob`, `alice, bob and carol`.
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [before @ .., last] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", before.join(", "), last.as_ref())
        }
    }
}

/// `2 and 3`, `2 to 5`: step numbers, which count from 1, from positions, which count from 0.
pub(crate) fn numbers(steps: &[usize]) -> String {
    let mut sorted = steps.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let runs: Vec<String> = sorted
        .chunk_by(|one, next| one + 1 == *next)
        .flat_map(|run| match run {
            [first, _, .., last] => vec![format!("{} to {}", first + 1, last + 1)],
            few => few.iter().map(|step| (step + 1).to_string()).collect(),
        })
        .collect();
    list(&runs)
}

/// `step 2`, `steps 2 and 3`.
pub(crate) fn steps(steps: &[usize]) -> String {
    let several = steps.iter().any(|step| *step != steps[0]);
    format!("{} {}", if several { "steps" } else { "step" }, numbers(steps))
}

/// `1 step`, `2 steps`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

fn plural(noun: &str) -> String {
    match noun {
        "switch" => "switches".to_owned(),
        noun => format!("{noun}s"),
    }
}

/// How lines are named in a report: `:14` in the file that it is about, `bank.rs:14` elsewhere. Where
/// it is spoken, `line 14`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    main: String,
    spoken: bool,
}

impl Lines {
    /// The file where most operations are is the one that the report is about.
    pub(crate) fn of(trace: &Trace, spoken: bool) -> Self {
        let mut files: Vec<(&str, usize)> = Vec::new();
        for op in ops(trace) {
            match files.iter_mut().find(|(file, _)| *file == op.place.file) {
                Some((_, times)) => *times += 1,
                None => files.push((&op.place.file, 1)),
            }
        }
        let most = files.iter().map(|(_, times)| *times).max();
        let main = files.iter().find(|(_, times)| Some(*times) == most);
        Self { main: main.map(|(file, _)| (*file).to_owned()).unwrap_or_default(), spoken }
    }

    pub(crate) fn say(&self, place: &Place) -> String {
        let line = place.line;
        let file = place.file.rsplit('/').next().unwrap_or(&place.file);
        match (place.file == self.main, self.spoken) {
            (true, false) => format!(":{line}"),
            (true, true) => format!("line {line}"),
            (false, false) => format!("{file}:{line}"),
            (false, true) => format!("{file} line {line}"),
        }
    }
}

/// All operations of a trace's steps, and where nobody else was there.
pub(crate) fn ops(trace: &Trace) -> impl Iterator<Item = &Op> {
    let steps = trace.steps.iter().flat_map(|step| &step.ops);
    steps.chain(trace.asides.iter().map(|aside| &aside.op))
}

/// A file as it is shown: where it is on this machine is nobody's business.
pub(crate) fn shown_file(file: &str) -> String {
    let absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
    if !absolute {
        return file.to_owned();
    }
    let parts: Vec<&str> = file.split('/').collect();
    let kept = &parts[parts.len().saturating_sub(3)..];
    format!(".../{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{count, list, numbers, shown_file, steps};

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(list(&["alice"]), "alice");
        assert_eq!(list(&["alice", "bob"]), "alice and bob");
        assert_eq!(list(&["alice", "bob", "carol"]), "alice, bob and carol");
    }

    #[test]
    fn steps_count_from_one_and_runs_are_folded() {
        assert_eq!(steps(&[0]), "step 1");
        assert_eq!(steps(&[2, 1]), "steps 2 and 3");
        assert_eq!(numbers(&[1, 2, 3, 4, 8]), "2 to 5 and 9");
        assert_eq!(count(1, "switch"), "1 switch");
        assert_eq!(count(2, "switch"), "2 switches");
    }

    #[test]
    fn no_path_of_this_machine_is_shown() {
        assert_eq!(shown_file("tests/reports.rs"), "tests/reports.rs");
        assert_eq!(shown_file("/far/away/tokio/src/sync/mod.rs"), ".../src/sync/mod.rs");
    }
}
