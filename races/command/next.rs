//! What to type next?

/// Commands, each with what it does beside it, or below it where there is no room.
pub(crate) fn next(commands: &[(String, &str)], width: usize) -> String {
    let widest = commands.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let longest = commands.iter().map(|(_, what)| what.len()).max().unwrap_or(0);
    let fits = 9 + widest + 3 + longest <= width;
    let mut text = "\n".to_owned();
    for (index, (command, what)) in commands.iter().enumerate() {
        let word = if index == 0 { "next" } else { "" };
        text.push_str(&if fits {
            format!("  {word:<6} {command:<widest$}   {what}\n")
        } else {
            format!("  {word:<6} {command}\n             {what}\n")
        });
    }
    text
}
