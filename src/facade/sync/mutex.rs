//! Mirrors [`std::sync::Mutex`].

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{self as real, LockResult, PoisonError, TryLockError, TryLockResult};

use super::super::announce;
use super::first::First;
use crate::engine::{Age, Driver, Object, driver};
use crate::step::{Kind, Value, What};

/// A mutual exclusion lock, as in [`std::sync`].
pub struct Mutex<T: ?Sized> {
    pub(super) object: Object,
    first: First,
    real: real::Mutex<T>,
}

impl<T> Mutex<T> {
    /// As in the original.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let object = Object::at(Location::caller());
        Self { object, first: First::new(), real: real::Mutex::new(value) }
    }

    /// As in the original.
    pub fn into_inner(self) -> LockResult<T> {
        self.real.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// As in the original.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                announce(explorer, &self.object, What::Mutex, Kind::Lock, at).wrote(None, None);
                self.hold(self.taken())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                loom.lock(&self.object);
                self.hold(self.taken())
            }
            _ => match self.real.lock() {
                Ok(guard) => Ok(self.guard(guard)),
                Err(poisoned) => Err(PoisonError::new(self.guard(poisoned.into_inner()))),
            },
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = Location::caller();
                self.start_afresh();
                let turn = announce(explorer, &self.object, What::Mutex, Kind::TryLock, at);
                self.attempted(turn.attempted())
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                self.start_afresh();
                self.attempted(loom.try_lock(&self.object))
            }
            _ => match self.real.try_lock() {
                Ok(guard) => Ok(self.guard(guard)),
                Err(TryLockError::Poisoned(poisoned)) => {
                    let guard = self.guard(poisoned.into_inner());
                    Err(TryLockError::Poisoned(PoisonError::new(guard)))
                }
                Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
            },
        }
    }

    /// As in the original.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        let Driver::Explorer(explorer) = driver() else { return self.real.is_poisoned() };
        self.start_afresh();
        let at = Location::caller();
        let turn = announce(explorer, &self.object, What::Mutex, Kind::Load, at);
        let poisoned = self.real.is_poisoned();
        turn.read(Some(Value::Bool(poisoned)));
        poisoned
    }

    /// As in the original.
    #[track_caller]
    pub fn clear_poison(&self) {
        if let Driver::Explorer(explorer) = driver() {
            self.start_afresh();
            let at = Location::caller();
            announce(explorer, &self.object, What::Mutex, Kind::Update("clear_poison"), at)
                .wrote(None, None);
        }
        self.real.clear_poison();
    }

    /// As in the original.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }

    /// In every execution it guards the same at first, also if it lives longer than one.
    fn start_afresh(&self) {
        self.first.start_afresh(&self.object, |age, with: &mut dyn FnMut(&mut T)| {
            if age == Age::Old {
                self.real.clear_poison();
            }
            if let Ok(mut guard) = self.real.try_lock() {
                with(&mut guard);
            }
        });
    }

    /// What an attempt returns, given whether the engine has found the lock free.
    fn attempted(&self, free: bool) -> TryLockResult<MutexGuard<'_, T>> {
        if !free {
            return Err(TryLockError::WouldBlock);
        }
        self.hold(self.taken()).map_err(TryLockError::Poisoned)
    }

    /// Takes the real lock, which the engine has found free.
    pub(super) fn taken(&self) -> LockResult<real::MutexGuard<'_, T>> {
        match self.real.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => {
                panic!("the lock is held outside the check: a check cannot share locks with others")
            }
        }
    }

    pub(super) fn hold<'a>(
        &'a self,
        locked: LockResult<real::MutexGuard<'a, T>>,
    ) -> LockResult<MutexGuard<'a, T>> {
        if crate::engine::explorer().is_some() {
            match &locked {
                Ok(guard) => self.first.is_taken(&**guard),
                Err(poisoned) => self.first.is_taken(&**poisoned.get_ref()),
            }
        }
        match locked {
            Ok(guard) => Ok(self.guard(guard)),
            // While a failed program is cleared away its locks are poisoned by that alone.
            Err(poisoned) if crate::engine::is_clearing_away() => {
                Ok(self.guard(poisoned.into_inner()))
            }
            Err(poisoned) => Err(PoisonError::new(self.guard(poisoned.into_inner()))),
        }
    }

    fn guard<'a>(&'a self, real: real::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        MutexGuard { lock: self, real: ManuallyDrop::new(real) }
    }
}

