//! What does the program's own text say at a place?
//!
//! A report speaks of `jar` and `alice`, not of object 3 and thread 2. The names are read from the
//! source: from the `let`, the field or the `static` around the line where a thing was made. Nothing
//! of this runs unless a report is made.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::trace::Place;

/// Where the program's text comes from: files that the program carries with it, or the disk.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    carried: HashMap<String, &'static str>,
}

/// How many lines of a statement stand at most above the one that is looked at.
const MOST_LINES_ABOVE: u32 = 4;

impl Sources {
    /// The disk only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Carries a file, so that a report can show it where the source is not at hand. The path is the
    /// one that `file!()` gives in it.
    #[must_use]
    pub fn carrying(mut self, path: &str, text: &'static str) -> Self {
        self.carried.insert(path.replace('\\', "/"), text);
        self
    }

    /// The lines of a file, if it can be found.
    pub fn lines(&self, file: &str) -> Option<Vec<String>> {
        if let Some(text) = self.carried.get(file) {
            return Some(text.lines().map(str::to_owned).collect());
        }
        let text = find(file).and_then(|path| std::fs::read_to_string(path).ok())?;
        Some(text.lines().map(str::to_owned).collect())
    }

    /// One line of a file.
    pub fn line(&self, file: &str, line: u32) -> Option<String> {
        self.lines(file)?.into_iter().nth(line.checked_sub(1)? as usize)
    }

    /// The text of a line from a place on.
    pub fn text_from(&self, place: &Place) -> Option<String> {
        let line = self.line(&place.file, place.line)?;
        Some(from_column(&line, place.column).to_owned())
    }

    /// The name of what is made at a place: `jar` in `let jar = AtomicU32::new(0)`.
    pub fn name_made_at(&self, place: &Place) -> Option<String> {
        let lines = self.lines(&place.file)?;
        let statement = statement_up_to(&lines, place)?;
        let block = || block_bound_to(&lines, (place.line as usize).checked_sub(1)?);
        bound_name(&statement).or_else(|| bound_name(&block()?))
    }

    /// The name of what a method is called on at a place: `jar` in `jar.lock()`.
    pub fn name_used_at(&self, place: &Place) -> Option<String> {
        let line = self.line(&place.file, place.line)?;
        let before = up_to_column(&line, place.column).trim_end();
        let receiver = before.strip_suffix('.')?;
        let start = receiver.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
        word(&receiver[start..])
    }

    /// The function that a strand started at a place runs: `book` in `spawn(book(ann))`.
    ///
    /// A closure that does more than call one function has no name.
    pub fn name_of_callee(&self, place: &Place) -> Option<String> {
        let lines = self.lines(&place.file)?;
        let at = place.line.checked_sub(1)? as usize;
        let mut text = from_column(lines.get(at)?, place.column).to_owned();
        text.extend(lines.iter().skip(at + 1).take(3).map(|line| format!(" {}", line.trim())));
        let arguments =
            inside_parentheses(text.split_once("spawn")?.1.trim_start_matches("_scope"))?;
        let mut rest = arguments
            .split_once(',')
            .filter(|(_, more)| more.contains("async"))
            .map_or(arguments, |(_, more)| more)
            .trim();
        for opening in ["async", "move"] {
            rest = rest.strip_prefix(opening).unwrap_or(rest).trim_start();
        }
        if let Some(closure) = rest.strip_prefix('|') {
            rest = closure.split_once('|')?.1.trim();
        }
        if let Some(block) = rest.strip_prefix('{') {
            rest = block.trim_end().strip_suffix('}')?.trim();
        }
        let rest = rest.trim_end_matches(';').trim_end_matches(".await");
        let (path, call) = rest.split_at(rest.find('(').unwrap_or(rest.len()));
        let called = call.is_empty() || inside_parentheses(call)?.len() + 2 == call.len();
        let path = path.strip_prefix("self.").unwrap_or(path);
        word(path.rsplit("::").next()?).filter(|_| called)
    }
}

/// What stands between a parenthesis at the beginning and the one that closes it.
fn inside_parentheses(text: &str) -> Option<&str> {
    let text = text.trim_start().strip_prefix('(')?;
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(..at);
        }
    }
    None
}

