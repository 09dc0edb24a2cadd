//! axum's own `Sse`.

use tokio::process::Command;

use crate::{
    paragraph::{self, Pace},
    support::{Process, Stage, TRANSPORTS, www},
    tests,
};

tests! {
    the_paragraph_comes_sentence_by_sentence,
    no_price_is_missed_though_each_connection_ends_after_five,
}

async fn axum() -> (Process, String) {
    let mut axum = Command::new(env!("CARGO_BIN_EXE_typed-eventsource-interop-axum"));
    axum.env("WWW", www());
    Process::announced(axum).await
}

async fn the_paragraph_comes_sentence_by_sentence(stage: &Stage) {
    let (_axum, origin) = axum().await;
    let page = stage.browser().await;
    paragraph::is_shown(&page, &format!("{origin}/paragraph.html"), Pace::OneByOne).await;
}

async fn no_price_is_missed_though_each_connection_ends_after_five(stage: &Stage) {
    let (_axum, origin) = axum().await;
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        page.open_client(&origin, "axum").await;
        let prices = page
            .over(transport, "return client.collectPrices(transport, 17);")
            .await;
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
