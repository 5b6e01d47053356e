//! Without the feature `check` the facade is the originals: the same types, not others like them.
#![cfg(not(feature = "check"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::any::TypeId;
use std::collections::BTreeSet;
use std::marker::PhantomData;

#[path = "api/table.rs"]
mod table;

/// Fails to compile unless both are one type.
fn same<T: 'static + ?Sized>(_: PhantomData<T>, _: PhantomData<T>) -> TypeId {
    TypeId::of::<T>()
}

/// What each type of a module is, by its name, both in `drawloom` and where it comes from.
macro_rules! types {
    ($($origin:ident)::+ => $($ours:ident)::+ : $( ($name:ident $($rest:tt)*) )+) => {{
        use $($origin)::+ as original;
        use drawloom::$($ours)::+ as ours;
        let module = concat!($(stringify!($ours), "::"),+);
        [$((
            format!("{module}{}", stringify!($name)),
            same::<original::$name $($rest)*>(PhantomData::<ours::$name $($rest)*>, PhantomData),
        )),+]
    }};
}

type Types = Vec<(String, TypeId)>;

/// No name of the table is left out, and no two are one type, but for what is an alias.
fn complete(found: &[(String, TypeId)], named: &BTreeSet<String>, aliases: usize) {
    let seen: BTreeSet<String> = found.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(seen, *named);
    let types: BTreeSet<TypeId> = found.iter().map(|(_, id)| *id).collect();
    assert_eq!(types.len(), found.len() - aliases);
}

/// Whether a path ends in the name of a type.
fn is_type(name: &str) -> bool {
    let last = name.rsplit("::").next().unwrap();
    last.starts_with(char::is_uppercase) && last != last.to_uppercase()
}

/// The types of std and `parking_lot` that the book's table does not refuse.
fn in_table(module: &str) -> BTreeSet<String> {
    let within = |name: &&String| name.strip_prefix(module).is_some_and(is_type);
    let is_method = |name: &str| name.split("::").filter(|part| is_type(part)).count() > 1;
    let there = table::table().into_iter().filter(|(_, (status, _))| status != "refused");
    there.map(|(name, _)| name).filter(|name| within(&name) && !is_method(name)).collect()
}

