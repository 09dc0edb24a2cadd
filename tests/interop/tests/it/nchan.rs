//! Several servers: nginx nodes with nchan, which share a Redis, behind a load balancer.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::interval;
use typed_eventsource_harness::{Process, Stage};

use crate::{
    support::{Nginx, TRANSPORTS, get, open_client, post, run_over, tool},
    tests,
};

tests! {
    a_message_to_one_node_is_heard_at_the_other,
    clients_of_a_killed_node_continue_at_the_other,
}

/// How many clients each of the two nodes has.
const CLIENTS_OF_A_NODE: usize = 100;
const CLIENTS: usize = 2 * CLIENTS_OF_A_NODE;
const MESSAGES: usize = 300;
/// How many messages go to both nodes, before one of them is killed.
const MESSAGES_TO_BOTH: usize = 100;

struct Chat {
    _redis: Process,
    nodes: [Node; 2],
}

struct Node {
    nginx: Nginx,
    port: u16,
}

impl Chat {
    async fn start() -> Self {
        let (redis, [redis_port]) = Process::start_on_free_ports(|[port]| {
            let mut redis = tool("REDIS_SERVER");
            redis
                .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
                .args(["--save", "", "--appendonly", "no"]);
            redis
        })
        .await;
        let nodes = [Node::start(redis_port).await, Node::start(redis_port).await];
        Self {
            _redis: redis,
            nodes,
        }
    }

    /// Starts the load balancer, and returns it with its origin.
    async fn balancer(&self) -> (Nginx, String) {
        let [first, second] = [0, 1].map(|node: usize| self.nodes[node].port);
        let (balancer, [port]) = Nginx::start("nchan/balancer.conf", |[port]| {
            vec![
                ("listen 443", format!("listen 127.0.0.1:{port}")),
                ("127.0.0.1:8001;", format!("127.0.0.1:{first};")),
                ("127.0.0.1:8002;", format!("127.0.0.1:{second};")),
            ]
        })
        .await;
        (balancer, format!("https://127.0.0.1:{port}"))
    }
}

impl Node {
    async fn start(redis: u16) -> Self {
        let (nginx, [port]) = Nginx::start("nchan/node.conf", |[port]| {
            vec![
                ("listen 80", format!("listen 127.0.0.1:{port}")),
                ("127.0.0.1:6379;", format!("127.0.0.1:{redis};")),
            ]
        })
        .await;
        let node = Self { nginx, port };
        node.until_status_has("redis connected servers: 1").await;
        node
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn say(&self, text: &str) {
        let (status, answer) = post(&self.url("/chat"), text).await;
        assert!(matches!(status, 201 | 202), "{status}: {answer}");
    }

    /// Waits until the node's status has this line.
    async fn until_status_has(&self, line: &str) {
        let mut ticks = interval(Duration::from_millis(50));
        for _ in 0..400 {
            ticks.tick().await;
            let (_, status) = get(&self.url("/status")).await;
            if status.lines().any(|shown| shown.trim() == line) {
                return;
            }
        }
        panic!("never `{line}`: {}", get(&self.url("/status")).await.1);
    }
}

async fn a_message_to_one_node_is_heard_at_the_other(stage: &Stage) {
    let chat = Chat::start().await;
    let page = stage.browser().await;
    let [first, second] = &chat.nodes;
    for (number, transport) in TRANSPORTS.into_iter().enumerate() {
        open_client(&page, &second.url(""), "nchan").await;
        run_over(
            &page,
            transport,
            "window.heard = [];
             window.source = client.join(transport, (text) => heard.push(text));",
        )
        .await;
        let text = format!("at the first, {number}");
        first.say(&text).await;
        page.until(&format!("heard.includes({})", json!(text)))
            .await;
        // Now the page sends a message to the second node.
        let text = format!("at the second, {number}");
        page.run("await client.say(argument);", json!(text)).await;
        page.until(&format!("heard.includes({})", json!(text)))
            .await;
        page.run("source.close();", Value::Null).await;
    }
}

/// The clients are sources of the npm package in one page, each with a separate stream through the balancer. Over HTTP/2 a page
/// can have that many.
async fn clients_of_a_killed_node_continue_at_the_other(stage: &Stage) {
    let page = stage.browser().await;
    for transport in TRANSPORTS {
        let mut chat = Chat::start().await;
        let (_balancer, origin) = chat.balancer().await;
        open_client(&page, &origin, "nchan").await;
        let join = format!(
            "window.clients = Array.from({{ length: {CLIENTS} }}, () => {{
                 const heard = [];
                 const client = {{ heard, losses: 0 }};
                 client.source = window.client.join(transport, (text) => heard.push(Number(text)));
                 client.source.onError(({{ code }}) => {{ if (code === 'connection-lost') client.losses += 1; }});
                 return client;
             }});"
        );
        run_over(&page, transport, &join).await;
        for node in &chat.nodes {
            node.until_status_has(&format!("subscribers: {CLIENTS_OF_A_NODE}"))
                .await;
        }
        let [killed, other] = &mut chat.nodes;
        for message in 1..=MESSAGES_TO_BOTH {
            let node = if message % 2 == 0 { &*killed } else { &*other };
            node.say(&message.to_string()).await;
        }
        killed.nginx.kill();
        let mut ticks = interval(Duration::from_millis(20));
        for message in MESSAGES_TO_BOTH + 1..=MESSAGES {
            ticks.tick().await;
            other.say(&message.to_string()).await;
        }
        page.until(&format!(
            "clients.every(({{ heard }}) => heard.at(-1) === {MESSAGES})"
        ))
        .await;
        other
            .until_status_has(&format!("subscribers: {CLIENTS}"))
            .await;
        let outcome = page
            .run(
                "const interrupted = clients.filter(({ losses }) => losses > 0).length;
                 const wrong = clients.map(({ heard }) => heard).filter((heard) =>
                     heard.length !== argument || heard.some((message, at) => message !== at + 1));
                 for (const { source } of clients) source.close();
                 return { interrupted, wrong };",
                json!(MESSAGES),
            )
            .await;
        assert_eq!(outcome["wrong"], json!([]), "{transport}");
        assert_eq!(outcome["interrupted"], CLIENTS_OF_A_NODE, "{transport}");
    }
}
