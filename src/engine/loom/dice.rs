//! How does loom choose for us?
//!
//! Loom tries every value that a load may return. A thread of its own makes the dice, atomics of value
//! 0, lets main go on, stores a 1 into each of them, and ends. Nobody ever hears of the stores, so a
//! relaxed load of a die may return either value, and loom tries exactly both: a choice between two.
//! More than two options are halved until one is left, which costs exactly one execution for each.
//!
//! WHY: main could let another thread run and look who came first, but every such meeting is tried in
//! every order with every other.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::sync::atomic::AtomicU64;

use super::{Going, Loom, Needs};

/// How many dice there are when a program makes its first choice.
const FIRST: usize = 16;

/// The dice that have not been cast in this execution, the next one last.
#[derive(Default)]
pub(super) struct Dice {
    left: Vec<Rc<AtomicU64>>,
}

impl Loom {
    /// Starts the thread that makes the dice, if the program chooses at all, and waits until it has.
    pub(super) fn roll_dice(&self) {
        let many = self.needs.dice;
        self.dice.borrow_mut().left.clear();
        if many == 0 {
            return;
        }
        self.unexplored(|| {
            let made: Rc<RefCell<Vec<Rc<AtomicU64>>>> = Rc::default();
            let (making, main) = (Rc::clone(&made), loom::thread::current());
            drop(loom::thread::spawn(move || {
                let dice: Vec<_> = (0..many).map(|_| Rc::new(AtomicU64::new(0))).collect();
                making.borrow_mut().clone_from(&dice);
                // Main hears of the dice, and not of what comes after.
                main.unpark();
                for die in dice {
                    die.store(1, Ordering::Relaxed);
                }
            }));
            loom::thread::park();
            self.dice.borrow_mut().left.append(&mut made.borrow_mut());
        });
        self.threads.borrow_mut().helpers = 1;
    }

    /// One of `options`: every one of them is tried.
    pub(crate) fn choose(&self, options: usize) -> usize {
        let (mut first, mut many) = (0, options);
        while many > 1 {
            let low = many / 2;
            if self.cast() {
                first += low;
                many -= low;
            } else {
                many = low;
            }
        }
        first
    }

    fn cast(&self) -> bool {
        if self.going() != Some(Going::Freely) {
            return false;
        }
        let die = self.dice.borrow_mut().left.pop();
        let Some(die) = die else {
            self.begin_again(Needs { dice: (self.needs.dice * 2).max(FIRST), ..self.needs });
            super::leave()
        };
        // ORDERING: a load that acquired would hear of the other stores.
        self.act(Going::Freely, || die.load(Ordering::Relaxed)) == 1
    }
}
