//! How many executions is a check about to need?

use super::Exploration;
use crate::engine::Explorer;
use crate::engine::explorer::{Ending, Moment};
use crate::search::{Optimal, Probes, Search};

/// So many executions are drawn.
const PROBES: usize = 64;

/// A guess is the same each time.
const SEED: u64 = 1;

impl Exploration<'_> {
    /// About how many executions the search needs, after so many: by a few that are drawn at random, or
    /// as far as the search itself can tell.
    pub(super) fn expected(&self, executions: u64, search: &Optimal) -> Option<f64> {
        let guess = search.estimate()?;
        #[expect(clippy::cast_precision_loss, reason = "it is compared with a guess")]
        let more = |probed: &f64| *probed > executions as f64;
        self.probed.get_or_init(|| self.probe()).filter(more).or(Some(guess))
    }

    /// Draws a few executions. They have an explorer of their own, so nothing that the search goes by is
    /// touched, and nothing that they return counts.
    fn probe(&self) -> Option<f64> {
        let mut probes = Probes::new(SEED);
        let explorer = Explorer::new(self.check.bounds, &self.pulse, &std::sync::Arc::default());
        for _ in 0..PROBES {
            let run = || drop(self.program.run());
            let mut draw = |moment: &Moment<'_>| Some(probes.choose(moment.enabled));
            let ending = explorer.drive(|| explorer.run(&run, &mut draw));
            let is_one = matches!(
                ending,
                Ending::Returned
                    | Ending::Panicked
                    | Ending::Deadlock
                    | Ending::DataRace
                    | Ending::Livelock
                    | Ending::StepLimit
            );
            if !is_one || std::thread::panicking() {
                return None;
            }
            explorer.with_run(|run| probes.record(run))?;
        }
        Some(probes.mean())
    }
}
