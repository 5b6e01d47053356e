//! How do the parts above add up to one call?

use std::panic::Location;
use std::sync::Arc;

use crate::engine;
use crate::explore;
use crate::plan::{Check, Engine, Outcome};
use crate::verdict::{Report, Verdict};

impl Check {
    /// Runs the check. It never panics because the program fails.
    #[track_caller]
    pub fn run<T: Outcome>(&self, program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
        engine::silence_panics();
        let caller = Location::caller();
        match self.engine {
            Engine::Explorer => explore::explore(self, Arc::new(program), caller),
            #[cfg(feature = "loom")]
            Engine::Loom => engine::loom::check(self, program),
            Engine::Native => engine::native::check(self, program),
        }
    }
}

/// Checks a program under every schedule, and panics with the whole report if it does not hold.
///
/// ```should_panic
/// use drawloom::sync::Arc;
/// use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use drawloom::thread;
///
/// drawloom::check(|| {
///     let jar = Arc::new(AtomicU32::new(0));
///     let put_coin = |jar: Arc<AtomicU32>| thread::spawn(move || jar.store(jar.load(SeqCst) + 1, SeqCst));
///     let (alice, bob) = (put_coin(Arc::clone(&jar)), put_coin(Arc::clone(&jar)));
///     alice.join().unwrap();
///     bob.join().unwrap();
///     assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
/// });
/// ```
#[track_caller]
pub fn check<T: Outcome>(program: impl Fn() -> T + Send + Sync + 'static) {
    let report = Check::new().run(program);
    assert!(matches!(report.verdict, Verdict::Verified), "\n{report}");
}
