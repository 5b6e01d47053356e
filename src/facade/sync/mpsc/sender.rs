//! The sending sides of a channel.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc as real;

use super::desk::{Desk, Patience};
use super::{OUTSIDE, SendError, TrySendError};
use crate::engine::{Driver, driver};

/// One of the two ways in which a channel can be there.
enum Way<R, T> {
    Real(R),
    Ours(Arc<Desk<T>>),
}

/// The original, which must not be used under an engine.
fn real<R>(real: &R) -> &R {
    assert!(matches!(driver(), Driver::Nobody | Driver::Native(_)), "{OUTSIDE}");
    real
}

macro_rules! sender {
    ($(#[$doc:meta])* $name:ident, $patience:expr) => {
        $(#[$doc])*
        pub struct $name<T> {
            way: Way<real::$name<T>, T>,
        }

        impl<T> $name<T> {
            pub(super) fn real(sender: real::$name<T>) -> Self {
                Self { way: Way::Real(sender) }
            }

            pub(super) fn ours(desk: Arc<Desk<T>>) -> Self {
                Self { way: Way::Ours(desk) }
            }

            /// As in the original.
            #[track_caller]
            pub fn send(&self, value: T) -> Result<(), SendError<T>> {
                match &self.way {
                    Way::Real(sender) => real(sender).send(value),
                    Way::Ours(desk) => desk.send(value, $patience).map_err(|error| match error {
                        TrySendError::Full(value) | TrySendError::Disconnected(value) => {
                            SendError(value)
                        }
                    }),
                }
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                let way = match &self.way {
                    Way::Real(sender) => Way::Real(sender.clone()),
                    Way::Ours(desk) => {
                        desk.add_sender();
                        Way::Ours(Arc::clone(desk))
                    }
                };
                Self { way }
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                if let Way::Ours(desk) = &self.way {
                    desk.drop_sender();
                }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

sender! {
    /// The sending side of a channel without a bound, as in [`std::sync::mpsc`].
    Sender, Patience::Endless
}

sender! {
    /// The sending side of a channel with a bound, as in [`std::sync::mpsc`].
    SyncSender, Patience::Endless
}

impl<T> SyncSender<T> {
    /// As in the original.
    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match &self.way {
            Way::Real(sender) => real(sender).try_send(value),
            Way::Ours(desk) => desk.send(value, Patience::None),
        }
    }
}