/// A held lock, as in [`std::sync`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    pub(super) lock: &'a Mutex<T>,
    real: ManuallyDrop<real::MutexGuard<'a, T>>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The lock, given back without a step: a wait is about to announce that itself.
    pub(super) fn release(self) -> &'a Mutex<T> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped and not used again, so the guard is taken out once.
        #[expect(unsafe_code, reason = "the guard's own drop would be a step")]
        let real = unsafe { ManuallyDrop::take(&mut this.real) };
        drop(real);
        this.lock
    }

    /// The lock and the real guard, for a wait of the real thing.
    pub(super) fn into_real(self) -> (&'a Mutex<T>, real::MutexGuard<'a, T>) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: as in `release`.
        #[expect(unsafe_code, reason = "a guard with a destructor cannot be taken apart")]
        let real = unsafe { ManuallyDrop::take(&mut this.real) };
        (this.lock, real)
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        match driver() {
            Driver::Explorer(explorer) => {
                let at = explorer.held_since(&self.lock.object);
                let turn = announce(explorer, &self.lock.object, What::Mutex, Kind::Unlock, at);
                let (before, after) = self.lock.first.is_given_back(&**self.real).unzip();
                turn.wrote(before, after);
            }
            #[cfg(feature = "loom")]
            Driver::Loom(loom) => {
                // SAFETY: the guard is taken out once, and `self` is not used after this.
                #[expect(unsafe_code, reason = "the real lock must be free before loom switches")]
                unsafe {
                    ManuallyDrop::drop(&mut self.real);
                }
                loom.unlock(&self.lock.object);
                return;
            }
            _ => {}
        }
        // SAFETY: this is the destructor, and the guard has not been taken out before.
        #[expect(unsafe_code, reason = "the real lock is given back when the engine says so")]
        unsafe {
            ManuallyDrop::drop(&mut self.real);
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.real
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.lock.first.is_changed();
        &mut self.real
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// The text of guarded data whose type is a primitive: nothing else asks to be shown.
pub(crate) fn shown<T: ?Sized>(value: &T) -> Option<Value> {
    let size = size_of_val(value);
    let start = std::ptr::from_ref(value).cast::<()>();
    macro_rules! read {
        ($($integer:ident => $variant:ident),*) => {
            match std::any::type_name::<T>() {
                $(stringify!($integer) if size == size_of::<$integer>() => {
                    // SAFETY: a type of this name and size is the primitive itself: a type that is
                    // defined anywhere has a path before its name.
                    #[expect(unsafe_code, reason = "no stable way to ask a type that is not 'static")]
                    let value = unsafe { start.cast::<$integer>().read() };
                    Some(Value::$variant(value.into()))
                })*
                "usize" | "isize" if size == size_of::<usize>() => {
                    // SAFETY: as above; the two have the same size and no invalid values.
                    #[expect(unsafe_code, reason = "no stable way to ask a type that is not 'static")]
                    let value = unsafe { start.cast::<usize>().read() };
                    if std::any::type_name::<T>() == "usize" {
                        Some(Value::Unsigned(value as u64))
                    } else {
                        Some(Value::Signed(value.cast_signed() as i64))
                    }
                }
                _ => None,
            }
        };
    }
    read!(
        u8 => Unsigned, u16 => Unsigned, u32 => Unsigned, u64 => Unsigned,
        i8 => Signed, i16 => Signed, i32 => Signed, i64 => Signed, bool => Bool
    )
}

/// Gives guarded data of a primitive type the value that [`shown`] has told before.
pub(super) fn restore<T: ?Sized>(guarded: &mut T, value: Value) {
    let size = size_of_val(guarded);
    let start = std::ptr::from_mut(guarded).cast::<()>();
    macro_rules! write {
        ($($integer:ident = $variant:ident),*) => {
            match (std::any::type_name::<T>(), value) {
                $((stringify!($integer), Value::$variant(value))
                    if size == size_of::<$integer>() =>
                {
                    #[allow(irrefutable_let_patterns, reason = "one rule for all widths")]
                    if let Ok(value) = value.try_into() {
                        // SAFETY: as in `shown`: a type of this name and size is the primitive.
                        #[expect(unsafe_code, reason = "no stable way to ask a type that is not 'static")]
                        unsafe {
                            start.cast::<$integer>().write(value);
                        }
                    }
                })*
                _ => {}
            }
        };
    }
    write!(
        u8 = Unsigned,
        u16 = Unsigned,
        u32 = Unsigned,
        u64 = Unsigned,
        usize = Unsigned,
        i8 = Signed,
        i16 = Signed,
        i32 = Signed,
        i64 = Signed,
        isize = Signed,
        bool = Bool
    );
}
