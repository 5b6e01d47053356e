//! A cache that is read far more than it is written: looked up under a read lock, filled under a write lock
//! by whoever still finds nothing.

use std::collections::BTreeMap;

use super::sync::RwLock;
use super::sync::atomic::{AtomicU32, Ordering};
use super::thread;

#[derive(Default)]
struct Cache {
    values: RwLock<BTreeMap<&'static str, u32>>,
    loads: AtomicU32,
}

impl Cache {
    fn get(&self, key: &'static str, load: impl FnOnce() -> u32) -> u32 {
        if let Some(value) = self.values.read().unwrap().get(key) {
            return *value;
        }
        *self.values.write().unwrap().entry(key).or_insert_with(|| {
            // ORDERING: read when both threads have ended.
            self.loads.fetch_add(1, Ordering::Relaxed);
            load()
        })
    }
}

/// Two readers of one key, each of whom would load another value: how often one is loaded, and what each gets.
pub(crate) fn loads() -> (u32, [u32; 2]) {
    let cache = Cache::default();
    let values = thread::scope(|scope| {
        let readers = [10, 11].map(|own| {
            let cache = &cache;
            scope.spawn(move || cache.get("answer", || own))
        });
        readers.map(|reader| reader.join().unwrap())
    });
    (cache.loads.into_inner(), values)
}
