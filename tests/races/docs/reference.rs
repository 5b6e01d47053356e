//! Every command and every variable is in the reference.

use std::fs;

use super::console::output;
use super::root;

#[test]
fn every_command_is_in_the_reference() {
    let help = output("races --help");
    let reference = fs::read_to_string(root().join("docs/src/command.md")).unwrap();
    let commands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let mut known = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        assert!(reference.contains(&format!("`races {command}")), "{command} is not in command.md");
        known += 1;
    }
    assert!(known >= 6, "{help}");
}

#[test]
fn every_variable_is_in_the_reference() {
    let settings = fs::read_to_string(root().join("races/command/settings.rs")).unwrap();
    let reference = fs::read_to_string(root().join("docs/src/command.md")).unwrap();
    let quoted = settings.split('"').skip(1).step_by(2);
    let is_variable =
        |text: &&str| text.len() > 4 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let mut known = 0;
    for variable in quoted.filter(is_variable) {
        assert!(reference.contains(&format!("`{variable}`")), "{variable} is not in command.md");
        known += 1;
    }
    assert!(known >= 5);
}

/// The files below a folder that stand on a paper, as the docs name them.
fn with_papers(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(with_papers(&path));
        } else if fs::read_to_string(entry.path()).unwrap().contains("PAPER:") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_paper_that_the_code_stands_on_is_listed() {
    let papers = fs::read_to_string(root().join("docs/src/papers.md")).unwrap();
    let files = with_papers("src");
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert!(papers.contains(&format!("`{file}`")), "{file} is not in papers.md");
    }
}
