//! The rates of a table as bars, in SVG that can be read on a light page and on a dark one.

use std::fmt::Write;

use super::{
    contenders::{BYTES, LOOPBACK},
    figures::{median, readable},
    table::{Row, Table},
};

const WIDTH: f64 = 860.0;
/// Where the labels end and the bars begin.
const BARS: f64 = 420.0;
/// The longest bar, which leaves room for its figure.
const LONGEST: f64 = 310.0;
const TOP: f64 = 56.0;
const ROW: f64 = 28.0;
const BAR: f64 = 18.0;

const STYLE: &str = "\
.page { fill: #ffffff }
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.faint { fill: #59636e }
.other { fill: #8c959f }
.ours { fill: #0969da }
.limit { fill: none; stroke: #8c959f; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 }
text { fill: #f0f6fc }
.faint { fill: #9198a1 }
.other { fill: #656c76 }
.ours { fill: #4493f8 }
.limit { stroke: #656c76 }
}";

/// The slowest first. The server's own row would make all others too short to be read, and is left out.
pub(crate) fn draw(table: &Table) -> String {
    let mut rows: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row.contender != LOOPBACK.key)
        .collect();
    rows.sort_by(|one, other| one.median().total_cmp(&other.median()));
    let most = rows.last().map_or(1.0, |row| row.median());
    let height = TOP + ROW * rows.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>\n{STYLE}\n</style>\n",
        title(table)
    );
    let _ = writeln!(
        svg,
        "<rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n\
         <text class=\"title\" x=\"16\" y=\"22\">{}</text>\n\
         <text class=\"faint\" x=\"16\" y=\"42\">{}</text>",
        title(table),
        escaped(&table.title)
    );
    for (index, row) in rows.into_iter().enumerate() {
        let top = TOP + ROW * index as f64;
        draw_row(&mut svg, table, row, top, LONGEST * row.median() / most);
    }
    svg + "</svg>\n"
}

fn title(table: &Table) -> String {
    format!(
        "Typed events: {} in one headless Chromium",
        escaped(table.unit)
    )
}

fn draw_row(svg: &mut String, table: &Table, row: &Row, top: f64, length: f64) {
    let class = match row.contender.as_str() {
        key if key == BYTES.key => "limit",
        key if key.starts_with("ours-") => "ours",
        _ => "other",
    };
    let baseline = top + 14.0;
    let ratio = table.ratios(row).map_or(String::new(), |ratios| {
        format!(" ×{}", readable(median(&ratios)))
    });
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{baseline:.0}\" text-anchor=\"end\">{}</text>\n\
         <rect class=\"{class}\" x=\"{BARS}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\"/>\n\
         <text class=\"faint\" x=\"{:.1}\" y=\"{baseline:.0}\">{}{ratio}</text>",
        BARS - 10.0,
        escaped(&row.label),
        BARS + length + 8.0,
        readable(row.median()),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(contender: &str, rate: f64) -> Row {
        Row {
            contender: contender.into(),
            label: format!("{contender} & <more>"),
            runs: vec![rate],
        }
    }

    #[test]
    fn the_slowest_is_first_and_the_server_left_out() {
        let picture = draw(&Table {
            task: "typed",
            title: "events".into(),
            measure: "rate",
            unit: "events/s",
            reference: Some(0),
            rows: vec![row("ours-x", 2e6), row("browser", 5e4), row("server", 2e7)],
        });
        let place = |text| picture.find(text);
        assert!(place("browser &amp; &lt;more&gt;") < place("class=\"ours\""));
        assert_eq!(place("server"), None);
        assert!(place("2,000,000 ×1.00").is_some());
    }
}
