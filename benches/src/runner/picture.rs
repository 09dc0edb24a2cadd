//! Draws figures as bars, in SVGs for light and for dark pages.

use anyhow::Result;
use plotters::{
    prelude::{
        ChartBuilder, Color, EmptyElement, IntoDrawingArea, IntoFont, RGBColor, Rectangle,
        SVGBackend, ShapeStyle, Text, TextStyle,
    },
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    contenders::{BYTES, LOOPBACK},
    figures::{format_figure, median},
    table::{Row, Table},
    tasks::size,
};

const WIDTH: u32 = 860;
const TOP: u32 = 52;
const ROW: u32 = 28;
/// The room for the labels, on the left.
const LABEL_WIDTH: u32 = 420;
/// The room for the figure behind the longest bar, on the right.
const FIGURE_WIDTH: u32 = 130;
/// The room to the left of titles.
const MARGIN: i32 = 16;

const PAGE: RGBColor = RGBColor(0xff, 0xff, 0xff);
const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
const FAINT: RGBColor = RGBColor(0x59, 0x63, 0x6e);
const OTHER: RGBColor = RGBColor(0x8c, 0x95, 0x9f);
const OURS: RGBColor = RGBColor(0x09, 0x69, 0xda);

/// The same colours on a dark page.
const DARK: &str = r##"<style>
@media (prefers-color-scheme: dark) {
[fill="#FFFFFF"] { fill: #0d1117 }
[fill="#1F2328"] { fill: #f0f6fc }
[fill="#59636E"] { fill: #9198a1 }
[fill="#8C959F"] { fill: #656c76 }
[fill="#0969DA"] { fill: #4493f8 }
[stroke="#8C959F"] { stroke: #656c76 }
[stroke="#0969DA"] { stroke: #4493f8 }
}
</style>"##;

/// A line of a picture.
enum Line {
    Heading(&'static str),
    Bar(Bar),
}

struct Bar {
    label: String,
    length: f64,
    figure: String,
    style: ShapeStyle,
}

/// Draws the rates of a table, with the slowest contender first. The row of the server is left out: beside it all other bars would be
/// too short to read. The limit has only an outline, since it is no client.
pub(crate) fn rates(table: &Table) -> Result<String> {
    let rows = table.rows.iter();
    let rows = ascending(rows.filter(|row| row.contender != LOOPBACK.key));
    let lines = rows.into_iter().map(|row| {
        let ratio = table.compare(row).map_or(String::new(), |ratios| {
            format!(" ×{}", format_figure(median(&ratios)))
        });
        let color = color_of(row);
        Line::Bar(Bar {
            label: row.label.clone(),
            length: row.median(),
            figure: format_figure(row.median()) + &ratio,
            style: match row.contender == BYTES.key {
                true => color.stroke_width(1),
                false => color.filled(),
            },
        })
    });
    let title = format!("Typed events: {} in one headless Chromium", table.unit);
    draw(&title, &table.title, &lines.collect::<Vec<_>>())
}

/// Draws the sizes of bundles and of the most common apps, with the smallest first. What is loaded only where it is needed has only
/// an outline.
pub(crate) fn sizes(added: &Table, bundles: &Table) -> Result<String> {
    let line = |row: &Row| {
        let color = color_of(row);
        Line::Bar(Bar {
            label: row.label.clone(),
            length: row.median(),
            figure: format!("{:.1} KB", row.median() / 1000.0),
            style: match row.contender == size::ON_DEMAND {
                true => color.stroke_width(1),
                false => color.filled(),
            },
        })
    };
    let mut lines = vec![Line::Heading("npm packages")];
    lines.extend(ascending(&bundles.rows).into_iter().map(line));
    lines.push(Line::Heading(
        "Rust crates: what they add to an app that does nothing",
    ));
    let added = added.rows.iter();
    let added = ascending(added.filter(|row| !["bytes", "gzip"].contains(&row.contender.as_str())));
    lines.extend(added.into_iter().map(line));
    draw(
        "Size: what a page downloads",
        "minified JavaScript and wasm, gzip -9",
        &lines,
    )
}

fn ascending<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<&'a Row> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by(|one, other| one.median().total_cmp(&other.median()));
    rows
}

fn draw(title: &str, subtitle: &str, lines: &[Line]) -> Result<String> {
    let lengths = lines.iter().map(|line| match line {
        Line::Heading(_) => 0.0,
        Line::Bar(bar) => bar.length,
    });
    let most = lengths.fold(0.0, f64::max);
    let height = TOP + ROW * lines.len() as u32 + 8;

    let mut svg = String::new();
    let picture = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    picture.fill(&PAGE)?;
    picture.draw_text(title, &text(INK, 18, HPos::Left), (MARGIN, 16))?;
    picture.draw_text(subtitle, &text(FAINT, 16, HPos::Left), (MARGIN, 36))?;
    let mut chart = ChartBuilder::on(&picture)
        .margin_top(TOP)
        .margin_bottom(8)
        .margin_left(LABEL_WIDTH)
        .margin_right(FIGURE_WIDTH)
        .build_cartesian_2d(0.0..most, lines.len() as f64..0.0)?;
    for (place, line) in lines.iter().enumerate() {
        let place = place as f64;
        let at = |length| EmptyElement::at((length, place + 0.5));
        match line {
            Line::Heading(heading) => {
                let left = MARGIN - LABEL_WIDTH as i32;
                let heading = Text::new(*heading, (left, 0), text(FAINT, 16, HPos::Left));
                chart.draw_series([at(0.0) + heading])?;
            }
            Line::Bar(Bar {
                label,
                length,
                figure,
                style,
            }) => {
                let corners = [(0.0, place + 0.18), (*length, place + 0.82)];
                let label = Text::new(label.clone(), (-10, 0), text(INK, 16, HPos::Right));
                let figure = Text::new(figure.clone(), (8, 0), text(FAINT, 16, HPos::Left));
                chart.draw_series([Rectangle::new(corners, *style)])?;
                chart.draw_series([at(0.0) + label])?;
                chart.draw_series([at(*length) + figure])?;
            }
        }
    }
    drop((chart, picture));
    Ok(svg.replacen('>', &format!(">\n{DARK}"), 1))
}

fn text(color: RGBColor, size: u32, side: HPos) -> TextStyle<'static> {
    let style = ("system-ui, sans-serif", size).into_font().color(&color);
    style.pos(Pos::new(side, VPos::Center))
}

fn color_of(row: &Row) -> RGBColor {
    match row.label.starts_with("typed-eventsource") {
        true => OURS,
        false => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::table::Comparison;

    fn row(contender: &str, figure: f64) -> Row {
        Row {
            contender: contender.into(),
            label: format!("{contender} & <more>"),
            runs: vec![figure],
        }
    }

    fn table(comparison: Comparison, rows: Vec<Row>) -> Table {
        Table {
            task: "typed",
            title: "events".into(),
            measure: "rate",
            unit: "events/s",
            comparison,
            rows,
        }
    }

    #[test]
    fn the_slowest_contender_is_first_and_the_server_is_left_out() {
        let rows = vec![row("ours-x", 2e6), row("browser", 5e4), row("server", 2e7)];
        let picture = rates(&table(Comparison::Ratio, rows)).expect("a picture");
        let place = |text| picture.find(text);
        assert!(place("browser &amp; &lt;more&gt;") < place("ours-x"));
        assert_eq!(place("server"), None);
        assert!(place("2,000,000 ×1.00").is_some());
    }

    #[test]
    fn the_smallest_bundle_is_first_under_its_heading() {
        let bundles = table(
            Comparison::None,
            vec![row("main", 20_480.0), row("other", 1_250.0)],
        );
        let added = table(Comparison::None, vec![row("json", 40_000.0)]);
        let picture = sizes(&added, &bundles).expect("a picture");
        let texts = [
            "npm packages",
            "other &amp; &lt;more&gt;",
            "1.2 KB",
            "20.5 KB",
            "Rust crates",
            "40.0 KB",
        ];
        let places = texts.map(|text| picture.find(text).expect(text));
        assert!(places.is_sorted(), "{places:?}");
    }
}
