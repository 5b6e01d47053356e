//! The table of what there is of tokio, against tokio's own list of public items.
//!
//! The lists below were made from the source of the version in `Cargo.lock`. When that changes, this
//! fails until somebody has looked what is new.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The version that the lists were made from.
const VERSION: &str = "1.54.1";

/// Items that have to be there: each is imported, so that one that is not does not compile.
macro_rules! there {
    ($list:ident; $($($part:ident)::+)*) => {
        const $list: &[&str] = &[$(stringify!($($part)::+)),*];

        #[allow(deprecated, unused_imports, reason = "that it can be imported is the test")]
        const _: () = {
            $(use drawloom::tokio::$($part)::+ as _;)*
        };
    };
}

mod modelled_items {
    there! { MODELLED;
        spawn join select task_local try_join io::DuplexStream io::ReadHalf io::SimplexStream
        io::WriteHalf io::duplex io::simplex io::split runtime::Builder runtime::EnterGuard
        runtime::Handle runtime::Id runtime::LocalRuntime runtime::Runtime signal::ctrl_c
        sync::Barrier sync::MappedMutexGuard sync::Mutex sync::MutexGuard sync::Notify
        sync::OnceCell sync::OwnedMappedMutexGuard sync::OwnedMutexGuard
        sync::OwnedRwLockMappedWriteGuard sync::OwnedRwLockReadGuard
        sync::OwnedRwLockWriteGuard sync::OwnedSemaphorePermit sync::RwLock
        sync::RwLockMappedWriteGuard sync::RwLockReadGuard sync::RwLockWriteGuard
        sync::Semaphore sync::SemaphorePermit sync::SetOnce sync::broadcast::Receiver
        sync::broadcast::Sender sync::broadcast::WeakSender sync::broadcast::channel
        sync::futures::Notified sync::futures::OwnedNotified sync::mpsc::OwnedPermit
        sync::mpsc::Permit sync::mpsc::PermitIterator sync::mpsc::Receiver sync::mpsc::Sender
        sync::mpsc::UnboundedReceiver sync::mpsc::UnboundedSender sync::mpsc::WeakSender
        sync::mpsc::WeakUnboundedSender sync::mpsc::channel sync::mpsc::unbounded_channel
        sync::oneshot::Receiver sync::oneshot::Sender sync::oneshot::channel
        sync::watch::Receiver sync::watch::Ref sync::watch::Sender sync::watch::channel
        task::AbortHandle task::Id task::JoinError task::JoinHandle task::JoinSet
        task::LocalEnterGuard task::LocalKey task::LocalSet task::Unconstrained
        task::block_in_place task::consume_budget task::id task::spawn task::spawn_blocking
        task::spawn_local task::try_id task::unconstrained task::yield_now task::coop::Coop
        task::coop::RestoreOnPending task::coop::Unconstrained task::coop::consume_budget
        task::coop::cooperative task::coop::has_budget_remaining task::coop::poll_proceed
        task::coop::unconstrained task::futures::TaskLocalFuture time::Instant time::Interval
        time::Sleep time::Timeout time::advance time::interval time::interval_at time::pause
        time::resume time::sleep time::sleep_until time::timeout time::timeout_at
        time::error::Elapsed
    }

    pub(super) fn all() -> &'static [&'static str] {
        MODELLED
    }
}

mod passed_items {
    there! { PASSED;
        pin io::AsyncBufRead io::AsyncBufReadExt io::AsyncRead io::AsyncReadExt io::AsyncSeek
        io::AsyncSeekExt io::AsyncWrite io::AsyncWriteExt io::BufReader io::BufStream
        io::BufWriter io::Chain io::Empty io::Error io::ErrorKind io::Join io::Lines
        io::ReadBuf io::Repeat io::Result io::SeekFrom io::Sink io::Split io::Take io::copy
        io::copy_bidirectional io::copy_bidirectional_with_sizes io::copy_buf io::empty
        io::join io::repeat io::sink runtime::LocalOptions runtime::RuntimeFlavor
        runtime::TryCurrentError runtime::is_rt_shutdown_err sync::AcquireError
        sync::BarrierWaitResult sync::SetError sync::SetOnceError sync::TryAcquireError
        sync::TryLockError sync::broadcast::error::RecvError sync::broadcast::error::SendError
        sync::broadcast::error::TryRecvError sync::mpsc::error::RecvError
        sync::mpsc::error::SendError sync::mpsc::error::SendTimeoutError
        sync::mpsc::error::TryRecvError sync::mpsc::error::TrySendError
        sync::oneshot::error::RecvError sync::oneshot::error::TryRecvError
        sync::watch::error::RecvError sync::watch::error::SendError time::Duration
        time::MissedTickBehavior time::error::Error
    }

    pub(super) fn all() -> &'static [&'static str] {
        PASSED
    }
}

/// Items that are not there, and stand in the table with their reasons.
const REFUSED: &[&str] = &[
    "#[main]",
    "#[test]",
    "fs",
    "net",
    "process",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "io::Stdin",
    "io::Stdout",
    "io::Stderr",
    "io::Interest",
    "io::Ready",
    "io::unix",
    "signal::unix",
    "signal::windows",
    "runtime::RuntimeMetrics",
    "runtime::Runtime::metrics",
    "runtime::Handle::metrics",
    "runtime::LocalRuntime::metrics",
    "runtime::Builder::start_paused",
    "runtime::Builder::max_io_events_per_tick",
    "runtime::Builder::max_io_events_per_busy_tick",
    "task::LocalSet::id",
];

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What the table says of each item.
fn table() -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for line in text("docs/src/api-tokio.md").lines() {
        let Some((item, said)) = line.strip_prefix("| `").and_then(|row| row.split_once("` | "))
        else {
            continue;
        };
        let said = said.trim_end_matches(" |");
        let is_row =
            said == "modelled" || said == "passed through" || said.starts_with("refused: ");
        if is_row {
            let item = item.trim_end_matches('!').to_owned();
            assert!(rows.insert(item.clone(), said.to_owned()).is_none(), "{item} stands twice");
        }
    }
    rows
}

/// A path as it is written: `stringify!` may set its parts apart.
fn written(path: &str) -> String {
    path.replace(' ', "")
}

#[test]
fn every_public_item_of_tokio_is_in_the_table_and_is_what_it_says() {
    let mut rows = table();
    let mut take = |item: &str, expected: &str| {
        let said = rows.remove(&written(item)).unwrap_or_else(|| panic!("{item} is not there"));
        let fits = said == expected || (expected == "refused" && said.len() > "refused: ".len());
        assert!(fits, "{item} is {expected}, and the table says {said}");
    };
    for item in modelled_items::all() {
        take(item, "modelled");
    }
    for item in passed_items::all() {
        take(item, "passed through");
    }
    for item in REFUSED {
        take(item, "refused");
    }
    assert!(rows.is_empty(), "nobody knows of {:?}", rows.keys());
}

#[test]
fn the_totals_are_those_of_the_table() {
    let (modelled, passed) = (modelled_items::all().len(), passed_items::all().len());
    let totals =
        format!("Totals: {modelled} modelled, {passed} passed through, {} refused.", REFUSED.len());
    assert!(text("docs/src/api-tokio.md").contains(&totals), "{totals}");
}

#[test]
fn the_lists_are_of_the_version_that_is_used() {
    let lock = text("Cargo.lock");
    let tokio = lock.split("[[package]]").find(|part| part.contains("name = \"tokio\"\n")).unwrap();
    assert!(tokio.contains(&format!("version = \"{VERSION}\"")), "{tokio}");
}
