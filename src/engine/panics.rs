//! A panic of the program is the program's, not the terminal's.
//!
//! The panic hook belongs to the whole process. Ours is put in front of it once and looks at the
//! thread: under a check it keeps the message and the line and prints nothing, elsewhere it calls the
//! hook that was there before.

use std::any::Any;
use std::panic::{self, Location, PanicHookInfo};
use std::sync::Once;

use super::{Driver, driver, native};

/// What a panic said, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Panicked {
    fn new(message: String, at: Option<&Location<'_>>) -> Self {
        Self {
            message,
            file: at.map(|at| at.file().to_owned()).unwrap_or_default(),
            line: at.map_or(0, Location::line),
            column: at.map_or(0, Location::column),
        }
    }
}

/// Puts our hook in front of the process's, once.
pub(crate) fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !keep(info) {
                before(info);
            }
        }));
    });
}

/// Keeps a panic of the program under check, or says that this is none.
fn keep(info: &PanicHookInfo<'_>) -> bool {
    let panicked = Panicked::new(message_of(info.payload()), info.location());
    match driver() {
        Driver::Nobody => false,
        Driver::Native(check) => native::panicked(check, panicked),
        Driver::Explorer(explorer) => explorer.panicked(panicked),
        #[cfg(feature = "loom")]
        Driver::Loom(loom) => loom.panicked(panicked),
    }
}

/// The text of a panic's payload.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic whose payload is not text".to_owned())
}
