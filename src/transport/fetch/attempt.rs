//! One request, from asking to the end of its response.

use std::{future::poll_fn, pin::pin, rc::Rc, task::Poll, time::Duration};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{AbortController, Request, Response, Url};

use super::{
    Fetch, Line,
    reading::Reading,
    response::{Meaning, content_type, excerpt, meaning, refusal},
    response_body::ResponseBody,
    turns::Turns,
    watch::Watch,
};
use crate::{
    Error,
    policy::machine::Outlook,
    transport::{Signal, Sink, exception_message},
};

/// How long to wait for the body of an answer that is no event stream.
const EXCERPT_PATIENCE: Duration = Duration::from_secs(1);

#[wasm_bindgen]
extern "C" {
    /// In every global scope, where web-sys knows the window's only.
    #[wasm_bindgen(catch, js_name = fetch)]
    async fn fetch(request: &Request) -> Result<JsValue, JsValue>;
}

/// One request, and the reading of its response.
pub(super) struct Attempt {
    pub(super) fetch: Rc<Fetch>,
    pub(super) url: String,
    pub(super) last_event_id_header: String,
    pub(super) last_event_id: Rc<str>,
    pub(super) ends_by_ending: bool,
    pub(super) abort: AbortController,
    pub(super) line: Rc<Line>,
    pub(super) sink: Sink,
}

impl Attempt {
    /// Plays until the end, or until the line closes: whatever is waited for then, a user's headers for instance, may
    /// never come.
    pub(super) async fn run(self, turns: Turns) {
        let mut play = pin!(self.play(turns));
        let watch = Watch::new(&self.line, &self.sink, &self.url);
        let end = poll_fn(|context| {
            if !self.line.is_open.get() {
                return Poll::Ready(None);
            }
            self.line.attempt.replace(Some(context.waker().clone()));
            watch.begin();
            let poll = play.as_mut().poll(context).map(Some);
            watch.end();
            poll
        });
        if let Some(end) = end.await {
            self.tell(end);
        }
    }

    /// Tells the source, unless it is no longer there.
    fn tell(&self, signal: Signal<'_>) {
        if self.line.is_open.get() {
            (self.sink)(signal);
        }
    }

    /// Answers with how it ended.
    async fn play(&self, turns: Turns) -> Signal<'static> {
        let (header, signal) = (&self.last_event_id_header, self.abort.signal());
        let request = match self.fetch.make_request(&self.url, header, &signal).await {
            Ok(request) => request,
            Err(error) => return unmade(error),
        };
        match fetch(&request).await {
            Ok(response) => self.hear(&response.unchecked_into(), turns).await,
            Err(error) => self.lost(exception_message(&error)),
        }
    }

    async fn hear(&self, response: &Response, turns: Turns) -> Signal<'static> {
        let body = match ResponseBody::of(response) {
            Ok(body) => body,
            Err(error) => return self.lost(exception_message(&error)),
        };
        match meaning(response.status(), content_type(response).as_deref()) {
            Meaning::Finished => Signal::Finished,
            Meaning::Stream => {
                self.tell(Signal::Opened);
                match body {
                    Some(body) => self.read(body, response, turns).await,
                    None => self.ended(),
                }
            }
            wrong => {
                let excerpt = match body {
                    Some(body) => self.excerpt(body).await,
                    None => String::new(),
                };
                let (error, outlook) = refusal(wrong, self.url.clone(), response, excerpt);
                Signal::Lost { error, outlook }
            }
        }
    }

    async fn read(
        &self,
        mut body: ResponseBody,
        response: &Response,
        turns: Turns,
    ) -> Signal<'static> {
        let origin = Url::new(&response.url()).map_or_else(|_| String::new(), |url| url.origin());
        let mut reading = Reading::new(
            Rc::clone(&self.last_event_id),
            self.fetch.event_size_limit(),
            origin.into(),
            turns,
        );
        while self.line.is_open.get() {
            match body.read().await {
                Ok(Some(chunk)) => {
                    let read = reading.read(&chunk, &self.line, &self.sink).await;
                    if let Err(too_large) = read {
                        return too_large;
                    }
                }
                Ok(None) => return self.ended(),
                Err(error) => return self.lost(exception_message(&error)),
            }
        }
        // Nobody is there to hear it.
        Signal::Finished
    }

    /// The beginning of an answer's body, of which the rest is not read.
    async fn excerpt(&self, mut body: ResponseBody) -> String {
        let abort = self.abort.clone();
        let patience = EXCERPT_PATIENCE.as_millis() as u32;
        let _limit = Timeout::new(patience, move || abort.abort());
        let excerpt = excerpt(&mut body).await;
        self.abort.abort();
        excerpt
    }

    fn ended(&self) -> Signal<'static> {
        if self.ends_by_ending {
            return Signal::Finished;
        }
        self.lost("the server ended the stream".into())
    }

    fn lost(&self, message: String) -> Signal<'static> {
        Signal::Lost {
            error: Error::ConnectionLost {
                url: self.url.clone(),
                message: Some(message),
            },
            outlook: Outlook::Reestablish,
        }
    }
}

/// There is not even a request.
fn unmade(error: Error) -> Signal<'static> {
    let outlook = match error {
        // Whoever makes them may succeed the next time.
        Error::Headers { .. } => Outlook::Reestablish,
        _ => Outlook::Failed { retry_after: None },
    };
    Signal::Lost { error, outlook }
}
