//! One request, from its start to the end of its response.

use std::{future::poll_fn, pin::pin, rc::Rc, sync::Arc, task::Poll};

use typed_eventsource_core::{FailureClass, Loss, Span};
use wasm_bindgen::JsValue;
use web_sys::{AbortController, Request, Url};

use super::{
    AttemptShared, Fetch, RequestFunction, ask,
    attempt_request::AttemptRequest,
    diagnosis::Diagnosis,
    reading::ResponseReader,
    request::is_safe,
    resolved,
    response::{beginning_of, head_of},
    response_body::{ReadError, ResponseBody},
};
use crate::{
    Error, UndecodedEvent,
    host::browser::Timeout,
    panics::Panics,
    place::Place,
    sys::{Response, exception_message},
    transport::{TransportEvent, blocks::BlockWatch, hopeless, refused, resume_url},
    yielder::Yielder,
};

/// How long to wait for the body of a response that is not an event stream.
const BODY_TIMEOUT: Span = Span::from_secs(1);

/// The browser's own source has given up, and no status shows why.
const GIVEN_UP: Loss = Loss::Fail {
    class: FailureClass::Other,
    retry_after: None,
};

/// One request, and the reading of its response.
pub(super) struct Attempt {
    pub(super) fetch: Rc<Fetch>,
    /// Is asked for the request.
    pub(super) request: Option<RequestFunction>,
    pub(super) with_credentials: bool,
    /// The URL of the source, and then that of the request.
    pub(super) url: Rc<Place<Arc<str>>>,
    pub(super) resume_parameter: Option<String>,
    /// What users' functions are told.
    pub(super) asked: crate::Attempt,
    pub(super) abort: AbortController,
    pub(super) diagnosis: Rc<Diagnosis>,
    /// Watches the URL of the source.
    pub(super) blocks: Place<BlockWatch>,
    /// Whether only the head of the response matters: why the browser's own source has given up.
    pub(super) only_asks: bool,
    pub(super) shared: Rc<AttemptShared>,
    pub(super) panics: Panics,
}

impl Attempt {
    /// Runs the request until it ends or the transport is dropped. The drop matters, since a pending user future may
    /// never resolve.
    pub(super) async fn run(self, yielder: Yielder) {
        let mut request = pin!(self.run_request(yielder));
        let end = poll_fn(|context| {
            // No waker is kept while the request runs: after a panic that aborts, the request would never end, and
            // could not be woken.
            drop(self.shared.waker.take());
            let is_open = || self.shared.is_open();
            if is_open()
                && let Poll::Ready(end) = request.as_mut().poll(context)
            {
                return Poll::Ready(Some(end));
            }
            if !is_open() {
                return Poll::Ready(None);
            }
            self.shared.waker.put(context.waker().clone());
            Poll::Pending
        });
        if let Some(end) = end.await {
            self.shared.end(end);
        }
        self.panics.resume();
    }

