//! The API table of the book against what is there: every public item of the mirrored modules is
//! modelled, passed through, or refused with its reason.
//!
//! `tests/api/std.txt` lists what std's documentation calls stable. Where that documentation is
//! installed beside the compiler, the list is held against it. `parking_lot`'s items are read from its
//! source, wherever cargo has put that.

#![cfg(feature = "parking_lot")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "api/table.rs"]
mod table;

use table::{root, table};

const LISTED: &str = include_str!("api/std.txt");

fn in_table(prefixes: &[&str]) -> BTreeSet<String> {
    let own = |name: &String| prefixes.iter().any(|prefix| name.starts_with(prefix));
    table().into_keys().filter(own).collect()
}

#[test]
fn the_table_says_something_of_every_item_of_std_and_of_nothing_else() {
    let modules = ["sync::atomic", "sync::mpsc"];
    let listed = LISTED.lines().filter(|name| !modules.contains(name)).map(str::to_owned);
    assert_eq!(in_table(&["sync::", "thread::", "time::"]), listed.collect());
}

#[test]
fn every_status_is_one_of_three_and_what_is_refused_has_its_reason() {
    for (name, (status, remark)) in table() {
        assert!(["modelled", "passed through", "refused"].contains(&&*status), "{name}: {status}");
        assert!(status != "refused" || !remark.is_empty(), "{name} is refused without a reason");
    }
}

/// What the documentation of std that is installed beside the compiler lists in a module.
fn documented(module: &str) -> Option<BTreeSet<String>> {
    let printed = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "sysroot"])
        .output()
        .ok()?;
    let sysroot = String::from_utf8(printed.stdout).ok()?;
    let folder = PathBuf::from(sysroot.trim()).join("share/doc/rust/html/std").join(module);
    let files = fs::read_dir(folder).ok()?;
    let sidebar = files
        .filter_map(|file| Some(file.ok()?.path()))
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("sidebar-items"))?;
    let text = fs::read_to_string(sidebar).ok()?;
    let names = text.split('"').skip(1).step_by(2).map(str::to_owned);
    let sorts = ["constant", "enum", "fn", "mod", "struct", "trait", "type"];
    Some(names.filter(|name| !sorts.contains(&&**name)).collect())
}

/// What is not stable in std 1.95.
const UNSTABLE: [&str; 17] = [
    "mpmc",
    "nonpoison",
    "oneshot",
    "poison",
    "Exclusive",
    "MappedMutexGuard",
    "MappedRwLockReadGuard",
    "MappedRwLockWriteGuard",
    "ReentrantLock",
    "ReentrantLockGuard",
    "UniqueArc",
    "Atomic",
    "AtomicPrimitive",
    "add_spawn_hook",
    "current_id",
    "sleep_until",
    "spawnhook",
];

