//! Who is woken by a waker?

use std::sync::Arc;
use std::task::Wake;

use crate::engine::explorer::StrandId;

/// Wakes a strand of one execution, and nobody in any other.
pub(super) struct StrandWaker {
    pub(super) execution: u64,
    pub(super) strand: StrandId,
}

impl Wake for StrandWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(explorer) = crate::engine::explorer() {
            let mut state = explorer.state.borrow_mut();
            if state.execution == self.execution {
                state.wake(self.strand);
            }
        }
    }
}