#[test]
fn the_types_of_std_are_the_originals() {
    let mut found: Types = types!(std::sync => sync:
        (Arc<u8>) (Weak<u8>) (Mutex<u8>) (MutexGuard<'static, u8>) (RwLock<u8>)
        (RwLockReadGuard<'static, u8>) (RwLockWriteGuard<'static, u8>) (Condvar) (Barrier)
        (BarrierWaitResult) (Once) (OnceState) (OnceLock<u8>) (LazyLock<u8>) (WaitTimeoutResult)
        (PoisonError<u8>) (TryLockError<u8>) (LockResult<u8>) (TryLockResult<u8>))
    .into();
    found.extend(types!(std::sync::mpsc => sync::mpsc:
        (Sender<u8>) (SyncSender<u8>) (Receiver<u8>) (Iter<'static, u8>) (TryIter<'static, u8>)
        (IntoIter<u8>) (RecvError) (SendError<u8>) (TryRecvError) (TrySendError<u8>)
        (RecvTimeoutError)));
    found.extend(types!(std::sync::atomic => sync::atomic:
        (AtomicBool) (AtomicU8) (AtomicU16) (AtomicU32) (AtomicU64) (AtomicUsize) (AtomicI8)
        (AtomicI16) (AtomicI32) (AtomicI64) (AtomicIsize) (AtomicPtr<u8>) (Ordering)));
    found.extend(types!(std::thread => thread:
        (Builder) (JoinHandle<u8>) (ScopedJoinHandle<'static, u8>) (Scope<'static, 'static>) (Thread)
        (ThreadId) (LocalKey<u8>) (AccessError) (Result<u8>)));
    found.extend(types!(std::time => time:
        (Duration) (Instant) (SystemTime) (SystemTimeError) (TryFromFloatSecsError)));
    found.extend(types!(std::cell => cell:
        (Cell<u8>) (RefCell<u8>) (Ref<'static, u8>) (RefMut<'static, u8>) (OnceCell<u8>)
        (LazyCell<u8>) (BorrowError) (BorrowMutError)));
    let mut named: BTreeSet<String> = ["sync::", "thread::", "time::", "cell::"]
        .iter()
        .flat_map(|module| in_table(module))
        .collect();
    assert!(named.remove("cell::UnsafeCell"), "it has two ways in besides");
    complete(&found, &named, 0);
}

#[cfg(feature = "parking_lot")]
#[test]
fn the_types_of_parking_lot_are_the_originals() {
    let found: Types = types!(parking_lot => parking_lot:
        (Mutex<u8>) (MutexGuard<'static, u8>) (MappedMutexGuard<'static, u8>) (FairMutex<u8>)
        (FairMutexGuard<'static, u8>) (MappedFairMutexGuard<'static, u8>) (ReentrantMutex<u8>)
        (ReentrantMutexGuard<'static, u8>) (MappedReentrantMutexGuard<'static, u8>) (RwLock<u8>)
        (RwLockReadGuard<'static, u8>) (RwLockWriteGuard<'static, u8>)
        (RwLockUpgradableReadGuard<'static, u8>) (MappedRwLockReadGuard<'static, u8>)
        (MappedRwLockWriteGuard<'static, u8>) (RecursiveRwLock<u8>)
        (RecursiveRwLockReadGuard<'static, u8>) (RecursiveRwLockWriteGuard<'static, u8>)
        (RecursiveRwLockUpgradableReadGuard<'static, u8>)
        (MappedRecursiveRwLockReadGuard<'static, u8>)
        (MappedRecursiveRwLockWriteGuard<'static, u8>) (Condvar) (Once) (OnceState)
        (WaitTimeoutResult) (RawMutex) (RawFairMutex) (RawRwLock) (RawRwLockRecursive) (RawCondvar)
        (RawThreadId) (ArcMutexGuard<parking_lot::RawMutex, u8>)
        (ArcReentrantMutexGuard<parking_lot::RawMutex, parking_lot::RawThreadId, u8>)
        (ArcRwLockReadGuard<parking_lot::RawRwLock, u8>)
        (ArcRwLockUpgradableReadGuard<parking_lot::RawRwLock, u8>)
        (ArcRwLockWriteGuard<parking_lot::RawRwLock, u8>))
    .into();
    complete(&found, &in_table("parking_lot::"), 0);
}

#[cfg(feature = "tokio")]
#[test]
#[expect(deprecated, reason = "that of an error which nobody gets any more")]
fn the_types_of_tokio_are_the_originals() {
    let mut found: Types = types!(tokio::runtime => tokio::runtime:
        (Builder) (EnterGuard<'static>) (Handle) (Id) (LocalRuntime) (Runtime) (LocalOptions)
        (RuntimeFlavor) (TryCurrentError))
    .into();
    found.extend(types!(tokio::sync => tokio::sync:
        (AcquireError) (Barrier) (BarrierWaitResult) (MappedMutexGuard<'static, u8>) (Mutex<u8>)
        (MutexGuard<'static, u8>) (Notify) (OnceCell<u8>) (OwnedMappedMutexGuard<u8>)
        (OwnedMutexGuard<u8>) (OwnedRwLockMappedWriteGuard<u8>) (OwnedRwLockReadGuard<u8>)
        (OwnedRwLockWriteGuard<u8>) (OwnedSemaphorePermit) (RwLock<u8>)
        (RwLockMappedWriteGuard<'static, u8>) (RwLockReadGuard<'static, u8>)
        (RwLockWriteGuard<'static, u8>) (Semaphore) (SemaphorePermit<'static>) (SetError<u8>)
        (SetOnce<u8>) (SetOnceError<u8>) (TryAcquireError) (TryLockError)));
    found.extend(types!(tokio::sync::broadcast => tokio::sync::broadcast:
        (Receiver<u8>) (Sender<u8>) (WeakSender<u8>)));
    found.extend(types!(tokio::sync::broadcast::error => tokio::sync::broadcast::error:
        (RecvError) (SendError<u8>) (TryRecvError)));
    found.extend(types!(tokio::sync::futures => tokio::sync::futures:
        (Notified<'static>) (OwnedNotified)));
    found.extend(types!(tokio::sync::mpsc => tokio::sync::mpsc:
        (OwnedPermit<u8>) (Permit<'static, u8>) (PermitIterator<'static, u8>) (Receiver<u8>)
        (Sender<u8>) (UnboundedReceiver<u8>) (UnboundedSender<u8>) (WeakSender<u8>)
        (WeakUnboundedSender<u8>)));
    found.extend(types!(tokio::sync::mpsc::error => tokio::sync::mpsc::error:
        (RecvError) (SendError<u8>) (SendTimeoutError<u8>) (TryRecvError) (TrySendError<u8>)));
    found.extend(types!(tokio::sync::oneshot => tokio::sync::oneshot: (Receiver<u8>) (Sender<u8>)));
    found.extend(types!(tokio::sync::oneshot::error => tokio::sync::oneshot::error:
        (RecvError) (TryRecvError)));
    found.extend(types!(tokio::sync::watch => tokio::sync::watch:
        (Receiver<u8>) (Ref<'static, u8>) (Sender<u8>)));
    found.extend(types!(tokio::sync::watch::error => tokio::sync::watch::error:
        (RecvError) (SendError<u8>)));
    found.extend(types!(tokio::task => tokio::task:
        (AbortHandle) (Id) (JoinError) (JoinHandle<u8>) (JoinSet<u8>) (LocalEnterGuard)
        (LocalKey<u8>) (LocalSet) (Unconstrained<Future>)));
    found.extend(types!(tokio::task::coop => tokio::task::coop:
        (Coop<Future>) (RestoreOnPending) (Unconstrained<Future>)));
    found.extend(
        types!(tokio::task::futures => tokio::task::futures: (TaskLocalFuture<u8, Future>)),
    );
    found.extend(types!(tokio::time => tokio::time:
        (Duration) (Instant) (Interval) (MissedTickBehavior) (Sleep) (Timeout<Future>)));
    found.extend(types!(tokio::time::error => tokio::time::error: (Elapsed) (Error)));
    found.extend(types!(tokio::io => tokio::io:
        (BufReader<Stream>) (BufStream<Stream>) (BufWriter<Stream>) (Chain<Stream, Stream>)
        (DuplexStream) (Empty) (Error) (ErrorKind) (Join<Stream, Stream>) (Lines<Stream>)
        (ReadBuf<'static>) (ReadHalf<Stream>) (Repeat) (Result<u8>) (SeekFrom) (SimplexStream)
        (Sink) (Split<Stream>) (Take<Stream>) (WriteHalf<Stream>)));
    // `task::Unconstrained` is the one of `task::coop`.
    complete(&found, &in_tokios_table(), 1);
}

/// What a generic type of tokio's is held over.
#[cfg(feature = "tokio")]
type Future = std::future::Ready<u8>;
#[cfg(feature = "tokio")]
type Stream = tokio::io::Empty;

/// The types that the book's table of tokio does not refuse. Its traits are held against each other below.
#[cfg(feature = "tokio")]
fn in_tokios_table() -> BTreeSet<String> {
    let text = std::fs::read_to_string(table::root().join("docs/src/api-tokio.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let there = rows.filter(|(_, said)| ["modelled |", "passed through |"].contains(said));
    let types = there.map(|(name, _)| format!("tokio::{name}")).filter(|name| is_type(name));
    types.filter(|name| !name.contains("::Async")).collect()
}

/// The other traits are implemented for whatever has those.
#[cfg(feature = "tokio")]
fn all<T>() -> TypeId
where
    T: tokio::io::AsyncReadExt + tokio::io::AsyncWriteExt + 'static,
    T: drawloom::tokio::io::AsyncReadExt + drawloom::tokio::io::AsyncWriteExt,
{
    TypeId::of::<T>()
}

#[cfg(feature = "tokio")]
#[test]
fn the_traits_of_tokio_are_the_originals() {
    use drawloom::tokio::io as ours;
    same::<dyn tokio::io::AsyncRead>(PhantomData::<dyn ours::AsyncRead>, PhantomData);
    same::<dyn tokio::io::AsyncBufRead>(PhantomData::<dyn ours::AsyncBufRead>, PhantomData);
    same::<dyn tokio::io::AsyncWrite>(PhantomData::<dyn ours::AsyncWrite>, PhantomData);
    same::<dyn tokio::io::AsyncSeek>(PhantomData::<dyn ours::AsyncSeek>, PhantomData);
    assert_eq!(all::<ours::DuplexStream>(), all::<tokio::io::DuplexStream>());
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
