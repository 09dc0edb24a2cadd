//! The command line of the showcase's server.

use std::process::ExitCode;

use lexopt::{
    Arg::{Long, Short},
    Parser, ValueExt,
};
use typed_eventsource_server::{Config, run};
use typed_eventsource_showcase::Showcase;

const HELP: &str = include_str!("help.txt");

#[tokio::main]
async fn main() -> ExitCode {
    let start = async |(showcase, config): (Showcase, Config)| showcase.start(config).await;
    run(HELP, parse(Parser::from_env()), start).await
}

/// The options of the command line; `None` if it asks for help.
fn parse(mut args: Parser) -> Result<Option<(Showcase, Config)>, lexopt::Error> {
    let (mut showcase, mut config) = (Showcase::default(), Config::default());
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => config.port = args.value()?.parse()?,
            Long("www") => config.www = Some(args.value()?.into()),
            Long("pkg") => config.pkg = Some(args.value()?.into()),
            Long("apps") => showcase.apps = Some(args.value()?.into()),
            Long("state") => showcase.state = Some(args.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(arg.unexpected()),
        }
    }
    Ok(Some((showcase, config)))
}
