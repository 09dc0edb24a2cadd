//! Tests of the example's body against a small server.
//!
//! The paused clock jumps to the next deadline when nothing can be read or written. So no test waits, and no test depends on the
//! speed of the machine.

#[path = "../examples/native/body.rs"]
mod body;
#[path = "../examples/native/connection.rs"]
mod connection;

use std::time::Duration;

use body::{Closer, Event, Listener, TerminalEvents, run};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use typed_eventsource_core::{
    Backoff, CloseReason, Decision, Failure, FailureContext, Gap, LimitAction, LimitReached,
    Options, Policy, Span, State, TimeLimit, Transport,
};

/// How the server answers one request.
struct Answer {
    status: &'static str,
    headers: String,
    steps: Vec<Step>,
}

enum Step {
    /// Sends these bytes as a separate chunk.
    Send(Vec<u8>),
    Sleep(Duration),
    /// Closes the connection in the middle of the response.
    Cut,
    /// Sends no more, until the client closes the connection.
    Hold,
}

use Step::{Cut, Hold};

fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

fn stream(steps: impl IntoIterator<Item = Step>) -> Answer {
    answer("200 OK", "Content-Type: text/event-stream\r\n", steps)
}

fn refusal(status: &'static str) -> Answer {
    answer(status, "", [])
}

fn answer(status: &'static str, headers: &str, steps: impl IntoIterator<Item = Step>) -> Answer {
    Answer {
        status,
        headers: headers.to_owned(),
        steps: steps.into_iter().collect(),
    }
}

/// Answers one request after the other, and returns the `Last-Event-ID` of each.
async fn serve(listener: TcpListener, answers: Vec<Answer>) -> Vec<Option<String>> {
    let mut ids = Vec::new();
    for answer in answers {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        ids.push(last_event_id(&mut socket).await);
        let head = format!(
            "HTTP/1.1 {}\r\n{}Transfer-Encoding: chunked\r\n\r\n",
            answer.status, answer.headers
        );
        respond(&mut socket, &head, answer.steps).await;
    }
    ids
}

async fn last_event_id(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.expect("a request"));
    }
    let head = String::from_utf8(head).expect("text");
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let field = fields.find(|(name, _)| name.eq_ignore_ascii_case("last-event-id"));
    field.map(|(_, value)| value.to_owned())
}

/// Carries out the steps of an answer. A client may close its connection at any time, so writing may fail.
async fn respond(socket: &mut TcpStream, head: &str, steps: Vec<Step>) {
    let _ = socket.write_all(head.as_bytes()).await;
    for step in steps {
        match step {
            Step::Send(bytes) => {
                let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
                let _ = socket.write_all(&chunk).await;
            }
            Step::Sleep(time) => sleep(time).await,
            Cut => return,
            Hold => {
                let _ = socket.read_u8().await;
            }
        }
    }
    let _ = socket.write_all(b"0\r\n\r\n").await;
    // Waits until the client has read everything.
    let _ = socket.read_u8().await;
}

/// A listener that records what it is told.
#[derive(Default)]
struct Journal {
    events: Vec<(String, String, String)>,
    gaps: Vec<Gap>,
    errors: Vec<String>,
    states: Vec<State>,
    /// The data after which to close the source.
    close_at: Option<&'static str>,
    closer: Closer,
}

impl Listener for Journal {
    fn event(&mut self, event: &Event) -> Result<(), String> {
        let Event {
            name,
            data,
            last_event_id,
        } = event;
        self.events
            .push((name.clone(), data.clone(), last_event_id.clone()));
        if self.close_at == Some(data) {
            self.closer.close();
        }
        match &**data {
            "undecodable" => Err("it is undecodable".into()),
            _ => Ok(()),
        }
    }

    fn gap(&mut self, gap: &Gap) {
        self.gaps.push(gap.clone());
    }

    fn error(&mut self, error: &str, _attempt: Option<u32>) {
        self.errors.push(error.to_owned());
    }

    fn state(&mut self, state: State) {
        self.states.push(state);
    }

    fn decide(&mut self, error: &str, _context: &FailureContext) -> Decision {
        assert!(!error.is_empty());
        Decision::AsProposed
    }
}

impl Journal {
    fn data(&self) -> Vec<&str> {
        self.events.iter().map(|(_, data, _)| &**data).collect()
    }