#[test]
fn the_list_has_every_item_that_the_documentation_has() {
    let listed: BTreeSet<&str> = LISTED.lines().collect();
    for (folder, module) in [
        ("sync", "sync"),
        ("sync/mpsc", "sync::mpsc"),
        ("sync/atomic", "sync::atomic"),
        ("thread", "thread"),
        ("time", "time"),
    ] {
        let names = documented(folder).unwrap_or_default();
        let missing: Vec<String> = names
            .into_iter()
            .filter(|name| !UNSTABLE.contains(&&**name))
            .map(|name| format!("{module}::{name}"))
            .filter(|name| !listed.contains(&**name))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

/// The source of a crate that this is built with.
fn source_of(name: &str) -> PathBuf {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What is built for other systems is not there.
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = format!("{{\"name\":\"{name}\",\"version\"");
    let package = &text[text.find(&start).unwrap_or_else(|| panic!("{name} is not there"))..];
    let key = "\"manifest_path\":\"";
    let path = &package[package.find(key).unwrap() + key.len()..];
    let manifest = path[..path.find('"').unwrap()].replace("\\\\", "/");
    Path::new(&manifest).parent().unwrap().join("src")
}

/// What a crate's front page gives to the outside.
fn given_out(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in text.split(';').filter_map(|part| Some(&part[part.find("pub use ")?..])) {
        let path = part["pub use ".len()..].trim();
        match path.split_once('{') {
            Some((_, list)) => {
                let list = list.trim_end_matches(['}', '\n', ' ']);
                let items = list.split(',').map(str::trim).filter(|name| !name.is_empty());
                names.extend(items.map(|name| name.trim_end_matches('}').to_owned()));
            }
            None => drop(names.insert(path.rsplit("::").next().unwrap().to_owned())),
        }
    }
    for part in text.split("pub mod ").skip(1) {
        names.insert(part.split([';', ' ']).next().unwrap().to_owned());
    }
    names
}

/// The methods that a file gives to the outside.
fn methods(text: &str) -> BTreeSet<String> {
    let functions = text.lines().filter_map(|line| {
        let line = line.strip_prefix("    pub ")?;
        let line = line.strip_prefix("const ").unwrap_or(line).strip_prefix("fn ")?;
        Some(line.split(['(', '<']).next().unwrap().to_owned())
    });
    functions.collect()
}

#[test]
fn the_table_says_something_of_every_item_of_parking_lot_and_of_nothing_else() {
    let (source, lock_api) = (source_of("parking_lot"), source_of("lock_api"));
    let text = |folder: &Path, file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let mut items = given_out(&text(&source, "lib.rs"));
    let condvar = text(&lock_api, "condvar.rs");
    let condvar = &condvar[condvar.find("pub struct Condvar").unwrap()..];
    items.extend(methods(condvar).into_iter().map(|name| format!("Condvar::{name}")));
    let once = text(&source, "once.rs");
    let once = &once[once.find("pub struct Once(").unwrap()..];
    items.extend(methods(once).into_iter().map(|name| format!("Once::{name}")));
    let items: BTreeSet<String> =
        items.into_iter().map(|name| format!("parking_lot::{name}")).collect();
    assert_eq!(in_table(&["parking_lot::"]), items);
}

/// Everything of std that is not refused and that the oldest compiler has, by name, in one library or
/// in the other.
macro_rules! surface {
    ($library:ident) => {
        #[allow(
            deprecated,
            clippy::too_many_lines,
            clippy::items_after_statements,
            reason = "a list of all that is there"
        )]
        fn surface() {
            use std::cell::{Cell, RefCell};
            use $library::sync::atomic::*;
            use $library::sync::mpsc::*;
            use $library::sync::*;
            use $library::thread::*;
            use $library::time::*;

            type Condition = fn(&mut u8) -> bool;
            type Make = fn() -> u8;
            let _ = (Barrier::new, Barrier::wait, BarrierWaitResult::is_leader);
            let _ = (Condvar::new, Condvar::wait::<u8>, Condvar::wait_while::<u8, Condition>);
            let _ = (Condvar::wait_timeout::<u8>, Condvar::wait_timeout_ms::<u8>);
            let _ = (Condvar::wait_timeout_while::<u8, Condition>, WaitTimeoutResult::timed_out);
            let _ = (Condvar::notify_one, Condvar::notify_all);
            let _ = (LazyLock::<u8>::new, LazyLock::<u8>::force);
            let _ = (Mutex::<u8>::new, Mutex::<u8>::lock, Mutex::<u8>::try_lock);
            let _ = (Mutex::<u8>::is_poisoned, Mutex::<u8>::clear_poison);
            let _ = (Mutex::<u8>::into_inner, Mutex::<u8>::get_mut);
            let _ = (Once::new, Once::call_once::<fn()>, Once::call_once_force::<fn(&OnceState)>);
            let _ = (Once::is_completed, Once::wait, Once::wait_force, OnceState::is_poisoned);
            let _ = (OnceLock::<u8>::new, OnceLock::<u8>::get, OnceLock::<u8>::get_mut);
            let _ = (OnceLock::<u8>::wait, OnceLock::<u8>::set, OnceLock::<u8>::take);
            let _ = (OnceLock::<u8>::get_or_init::<Make>, OnceLock::<u8>::into_inner);
            let _ = (RwLock::<u8>::new, RwLock::<u8>::read, RwLock::<u8>::try_read);
            let _ = (RwLock::<u8>::write, RwLock::<u8>::try_write, RwLock::<u8>::is_poisoned);
            let _ = (RwLock::<u8>::clear_poison, RwLock::<u8>::into_inner, RwLock::<u8>::get_mut);
            let _ = (channel::<u8>, sync_channel::<u8>, Sender::<u8>::send, SyncSender::<u8>::send);
            let _ = (SyncSender::<u8>::try_send, Receiver::<u8>::recv, Receiver::<u8>::try_recv);
            let _ = (Receiver::<u8>::recv_timeout, Receiver::<u8>::iter, Receiver::<u8>::try_iter);
            let _ = (fence, compiler_fence, AtomicBool::fetch_not);
            macro_rules! atomic {
                ($atomic:ty, $value:ty, $more:tt) => {
                    let _ = (<$atomic>::new, <$atomic>::get_mut, <$atomic>::into_inner);
                    let _ = (<$atomic>::load, <$atomic>::store, <$atomic>::swap, <$atomic>::as_ptr);
                    let _ = (<$atomic>::compare_exchange, <$atomic>::compare_exchange_weak);
                    let _ = <$atomic>::fetch_update::<fn($value) -> Option<$value>>;
                    atomic!($more, $atomic);
                };
                ((), $atomic:ty) => {};
                ((bits), $atomic:ty) => {
                    let _ = (<$atomic>::fetch_and, <$atomic>::fetch_nand);
                    let _ = (<$atomic>::fetch_or, <$atomic>::fetch_xor);
                };
                ((number), $atomic:ty) => {
                    atomic!((bits), $atomic);
                    let _ = (<$atomic>::fetch_add, <$atomic>::fetch_sub);
                    let _ = (<$atomic>::fetch_max, <$atomic>::fetch_min);
                };
            }
            atomic!(AtomicBool, bool, (bits));
            atomic!(AtomicPtr<u8>, *mut u8, ());
            atomic!(AtomicU8, u8, (number));
            atomic!(AtomicU16, u16, (number));
            atomic!(AtomicU32, u32, (number));
            atomic!(AtomicU64, u64, (number));
            atomic!(AtomicUsize, usize, (number));
            atomic!(AtomicI8, i8, (number));
            atomic!(AtomicI16, i16, (number));
            atomic!(AtomicI32, i32, (number));
            atomic!(AtomicI64, i64, (number));
            atomic!(AtomicIsize, isize, (number));
            let _ = (Instant::now, Instant::duration_since, Instant::elapsed, Instant::checked_add);
            let _ = (Instant::checked_duration_since, Instant::saturating_duration_since);
            let _ = (Instant::checked_sub, SystemTime::now, SystemTime::elapsed, UNIX_EPOCH);
            let _ = (SystemTime::UNIX_EPOCH, SystemTime::duration_since);
            let _ = (SystemTime::checked_add, SystemTime::checked_sub);
            let _ = (spawn::<Make, u8>, current, park, park_timeout, park_timeout_ms, sleep);
            let _ = (sleep_ms, yield_now, panicking, available_parallelism);
            let _ = (Builder::new, Builder::name, Builder::stack_size, Builder::spawn::<Make, u8>);
            let _ =
                (JoinHandle::<u8>::thread, JoinHandle::<u8>::join, JoinHandle::<u8>::is_finished);
            let _ = (ScopedJoinHandle::<u8>::thread, ScopedJoinHandle::<u8>::join);
            let _ = (ScopedJoinHandle::<u8>::is_finished, Thread::unpark, Thread::id, Thread::name);
            let _ = || {
                scope(|scope| {
                    let one: ScopedJoinHandle<'_, u8> = scope.spawn(|| 1);
                    let two = Builder::new().spawn_scoped(scope, || 2_u8);
                    (one.join(), two.map(ScopedJoinHandle::join))
                })
            };
            let _ = (LocalKey::<u8>::with::<fn(&u8), ()>, LocalKey::<u8>::try_with::<fn(&u8), ()>);
            let _ = (LocalKey::<Cell<u8>>::set, LocalKey::<Cell<u8>>::get);
            let _ = (LocalKey::<Cell<u8>>::take, LocalKey::<Cell<u8>>::replace);
            let _ = (LocalKey::<RefCell<u8>>::set, LocalKey::<RefCell<u8>>::take);
            let _ = LocalKey::<RefCell<u8>>::replace;
            let _ = LocalKey::<RefCell<u8>>::with_borrow::<fn(&u8), ()>;
            let _ = LocalKey::<RefCell<u8>>::with_borrow_mut::<fn(&mut u8), ()>;
            // What has no method of its own, and traits that every original has.
            fn is<T: Send + std::fmt::Debug>() {}
            fn is_shared<T: Sync>() {}
            is::<(Arc<u8>, Weak<u8>, PoisonError<u8>, TryLockError<u8>, LockResult<u8>)>();
            is::<(TryLockResult<u8>, RecvError, SendError<u8>, TryRecvError, TrySendError<u8>)>();
            is::<(RecvTimeoutError, IntoIter<u8>, Ordering, ThreadId, AccessError, Duration)>();
            is::<(Barrier, Condvar, Mutex<u8>, Once, OnceLock<u8>, RwLock<u8>, LazyLock<u8>)>();
            is::<(Sender<u8>, SyncSender<u8>, Receiver<u8>, JoinHandle<u8>, Thread, Builder)>();
            is_shared::<(Duration, Instant, SystemTime, SystemTimeError, TryFromFloatSecsError)>();
            fn is_a_moment<T: Copy + Ord + std::hash::Hash + std::ops::SubAssign<Duration>>() {}
            is_a_moment::<Instant>();
            is_a_moment::<SystemTime>();
            is_shared::<(Barrier, Condvar, Mutex<Cell<u8>>, Once, OnceLock<u8>, RwLock<u8>)>();
            is_shared::<(Sender<Cell<u8>>, SyncSender<Cell<u8>>, JoinHandle<u8>, AtomicPtr<u8>)>();
            is_shared::<(MutexGuard<'_, u8>, RwLockReadGuard<'_, u8>, RwLockWriteGuard<'_, u8>)>();
            let _: fn(std::thread::Result<()>) -> Result<()> = |result| result;
            let _: fn(Iter<'_, u8>, TryIter<'_, u8>) = |_, _| ();
        }
        surface();
    };
}

#[test]
fn what_is_modelled_or_passed_through_is_there_under_its_name() {
    {
        surface!(std);
    }
    {
        surface!(drawloom);
    }
}

/// The originals are not named: the oldest compiler that will do does not have them.
#[test]
fn what_is_younger_than_the_oldest_compiler_is_there_too() {
    use drawloom::sync::LazyLock;
    use drawloom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering::SeqCst};
    let number = AtomicU32::new(1);
    assert_eq!(number.try_update(SeqCst, SeqCst, |one| Some(one + 1)), Ok(1));
    assert_eq!(number.update(SeqCst, SeqCst, |two| two + 1), 2);
    assert!(!AtomicBool::new(false).update(SeqCst, SeqCst, |no| !no));
    let mut lazy: LazyLock<u8> = LazyLock::new(|| 1);
    assert!(LazyLock::get(&lazy).is_none() && LazyLock::get_mut(&mut lazy).is_none());
    *LazyLock::force_mut(&mut lazy) += 1;
    assert_eq!(LazyLock::get(&lazy), Some(&2));
    let nowhere = AtomicPtr::<u16>::new(std::ptr::null_mut());
    nowhere.fetch_ptr_add(3, SeqCst);
    nowhere.fetch_ptr_sub(1, SeqCst);
    nowhere.fetch_byte_add(2, SeqCst);
    nowhere.fetch_byte_sub(1, SeqCst);
    nowhere.fetch_or(8, SeqCst);
    nowhere.fetch_and(13, SeqCst);
    assert_eq!(nowhere.fetch_xor(1, SeqCst) as usize, 13);
}