/// The beginning of the `let name = {` whose block ends with what is made at a line, if it does.
fn block_bound_to(lines: &[String], at: usize) -> Option<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(lines.get(at)?);
    let last =
        lines[at..].iter().skip(1).find(|line| !line.trim().is_empty() && indent(line) <= own)?;
    let end = if last.trim_start().starts_with(['}', ')']) && indent(last) == own {
        last
    } else {
        &lines[at]
    };
    if end.trim_end().ends_with([';', '{', '(', ',']) {
        return None;
    }
    let outer =
        lines[..at].iter().rev().find(|line| !line.trim().is_empty() && indent(line) < own)?;
    let begin = outer.trim();
    (begin.starts_with("let ") && begin.ends_with("= {")).then(|| begin.to_owned())
}

/// Where a column begins in a line: columns count characters, from 1.
fn column_start(line: &str, column: u32) -> usize {
    let characters = (column as usize).saturating_sub(1);
    line.char_indices().nth(characters).map_or(line.len(), |(at, _)| at)
}

fn from_column(line: &str, column: u32) -> &str {
    &line[column_start(line, column)..]
}

fn up_to_column(line: &str, column: u32) -> &str {
    &line[..column_start(line, column)]
}

/// The text of the statement that a place is in, up to the place.
fn statement_up_to(lines: &[String], place: &Place) -> Option<String> {
    let at = place.line.checked_sub(1)? as usize;
    let mut statement = up_to_column(lines.get(at)?, place.column).to_owned();
    // What a `#[derive(Default)]` makes is bound to no name there.
    if statement.trim_start().starts_with("#[") {
        return None;
    }
    for above in 1..=MOST_LINES_ABOVE as usize {
        let Some(line) = at.checked_sub(above).and_then(|above| lines.get(above)) else { break };
        let line = line.trim_end();
        if line.trim_start().starts_with("//") {
            continue;
        }
        if statement.contains("let ") || line.is_empty() || line.ends_with([';', '{', '}']) {
            break;
        }
        statement = format!("{line} {statement}");
    }
    Some(statement)
}

/// The name that a statement's beginning binds: by `let`, as a field, or as a `static`.
fn bound_name(statement: &str) -> Option<String> {
    if let Some(name) = field_name(statement) {
        return Some(name);
    }
    for keyword in ["let ", "static ", "const "] {
        let Some((_, binding)) = statement.rsplit_once(keyword) else { continue };
        let Some((pattern, value)) = binding.split_once('=') else { continue };
        let pattern = pattern.trim().trim_start_matches("mut ");
        if let Some(tuple) = pattern.strip_prefix('(') {
            let inside = tuple.split(')').next()?;
            let names: Vec<&str> = inside.split(',').map(str::trim).collect();
            let place = value.trim_start().starts_with('(').then(|| top_level_commas(value));
            return match place {
                Some(place) => names.get(place).and_then(|name| word(name)),
                // One call that makes both, such as a channel's two ends.
                None => word(names.last()?),
            };
        }
        return word(pattern.split(':').next()?.trim());
    }
    None
}

/// `coins` in `Jar { coins: AtomicU32::new(`.
fn field_name(statement: &str) -> Option<String> {
    let mut rest = statement.trim_end();
    // What may stand between the field and the call: `Arc::new(`, `sync::`.
    loop {
        let wrapped =
            rest.strip_suffix('(').map(|call| call.trim_end_matches(|c| is_word(c) || c == ':'));
        match wrapped {
            Some(shorter) if shorter.len() < rest.len() => rest = shorter.trim_end(),
            _ => break,
        }
    }
    let rest = rest.trim_end_matches(|c| is_word(c) || c == ':').len();
    let head = statement.get(..rest)?;
    let tail = statement.get(rest..)?;
    // `coins: AtomicU32::` splits at the first single colon of the tail or of what stands before it.
    let joined = format!("{}{}", head.rsplit(['{', ',', '(']).next()?, tail);
    let (name, after) = joined.split_once(':')?;
    (!after.starts_with(':') && !name.contains('=') && !name.contains("let "))
        .then(|| word(name.trim()))?
}

/// How many commas of a tuple expression have been passed.
fn top_level_commas(value: &str) -> usize {
    let inside = value.trim_start().strip_prefix('(').unwrap_or(value);
    let mut depth = 0_usize;
    let mut commas = 0;
    for c in inside.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => commas += 1,
            _ => {}
        }
    }
    commas
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word(text: &str) -> Option<String> {
    let ok = !text.is_empty()
        && text.chars().all(is_word)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text != "_"
        && text != "self";
    // `_alice` keeps a guard or a handle that is not used: it is alice all the same.
    ok.then(|| text.trim_start_matches('_').to_owned()).filter(|name| !name.is_empty())
}

