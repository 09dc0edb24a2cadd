//! Who runs when.

use std::io::{IsTerminal, Write, stderr};

use anyhow::{Context, Result};

use super::{contenders::Contender, page::Page};

/// Lets the contenders take turns for so many rounds, after one that does not count and whose number is 0; the order
/// turns around from round to round. What each run measured, by contender and then by round.
pub(crate) async fn alternate<T>(
    page: &Page,
    contenders: &[&Contender],
    rounds: usize,
    mut run: impl AsyncFnMut(&Contender, usize) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut measured: Vec<Vec<T>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        show(&format!("round {round} of {rounds}"));
        for index in order(contenders.len(), round) {
            page.collect_garbage().await?;
            let contender = contenders[index];
            let result = run(contender, round)
                .await
                .with_context(|| format!("contender `{}`", contender.key))?;
            if round > 0 {
                measured[index].push(result);
            }
        }
    }
    show("");
    Ok(measured)
}

/// A line that is written over, for whoever waits at a terminal.
fn show(text: &str) {
    let mut to = stderr();
    if to.is_terminal() {
        // Where nobody can read it, nothing is lost.
        let _ = write!(to, "\r{text:20}\r");
    }
}

/// The indexes, turned around in every other round.
pub(crate) fn order(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
