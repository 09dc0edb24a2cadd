//! The order in which contenders run.

use std::io::{IsTerminal, Write, stderr};

use anyhow::{Context, Result};

use serde_json::Value;
use typed_eventsource_harness::Page;

use super::contenders::Contender;

/// Runs all contenders in each round, and reverses their order from round to round. A first round, with the number 0, does
/// not count. Returns for each contender what its runs measured, one for each round.
pub(crate) async fn alternate<T>(
    page: &Page,
    contenders: &[&Contender],
    rounds: usize,
    mut run: impl AsyncFnMut(&Contender, usize) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut measured = empty_lists(contenders);
    for round in 0..=rounds {
        show_progress(&format!("round {round} of {rounds}"));
        let results = play(page, contenders, round, &mut run).await?;
        if round > 0 {
            add(&mut measured, results);
        }
    }
    show_progress("");
    Ok(measured)
}

/// How many rounds there are in each browser. One would not be enough: two rounds of a contender differ by as much as two
/// contenders.
pub(crate) const ROUNDS_EACH: usize = 2;

/// As [`alternate`], but in several browsers, one after the other. A browser keeps the layout of its code and its memory as
/// long as it runs, and that layout makes as much of a difference as the contenders do.
pub(crate) async fn alternate_in_new_browsers<T>(
    page: &Page,
    contenders: &[&Contender],
    browsers: usize,
    mut run: impl AsyncFnMut(&Contender) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut run = async |contender: &Contender, _| run(contender).await;
    let mut measured = empty_lists(contenders);
    for browser in 1..=browsers {
        page.renew().await;
        for round in 0..=ROUNDS_EACH {
            show_progress(&format!(
                "browser {browser} of {browsers}, round {round} of {ROUNDS_EACH}"
            ));
            let results = play(page, contenders, browser + round, &mut run).await?;
            if round > 0 {
                add(&mut measured, results);
            }
        }
    }
    show_progress("");
    Ok(measured)
}

fn empty_lists<T>(contenders: &[&Contender]) -> Vec<Vec<T>> {
    contenders.iter().map(|_| Vec::new()).collect()
}

fn add<T>(measured: &mut [Vec<T>], results: Vec<(usize, T)>) {
    for (index, result) in results {
        measured[index].push(result);
    }
}

/// Collects garbage before a run, so that each contender pays only for its own garbage.
pub(crate) async fn collect_garbage(page: &Page) -> Result<()> {
    page.call("collectGarbage", Value::Null).await
}

/// Plays one round. Returns what each contender measured, with the index of the contender.
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

/// Replaces the line at the cursor, if stderr is a terminal.
fn show_progress(text: &str) {
    const ERASE_LINE: &str = "\x1b[2K";
    let mut to = stderr();
    if to.is_terminal() {
        // A failure to show progress does not matter.
        let _ = write!(to, "\r{ERASE_LINE}{text}\r");
    }
}

/// The indexes of the contenders, in reverse order in every other round.
pub(crate) fn alternating_order(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
