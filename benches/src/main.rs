//! What does drawloom cost beside loom and shuttle, and what does it find?
//!
//! - `cargo run --release -p benches` measures. `--quick` takes a minute at the most, `--seconds N` is
//!   what one check may take, `--markdown` writes Markdown, `--update PAGE` renews that page of the book.
//! - `cargo run --release -p benches -- loom-random` runs random programs under loom and compares with
//!   all that they can do: `--programs N` in all, at most `--executions N` of loom for each, `--seed N`,
//!   `--update PAGE`.
//! - `cargo run --release -p benches -- operations` measures what an operation costs outside a check.
//! - `cargo run --release -p benches -- placement` measures what a lock costs where it stands: coarse, fine
//!   and sharded, under real threads and on a real runtime. `--quick`, and `--update PAGE` also draws the
//!   plot beside that page.

mod engines;
mod library;
mod measure;
mod operations;
#[allow(dead_code, reason = "a part is read by a test alone")]
mod page;
mod placement;
#[allow(dead_code, reason = "what fails is asserted by a test alone")]
mod programs;
mod random;
mod table;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use measure::{Budget, Form};
use random::Sample;

/// What was asked for on the command line.
struct Asked {
    command: Option<String>,
    quick: bool,
    form: Form,
    seconds: Option<u64>,
    programs: Option<usize>,
    executions: Option<usize>,
    seed: Option<u64>,
    update: Option<PathBuf>,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked {
        command: None,
        quick: false,
        form: Form::Text,
        seconds: None,
        programs: None,
        executions: None,
        seed: None,
        update: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--quick" => asked.quick = true,
            "--markdown" => asked.form = Form::Markdown,
            "--seconds" => asked.seconds = Some(number(&value()?)?),
            "--seed" => asked.seed = Some(number(&value()?)?),
            "--programs" => asked.programs = Some(number(&value()?)?),
            "--executions" => asked.executions = Some(number(&value()?)?),
            "--update" => asked.update = Some(value()?.into()),
            "long-run" | "loom-random" | "operations" | "placement" => asked.command = Some(word),
            _ => return Err(format!("`{word}` is not known")),
        }
    }
    Ok(asked)
}

fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// Prints it, or puts it into a page of the book.
fn publish(text: &str, name: &str, update: Option<&Path>) -> Result<(), String> {
    let Some(path) = update else {
        println!("{text}");
        return Ok(());
    };
    let error = |error| format!("{}: {error}", path.display());
    let page = std::fs::read_to_string(path).map_err(error)?;
    std::fs::write(path, page::with_part(&page, name, text)).map_err(error)
}

fn measured(asked: &Asked) -> Result<(), String> {
    let (check, repeat) = if asked.quick { (500, 50) } else { (3_000, 300) };
    let check = asked.seconds.map_or(Duration::from_millis(check), Duration::from_secs);
    let budget = Budget { check, repeat: Duration::from_millis(repeat) };
    let form = if asked.update.is_some() { Form::Markdown } else { asked.form };
    publish(&measure::report(budget, form), "measured", asked.update.as_deref())
}

fn operations(asked: &Asked) -> Result<(), String> {
    let time = Duration::from_millis(if asked.quick { 20 } else { 200 });
    let form = if asked.update.is_some() { Form::Markdown } else { asked.form };
    publish(&operations::report(time, form), "operations", asked.update.as_deref())
}

fn loom_random(asked: &Asked) -> Result<(), String> {
    let mut sample = Sample::BOOK;
    sample.seed = asked.seed.unwrap_or(sample.seed);
    sample.most = asked.executions.unwrap_or(sample.most);
    if let Some(programs) = asked.programs {
        sample.each = programs.div_ceil(random::ROWS);
    }
    let found = random::compare::<engines::Drawloom, engines::Loom>(sample);
    publish(&found.markdown(), "loom-random", asked.update.as_deref())?;
    println!("{}", found.smallest());
    Ok(())
}

fn placement(asked: &Asked) -> Result<(), String> {
    let each = Duration::from_millis(if asked.quick { 10 } else { 150 });
    let panels = placement::measure(each);
    publish(&placement::markdown(&panels), "placement", asked.update.as_deref())?;
    let Some(page) = &asked.update else { return Ok(()) };
    let plot = page.with_file_name("placement.svg");
    std::fs::write(&plot, placement::svg(&panels))
        .map_err(|error| format!("{}: {error}", plot.display()))
}

fn main() {
    let result = asked().and_then(|asked| match asked.command.as_deref() {
        Some("long-run") => {
            print!("{}", measure::long_run());
            Ok(())
        }
        Some("operations") => operations(&asked),
        Some("placement") => placement(&asked),
        Some(_) => loom_random(&asked),
        None => measured(&asked),
    });
    if let Err(message) = result {
        eprintln!("{message}");
        std::process::exit(2);
    }
}
