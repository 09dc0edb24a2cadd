//! Who runs when.

use std::io::{Write, stderr};

use anyhow::{Context, Result};

use super::{contenders::Contender, page::Page};

/// A run's place among the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// The first round, which does not count, is 0.
    pub(crate) round: usize,
}

/// Lets the contenders take turns for so many rounds, after one that does not count; the order turns around from round
/// to round. What each run measured, by contender and then by round.
pub(crate) async fn alternate<T>(
    page: &Page,
    contenders: &[&Contender],
    rounds: usize,
    mut run: impl AsyncFnMut(&Contender, Run) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut measured: Vec<Vec<T>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        // One line that is written over, for whoever waits.
        let _ = write!(stderr(), "\rround {round} of {rounds} ");
        for index in order(contenders.len(), round) {
            page.collect_garbage().await?;
            let contender = contenders[index];
            let result = run(contender, Run { round })
                .await
                .with_context(|| format!("contender `{}`", contender.key))?;
            if round > 0 {
                measured[index].push(result);
            }
        }
    }
    let _ = write!(stderr(), "\r                    \r");
    Ok(measured)
}

/// The indexes, turned around in every other round.
pub(crate) fn order(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
