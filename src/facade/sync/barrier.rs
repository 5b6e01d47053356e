//! Mirrors [`std::sync::Barrier`].

use std::fmt;
use std::panic::Location;
use std::sync as real;

use super::super::announce;
use super::super::fresh::Fresh;
#[cfg(feature = "loom")]
use super::monitor::Monitor;
use crate::engine::explorer::{Gate, Let, Operation, StrandId};
use crate::engine::{Driver, Explorer, Object, driver};
use crate::step::{Kind, What};

/// Where threads wait for each other, as in [`std::sync`]. The original calls its leader arbitrary: under
/// the explorer it is any of them, under loom the last to come.
pub struct Barrier {
    object: Object,
    many: usize,
    real: real::Barrier,
    arrivals: Fresh<Arrivals>,
    #[cfg(feature = "loom")]
    monitor: Monitor,
}

/// Who has come, in one execution.
#[derive(Default)]
struct Arrivals {
    here: Vec<StrandId>,
    /// Who was the leader when all were there last.
    leader: Option<StrandId>,
    /// How often all were there.
    #[cfg(feature = "loom")]
    rounds: usize,
}

impl Barrier {
    /// As in the original.
    #[track_caller]
    pub const fn new(n: usize) -> Self {
        Self {
            object: Object::at(Location::caller()),
            many: if n == 0 { 1 } else { n },
            real: real::Barrier::new(n),
            arrivals: Fresh::new(Arrivals {
                here: Vec::new(),
                leader: None,
                #[cfg(feature = "loom")]
                rounds: 0,
            }),
            #[cfg(feature = "loom")]
            monitor: Monitor::new(),
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        BarrierWaitResult(match driver() {
            Driver::Explorer(explorer) => self.meet(explorer, Location::caller()),
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => self.meet_in_loom(loom),
            _ => self.real.wait().is_leader(),
        })
    }

    fn meet(&self, explorer: &'static Explorer, at: &'static Location<'static>) -> bool {
        self.set_gate(explorer, at);
        let turn = announce(explorer, &self.object, What::Barrier, Kind::Meet("wait"), at);
        let option = usize::from(turn.option);
        turn.wrote(None, None);
        let me = explorer.current();
        let all = self.arrivals.with(|arrivals| {
            arrivals.here.push(me);
            (arrivals.here.len() >= self.many).then(|| std::mem::take(&mut arrivals.here))
        });
        self.set_gate(explorer, at);
        let Some(mut all) = all else {
            let (object, what, kind) = (&self.object, What::Barrier, Kind::Meet("wait"));
            let operation = Operation { object, what, kind, at, options: 1 };
            let ended = explorer.block(&operation, None);
            return ended == Let::Go && self.arrivals.with(|arrivals| arrivals.leader == Some(me));
        };
        // Options must mean the same in every execution.
        explorer.in_order(&mut all);
        let leader = all.get(option).copied();
        self.arrivals.with(|arrivals| arrivals.leader = leader);
        for other in all.into_iter().filter(|&other| other != me) {
            explorer.let_go(other);
        }
        leader == Some(me)
    }

    /// Whoever comes last decides who leads.
    fn set_gate(&self, explorer: &Explorer, at: &'static Location<'static>) {
        let here = self.arrivals.with(|arrivals| arrivals.here.len());
        let options = if here + 1 == self.many { self.many } else { 1 };
        let options = u16::try_from(options).unwrap_or(u16::MAX);
        explorer.set_gate(&self.object, What::Barrier, Gate { options, ..Gate::default() }, at);
    }

    #[cfg(feature = "loom")]
    fn meet_in_loom(&self, loom: &crate::engine::loom::Loom) -> bool {
        let mut round = None;
        self.monitor.when(loom, || {
            self.arrivals.with(|arrivals| {
                if let Some(round) = round {
                    return (arrivals.rounds > round).then_some(false);
                }
                arrivals.here.push(0);
                if arrivals.here.len() >= self.many {
                    arrivals.here.clear();
                    arrivals.rounds += 1;
                    return Some(true);
                }
                round = Some(arrivals.rounds);
                None
            })
        })
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

/// What a wait returns, as in [`std::sync`].
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// As in the original.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.0).finish()
    }
}
