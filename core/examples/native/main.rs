//! A source of server-sent events without a browser: the session of this crate, and a body over hyper and tokio
//! (`body.rs`, `connection.rs`).
//!
//! `cargo run -p typed-eventsource-core --example native -- http://127.0.0.1:8080/path` prints everything that the
//! source reports. Ctrl-C closes it.

use std::{env, pin::pin, process::ExitCode};

use body::{Closer, Event, Listener, TerminalEvents, run};
use typed_eventsource_core::{Decision, FailureContext, Gap, Options, Policy, State, Transport};

mod body;
mod connection;

struct Printer;

impl Listener for Printer {
    fn event(&mut self, event: &Event) -> Result<(), String> {
        println!("{} [{}]: {}", event.name, event.last_event_id, event.data);
        Ok(())
    }

    fn gap(&mut self, gap: &Gap) {
        let Gap { missed, before, .. } = gap;
        match missed {
            0 => println!("an unknown number of events is missing before the id {before}"),
            _ => println!("{missed} events are missing before the id {before}"),
        }
    }

    fn error(&mut self, error: &str, failures: Option<u32>) {
        match failures {
            Some(failures) => eprintln!("failure {failures} in a row: {error}"),
            None => eprintln!("{error}"),
        }
    }

    fn state(&mut self, state: State) {
        eprintln!("{state:?}");
    }

    fn decide(&mut self, _error: &str, _context: &FailureContext) -> Decision {
        Decision::AsProposed
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(url) = env::args().nth(1) else {
        eprintln!("usage: native <URL>");
        return ExitCode::FAILURE;
    };
    let mut options = Options::new(Transport::Fetch);
    options.policy = Policy::resilient().into();
    options.deduplicate = 1000;
    let closer = Closer::default();
    let mut printer = Printer;
    let mut source = pin!(run(
        &url,
        options,
        TerminalEvents::default(),
        &closer,
        &mut printer
    ));
    let (reason, error) = tokio::select! {
        end = &mut source => end,
        _ = tokio::signal::ctrl_c() => {
            closer.close();
            source.await
        }
    };
    eprintln!("closed: {reason:?}");
    match error {
        None => ExitCode::SUCCESS,
        Some(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
