//! Which server is told what: shown by what arrived there. Where the browser decides, and browsers differ, both are said.

use serde_json::json;
use typed_eventsource_e2e::Kind;

use crate::{
    Stage,
    npm::{on_each_transport, script},
    tests,
};

tests! {
    cookies_go_where_a_redirect_leads_only_where_asked_for,
    a_redirect_to_another_origin_takes_own_headers_along_but_not_authorization,
    where_redirects_are_refused_nothing_goes_along,
    a_body_goes_along_where_the_redirect_keeps_the_method,
    the_last_event_id_goes_where_a_redirect_leads,
    another_origin_is_told_the_page_s_origin_and_not_its_address,
    a_url_with_a_password_sends_none,
}

/// A page whose server says nothing of referrers, and lets it ask any other.
pub(crate) const PLAIN: &str = "/pages/side_by_side/diff.js?secret=1";

/// Sets up redirects: `chain(status, …origins)` leads over these to a stream that stays open, and `told(names)` says
/// which of these headers each of its servers has seen.
fn with_chains(stage: &Stage<'_>, body: &str) -> String {
    let (own, second) = (stage.server.origin(), stage.server.second_origin());
    // Another host by name, the same server.
    let third = own.replace("127.0.0.1", "localhost");
    format!(
        "const [OWN, SECOND, THIRD] = {};
         let hops;
         const chain = async (status, ...origins) => {{
             hops = [await play({{ steps: [{{ send: 'retry: 10\\nid: 7\\ndata: 1\\n\\n' }}, 'wait', 'end'] }}, {{ steps: ['silence'] }})];
             for (const origin of origins.reverse())
                 hops.unshift(await play({{ status, headers: [['location', origin + hops[0]]] }}));
             return hops[0];
         }};
         const told = async (names, attempts = 1, index = 0) => {{
             await seen(hops.at(-1), `attempts=${{attempts}}`);
             const servers = [];
             for (const hop of hops) {{
                 const {{ attempts: all }} = await seen(hop, 'attempts=0');
                 servers.push(names.map((name) => all[index]?.headers[name] ?? '-'));
             }}
             return servers;
         }};
         {body}",
        json!([own, second, third])
    )
}

async fn cookies_go_where_a_redirect_leads_only_where_asked_for(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const given = await play({ headers: [['set-cookie', 'visitor=42; Path=/streams']] });
        await fetch(given);
        const outcomes = [];
        for (const withCredentials of [false, true]) {
            const source = open(await chain(307, SECOND, THIRD), { withCredentials });
            outcomes.push(await told(['cookie']));
            source.close();
        }
        // The next test is to find none.
        await fetch(await play({ headers: [['set-cookie', 'visitor=; Path=/streams; Max-Age=0']] }));
        return outcomes;
        ",
    );
    // To its own server the page always tells them; a cookie belongs to a host, whatever the port.
    let expected = json!([
        [["visitor=42"], ["-"], ["-"]],
        [["visitor=42"], ["visitor=42"], ["-"]],
    ]);
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn a_redirect_to_another_origin_takes_own_headers_along_but_not_authorization(
    stage: &mut Stage<'_>,
) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const outcomes = [];
        for (const origins of [[OWN], [SECOND], [SECOND, THIRD]]) {
            const headers = () => ({ Authorization: 'Bearer x', 'X-Token': 'y' });
            const source = new EventSource(await chain(307, ...origins), { transport: 'fetch', headers });
            outcomes.push(await told(['authorization', 'x-token']));
            source.close();
        }
        return outcomes;
        ",
    );
    let (both, own) = (json!(["Bearer x", "y"]), json!(["-", "y"]));
    let expected = json!([[both, both], [both, own], [both, own, own]]);
    assert_eq!(script(stage.browser, &body).await, expected);
}

async fn where_redirects_are_refused_nothing_goes_along(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const codes = [];
        for (const origin of [OWN, SECOND]) {
            const source = new EventSource(await chain(307, origin), {
                transport: 'fetch', redirect: 'error', headers: { 'X-Token': 'y' }, policy: 'close-on-error',
            });
            source.onError(() => {});
            codes.push((await source.closed).error.code, (await seen(hops[1], 'attempts=0')).attempts.length);
        }
        return codes;
        ",
    );
    let expected = json!(["connection-lost", 0, "connection-lost", 0]);
    assert_eq!(script(stage.browser, &body).await, expected);
}

async fn a_body_goes_along_where_the_redirect_keeps_the_method(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const outcomes = {};
        for (const status of [302, 303, 307, 308]) {
            const source = new EventSource(await chain(status, SECOND), {
                transport: 'fetch', method: 'POST', body: 'secret', headers: { 'Content-Type': 'text/plain' },
            });
            const { attempts: [{ method, body, headers }] } = await seen(hops[1], 'attempts=1');
            outcomes[status] = [method, body, headers['content-type'] ?? '-'];
            source.close();
        }
        return outcomes;
        ",
    );
    let (kept, made_a_get) = (
        json!(["POST", "secret", "text/plain"]),
        json!(["GET", "", "-"]),
    );
    let expected = json!({ "302": made_a_get, "303": made_a_get, "307": kept, "308": kept });
    assert_eq!(script(stage.browser, &body).await, expected);
}

async fn the_last_event_id_goes_where_a_redirect_leads(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const source = open(await chain(307, SECOND), {});
        source.onError(() => {});
        await new Promise((resolve) => source.on('message', resolve));
        await release(hops[1]);
        const { attempts } = await seen(hops[1], 'attempts=2');
        source.close();
        return attempts.map(({ headers }) => headers['last-event-id'] ?? '-');
        ",
    );
    on_each_transport(stage.browser, &body, &json!(["-", "7"])).await;
}

async fn another_origin_is_told_the_page_s_origin_and_not_its_address(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let body = with_chains(
        stage,
        "
        const source = open(await chain(307, OWN, SECOND, THIRD), {});
        const outcome = (await told(['origin', 'referer'])).flat();
        source.close();
        const names = { [OWN]: 'own', [`${OWN}/`]: 'own/', [location.href]: 'page' };
        return outcome.map((value) => names[value] ?? value);
        ",
    );
    let expected = json!(["-", "page", "-", "page", "own", "own/", "null", "own/"]);
    on_each_transport(stage.browser, &body, &expected).await;
}

async fn a_url_with_a_password_sends_none(stage: &mut Stage<'_>) {
    stage.goto(PLAIN).await;
    let outcome = script(
        stage.browser,
        r#"
        const outcomes = [];
        for (const transport of ["browser", "fetch"]) {
            const path = await play({ steps: ["silence"] });
            const url = (location.origin + path).replace("//", "//user:password@");
            let code = "opened";
            try {
                const source = new EventSource(url, { transport, policy: "close-on-error" });
                source.onError(() => {});
                const open = seen(path, "attempts=1").then(() => "opened");
                code = await Promise.race([source.closed.then(({ error }) => error.code), open]);
                source.close();
            } catch (error) {
                code = error.code;
            }
            const { attempts } = await seen(path, "attempts=0");
            outcomes.push([code, attempts.map(({ headers }) => headers.authorization ?? "none")]);
        }
        return outcomes;
        "#,
    )
    .await;
    // What the browser's own does is the browser's: one refuses, the other would answer a 401 with it.
    let own = match stage.browser.kind() {
        Kind::Chromium => json!(["given-up", []]),
        Kind::Firefox => json!(["opened", ["none"]]),
    };
    assert_eq!(outcome, json!([own, ["invalid-request", []]]));
}
