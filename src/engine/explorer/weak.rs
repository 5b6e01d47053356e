//! When does a `compare_exchange_weak` fail for no reason?
//!
//! It may whenever it would succeed: that is the second option of its step. A loop around it could go
//! round for ever like that, and each round would be like the one before. So a strand's exchange does
//! not fail for no reason twice in a row on the same object while nobody has changed that: whatever
//! the second failure would show, the first has shown.

use std::panic::Location;

use super::state::{State, StrandId};
use super::thing::Operation;
use super::{Explorer, Object};
use crate::step::{Kind, Value, What};

/// The operation, as it is announced.
pub(super) const NAME: &str = "compare_exchange_weak";

/// What a strand's exchanges were like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weak {
    /// What the one that is announced expects.
    expected: Option<Value>,
    /// The object of the last that failed for no reason, and how often that had been changed.
    failed: Option<(u32, u64)>,
    /// Whether the one that is under way fails for no reason.
    fails: bool,
}

impl Explorer {
    /// Announces an exchange that may fail for no reason. Whether it is to.
    pub(crate) fn announce_weak(
        &self,
        object: &Object,
        expected: Value,
        at: &'static Location<'static>,
    ) -> u16 {
        let options = {
            let mut state = self.state.borrow_mut();
            let number = state.number(object, What::Atomic, at);
            let me = state.current;
            state.strands[me].weak.expected = Some(expected);
            state.ways_to_exchange(me, number)
        };
        let kind = Kind::Update(NAME);
        let option = self.announce(&Operation { object, what: What::Atomic, kind, at, options });
        let mut state = self.state.borrow_mut();
        let number = state.number(object, What::Atomic, at);
        let version = state.thing(number).version;
        let me = state.current;
        let weak = &mut state.strands[me].weak;
        weak.expected = None;
        if option == 1 {
            weak.failed = Some((number, version));
            weak.fails = true;
        }
        option
    }
}

impl State {
    /// Whether the exchange that is under way fails for no reason, as was said before.
    pub(super) fn fails_for_no_reason(&mut self) -> bool {
        std::mem::take(&mut self.strands[self.current].weak.fails)
    }

    /// How many options a strand's exchange has now.
    pub(super) fn ways_to_exchange(&self, strand: StrandId, object: u32) -> u16 {
        let thing = &self.things[object as usize];
        let weak = &self.strands[strand].weak;
        let value = thing.value.or(thing.initial);
        let would_succeed = weak.expected.is_some() && value == weak.expected;
        let has_failed = weak.failed == Some((object, thing.version));
        if would_succeed && !has_failed { 2 } else { 1 }
    }
}
