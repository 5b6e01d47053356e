//! What does a program leave open?

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::panic::Location;

use crate::engine::{Driver, driver};

/// One of so many options, counted from 0: a network that may fail, a clock that may be late. Under an
/// engine every one of them is tried, in every order with what others do. Outside a check and on real
/// threads it is drawn at random.
///
/// ```
/// use drawloom::{Check, choose};
///
/// let report = Check::new().run(|| {
///     let tries = (1..=3).find(|_| choose(2) == 0);
///     tries.map_or("gave up".to_owned(), |tries| format!("{tries} tries"))
/// });
/// let outcomes: Vec<_> = report.outcomes.into_keys().collect();
/// assert_eq!(outcomes, ["1 tries", "2 tries", "3 tries", "gave up"]);
/// ```
#[track_caller]
pub fn choose(options: usize) -> usize {
    assert!(
        (1..=MOST).contains(&options),
        "`choose({options})` leaves nothing to choose, or too much\nhelp: give it from 1 to {MOST} options"
    );
    match driver() {
        _ if options == 1 => 0,
        Driver::Explorer(explorer) => {
            let options = u16::try_from(options).unwrap_or(u16::MAX);
            usize::from(explorer.choose(options, Location::caller()))
        }
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.choose(options),
        Driver::Nobody | Driver::Native(_) => random(options),
    }
}

/// More options than this are refused: each of them is an execution, and mostly many.
const MOST: usize = 1_000;

/// A number below `n`, for real: no engine drives.
pub(crate) fn random(n: usize) -> usize {
    let bits = RandomState::new().build_hasher().finish();
    usize::try_from(bits % n as u64).unwrap_or(0)
}
