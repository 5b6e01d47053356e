//! A pool of workers: jobs through a channel whose receiver they share, and their results through another.

use super::sync::mpsc::{Receiver, Sender, channel};
use super::sync::{Arc, Mutex};
use super::thread;

type Job = Box<dyn FnOnce() -> usize + Send>;

fn work(name: char, jobs: &Mutex<Receiver<Job>>, results: &Sender<(usize, char)>) {
    loop {
        // The lock is given back before the job is done.
        let job = jobs.lock().unwrap().recv();
        let Ok(job) = job else { return };
        results.send((job(), name)).unwrap();
    }
}

/// Two workers and two jobs: by whom each job is done.
pub(crate) fn who_does_what() -> String {
    let (give, jobs) = channel::<Job>();
    let (results, take) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    let workers = ['a', 'b'].map(|name| {
        let (jobs, results) = (Arc::clone(&jobs), results.clone());
        thread::spawn(move || work(name, &jobs, &results))
    });
    drop(results);
    for number in 0..2 {
        give.send(Box::new(move || number)).unwrap();
    }
    drop(give);
    let mut done: Vec<(usize, char)> = take.iter().collect();
    for worker in workers {
        worker.join().unwrap();
    }
    done.sort_unstable();
    assert_eq!(done.len(), 2, "each job is done once");
    done.into_iter().map(|(_, name)| name).collect()
}
