//! Without the feature `check` the facade is the originals: the same types, not others like them.
#![cfg(not(feature = "check"))]

use std::any::TypeId;

/// Fails to compile unless both are one type.
fn same<T: 'static>(_: Option<T>, _: Option<T>) -> TypeId {
    TypeId::of::<T>()
}

macro_rules! same {
    ($($path:ident)::+ : $($type:tt)+) => {
        same::<std::$($path)::+::$($type)+>(None::<drawloom::$($path)::+::$($type)+>, None)
    };
}

#[test]
fn the_types_of_std_are_the_originals() {
    let types = [
        same!(sync: Arc<u8>),
        same!(sync: Weak<u8>),
        same!(sync: Mutex<u8>),
        same!(sync: RwLock<u8>),
        same!(sync: Condvar),
        same!(sync: Barrier),
        same!(sync: BarrierWaitResult),
        same!(sync: Once),
        same!(sync: OnceLock<u8>),
        same!(sync: LazyLock<u8>),
        same!(sync: WaitTimeoutResult),
        same!(sync::mpsc: Sender<u8>),
        same!(sync::mpsc: SyncSender<u8>),
        same!(sync::mpsc: Receiver<u8>),
        same!(sync::atomic: AtomicBool),
        same!(sync::atomic: AtomicU8),
        same!(sync::atomic: AtomicU16),
        same!(sync::atomic: AtomicU32),
        same!(sync::atomic: AtomicU64),
        same!(sync::atomic: AtomicUsize),
        same!(sync::atomic: AtomicI8),
        same!(sync::atomic: AtomicI16),
        same!(sync::atomic: AtomicI32),
        same!(sync::atomic: AtomicI64),
        same!(sync::atomic: AtomicIsize),
        same!(sync::atomic: AtomicPtr<u8>),
        same!(thread: Builder),
        same!(thread: JoinHandle<u8>),
        same!(thread: ScopedJoinHandle<'static, u8>),
        same!(thread: Thread),
        same!(thread: ThreadId),
        same!(thread: LocalKey<u8>),
        same!(cell: Cell<u8>),
        same!(cell: RefCell<u8>),
    ];
    assert_eq!(types.iter().collect::<std::collections::HashSet<_>>().len(), types.len());
}

#[cfg(feature = "parking_lot")]
#[test]
fn the_types_of_parking_lot_are_the_originals() {
    let one = same(None::<drawloom::parking_lot::Mutex<u8>>, None::<parking_lot::Mutex<u8>>);
    let two = same(None::<drawloom::parking_lot::RwLock<u8>>, None::<parking_lot::RwLock<u8>>);
    let three = same(None::<drawloom::parking_lot::Once>, None::<parking_lot::Once>);
    assert!(one != two && two != three);
}

#[test]
fn the_checked_cell_is_a_plain_cell_with_two_ways_in() {
    let mut cell = drawloom::cell::UnsafeCell::new(1_u32);
    assert_eq!(size_of_val(&cell), size_of::<u32>());
    *cell.get_mut() += 1;
    assert!(cell.with(|one| std::ptr::eq(one, cell.get())));
    assert_eq!(cell.with_mut(|_| 3), 3);
    assert_eq!(cell.into_inner(), 2);
}

drawloom::thread_local! {
    static NUMBER: std::cell::Cell<u8> = const { std::cell::Cell::new(1) };
}

#[test]
fn thread_locals_and_hints_are_the_originals() {
    drawloom::hint::spin_loop();
    let key: &'static std::thread::LocalKey<std::cell::Cell<u8>> = &NUMBER;
    assert_eq!(key.get(), 1);
}
