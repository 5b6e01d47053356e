//! How many executions a second, and how long to the verdict, beside loom and shuttle?
//!
//! Every program runs under each engine, one after the other in one process. The ratios are what can be
//! compared: absolute figures are this machine's, today.

use std::process::Command;
use std::time::{Duration, Instant};

use drawloom::Check;

use crate::engines::{self, Ended, Engine};
use crate::programs::{ALL, Program};
use crate::table::{Table, grouped};

/// How much time is spent.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    /// What one check may take: it is stopped then.
    pub(crate) check: Duration,
    /// A check that takes less is repeated for so long.
    pub(crate) repeat: Duration,
}

/// What was measured of one program under one engine.
#[derive(Clone, Copy)]
struct Cell {
    executions: u64,
    per_second: f64,
    /// One check, from its beginning to its end.
    took: Duration,
    ended: Ended,
}

/// All that was measured of one program, in the order of [`Engine::ALL`].
struct Row {
    program: Program,
    cells: [Cell; 4],
}

impl Row {
    fn of(&self, engine: Engine) -> Cell {
        self.cells[engine as usize]
    }
}

/// How the figures are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Markdown,
}

/// Measures everything and writes it down.
pub(crate) fn report(budget: Budget, form: Form) -> String {
    let rows = measure_all(budget);
    let tables = [
        ("Executions to the full verdict", executions(&rows)),
        ("Executions a second", rates(&rows)),
        ("Time to the full verdict", times(&rows)),
    ];
    let cap = budget.check.as_secs_f64();
    let mut text = format!("A check that is not done after {cap} s is stopped.\n\n");
    for (title, table) in tables {
        match form {
            Form::Text => text.push_str(&format!("{title}\n\n{}\n", table.text())),
            Form::Markdown => text.push_str(&format!("### {title}\n\n{}\n", table.markdown())),
        }
    }
    text.push_str(&format!("{}\n{}", floor(budget), memory()));
    text
}

/// One engine after the other, so that shuttle's panic hook comes last.
fn measure_all(budget: Budget) -> Vec<Row> {
    let columns = Engine::ALL.map(|engine| {
        let cells = ALL.iter().map(|&program| {
            eprintln!("{}: {program}", engine.name());
            measure(engine, program, budget)
        });
        cells.collect::<Vec<_>>()
    });
    let cells = |row: usize| [0, 1, 2, 3].map(|engine: usize| columns[engine][row]);
    ALL.iter().enumerate().map(|(row, &program)| Row { program, cells: cells(row) }).collect()
}

