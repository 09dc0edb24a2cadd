//! axum's own `Sse`.

use tokio::process::Command;
use typed_eventsource_harness::{Process, Stage};

use crate::{
    support::{run_over_each, served_folder},
    tests,
};

tests! {
    no_price_is_missed_if_each_connection_ends_after_five_prices,
}

pub(crate) async fn axum() -> (Process, String) {
    let mut axum = Command::new(env!("CARGO_BIN_EXE_typed-eventsource-interop-axum"));
    axum.env("WWW", served_folder());
    Process::start_announced(axum).await
}

async fn no_price_is_missed_if_each_connection_ends_after_five_prices(stage: &Stage) {
    let (_axum, origin) = axum().await;
    let page = stage.browser().await;
    let collect = "return client.collectPrices(transport, 17);";
    for (transport, prices) in run_over_each(&page, &origin, "axum", collect).await {
        let prices = prices.as_array().expect("a list");
        assert_eq!(prices.len(), 17, "{transport}");
        for (number, price) in (0_u32..).zip(prices) {
            assert_eq!(price["id"], number, "{transport}");
            assert_eq!(price["symbol"], "ACME", "{transport}");
            let expected = 100.0 + f64::from(number % 10) / 4.0;
            assert_eq!(price["price"].as_f64(), Some(expected), "{transport}");
        }
    }
}
