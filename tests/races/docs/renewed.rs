//! Every console block is what the command prints, every function is that of the race's file, and every
//! generated part is what is true now.

use std::fs;

use races::catalogue::Race;

use super::console::{comparable, desk, output, write_own_file};
use super::generated::generated;
use super::{pages, race};

/// A function of a race's file, wherever it stands there, from its first line to its last.
fn function(race: &Race, name: &str) -> String {
    let text = race.source.1;
    let begins = |line: &&str| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
        line.strip_prefix(&format!("fn {name}")).is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let first = text.lines().find(begins).unwrap_or_else(|| panic!("{} has no {name}", race.id));
    let indent = &first[..first.len() - first.trim_start().len()];
    let end = format!("{indent}}}");
    let mut lines = Vec::new();
    for line in text.lines().skip_while(|&line| line != first) {
        lines.push(line.strip_prefix(indent).unwrap_or(line));
        if line == end {
            break;
        }
    }
    lines.join("\n")
}

/// The functions that a line such as `<!-- code: lost-update bug fix -->` asks for.
fn code(line: &str) -> Option<String> {
    let asked = line.strip_prefix("<!-- code: ")?.strip_suffix(" -->")?;
    let mut words = asked.split(' ');
    let id = words.next()?;
    let race = race(id);
    Some(words.map(|name| function(race, name)).collect::<Vec<_>>().join("\n\n"))
}

/// Where a generated part ends.
const END: &str = "<!-- end -->";

/// A page with every console block as it is printed now, and how many commands there were.
fn renewed(page: &str) -> (String, usize) {
    let mut renewed = String::new();
    let mut commands = 0;
    let mut lines = page.lines();
    // What is not there cannot be taken away.
    fs::remove_dir_all(desk()).ok();
    fs::create_dir_all(desk()).unwrap();
    while let Some(line) = lines.next() {
        renewed.push_str(line);
        renewed.push('\n');
        if let Some(code) = code(line) {
            assert_eq!(lines.next(), Some("```rust,ignore"), "what {line} asks for has no place");
            let _ = lines.by_ref().find(|line| *line == "```");
            renewed.push_str(&format!("```rust,ignore\n{code}\n```\n"));
        }
        if let Some(id) = line.strip_prefix("<!-- own file: ") {
            let id = id.strip_suffix(" -->").expect("an exercise's name");
            assert_eq!(lines.next(), Some("```rust,ignore"), "{line} has no file below it");
            let file: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            write_own_file(id, &file.join("\n"));
            renewed.push_str(&format!("```rust,ignore\n{}\n```\n", file.join("\n")));
        }
        if let Some(part) = generated(line) {
            let end = lines.by_ref().find(|line| *line == END);
            assert!(end.is_some(), "`{line}` has no end");
            renewed.push_str(&format!("{part}\n{END}\n"));
        }
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut rest = block.as_slice();
        while let Some((command, after)) = rest.split_first() {
            let command = command.strip_prefix("$ ").expect("a block begins with a command");
            let shown = after.iter().take_while(|line| !line.starts_with("$ ")).count();
            commands += 1;
            let printed = output(command);
            let same = comparable(&printed) == comparable(&after[..shown].join("\n"));
            let kept = after[..shown].join("\n");
            let text = if same { kept.trim_end() } else { printed.trim_end() };
            let text: Vec<&str> = text.lines().map(str::trim_end).collect();
            renewed.push_str(&format!("$ {command}\n{}\n", text.join("\n")));
            rest = &after[shown..];
        }
        renewed.push_str("```\n");
    }
    (renewed, commands)
}

#[test]
fn every_console_block_of_the_docs_is_what_the_command_prints() {
    let mut commands = 0;
    let mut stale = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let (renewed, count) = renewed(&text);
        commands += count;
        if renewed.trim_end() == text.trim_end() {
            continue;
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&page, renewed).unwrap();
            continue;
        }
        let differs = text.lines().zip(renewed.lines()).find(|(one, other)| one != other);
        stale.push(format!("{}: {differs:#?}", page.file_name().unwrap().to_string_lossy()));
    }
    assert!(commands >= 5, "the docs show only {commands} commands");
    assert!(stale.is_empty(), "UPDATE_DOCS=1 renews these:\n{}", stale.join("\n"));
}
