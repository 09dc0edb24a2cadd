//! The command line: the tasks' names, and how many rounds.

use anyhow::{Result, anyhow, ensure};
use lexopt::{
    Arg::{Long, Value},
    ValueExt,
};

/// Enough for a median that stays, few enough for half an hour in all.
const ROUNDS: usize = 7;

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) tasks: Vec<String>,
    /// How many count, or in how many browsers those of streams are played.
    pub(crate) rounds: usize,
}

impl Arguments {
    pub(crate) fn read() -> Result<Self> {
        let arguments = parse(lexopt::Parser::from_env()).map_err(|error| anyhow!("{error}"))?;
        ensure!(arguments.rounds > 0, "no round is too few");
        Ok(arguments)
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Arguments, lexopt::Error> {
    let mut arguments = Arguments {
        tasks: Vec::new(),
        rounds: ROUNDS,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Value(task) => arguments.tasks.push(task.string()?),
            Long("rounds") => arguments.rounds = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(arguments)
}
