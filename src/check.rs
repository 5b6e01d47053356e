//! How do the parts above add up to one call?

use std::panic::Location;
use std::sync::Arc;

use crate::engine;
use crate::explore;
use crate::plan::{Check, Engine, Outcome};
use crate::program::{Checked, Program, Typed};
use crate::verdict::{Limit, Report, Verdict, bytes};

impl Check {
    /// Runs the check. It never panics because the program fails.
    #[track_caller]
    pub fn run<T: Outcome>(&self, program: impl Fn() -> T + Send + Sync + 'static) -> Report<T> {
        let program: Arc<dyn Program> = Arc::new(Typed::new(program));
        self.checked(&program, Location::caller()).typed()
    }

    fn checked(&self, program: &Arc<dyn Program>, caller: &'static Location<'static>) -> Checked {
        engine::silence_panics();
        let refused = match self.engine {
            _ if self.too_little().is_some() => self.too_little(),
            Engine::Explorer => None,
            _ if self.is_exhaustive() => None,
            engine => Some(refused(engine)),
        };
        if let Some(limit) = refused {
            return Checked::of(Verdict::Inconclusive(limit), &**program);
        }
        match self.engine {
            Engine::Explorer => explore::explore(self, program, caller),
            #[cfg(feature = "loom")]
            Engine::Loom => engine::loom::check(self, program),
            Engine::Native => engine::native::check(self, program),
        }
    }

    /// What was asked for with which no engine can begin. Real threads have stacks of their own.
    fn too_little(&self) -> Option<Limit> {
        let stack = self.bounds.stack;
        (stack < Self::MIN_STACK && self.engine != Engine::Native).then(|| {
            Limit::Refused(format!(
                "a strand cannot begin on a stack of {}\n\
                 help: give each {} or more with `stack_size`",
                bytes(stack),
                bytes(Self::MIN_STACK)
            ))
        })
    }
}

/// A sample or a bound was asked of an engine that has its own order.
fn refused(engine: Engine) -> Limit {
    Limit::Refused(format!(
        "{} decides itself which schedules are run: no sample and no bound on preemptions\n\
         help: ask the explorer",
        engine.word()
    ))
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
