//! The command line of the showcase's server.

use std::process::ExitCode;

use lexopt::{
    Arg::{Long, Short},
    Parser, ValueExt,
};
use typed_eventsource_server::{Config, run};
use typed_eventsource_showcase::Showcase;

const HELP: &str = "\
The showcase's server; `cargo xtask demo` builds all that it serves, and starts it.

Usage: typed-eventsource-showcase [option]...

  --port PORT   the port on 127.0.0.1; 0, the default, takes a free one
  --www DIR     the folder of the page, served at /
  --pkg DIR     the folder of the npm package, served at /pkg/
  --apps DIR    a folder of example apps, served at /apps/
  --state DIR   keeps what was said, logged and played over restarts

It prints one line when it listens. Ctrl-C ends all streams cleanly and stops.

  S=http://127.0.0.1:PORT
  curl -N $S/demo/prices               named JSON events: price, halt, resume
  curl -X POST $S/demo/faults/drop     resets the streams that are open; also
                                       unavailable?attempts=3, malformed,
                                       hostile, finish. With ?client=ID on the
                                       stream and on the fault: only that one
  curl -N $S/demo/log                  numbered lines. Also /demo/chat and
                                       /demo/game (?client=ID&name=NAME), and
                                       their faults with ?stream=chat
  curl -N $S/demo/model --json '{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}'
                                       an answer in tokens, until [DONE]
";

#[tokio::main]
async fn main() -> ExitCode {
    match parse(Parser::from_env()) {
        Ok(Some((showcase, config))) => run(showcase.start(config)).await,
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}; --help says what there is");
            ExitCode::FAILURE
        }
    }
}

/// Nothing where help is asked for.
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
