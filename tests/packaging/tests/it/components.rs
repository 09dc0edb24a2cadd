//! Pastes the component of each JavaScript framework from the package's README into a fresh project, which Vite builds. Its page shows
//! what the test server sends.

use std::fs;

use typed_eventsource_harness::{Stage, code_blocks};
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::{
    pages::{VITE, serve},
    tools,
};

/// The frameworks, each with the ending of its components' files.
pub(crate) const FRAMEWORKS: [(&str, &str); 4] = [
    ("react", "tsx"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("solid", "tsx"),
];

pub(crate) async fn try_out(framework: &str, ending: &str, stage: &Stage) -> Result<(), String> {
    let readme = fs::read_to_string(tools::root().join("npm/README.md"));
    let readme = readme.map_err(|error| format!("npm/README.md: {error}"))?;
    let entry = format!("from \"typed-eventsource/{framework}\"");
    let block = code_blocks(&readme)
        .into_iter()
        .find(|block| block.language == ending && block.code.contains(&entry));
    let component = block.ok_or(format!("no component imports {entry}"))?.code;
    let folder = format!("consumers/components/{framework}");
    let path = tools::installed().join(&folder);
    fs::write(path.join(format!("Trades.{ending}")), component)
        .map_err(|error| error.to_string())?;
    if ending == "tsx" {
        tools::run(&folder, tools::TSC, &["-p", "."])?;
    }
    tools::run(&folder, VITE, &["build"])?;

    let browser = stage.browser().await;
    let server = serve(path.join("dist")).await;
    let trades = "event: trade\ndata: {\"id\":1,\"text\":\"A\"}\n\nevent: trade\ndata: {\"id\":2,\"text\":\"B\"}\n\n";
    let stream = Attempt::playing([Step::Send(trades.to_owned()), Step::Silence]);
    server
        .put("trades", Script::always(stream))
        .expect("it can be played");
    browser.goto(&format!("{}/", server.origin())).await;
    browser
        .until(
            "[...document.querySelectorAll('li')].map((item) => item.textContent).join() === 'A,B' \
             && document.querySelector('[role=status]').textContent.trim() === 'open'",
        )
        .await;
    server.stop().await;
    Ok(())
}
