//! Runs scripts on a page of the browser.

use serde_json::{Value, json};
use typed_eventsource_e2e::Browser;

pub(crate) const TRANSPORTS: [&str; 2] = ["browser", "fetch"];

/// Opens a server's page for scripts, on which `client` is the module of this name.
pub(crate) async fn open_client(page: &Browser, origin: &str, module: &str) {
    page.goto(&format!("{origin}/client.html")).await;
    let import = "window.client = await import(`/${argument}.js`);";
    page.run(import, json!(module)).await;
}

/// Runs a script in which `transport` is defined.
pub(crate) async fn run_over(page: &Browser, transport: &str, script: &str) -> Value {
    let script = format!("const transport = argument; {script}");
    page.run(&script, json!(transport)).await
}

/// Runs a script over each transport, each time on a newly opened page with this module. Returns each transport with what the
/// script returns.
pub(crate) async fn run_over_each(
    page: &Browser,
    origin: &str,
    module: &str,
    script: &str,
) -> [(&'static str, Value); 2] {
    let mut outcomes = TRANSPORTS.map(|transport| (transport, Value::Null));
    for (transport, outcome) in &mut outcomes {
        open_client(page, origin, module).await;
        *outcome = run_over(page, transport, script).await;
    }
    outcomes
}