/// A file that the compiler has named, relative to the folder it ran in.
fn find(file: &str) -> Option<PathBuf> {
    let file = Path::new(file);
    if file.is_absolute() {
        return file.exists().then(|| file.to_owned());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::{Place, Sources};

    const TEXT: &str = "\
let jar = AtomicU32::new(0);
let jar = Arc::new(Mutex::new(0));
let account = Account { balance: AtomicI64::new(100) };
static HITS: AtomicU32 = AtomicU32::new(0);
let (left, right) = (Mutex::new(0), Mutex::new(0));
let alice =
    thread::spawn(|| put_coin(&jar));
    scope.spawn(move || put_coin(&jar));
tokio::spawn(book(&hall));
*jar.lock().unwrap() += 1;
spawn(async move { bank::transfer(&a) });
let _carol = spawn(book);
let cook = {
    let full = Arc::clone(&full);
    thread::spawn(move || {
        full.store(1);
    })
};
scope.spawn(|| jar.store(1));
scope.spawn(put_coin);
";

    fn place(line: u32, needle: &str) -> Place {
        let text = TEXT.lines().nth(line as usize - 1).expect("a line");
        let column = text.rfind(needle).expect("a needle") + 1;
        Place { file: "x.rs".into(), line, column: u32::try_from(column).expect("short") }
    }

    fn sources() -> Sources {
        Sources::new().carrying("x.rs", TEXT)
    }

    #[test]
    fn takes_no_name_from_a_comment_or_an_attribute() {
        let text = "\
// In the end let sum = the coins of all.
#[derive(Default)]
struct Jar {
}
let jar =
    // let it be = empty
    AtomicU32::new(0);
// let none = nobody
spawn(AtomicU32::new(0));
";
        let sources = Sources::new().carrying("y.rs", text);
        let name =
            |line, column| sources.name_made_at(&Place { file: "y.rs".into(), line, column });
        assert_eq!(name(2, 10), None);
        assert_eq!(name(7, 5).as_deref(), Some("jar"));
        assert_eq!(name(9, 7), None);
    }

    #[test]
    fn names_what_is_made() {
        let name = |line, needle| sources().name_made_at(&place(line, needle));
        assert_eq!(name(1, "AtomicU32::new").as_deref(), Some("jar"));
        assert_eq!(name(2, "Mutex::new").as_deref(), Some("jar"));
        assert_eq!(name(3, "AtomicI64::new").as_deref(), Some("balance"));
        assert_eq!(name(4, "AtomicU32::new").as_deref(), Some("HITS"));
        assert_eq!(name(5, "Mutex::new").as_deref(), Some("right"));
        assert_eq!(name(7, "thread::spawn").as_deref(), Some("alice"));
        assert_eq!(name(8, "spawn"), None);
        assert_eq!(name(12, "spawn").as_deref(), Some("carol"));
        assert_eq!(name(15, "thread").as_deref(), Some("cook"));
        assert_eq!(name(14, "Arc").as_deref(), Some("full"));
    }

    #[test]
    fn names_what_is_used_and_what_is_called() {
        assert_eq!(sources().name_used_at(&place(10, "lock")).as_deref(), Some("jar"));
        assert_eq!(sources().name_of_callee(&place(8, "spawn")).as_deref(), Some("put_coin"));
        assert_eq!(sources().name_of_callee(&place(9, "tokio")).as_deref(), Some("book"));
        assert_eq!(sources().name_of_callee(&place(11, "spawn")).as_deref(), Some("transfer"));
        assert_eq!(sources().name_of_callee(&place(20, "spawn")).as_deref(), Some("put_coin"));
        // What a closure does with an object is not what it is called.
        assert_eq!(sources().name_of_callee(&place(15, "thread")), None);
        assert_eq!(sources().name_of_callee(&place(19, "spawn")), None);
    }

    #[test]
    fn a_missing_file_has_no_lines_and_no_names() {
        let nowhere = Place { file: "no/such/file.rs".into(), line: 1, column: 1 };
        assert_eq!(Sources::new().lines(&nowhere.file), None);
        assert_eq!(Sources::new().name_made_at(&nowhere), None);
    }
}