    /// How long each wait is meant to be.
    fn waits(&self) -> Vec<Span> {
        let waits = self.states.iter().filter_map(|state| match state {
            State::Waiting { retry_in, .. } => *retry_in,
            _ => None,
        });
        waits.collect()
    }
}

/// A source that has closed: what its listener was told, and why it closed.
struct ClosedSource {
    journal: Journal,
    reason: CloseReason,
    error: Option<String>,
    /// The `Last-Event-ID` of each request.
    ids: Vec<Option<String>>,
}

impl ClosedSource {
    #[track_caller]
    fn assert_sent_ids(&self, expected: &[&str]) {
        let ids: Vec<_> = self
            .ids
            .iter()
            .map(|id| id.as_deref().unwrap_or(""))
            .collect();
        assert_eq!(ids, expected);
    }
}

/// Runs a source against a server that gives these answers, until the source closes.
async fn play_with(
    options: Options,
    terminals: TerminalEvents,
    mut journal: Journal,
    answers: impl IntoIterator<Item = Answer>,
) -> ClosedSource {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(serve(listener, answers.into_iter().collect()));
    let url = format!("http://{address}/events?a=b");
    let closer = journal.closer.clone();
    let (reason, error) = run(&url, options, terminals, &closer, &mut journal).await;
    let ids = server.await.expect("the server has answered all requests");
    ClosedSource {
        journal,
        reason,
        error,
        ids,
    }
}

fn with_policy(policy: Policy) -> Options {
    let mut options = Options::new(Transport::Fetch);
    options.policy = policy.into();
    options
}

fn terminals() -> TerminalEvents {
    TerminalEvents {
        event: Some("done".into()),
        data: Some("[DONE]".into()),
    }
}

/// Runs a source with this policy and these answers until it closes.
async fn play(policy: Policy, answers: impl IntoIterator<Item = Answer>) -> ClosedSource {
    play_with(
        with_policy(policy),
        terminals(),
        Journal::default(),
        answers,
    )
    .await
}

fn the_end() -> Step {
    send("data: [DONE]\n\n")
}

/// A policy that reopens after waits of this length.
fn resilient(wait: Span) -> Policy {
    let mut policy = Policy::resilient();
    policy.backoff = {
        let mut backoff = Backoff::new();
        backoff.initial = wait;
        backoff.max = wait;
        backoff.jitter = false;
        backoff
    };
    policy
}