    /// Runs the request, and returns how it ended.
    async fn run_request(&self, yielder: Yielder) -> TransportEvent<'static> {
        self.shared.emit(TransportEvent::Asks);
        let request = match self.make_request().await {
            Ok(request) => request,
            Err(error) => return unmade(error),
        };
        if self.request.is_some() {
            let is_safe = is_safe(&request.method());
            self.shared.emit(TransportEvent::Requested { is_safe });
            if !self.shared.is_open() {
                // The source is gone, so this reaches nobody.
                return TransportEvent::Finished;
            }
        }
        let blocks = self.blocks.take().filter(|_| self.request.is_none());
        let blocks = blocks.unwrap_or_else(|| BlockWatch::new(&self.url()));
        match self.diagnosis.fetch(&request).await {
            Ok(response) => {
                self.diagnosis.note_answer(&request);
                self.handle_response(&response.into(), yielder).await
            }
            Err(exception) => self.unanswered(&request, &blocks, &exception).await,
        }
    }

    /// Makes the request, for which the user's functions are asked.
    async fn make_request(&self) -> Result<Request, Error> {
        let (id, parameter) = (&self.asked.last_event_id, self.resume_parameter.as_deref());
        let mut headers = self.fetch.make_headers(&self.url()).await?;
        let mut answer = match &self.request {
            Some(request) => ask(request, &self.asked, &self.url()).await?,
            None => AttemptRequest::new(),
        };
        if let Some(url) = &answer.url {
            self.url.put(resume_url(&resolved(url)?, parameter, id)?);
        }
        headers.append(&mut answer.headers);
        answer.headers = headers;
        let id = if parameter.is_some() { "" } else { id };
        let signal = self.abort.signal();
        self.fetch.request_for(
            &self.url(),
            &answer,
            id,
            self.with_credentials,
            Some(&signal),
        )
    }

    fn url(&self) -> Arc<str> {
        self.url.get().unwrap_or_default()
    }

    /// The end of a request that got no answer.
    async fn unanswered(
        &self,
        request: &Request,
        blocks: &BlockWatch,
        exception: &JsValue,
    ) -> TransportEvent<'static> {
        // While the page is left, nothing is asked.
        let error = match self.shared.is_leaving() {
            true => None,
            false => {
                let (diagnosis, abort) = (&self.diagnosis, &self.abort);
                diagnosis.explain(&self.url(), request, abort, blocks).await
            }
        };
        match error {
            None => self.lost(exception_message(exception)),
            // By the standard a refusal by CORS is a lost connection; the browser's own source gives up.
            Some(error @ Error::Cors { .. }) => TransportEvent::Lost {
                error,
                loss: if self.only_asks {
                    GIVEN_UP
                } else {
                    Loss::Reestablish
                },
            },
            Some(error) => hopeless(error),
        }
    }

    async fn handle_response(
        &self,
        response: &Response,
        yielder: Yielder,
    ) -> TransportEvent<'static> {
        let head = match head_of(response, &self.url()) {
            Ok(head) => head,
            Err(exception) => return odd_response(&exception),
        };
        let body = match ResponseBody::of(response) {
            Ok(body) => body,
            Err(exception) => return self.lost(exception_message(&exception)),
        };
        if head.status() == 204 {
            return TransportEvent::Finished;
        }
        if !self.fetch.accepts(&head, &self.panics) {
            let beginning = match body {
                Some(body) if !self.only_asks => self.beginning_of(body).await,
                _ => {
                    self.abort.abort();
                    String::new()
                }
            };
            return refused(&self.url(), head, beginning);
        }
        if self.only_asks {
            self.abort.abort();
            return TransportEvent::Lost {
                error: Error::GivenUp {
                    url: self.url(),
                    message: Some("it answers a `fetch` with an event stream".into()),
                },
                loss: GIVEN_UP,
            };
        }
        self.shared.emit(TransportEvent::Answered(head));
        let Some(body) = body else {
            return self.ended(None);
        };
        // Empty if the response was constructed by a script.
        let url = response.url().ok().flatten().unwrap_or_default();
        self.read(body, &url, yielder).await
    }

    async fn read(
        &self,
        mut body: ResponseBody,
        url: &str,
        yielder: Yielder,
    ) -> TransportEvent<'static> {
        let origin = Url::new(url).map_or_else(|_| String::new(), |url| url.origin());
        let mut reader = ResponseReader::new(
            &Arc::from(&*self.asked.last_event_id),
            self.fetch.event_size_limit(),
            origin.into(),
            yielder,
        );
        while self.shared.is_open() {
            if body.is_at_end() || self.shared.is_held_back() {
                // Somebody may close the source because of the last event, and has to come before the end.
                reader.let_others_run(&self.shared).await;
            }
            match body.read().await {
                Ok(Some(chunk)) => {
                    if let Err(too_large) = reader.read(&chunk, &mut body, &self.shared).await {
                        return too_large;
                    }
                }
                Ok(None) => return self.ended(reader.unfinished()),
                Err(ReadError::Lost(exception)) => {
                    let error = self.connection_lost(exception_message(&exception));
                    return TransportEvent::BodyEnded {
                        error,
                        is_whole: false,
                        unfinished: reader.unfinished(),
                    };
                }
                Err(ReadError::NotBytes) => {
                    return unusable("the body is not made of bytes".into());
                }
            }
        }
        // The source is gone, so this reaches nobody.
        TransportEvent::Finished
    }

    /// The beginning of a response body. The rest is not read.
    async fn beginning_of(&self, mut body: ResponseBody) -> String {
        let abort = self.abort.clone();
        let _limit = Timeout::new(BODY_TIMEOUT, Box::new(move |_| abort.abort()));
        let beginning = beginning_of(&mut body, self.fetch.error_body_size_limit()).await;
        self.abort.abort();
        beginning
    }

    fn ended(&self, unfinished: Option<UndecodedEvent>) -> TransportEvent<'static> {
        TransportEvent::BodyEnded {
            error: self.connection_lost("the server ended the stream".into()),
            is_whole: true,
            unfinished,
        }
    }

    fn lost(&self, message: String) -> TransportEvent<'static> {
        TransportEvent::Lost {
            error: self.connection_lost(message),
            loss: Loss::Reestablish,
        }
    }

    fn connection_lost(&self, message: String) -> Error {
        Error::ConnectionLost {
            url: self.url(),
            message: Some(message.into()),
        }
    }
}

/// The result if the request could not be made.
pub(in crate::transport) fn unmade(error: Error) -> TransportEvent<'static> {
    match error {
        // The function that is asked may succeed the next time.
        Error::Request { .. } => TransportEvent::Lost {
            error,
            loss: Loss::Reestablish,
        },
        _ => hopeless(error),
    }
}

/// The result if a page has replaced `fetch` by a function that does not return a `Response`.
fn odd_response(exception: &JsValue) -> TransportEvent<'static> {
    unusable(format!(
        "`fetch` answered with something other than a `Response`: {}",
        exception_message(exception)
    ))
}

/// The result of a failure that would only repeat.
fn unusable(message: String) -> TransportEvent<'static> {
    hopeless(Error::Internal {
        message: message.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_response_is_not_made_again() {
        let event = unusable("the body is not made of bytes".into());
        let TransportEvent::Lost { error, loss } = event else {
            panic!("a loss, and not {event:?}");
        };
        assert!(matches!(error, Error::Internal { .. }));
        let hopeless = Loss::Fail {
            class: FailureClass::Hopeless,
            retry_after: None,
        };
        assert_eq!(loss, hopeless);
    }
}
