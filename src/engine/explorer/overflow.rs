//! What happens when a strand's stack is full?
//!
//! Picture a diver's air: there is a reserve below the mark at which one turns back. Whoever announces
//! an operation and has only the reserve left ends the execution there, and the reserve is enough to
//! clear away in the usual way ([`super::teardown`]).
//!
//! Code that goes deeper and announces nothing meets the page behind the reserve, which nobody may
//! touch. The processor stops it in the middle of anything: in the allocator with its lock held, or in
//! this engine. Nothing that thread holds can be trusted any more, and to take its stacks away while
//! other strands borrow from them would be unsound. So the thread stays where it is, for ever, with all
//! it has, and whoever waits for the check is told ([`Pulse::overflow`]). That costs the process one
//! sleeping thread and, if it was stopped in the allocator, the part of the heap that was locked: glibc
//! has eight of them for each processor, and a check that finds all of them taken stands still.
//!
//! What it does not know: an overflow of a stack that is no strand's. That is passed on to whoever
//! handled it before, which for Rust's own threads is the message that the process ends with. The same
//! where there are no signals: on other systems than Unix only the reserve is watched.
//!
//! [`Pulse::overflow`]: crate::worker::Pulse::overflow

use std::panic::Location;

use corosensei::stack::{DefaultStack, Stack};

use super::Explorer;
use super::state::Ending;
#[cfg(unix)]
use crate::worker::Overflow;

/// How many bytes a stack has below what was asked for: enough for an announcement, and for unwinding
/// with ordinary destructors.
pub(super) const RESERVE: usize = 64 * 1024;

/// How far down a stack reaches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    /// Below is the reserve.
    floor: usize,
    /// The lowest address: here is the page that nobody may touch.
    limit: usize,
}

impl Room {
    /// The room on a stack of which the program was promised `size` bytes.
    pub(super) fn on(stack: &DefaultStack, size: usize) -> Self {
        Self { floor: stack.base().get() - size, limit: stack.limit().get() }
    }

    /// Whether what an address belongs to is below what the program was promised.
    fn ends_above(self, address: usize) -> bool {
        (self.limit..self.floor).contains(&address)
    }
}

impl Explorer {
    /// Ends the execution if the strand that runs now has only the reserve left, and lets it go no
    /// further.
    #[inline]
    pub(super) fn check_depth(&self, at: &'static Location<'static>) {
        let here = 0_u8;
        if self.room.get().ends_above(std::ptr::from_ref(&here).addr()) {
            self.turn_back(at);
        }
    }

    #[cold]
    fn turn_back(&self, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        if state.unwinding() {
            // A destructor can only go on, and may still find its end.
            return;
        }
        let strand = state.current;
        state.end(Ending::Overflow { strand, at });
        drop(state);
        // Comes back as the panic that clears the strand away.
        self.suspend();
    }

    /// Tells that the strand that runs now has touched what is behind its stack, if it is that which
    /// lies at `address`.
    ///
    /// INVARIANT: called from a signal handler, so it takes no lock that anybody waits for and no
    /// memory.
    #[cfg(unix)]
    fn tell_overflow(&self, address: usize) -> bool {
        if !self.room.get().ends_above(address) {
            return false;
        }
        let mut overflow = Overflow::default();
        if let Ok(state) = self.state.try_borrow() {
            let me = state.current;
            let last = state.done.iter().rfind(|done| done.strand == me);
            overflow.at = last.map(|done| done.at);
            overflow.birth = state.strands.get(me).map(|strand| strand.birth);
            overflow.is_main = me == 0;
        }
        self.pulse.overflow(overflow);
        true
    }
}

#[cfg(not(unix))]
pub(super) fn watch() {}

#[cfg(unix)]
pub(super) use signals::watch;

#[cfg(unix)]
#[expect(unsafe_code, reason = "signals are the only way to be told of a page that is touched")]
mod signals {
    use std::ffi::{c_int, c_void};
    use std::mem::MaybeUninit;
    use std::ptr;
    use std::sync::{Once, OnceLock};

