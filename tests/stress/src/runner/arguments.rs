//! The command line.

use anyhow::{Result, anyhow};
use lexopt::{
    Arg::{Long, Value},
    Parser, ValueExt,
};
use typed_eventsource_e2e::BrowserKind;

use super::{chaos, hostile, soak};

/// The command of one run.
#[derive(Debug)]
pub(crate) enum Command {
    Chaos(chaos::Options),
    Tabs(chaos::tabs::Options),
    Hostile(hostile::Options),
    Soak(soak::Options),
}

impl Command {
    pub(crate) fn read() -> Result<Self> {
        // The message already names the cause, which would be printed twice if it were kept as the source.
        parse(Parser::from_env()).map_err(|error| anyhow!("{error}"))
    }
}

fn parse(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut command = match parser.next()? {
        Some(Value(name)) if name == "chaos" => Command::Chaos(chaos::Options::default()),
        Some(Value(name)) if name == "hostile" => Command::Hostile(hostile::Options::default()),
        Some(Value(name)) if name == "soak" => Command::Soak(soak::Options::default()),
        _ => return Err("say `chaos`, `hostile` or `soak`".into()),
    };
    while let Some(argument) = parser.next()? {
        match (&mut command, argument) {
            (Command::Chaos(_), Value(name)) if name == "tabs" => {
                command = Command::Tabs(chaos::tabs::Options::default());
            }
            (Command::Tabs(options), Long("short")) => options.is_short = true,
            (Command::Tabs(options), Long("strict")) => options.is_strict = true,
            (Command::Tabs(options), Long("steps")) => {
                options.steps = Some(parser.value()?.parse()?);
            }
            (Command::Tabs(options), Long("seed")) => {
                options.seed = Some(parser.value()?.parse()?);
            }
            (Command::Tabs(options), Long("browser")) => {
                options.browser = Some(parser.value()?.parse_with(browser)?);
            }
            (Command::Tabs(options), Long("way")) => options.way = Some(parser.value()?.parse()?),
            (Command::Chaos(options), Long("short")) => options.is_short = true,
            (Command::Chaos(options), Long("seed")) => {
                options.seed = Some(parser.value()?.parse()?);
            }
            (Command::Chaos(options), Long("stream")) => {
                options.stream = Some(parser.value()?.parse()?);
            }
            (Command::Chaos(options), Long("browser")) => {
                options.browser = Some(parser.value()?.parse_with(browser)?);
            }
            (Command::Hostile(options), Value(attack)) => options.attacks.push(attack.string()?),
            (Command::Hostile(options), Long("browser")) => {
                options.browser = Some(parser.value()?.parse_with(browser)?);
            }
            (Command::Soak(options), Value(part)) => options.parts.push(part.parse()?),
            (_, argument) => return Err(argument.unexpected()),
        }
    }
    Ok(command)
}

fn browser(name: &str) -> Result<BrowserKind, &'static str> {
    match name {
        "chrome" => Ok(BrowserKind::Chromium),
        "firefox" => Ok(BrowserKind::Firefox),
        _ => Err("the browsers are chrome and firefox"),
    }
}
