//! Who runs when.

use std::io::{IsTerminal, Write, stderr};

use anyhow::{Context, Result};

use serde_json::Value;
use typed_eventsource_harness::Page;

use super::contenders::Contender;

/// Lets the contenders take turns for so many rounds, after one that does not count and whose number is 0; the order
/// turns around from round to round. What each run measured, by contender and then by round.
pub(crate) async fn alternate<T>(
    page: &Page,
    contenders: &[&Contender],
    rounds: usize,
    mut run: impl AsyncFnMut(&Contender, usize) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut measured = nothing_yet(contenders);
    for round in 0..=rounds {
        show(&format!("round {round} of {rounds}"));
        let results = play(page, contenders, round, &mut run).await?;
        if round > 0 {
            add(&mut measured, results);
        }
    }
    show("");
    Ok(measured)
}

/// Rounds in each browser. What else goes on there makes a single one differ by as much as contenders do.
pub(crate) const ROUNDS_EACH: usize = 5;

/// As [`alternate`], in so many browsers one after the other. How one lays out its code and its memory decides for as long
/// as it runs, by as much as contenders differ.
pub(crate) async fn alternate_in_new_browsers<T>(
    page: &Page,
    contenders: &[&Contender],
    browsers: usize,
    mut run: impl AsyncFnMut(&Contender) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut run = async |contender: &Contender, _| run(contender).await;
    let mut measured = nothing_yet(contenders);
    for browser in 1..=browsers {
        page.renew().await;
        for round in 0..=ROUNDS_EACH {
            show(&format!(
                "browser {browser} of {browsers}, round {round} of {ROUNDS_EACH}"
            ));
            let results = play(page, contenders, browser + round, &mut run).await?;
            if round > 0 {
                add(&mut measured, results);
            }
        }
    }
    show("");
    Ok(measured)
}

fn nothing_yet<T>(contenders: &[&Contender]) -> Vec<Vec<T>> {
    contenders.iter().map(|_| Vec::new()).collect()
}

fn add<T>(measured: &mut [Vec<T>], results: Vec<(usize, T)>) {
    for (index, result) in results {
        measured[index].push(result);
    }
}

/// So that each pays for the garbage that it makes only.
pub(crate) async fn collect_garbage(page: &Page) -> Result<()> {
    page.call("collectGarbage", Value::Null).await
}

/// One round: what each has measured, with its index.
async fn play<T>(
    page: &Page,
    contenders: &[&Contender],
    round: usize,
    run: &mut impl AsyncFnMut(&Contender, usize) -> Result<T>,
) -> Result<Vec<(usize, T)>> {
    let mut results = Vec::new();
    for index in alternating_order(contenders.len(), round) {
        collect_garbage(page).await?;
        let contender = contenders[index];
        let result = run(contender, round)
            .await
            .with_context(|| format!("contender `{}`", contender.key))?;
        results.push((index, result));
    }
    Ok(results)
}

/// A line that is written over, for someone who waits at a terminal.
fn show(text: &str) {
    let mut to = stderr();
    if to.is_terminal() {
        // Where nobody can read it, nothing is lost.
        let _ = write!(to, "\r{text:20}\r");
    }
}

/// The indexes, turned around in every other round.
pub(crate) fn alternating_order(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