    /// The signals of a page that must not be touched: the first on Linux, the second on macOS.
    const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

    /// What the process did at these signals before.
    static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

    /// How much stack a handler gets on a thread that has none for it yet.
    const HANDLERS_STACK: usize = 64 * 1024;

    /// What handles a signal and is told about it.
    type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

    /// Has overflows on this thread noticed from now on.
    pub(in super::super) fn watch() {
        static ONCE: Once = Once::new();
        give_handlers_a_stack();
        ONCE.call_once(|| {
            // First this, since a handler that runs must find what was there before.
            BEFORE.get_or_init(|| SIGNALS.map(action));
            SIGNALS.into_iter().for_each(install);
        });
    }

    /// What the process does at a signal.
    fn action(signal: c_int) -> libc::sigaction {
        let mut action = MaybeUninit::zeroed();
        // SAFETY: nothing is set, and the pointer is good for a `sigaction`.
        unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
        // SAFETY: all zeros is a `sigaction` too, in case the call has failed.
        unsafe { action.assume_init() }
    }

    fn install(signal: c_int) {
        let mut ours = action(signal);
        ours.sa_sigaction = on_fault as Handler as usize;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        // A thread that stays in the handler must take no signal that somebody else could handle.
        // SAFETY: the pointer is good for a signal set.
        unsafe { libc::sigfillset(&raw mut ours.sa_mask) };
        // SAFETY: the handler does only what is allowed in one, whatever thread is interrupted.
        unsafe { libc::sigaction(signal, &raw const ours, ptr::null_mut()) };
    }

    /// A handler cannot run on the stack that has overflowed. Rust's own threads have another one for
    /// that already, unless the process was not started by Rust.
    fn give_handlers_a_stack() {
        let mut stack = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: 0, ss_size: 0 };
        // SAFETY: nothing is set, and the pointer is good for a `stack_t`.
        let known = unsafe { libc::sigaltstack(ptr::null(), &raw mut stack) } == 0;
        if !known || stack.ss_flags & libc::SS_DISABLE == 0 {
            return;
        }
        let memory = Vec::<u8>::with_capacity(HANDLERS_STACK).leak();
        stack.ss_sp = memory.as_mut_ptr().cast();
        stack.ss_size = HANDLERS_STACK;
        stack.ss_flags = 0;
        // SAFETY: the memory is never given back, and nobody else has it.
        unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) };
    }

    /// A page was touched that must not be.
    extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
        // SAFETY: the system gives a handler of this kind a `siginfo_t` of its own.
        let about = unsafe { info.as_ref() };
        // SAFETY: both signals have an address.
        let address = about.map(|about| unsafe { about.si_addr() }.addr());
        let explorer = super::super::super::explorer();
        if let Some((explorer, address)) = explorer.zip(address)
            && explorer.tell_overflow(address)
        {
            loop {
                // SAFETY: all signals are blocked here, so it does not even return.
                unsafe { libc::pause() };
            }
        }
        pass_on(signal, info, context);
    }

    /// Does what the process did before.
    fn pass_on(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
        let at = SIGNALS.iter().position(|&known| known == signal);
        let Some(before) = BEFORE.get().zip(at).map(|(before, at)| before[at]) else { return };
        if matches!(before.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN) {
            // The instruction is tried once more, and then it is the system's.
            // SAFETY: what is put back was there before.
            unsafe { libc::sigaction(signal, &raw const before, ptr::null_mut()) };
        } else if before.sa_flags & libc::SA_SIGINFO != 0 {
            // SAFETY: with this flag the field is a function of this type.
            let handler: Handler = unsafe { std::mem::transmute(before.sa_sigaction) };
            handler(signal, info, context);
        } else {
            // SAFETY: without the flag it is a function of this type.
            let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(before.sa_sigaction) };
            handler(signal);
        }
    }
}
