//! How many executions a second, beside loom and shuttle and a bare coroutine?
//!
//! `cargo run --release -p benches` runs the same small programs under each engine, one after the
//! other in one process, and prints executions, executions a second and the time to the verdict. The
//! ratios are what can be compared: absolute figures are this machine's, today.

use std::time::{Duration, Instant};

/// How long each row is measured.
const PER_ROW: Duration = Duration::from_millis(1_500);

/// One engine's figures on one program.
struct Row {
    engine: &'static str,
    /// Executions to the full verdict.
    executions: u64,
    per_second: f64,
    verdict: Duration,
}

/// Repeats a check until enough time has passed.
fn measure(engine: &'static str, check: impl Fn() -> u64) -> Row {
    let executions = check();
    let started = Instant::now();
    let mut spent = 0;
    let mut checks = 0_u32;
    while started.elapsed() < PER_ROW {
        spent += check();
        checks += 1;
    }
    let elapsed = started.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a rate is printed with three digits")]
    let per_second = spent as f64 / elapsed.as_secs_f64();
    Row { engine, executions, per_second, verdict: elapsed / checks }
}

/// Two threads, or three, each load and store one atomic: the program under each engine.
macro_rules! lost_update {
    ($engine:ident, $threads:expr) => {{
        use ::$engine::sync::atomic::{AtomicU32, Ordering::SeqCst};
        use ::$engine::thread;
        let jar = std::sync::Arc::new(AtomicU32::new(0));
        let strands: Vec<_> = (0..$threads)
            .map(|_| {
                let jar = std::sync::Arc::clone(&jar);
                thread::spawn(move || jar.store(jar.load(SeqCst) + 1, SeqCst))
            })
            .collect();
        for strand in strands {
            strand.join().expect("it does not panic");
        }
    }};
}

/// As many threads lock, add one and unlock.
macro_rules! one_lock {
    ($engine:ident, $threads:expr) => {{
        use ::$engine::sync::Mutex;
        use ::$engine::thread;
        let jar = std::sync::Arc::new(Mutex::new(0));
        let strands: Vec<_> = (0..$threads)
            .map(|_| {
                let jar = std::sync::Arc::clone(&jar);
                thread::spawn(move || *jar.lock().expect("not poisoned") += 1)
            })
            .collect();
        for strand in strands {
            strand.join().expect("it does not panic");
        }
    }};
}

fn drawloom(every: bool, program: impl Fn() + Clone + Send + Sync + 'static) -> u64 {
    let check = drawloom::Check::new();
    let check = if every { check.every_schedule() } else { check };
    check.run(program).executions
}

fn loom(program: impl Fn() + Clone + Send + Sync + 'static) -> u64 {
    let executions = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = std::sync::Arc::clone(&executions);
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.check(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        program();
    });
    executions.load(std::sync::atomic::Ordering::Relaxed)
}

fn shuttle(program: impl Fn() + Clone + Send + Sync + 'static) -> u64 {
    let scheduler = shuttle::scheduler::DfsScheduler::new(None, false);
    let runner = shuttle::Runner::new(scheduler, shuttle::Config::new());
    runner.run(program) as u64
}

/// The floor: start a coroutine on a stack that is there and switch to it three times.
fn coroutine() -> u64 {
    use corosensei::stack::DefaultStack;
    use corosensei::{Coroutine, CoroutineResult};
    let mut stack = Some(DefaultStack::new(64 * 1024).expect("a stack"));
    for _ in 0..10_000 {
        let free = stack.take().expect("the stack came back");
        let mut fiber = Coroutine::with_stack(free, |yielder, ()| {
            yielder.suspend(());
            yielder.suspend(());
        });
        while let CoroutineResult::Yield(()) = fiber.resume(()) {}
        stack = Some(fiber.into_stack());
    }
    10_000
}

fn print(title: &str, rows: &[Row]) {
    println!("{title}");
    println!("  engine                executions   executions/s     to the verdict");
    for row in rows {
        let Row { engine, executions, per_second, verdict } = row;
        println!("  {engine:<20} {executions:>11} {per_second:>14.0} {verdict:>18.1?}");
    }
    println!();
}

/// The programs, under each of the engines. shuttle comes last: it puts a panic hook in front of the
/// process's that is never taken away.
fn tables() -> Vec<(&'static str, Vec<Row>)> {
    let graph = "drawloom";
    let every = "drawloom, no merging";
    let mut tables = vec![
        (
            "lost update, 2 threads",
            vec![
                measure(graph, || drawloom(false, || lost_update!(drawloom, 2))),
                measure(every, || drawloom(true, || lost_update!(drawloom, 2))),
                measure("loom", || loom(|| lost_update!(loom, 2))),
            ],
        ),
        (
            "lost update, 3 threads",
            vec![
                measure(graph, || drawloom(false, || lost_update!(drawloom, 3))),
                measure(every, || drawloom(true, || lost_update!(drawloom, 3))),
                measure("loom", || loom(|| lost_update!(loom, 3))),
            ],
        ),
        (
            "one lock, 3 threads",
            vec![
                measure(graph, || drawloom(false, || one_lock!(drawloom, 3))),
                measure(every, || drawloom(true, || one_lock!(drawloom, 3))),
                measure("loom", || loom(|| one_lock!(loom, 3))),
            ],
        ),
        (
            "lost update, 4 threads",
            vec![
                measure(graph, || drawloom(false, || lost_update!(drawloom, 4))),
                measure(every, || drawloom(true, || lost_update!(drawloom, 4))),
            ],
        ),
    ];
    tables[0].1.push(measure("shuttle", || shuttle(|| lost_update!(shuttle, 2))));
    tables[1].1.push(measure("shuttle", || shuttle(|| lost_update!(shuttle, 3))));
    tables[2].1.push(measure("shuttle", || shuttle(|| one_lock!(shuttle, 3))));
    tables
}

fn main() {
    println!("{} processors\n", std::thread::available_parallelism().map_or(1, Into::into));
    print("a coroutine, started and switched to three times", &[measure("corosensei", coroutine)]);
    for (title, rows) in tables() {
        print(title, &rows);
    }
}
