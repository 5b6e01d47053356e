//! Mirrors [`::tokio::sync::mpsc`].

mod bounded;
mod permit;
mod receiver;
mod unbounded;

use std::panic::Location;
use std::sync::Arc;

use ::tokio::sync::mpsc as real;

pub use ::tokio::sync::mpsc::error;

use super::super::announcing::Sign;
use crate::engine::Object;
use crate::step::What;

pub use bounded::{Sender, WeakSender};
pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use receiver::{Receiver, UnboundedReceiver};
pub use unbounded::{UnboundedSender, WeakUnboundedSender};

fn sign(name: &'static str, at: &'static Location<'static>) -> Sign {
    Sign { what: What::Channel, name, at }
}

/// What all ends have in common.
#[derive(Debug)]
struct Shared {
    object: Object,
    at: &'static Location<'static>,
}

impl Shared {
    fn new(at: &'static Location<'static>) -> Arc<Self> {
        Arc::new(Self { object: Object::at(at), at })
    }
}

/// A channel with room for so many messages, as in [`::tokio::sync::mpsc`].
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = real::channel(buffer);
    let shared = Shared::new(Location::caller());
    (Sender::new(&shared, sender), Receiver::new(&shared, receiver))
}

/// A channel with room for any number of messages, as in [`::tokio::sync::mpsc`].
#[track_caller]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (sender, receiver) = real::unbounded_channel();
    let shared = Shared::new(Location::caller());
    (UnboundedSender::new(&shared, sender), UnboundedReceiver::new(&shared, receiver))
}

/// What both senders and both weak senders can do.
macro_rules! sender {
    ($sender:ident, $weak:ident) => {
        impl<T> $sender<T> {
            pub(super) fn new(shared: &Arc<Shared>, real: real::$sender<T>) -> Self {
                Self { shared: Arc::clone(shared), real }
            }

            /// As in the original.
            #[track_caller]
            pub fn is_closed(&self) -> bool {
                let sign = sign("is_closed", Location::caller());
                now(&self.shared.object, sign, || self.real.is_closed(), |_| false)
            }

            /// As in the original.
            #[track_caller]
            pub fn closed(&self) -> impl Future<Output = ()> {
                let sign = sign("closed", Location::caller());
                until_freely_ready(&self.shared.object, sign, self.real.closed())
            }

            /// As in the original.
            pub fn same_channel(&self, other: &Self) -> bool {
                self.real.same_channel(&other.real)
            }

            /// As in the original.
            pub fn downgrade(&self) -> $weak<T> {
                $weak { shared: Arc::clone(&self.shared), real: self.real.downgrade() }
            }

            /// As in the original.
            pub fn strong_count(&self) -> usize {
                self.real.strong_count()
            }

            /// As in the original.
            pub fn weak_count(&self) -> usize {
                self.real.weak_count()
            }
        }

        impl<T> Clone for $sender<T> {
            fn clone(&self) -> Self {
                Self::new(&self.shared, self.real.clone())
            }
        }

        impl<T> Drop for $sender<T> {
            fn drop(&mut self) {
                // Only the last of them can be told from outside.
                if self.real.strong_count() == 1 {
                    let sign = sign("close", self.shared.at);
                    changes(&self.shared.object, sign, Kind::Async("close"));
                }
            }
        }

        impl<T> fmt::Debug for $sender<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }

        impl<T> $weak<T> {
            /// As in the original.
            #[track_caller]
            pub fn upgrade(&self) -> Option<$sender<T>> {
                let sign = sign("upgrade", Location::caller());
                let real = now(&self.shared.object, sign, || self.real.upgrade(), |_| false)?;
                Some($sender::new(&self.shared, real))
            }

            /// As in the original.
            pub fn strong_count(&self) -> usize {
                self.real.strong_count()
            }

            /// As in the original.
            pub fn weak_count(&self) -> usize {
                self.real.weak_count()
            }
        }

        impl<T> Clone for $weak<T> {
            fn clone(&self) -> Self {
                Self { shared: Arc::clone(&self.shared), real: self.real.clone() }
            }
        }

        impl<T> fmt::Debug for $weak<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.fmt(f)
            }
        }
    };
}

use sender;
