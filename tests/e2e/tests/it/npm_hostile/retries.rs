//! Reconnection times, hang-ups and redirects.

use serde_json::json;
use typed_eventsource_e2e::Kind;

use super::HELPERS;
use crate::{
    Stage,
    npm::{BLANK, on_each_transport, script},
    tests,
};

tests! {
    a_reconnection_time_beyond_all_time_is_no_hot_loop,
    hang_ups_at_once_are_followed_by_no_more_than_so_many_attempts,
    what_takes_the_place_of_a_hasty_browser_goes_on_from_the_last_event,
    a_redirect_loop_is_a_lost_connection,
}

async fn a_reconnection_time_beyond_all_time_is_no_hot_loop(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        const waits = [];
        for (const retry of ["99999999999999999999", "18446744073709551615", "9".repeat(1000)]) {
            const url = await play({ steps: [{ send: `retry: ${retry}\ndata: 1\n\n` }] });
            const source = open(url);
            source.onError(() => {});
            const { retryIn } = await new Promise((resolve) => source.onState((state) => state.type === "waiting" && resolve(state)));
            await after(300);
            // Over fetch it is as long as the policy lets a server ask for. A browser may take it for no time at all, and come back after its own.
            waits.push([await within(300, url), transport === "browser" || (retryIn === 3600000 && source.state.type === "waiting")]);
            source.close();
        }
        return waits;
    "#;
    let expected = json!([[1, true], [1, true], [1, true]]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn hang_ups_at_once_are_followed_by_no_more_than_so_many_attempts(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    let body = r#"
        // How many attempts a source makes in its first second and a half where nothing comes of any but this.
        const attempts = async (send, init) => {
            const url = await play({ steps: [{ send }] });
            const source = open(url, init);
            source.onError(() => {});
            source.on("message", () => {});
            await after(1500);
            source.close();
            return within(1500, url);
        };
        // Alone, since others would slow it down.
        const withEvents = await attempts("retry: 0\ndata: 1\n\n");
        const [inVain, backedOff, withIds] = await Promise.all([
            attempts("retry: 0\n\n"),
            attempts("retry: 0\n\n", { policy: "resilient" }),
            attempts("retry: 0\nid: 1\ndata: 1\n\n", { resumeParameter: "after" }),
        ]);
        return [withEvents <= 155 || withEvents, inVain <= 7 || inVain, backedOff <= 7 || backedOff, withIds <= 155 || withIds];
    "#;
    let expected = json!([true, true, true, true]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn what_takes_the_place_of_a_hasty_browser_goes_on_from_the_last_event(
    stage: &mut Stage<'_>,
) {
    stage.goto(BLANK).await;
    let body = r#"
        const attempts = [1, 2, 3, 4, 5, 6].map((id) => ({ steps: [{ send: `retry: 0\nid: ${id}\ndata: ${id}\n\n` }] }));
        const url = await play(...attempts, { steps: [{ send: "data: 7\n\n" }, "silence"] });
        const heard = [];
        const source = open(url, { resumeParameter: "after" });
        source.onError(() => {});
        await new Promise((resolve) => source.on("message", ({ data }) => heard.push(data) === 7 && resolve()));
        source.close();
        const { attempts: made } = await seen(url, "attempts=7");
        const ids = made.map(({ path, headers }) => headers["last-event-id"] || new URL(path, location.href).searchParams.get("after") || "");
        return [heard, ids];
    "#;
    let expected = json!([[1, 2, 3, 4, 5, 6, 7], ["", "1", "2", "3", "4", "5", "6"]]);
    on_each_transport(stage.browser, &format!("{HELPERS}{body}"), &expected).await;
}

async fn a_redirect_loop_is_a_lost_connection(stage: &mut Stage<'_>) {
    stage.goto(BLANK).await;
    for transport in ["browser", "fetch"] {
        let body = format!(
            r#"{HELPERS}
            const id = crypto.randomUUID();
            const url = `/streams/${{id}}`;
            const script = {{ attempts: [{{ status: 302, headers: [["location", url]] }}] }};
            await fetch(`/scripts/${{id}}`, {{ method: "PUT", body: JSON.stringify(script) }});
            const source = new EventSource(url, {{ transport: "{transport}", policy: {{ rule: () => ({{ type: "reopen", after: 600000 }}) }} }});
            const {{ code }} = await new Promise((resolve) => source.onError(resolve));
            await after(200);
            source.close();
            return [code, (await seen(url, "attempts=1")).attempts.length];"#
        );
        let outcome = script(stage.browser, &body).await;
        let firefox = stage.browser.kind() == Kind::Firefox && transport == "browser";
        let code = if firefox {
            "given-up"
        } else {
            "connection-lost"
        };
        // As many as `fetch` follows, and none but the next attempt makes more.
        assert_eq!(outcome, json!([code, 21]), "{transport}");
    }
}
