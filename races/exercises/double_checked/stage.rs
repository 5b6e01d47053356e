//! The stage of `double-checked`: a config that is dear to build, and two who need it.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "double-checked", is_about_memory: true };

/// Builds configs.
#[derive(Debug)]
pub struct Builder {
    config: u32,
    /// How often it was built: nobody decides by it.
    times: AtomicU32,
}

impl Builder {
    /// Builds the config, which is dear.
    pub fn build(&self) -> u32 {
        self.times.fetch_add(1, Relaxed);
        self.config
    }
}

/// A morning on which two need a config, and one with another config.
pub fn cases(morning: fn(&Builder) -> [u32; 2]) -> Vec<Case> {
    let of = |name, config: u32| {
        let program = move || {
            let builder = Builder { config, times: AtomicU32::new(0) };
            assert_eq!(morning(&builder), [config; 2], "nobody gets a half-built config");
            assert_eq!(builder.times.load(Relaxed), 1, "the config is built once");
            Seen::new()
        };
        Case::new(name, program).begin_in_any_order(2).end_in_any_order(2)
    };
    vec![of("a config", 42), of("another config", 43)]
}
