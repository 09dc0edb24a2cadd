//! The command line of the test server.

use std::process::ExitCode;

use lexopt::{
    Arg::{Long, Short},
    Parser, ValueExt,
};
use typed_eventsource_server::{Config, Server, run};

const HELP: &str = include_str!("help.txt");

#[tokio::main]
async fn main() -> ExitCode {
    run(HELP, parse(Parser::from_env()), Server::start).await
}

/// The options of the command line; `None` if it asks for help.
fn parse(mut args: Parser) -> Result<Option<Config>, lexopt::Error> {
    let mut config = Config::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => config.port = args.value()?.parse()?,
            Long("second-port") => config.second_port = args.value()?.parse()?,
            Long("www") => config.www = Some(args.value()?.into()),
            Long("pkg") => config.pkg = Some(args.value()?.into()),
            Long("announce") => config.announce = Some(args.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(arg.unexpected()),
        }
    }
    Ok(Some(config))
}