/// Checks once, and then again and again if that was quick.
fn measure(engine: Engine, program: Program, budget: Budget) -> Cell {
    let first = engine.check(program, budget.check);
    let (mut checks, mut executions, mut took) = (1, first.executions, first.took);
    if first.ended == Ended::Done && first.took < budget.repeat {
        (checks, executions) = (0, 0);
        let started = Instant::now();
        while started.elapsed() < budget.repeat {
            executions += engine.check(program, budget.check).executions;
            checks += 1;
        }
        took = started.elapsed();
    }
    Cell {
        executions: first.executions,
        per_second: per_second(executions, took),
        took: took / checks,
        ended: first.ended,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is printed with three digits")]
fn per_second(executions: u64, took: Duration) -> f64 {
    executions as f64 / took.as_secs_f64()
}

/// A cell of an engine that did not get there.
fn unfinished(cell: Cell, reached: String) -> String {
    match cell.ended {
        Ended::Done => reached,
        Ended::TimeUp => format!("> {reached}, not done"),
        Ended::AtFailure => "first failure".to_owned(),
        Ended::NoRoom => "no room".to_owned(),
    }
}

fn executions(rows: &[Row]) -> Table {
    let mut table = Table::new(&["program", "needed", "drawloom", "2 jobs", "loom", "shuttle"]);
    for row in rows {
        let reached = |cell: Cell| unfinished(cell, grouped(cell.executions));
        let mut cells = vec![row.program.to_string(), grouped(row.program.needs())];
        cells.extend(row.cells.map(reached));
        table.push(cells);
    }
    table
}

const RATIOS: [&str; 7] =
    ["program", "drawloom", "2 jobs", "loom", "shuttle", "× loom", "× shuttle"];

fn rates(rows: &[Row]) -> Table {
    let mut table = Table::new(&RATIOS);
    for row in rows {
        // The rate of a check that was stopped is as good as any other; one execution has none.
        let known = |cell: Cell| matches!(cell.ended, Ended::Done | Ended::TimeUp);
        let rate = |cell: Cell| {
            if known(cell) { rounded(cell.per_second) } else { unfinished(cell, String::new()) }
        };
        let mine = row.of(Engine::Drawloom);
        let ratio = |other: Engine| match row.of(other) {
            other if known(other) => factor(mine.per_second / other.per_second),
            _ => "-".to_owned(),
        };
        let mut cells = vec![row.program.to_string()];
        cells.extend(row.cells.map(rate));
        cells.extend([ratio(Engine::Loom), ratio(Engine::Shuttle)]);
        table.push(cells);
    }
    table
}

fn times(rows: &[Row]) -> Table {
    let mut table = Table::new(&RATIOS);
    for row in rows {
        let mine = row.of(Engine::Drawloom);
        let ratio = |other: Engine| {
            let other = row.of(other);
            let times = factor(other.took.as_secs_f64() / mine.took.as_secs_f64());
            match (mine.ended, other.ended) {
                (Ended::Done, Ended::Done) => times,
                (Ended::Done, Ended::TimeUp) => format!("> {times}"),
                _ => "-".to_owned(),
            }
        };
        let mut cells = vec![row.program.to_string()];
        cells.extend(row.cells.map(|cell| unfinished(cell, duration(cell.took))));
        cells.extend([ratio(Engine::Loom), ratio(Engine::Shuttle)]);
        table.push(cells);
    }
    table
}

/// Three digits are all that two runs agree on, and often more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is positive and far below 2^63"
)]
fn rounded(rate: f64) -> String {
    let unit = 10_f64.powf((rate.log10().floor() - 2.0).max(0.0));
    grouped(((rate / unit).round() * unit) as u64)
}

fn factor(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 9.95 => format!("{ratio:.1}"),
        ratio => rounded(ratio),
    }
}

fn duration(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    match seconds {
        seconds if seconds < 1e-3 => format!("{:.0} µs", seconds * 1e6),
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{seconds:.2} s"),
    }
}

/// What an execution costs if nobody decides, records or compares anything.
fn floor(budget: Budget) -> String {
    let mut text = String::from(
        "Coroutines alone, on pooled stacks, nothing decided and nothing recorded:\n\n",
    );
    for (threads, switches) in [(2, 2), (3, 2), (4, 3)] {
        let (mut rounds, started) = (0, Instant::now());
        while started.elapsed() < budget.repeat {
            engines::bare_coroutines(threads, switches, 1_000);
            rounds += 1_000;
        }
        let rate = rounded(per_second(rounds, started.elapsed()));
        text.push_str(&format!(
            "- {threads} of them, each suspended {switches} times: {rate} rounds a second\n"
        ));
    }
    text
}

/// The program that is run for a million executions: it has 63,063,000.
const LONG: Program = Program::FetchAdd { threads: 4, times: 4 };

/// What a long check takes, in a process of its own: the peak is the process's.
fn memory() -> String {
    let child = std::env::current_exe()
        .and_then(|own| Command::new(own).arg("long-run").output())
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    child.unwrap_or_else(|error| format!("A long check was not measured: {error}\n"))
}

/// Runs that long check, and says what it took.
pub(crate) fn long_run() -> String {
    let mebibytes = |peak: Option<u64>| peak.map_or("?".to_owned(), |kib| (kib / 1024).to_string());
    let before = mebibytes(peak_memory());
    let started = Instant::now();
    let report =
        Check::new().max_executions(1_000_000).run(|| LONG.run::<crate::engines::Drawloom>());
    format!(
        "The first {} executions of `{LONG}` under drawloom took {}, and {} MiB of memory at the peak \
         ({before} before it began).\n",
        grouped(report.executions),
        duration(started.elapsed()),
        mebibytes(peak_memory()),
    )
}

/// The most memory that this process has had, in KiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