const fn seconds(seconds: u64) -> Span {
    Span::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn events_have_a_name_data_and_the_last_event_id() {
    let text =
        "event: greeting\nid: 1\ndata: hello\n\ndata: a\ndata: b\n\n: comment\n\nid: 2\ndata\n\n";
    let end = play(Policy::browser(), [stream([send(text), the_end()])]).await;
    let expected = [
        ("greeting", "hello", "1"),
        ("message", "a\nb", "1"),
        ("message", "", "2"),
    ];
    let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(end.journal.events, expected);
    assert_eq!(end.journal.states, [State::Open]);
    assert_eq!((end.reason, end.error), (CloseReason::Finished, None));
}

#[tokio::test(start_paused = true)]
async fn a_source_reconnects_with_the_last_event_id_after_a_cut() {
    let answers = [
        stream([send("id: 1\ndata: a\n\ndata: half of"), Cut]),
        stream([send("id: é€😀 ~\ndata: b\n\n")]),
        stream([send("id: 3\n\n"), Cut]),
        stream([the_end()]),
    ];
    let end = play(Policy::browser(), answers).await;
    assert_eq!(end.journal.data(), ["a", "b"]);
    end.assert_sent_ids(&["", "1", "é€😀 ~", "3"]);
    assert_eq!(end.journal.waits(), [seconds(3); 3]);
    assert_eq!(end.journal.errors.len(), 3);
    assert_eq!(end.journal.errors[1], "the server has ended the response");
}

#[tokio::test(start_paused = true)]
async fn a_source_continues_after_the_given_id() {
    let mut options = with_policy(Policy::browser());
    options.last_event_id = "5".into();
    let end = play_with(
        options,
        terminals(),
        Journal::default(),
        [stream([the_end()])],
    )
    .await;
    end.assert_sent_ids(&["5"]);
}

#[tokio::test(start_paused = true)]
async fn the_server_sets_the_reconnection_time() {
    let answers = [
        stream([send("retry: 250\n"), Cut]),
        stream([send("retry: no number\n\n"), Cut]),
        stream([the_end()]),
    ];
    let end = play(Policy::browser(), answers).await;
    assert_eq!(end.journal.waits(), [Span::from_millis(250); 2]);
}

#[tokio::test(start_paused = true)]
async fn a_source_backs_off_from_an_unavailable_server_and_waits_as_long_as_it_asks() {
    let busy = |headers| answer("503 Service Unavailable", headers, []);
    let answers = [
        busy(""),
        busy("Retry-After: 7\r\n"),
        busy("Retry-After: 1\r\n"),
        stream([the_end()]),
    ];
    let end = play(resilient(seconds(2)), answers).await;
    assert_eq!(end.journal.waits(), [2, 7, 2].map(seconds));
    assert_eq!(end.reason, CloseReason::Finished);
}

#[tokio::test(start_paused = true)]
async fn a_source_gives_up_after_the_maximum_number_of_attempts() {
    let mut policy = resilient(seconds(1));
    policy.backoff.max_attempts = Some(2);
    let busy = || refusal("503 Service Unavailable");
    let end = play(policy, [busy(), busy(), busy()]).await;
    let reason = CloseReason::Failed {
        failure: Failure::Told,
        limit: Some(LimitReached::TooMany { count: 2 }),
    };
    assert_eq!(end.reason, reason);
    let error = end.error.expect("an error");
    assert!(
        error.starts_with("gave up after 2 consecutive failures"),
        "{error}"
    );
    assert_eq!(end.journal.errors.len(), 3, "the last one is reported too");
}

#[tokio::test(start_paused = true)]
async fn a_status_of_no_content_finishes_the_source() {
    let answers = [
        stream([send("data: a\n\n"), Cut]),
        refusal("204 No Content"),
    ];
    let end = play(Policy::browser(), answers).await;
    assert_eq!(end.reason, CloseReason::Finished);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_the_policy_does_not_retry_closes_the_source() {
    for status in [
        "401 Unauthorized",
        "404 Not Found",
        "307 Temporary Redirect",
    ] {
        let end = play(Policy::resilient(), [refusal(status)]).await;
        let error = end.error.expect("an error");
        assert!(error.ends_with(status), "{error}");
        assert_eq!(end.journal.errors.len(), 0, "only the end has the error");
    }
}

#[tokio::test(start_paused = true)]
async fn another_content_type_closes_the_source() {
    let html = answer(
        "200 OK",
        "Content-Type: text/html\r\n",
        [send("data: a\n\n")],
    );
    let end = play(Policy::resilient(), [html]).await;
    assert!(end.error.expect("an error").ends_with("no event stream"));
    assert_eq!(end.journal.data(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_url_closes_the_source() {
    let mut journal = Journal::default();
    let closer = Closer::default();
    for url in ["", "/events", "ftp://127.0.0.1/", "http://\0/"] {
        let options = with_policy(Policy::resilient());
        let (_, error) = run(url, options, terminals(), &closer, &mut journal).await;
        assert!(error.is_some(), "{url:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_terminal_event_is_delivered_and_terminal_data_is_not_and_either_ends_the_source() {
    for (end, expected) in [
        ("event: done\ndata: b\n\n", &["a", "b"][..]),
        ("data: [DONE]\n\n", &["a"]),
    ] {
        let text = format!("data: a\n\n{end}data: c\n\n");
        let end = play(Policy::browser(), [stream([send(&text), Hold])]).await;
        assert_eq!(end.journal.data(), expected);
        assert_eq!(end.reason, CloseReason::Finished);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_response_finishes_a_request_that_is_sent_once_and_a_cut_does_not() {
    for (last, is_finished) in [(None, true), (Some(Cut), false)] {
        let mut options = with_policy(Policy::resilient());
        options.is_repeatable = false;
        let steps = [send("data: a\n\n")].into_iter().chain(last);
        let answers = [stream(steps)];
        let end = play_with(
            options,
            TerminalEvents::default(),
            Journal::default(),
            answers,
        )
        .await;
        assert_eq!(end.journal.data(), ["a"]);
        assert_eq!(end.reason == CloseReason::Finished, is_finished);
    }
}

fn closing_when_idle() -> Policy {
    let mut policy = Policy::browser();
    policy.on_idle = Some(TimeLimit {
        after: seconds(10),
        then: LimitAction::Close,
    });
    policy
}

#[tokio::test(start_paused = true)]
async fn comments_keep_a_connection_alive() {
    let comments = (0..20).flat_map(|_| [send(":\n"), Step::Sleep(Duration::from_secs(9))]);
    let steps = comments.chain([the_end()]);
    let end = play(closing_when_idle(), [stream(steps)]).await;
    assert_eq!(end.reason, CloseReason::Finished);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_falls_silent_is_idle() {
    let end = play(closing_when_idle(), [stream([send("data: a\n\n"), Hold])]).await;
    assert_eq!(end.error.as_deref(), Some("no data received for 10s"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let (silent, _) = listener.accept().await.expect("a connection");
        let ids = serve(listener, vec![stream([the_end()])]).await;
        drop(silent);
        ids
    });
    let mut journal = Journal::default();
    let mut policy = resilient(seconds(1));
    policy.on_slow_open = Some(TimeLimit {
        after: seconds(30),
        then: LimitAction::Reopen,
    });
    let options = with_policy(policy);
    let closer = Closer::default();
    let (reason, _) = run(&url, options, terminals(), &closer, &mut journal).await;
    assert_eq!(reason, CloseReason::Finished);
    assert_eq!(journal.errors, ["the connection was not open after 30s"]);
    server.await.expect("the server has answered");
}

#[tokio::test(start_paused = true)]
async fn characters_that_are_cut_between_chunks_stay_whole() {
    let text = "event: é\nid: €\ndata: 😀é€\n\n";
    let bytes = text.bytes().map(|byte| Step::Send(vec![byte]));
    let end = play(Policy::browser(), [stream(bytes.chain([the_end()]))]).await;
    let expected = ("é".to_owned(), "😀é€".to_owned(), "€".to_owned());
    assert_eq!(end.journal.events, [expected]);
}

#[tokio::test(start_paused = true)]
async fn events_that_come_again_are_skipped_and_a_gap_is_reported() {
    let answers = [
        stream([send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"), Cut]),
        stream([
            send("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 5\ndata: c\n\n"),
            the_end(),
        ]),
    ];
    let mut options = with_policy(Policy::browser());
    options.deduplicate = 10;
    let end = play_with(options, terminals(), Journal::default(), answers).await;
    assert_eq!(end.journal.data(), ["a", "b", "c"]);
    let [gap] = &end.journal.gaps[..] else {
        panic!("{:?}", end.journal.gaps);
    };
    assert_eq!((&*gap.after, &*gap.before, gap.missed), ("2", "5", 2));
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_decode_is_reported_and_closes_if_the_policy_says_so() {
    let text = "data: undecodable\n\ndata: a\n\n";
    let end = play(Policy::browser(), [stream([send(text), the_end()])]).await;
    assert_eq!(end.journal.errors, ["it is undecodable"]);
    assert_eq!(end.reason, CloseReason::Finished);
    let end = play(Policy::close_on_error(), [stream([send(text), Hold])]).await;
    assert_eq!(end.error.as_deref(), Some("it is undecodable"));
    assert_eq!(end.journal.data(), ["undecodable"]);
}

#[tokio::test(start_paused = true)]
async fn a_listener_may_close_its_source_and_is_told_nothing_more() {
    let journal = Journal {
        close_at: Some("b"),
        ..Journal::default()
    };
    let text = "data: a\n\ndata: b\n\ndata: c\n\n";
    let options = with_policy(Policy::browser());
    let answers = [stream([send(text), Hold])];
    let end = play_with(options, terminals(), journal, answers).await;
    assert_eq!(end.journal.data(), ["a", "b"]);
    assert_eq!(end.reason, CloseReason::Requested);
}

#[tokio::test(start_paused = true)]
async fn the_rule_decides_about_a_failure() {
    let mut options = with_policy(Policy::browser());
    options.has_rule = true;
    let answers = [stream([Cut]), stream([the_end()])];
    let end = play_with(options, terminals(), Journal::default(), answers).await;
    assert_eq!(end.journal.waits(), [seconds(3)]);
}
