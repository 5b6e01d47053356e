//! A limit of how many are in at a time: a semaphore, and a time after which a guest goes elsewhere.

use std::time::Duration;

use super::sync::Arc;
use super::sync::atomic::{AtomicU32, Ordering};
use super::tokio;
use super::tokio::runtime::Builder;
use super::tokio::sync::Semaphore;
use super::tokio::time::timeout;

#[derive(Default)]
struct Hall {
    inside: AtomicU32,
    turned_away: AtomicU32,
}

async fn visit(places: Arc<Semaphore>, hall: Arc<Hall>) {
    let Ok(place) = timeout(Duration::from_millis(1), places.acquire_owned()).await else {
        hall.turned_away.fetch_add(1, Ordering::SeqCst);
        return;
    };
    assert!(hall.inside.fetch_add(1, Ordering::SeqCst) < 2, "no more than two are in");
    tokio::task::yield_now().await;
    hall.inside.fetch_sub(1, Ordering::SeqCst);
    drop(place);
}

/// Three guests and two places: how many are turned away.
pub(crate) fn turned_away() -> u32 {
    let (places, hall) = (Arc::new(Semaphore::new(2)), Arc::new(Hall::default()));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let guests = [(); 3].map(|()| tokio::spawn(visit(Arc::clone(&places), Arc::clone(&hall))));
        for guest in guests {
            guest.await.unwrap();
        }
    });
    assert_eq!(places.available_permits(), 2, "both places are free again");
    hall.turned_away.load(Ordering::SeqCst)
}
