//! The lock, and the look inside it: there is no way around, and so nothing that it would have to order.

use drawloom::sync::Mutex;
use drawloom::thread;

use super::stage::Builder;

/// A morning on which two need the config; returns what each of them got.
pub fn morning(builder: &Builder) -> [u32; 2] {
    let config = Mutex::new(None);
    thread::scope(|scope| {
        let ann = scope.spawn(|| get(&config, builder));
        let ben = scope.spawn(|| get(&config, builder));
        [ann.join().unwrap(), ben.join().unwrap()]
    })
}

fn get(config: &Mutex<Option<u32>>, builder: &Builder) -> u32 {
    *config.lock().unwrap().get_or_insert_with(|| builder.build())
}
