//! How is what was measured written down and drawn?
//!
//! The plot is made of the figures of the table and of nothing else, so a test can draw it again. Axes and
//! letters have the colour of the page's text: the page decides whether it is light or dark.

/// How many strands there are, from left to right.
pub(crate) const STRANDS: [usize; 4] = [1, 2, 4, 8];

/// What was measured in one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
}

/// Payments a second with one placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// For each of [`STRANDS`].
    pub(crate) rates: [u64; 4],
}

/// A table for each panel.
pub(crate) fn markdown(panels: &[Panel]) -> String {
    let mut text = String::new();
    for panel in panels {
        text.push_str(&format!("### {}\n\n", capitalised(&panel.title)));
        text.push_str("| payments a second, by strands | 1 | 2 | 4 | 8 |\n|---|--:|--:|--:|--:|\n");
        for line in &panel.lines {
            let rates = line.rates.map(grouped).join(" | ");
            text.push_str(&format!("| {} | {rates} |\n", line.name));
        }
        text.push('\n');
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The panels that a page's tables were written from.
#[allow(dead_code, reason = "the test draws the plot again")]
pub(crate) fn parse(text: &str) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    for row in text.lines() {
        if let Some(title) = row.strip_prefix("### ") {
            let mut letters = title.chars();
            let first = letters.next().map(|first| first.to_lowercase().chain(letters).collect());
            panels.push(Panel { title: first.unwrap_or_default(), lines: Vec::new() });
        }
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, rates @ .., _] = cells.as_slice() else { continue };
        let rates: Option<Vec<u64>> =
            rates.iter().map(|cell| cell.replace(',', "").parse().ok()).collect();
        let rates = rates.and_then(|rates| rates.try_into().ok());
        // The heading has numbers of strands and no rates.
        if let (Some(rates), Some(panel)) = (rates, panels.last_mut())
            && rates != [1, 2, 4, 8]
        {
            panel.lines.push(Line { name: (*name).to_owned(), rates });
        }
    }
    panels
}

/// Lines differ in colour, in dashes and in marks. These are seen on white and on black.
const COLOURS: [&str; 3] = ["#2f81f7", "#d9730d", "#2da44e"];
const DASHES: [&str; 3] = ["", "7 3", "2 3"];

/// How large a panel is, where its plot lies in it, and how many stand side by side.
const PANEL: (u32, u32) = (360, 290);
const LEFT: f64 = 58.0;
const TOP: f64 = 92.0;
const PLOT: (f64, f64) = (280.0, 150.0);
const COLUMNS: u32 = 2;

/// All panels, two in a row.
pub(crate) fn svg(panels: &[Panel]) -> String {
    let rows = u32::try_from(panels.len()).unwrap_or(0).div_ceil(COLUMNS);
    let (width, height) = (PANEL.0 * COLUMNS, PANEL.1 * rows);
    let mut text = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" font-size=\"12\" \
         fill=\"currentColor\" style=\"max-width: 100%; height: auto\">\n\
         <title>Payments a second by the number of strands, for each place of the lock</title>\n"
    );
    for (number, panel) in (0..).zip(panels) {
        let (x, y) = (number % COLUMNS * PANEL.0, number / COLUMNS * PANEL.1);
        text.push_str(&format!("<g transform=\"translate({x} {y})\">\n"));
        text.push_str(&draw(panel));
        text.push_str("</g>\n");
    }
    text + "</svg>\n"
}

fn draw(panel: &Panel) -> String {
    let most = panel.lines.iter().flat_map(|line| line.rates).max().unwrap_or(1);
    let top = round_up(most);
    let title = capitalised(&panel.title);
    let mut text = format!("<text x=\"10\" y=\"22\" font-weight=\"bold\">{title}</text>\n");
    text.push_str(&axes(top));
    for (number, line) in panel.lines.iter().enumerate() {
        text.push_str(&legend(number, &line.name));
        text.push_str(&curve(number, line, top));
    }
    text
}

/// The grid, and what stands beside it.
fn axes(top: u64) -> String {
    let mut text = String::new();
    for part in 0..=4_u32 {
        let y = TOP + PLOT.1 * (1.0 - f64::from(part) / 4.0);
        let label = short(top / 4 * u64::from(part));
        let (left, right) = (LEFT, LEFT + PLOT.0);
        text.push_str(&format!(
            "<path d=\"M{left} {y}H{right}\" stroke=\"currentColor\" stroke-opacity=\"0.25\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>\n",
            left - 6.0,
            y + 4.0
        ));
    }
    for (place, strands) in (0..).zip(STRANDS) {
        let y = TOP + PLOT.1 + 18.0;
        text.push_str(&format!(
            "<text x=\"{}\" y=\"{y}\" text-anchor=\"middle\">{strands}</text>\n",
            across(place)
        ));
    }
    let y = TOP + PLOT.1 + 36.0;
    let middle = LEFT + PLOT.0 / 2.0;
    text + &format!("<text x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\">strands</text>\n")
}

fn across(place: u32) -> f64 {
    LEFT + PLOT.0 * (f64::from(place) + 0.5) / 4.0
}

fn legend(number: usize, name: &str) -> String {
    let y = 40 + 16 * number;
    format!(
        "<path d=\"M10 {y}h26\" {}/>{}<text x=\"44\" y=\"{}\">{name}</text>\n",
        stroke(number),
        mark(number, 23.0, f64::from(u32::try_from(y).unwrap_or(0))),
        y + 4
    )
}

fn stroke(number: usize) -> String {
    let (colour, dashes) = (COLOURS[number % 3], DASHES[number % 3]);
    format!("stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\" fill=\"none\"")
}

/// A circle, a square or a diamond.
fn mark(number: usize, x: f64, y: f64) -> String {
    let colour = COLOURS[number % 3];
    match number % 3 {
        0 => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"),
        1 => format!("<path d=\"M{x:.1} {y:.1}m-4 -4h8v8h-8z\" fill=\"{colour}\"/>"),
        _ => format!("<path d=\"M{x:.1} {y:.1}m0 -5l5 5l-5 5l-5 -5z\" fill=\"{colour}\"/>"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a place on the page is drawn to a tenth")]
fn curve(number: usize, line: &Line, top: u64) -> String {
    let points: Vec<(f64, f64)> = (0..)
        .zip(line.rates)
        .map(|(place, rate)| (across(place), TOP + PLOT.1 * (1.0 - rate as f64 / top as f64)))
        .collect();
    let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let mut text = format!("<polyline points=\"{}\" {}/>\n", path.join(" "), stroke(number));
    for (x, y) in points {
        text.push_str(&mark(number, x, y));
    }
    text.push('\n');
    text
}

/// The next of 1, 2, 4 and 8 times a power of ten, so that a quarter of it is short to write.
fn round_up(most: u64) -> u64 {
    let mut unit = 1;
    while unit * 8 < most {
        unit *= 10;
    }
    [1, 2, 4, 8].into_iter().map(|times| times * unit).find(|&top| top >= most).unwrap_or(most)
}

/// A number with a letter for thousands or millions.
fn short(number: u64) -> String {
    let scaled = |unit: u64, letter: &str| {
        let tenths = number * 10 / unit;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth == 0 { format!("{whole}{letter}") } else { format!("{whole}.{tenth}{letter}") }
    };
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => scaled(1_000, "k"),
        _ => scaled(1_000_000, "M"),
    }
}
