//! What the compiler says of an attribute that is used wrongly: compiled here, by the compiler alone.

use std::path::Path;
use std::process::Command;

/// What each wrong use in `wrong.rs` is told, in its order, with its line.
const TOLD: &str = include_str!("wrong.stderr");

fn rustc(arguments: &[&str]) -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let ran = Command::new(rustc)
        .args(["--edition=2024", "--error-format=short", "--color=never"])
        .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    String::from_utf8(ran.stderr).unwrap()
}

#[test]
fn each_wrong_use_is_told_where_it_is_and_what_to_do() {
    // Alone and without drawloom: what is wrong is said before anything is looked for there.
    let built = [
        "--crate-type=proc-macro",
        "--crate-name=attribute",
        "--cfg=feature=\"tokio\"",
        "--extern=proc_macro",
    ];
    assert_eq!(rustc(&[&built[..], &["src/macros/lib.rs"]].concat()), "");
    let file = format!("{}attribute{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    let library = format!("attribute={}", library.display());
    let told =
        rustc(&["--test", "--emit=metadata", "--extern", &library, "tests/attribute/wrong.rs"]);
    let told = told.replace('\\', "/").replace("tests/attribute/wrong.rs:", "");
    let counted = |line: &&str| !line.starts_with("error: aborting");
    let told: String = told.lines().filter(counted).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(told, TOLD);
}
