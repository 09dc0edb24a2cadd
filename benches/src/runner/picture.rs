//! Draws the rates of a table as bars, in an SVG for light and for dark pages.

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
};

const WIDTH: u32 = 860;
const TOP: u32 = 52;
const ROW: u32 = 28;
/// The room for the labels, on the left.
const LABEL_WIDTH: u32 = 420;
/// The room for the figure behind the longest bar, on the right.
const FIGURE_WIDTH: u32 = 130;

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
}
</style>"##;

/// Draws the slowest contender first. The row of the server is left out: beside it all other bars would be too short to read.
pub(crate) fn draw(table: &Table) -> Result<String> {
    let mut rows: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row.contender != LOOPBACK.key)
        .collect();
    rows.sort_by(|one, other| one.median().total_cmp(&other.median()));
    let most = rows.last().map_or(1.0, |row| row.median());
    let height = TOP + ROW * rows.len() as u32 + 8;

    let mut svg = String::new();
    let picture = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    picture.fill(&PAGE)?;
    let title = format!("Typed events: {} in one headless Chromium", table.unit);
    picture.draw_text(&title, &text(INK, 18, HPos::Left), (16, 16))?;
    picture.draw_text(&table.title, &text(FAINT, 16, HPos::Left), (16, 36))?;
    let mut chart = ChartBuilder::on(&picture)
        .margin_top(TOP)
        .margin_bottom(8)
        .margin_left(LABEL_WIDTH)
        .margin_right(FIGURE_WIDTH)
        .build_cartesian_2d(0.0..most, rows.len() as f64..0.0)?;
    for (place, row) in rows.into_iter().enumerate() {
        let (place, rate) = (place as f64, row.median());
        let bar = Rectangle::new([(0.0, place + 0.18), (rate, place + 0.82)], style(row));
        let ratio = table.ratios(row).map_or(String::new(), |ratios| {
            format!(" ×{}", format_figure(median(&ratios)))
        });
        let figure = format_figure(rate) + &ratio;
        let label = Text::new(row.label.clone(), (-10, 0), text(INK, 16, HPos::Right));
        let figure = Text::new(figure, (8, 0), text(FAINT, 16, HPos::Left));
        chart.draw_series([bar])?;
        chart.draw_series([EmptyElement::at((0.0, place + 0.5)) + label])?;
        chart.draw_series([EmptyElement::at((rate, place + 0.5)) + figure])?;
    }
    drop((chart, picture));
    Ok(svg.replacen('>', &format!(">\n{DARK}"), 1))
}

fn text(color: RGBColor, size: u32, side: HPos) -> TextStyle<'static> {
    let style = ("system-ui, sans-serif", size).into_font().color(&color);
    style.pos(Pos::new(side, VPos::Center))
}

/// The style of a row's bar. The limit has only an outline, since it is no client.
fn style(row: &Row) -> ShapeStyle {
    match row.contender.as_str() {
        key if key == BYTES.key => OTHER.stroke_width(1),
        key if key.starts_with("ours-") => OURS.filled(),
        _ => OTHER.filled(),
    }
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
    fn the_slowest_contender_is_first_and_the_server_is_left_out() {
        let picture = draw(&Table {
            task: "typed",
            title: "events".into(),
            measure: "rate",
            unit: "events/s",
            reference: Some(0),
            rows: vec![row("ours-x", 2e6), row("browser", 5e4), row("server", 2e7)],
        });
        let picture = picture.expect("a picture");
        let place = |text| picture.find(text);
        assert!(place("browser &amp; &lt;more&gt;") < place("ours-x"));
        assert_eq!(place("server"), None);
        assert!(place("2,000,000 ×1.00").is_some());
    }
}
