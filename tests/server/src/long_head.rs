//! A response head with a header that is longer than any client takes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{io::AsyncWrite, net::TcpStream, sync::oneshot};

const START: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-long: ";
const VALUE: &[u8] = &[b'x'; 64 * 1024];
const END: &[u8] = b"\r\n\r\n";

/// The part of a head that is still to be written.
#[derive(Debug)]
pub(crate) struct LongHead {
    start: &'static [u8],
    /// How many bytes of the header's value are left.
    value_left: u64,
    end: &'static [u8],
    /// Gets a message when all of the head is written. It is dropped if the connection ends before that.
    written: Option<oneshot::Sender<()>>,
}

impl LongHead {
    /// A head with `bytes` bytes in the header's value, and a receiver that gets a message when all of it is written.
    pub(crate) fn new(bytes: u64) -> (Self, oneshot::Receiver<()>) {
        let (written, when_written) = oneshot::channel();
        let head = Self {
            start: START,
            value_left: bytes,
            end: END,
            written: Some(written),
        };
        (head, when_written)
    }

    /// Writes as much as the connection takes, and fails if the client is gone.
    pub(crate) fn poll_write(
        &mut self,
        tcp: &mut TcpStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(bytes) = self.next_bytes() {
            let written = ready!(Pin::new(&mut *tcp).poll_write(cx, bytes))?;
            self.advance(written);
        }
        if let Some(written) = self.written.take() {
            // The handler that waited for this may be gone.
            let _ = written.send(());
        }
        Poll::Ready(Ok(()))
    }

    fn next_bytes(&self) -> Option<&'static [u8]> {
        let value = usize::try_from(self.value_left).unwrap_or(usize::MAX);
        let parts = [self.start, &VALUE[..value.min(VALUE.len())], self.end];
        parts.into_iter().find(|part| !part.is_empty())
    }

    fn advance(&mut self, written: usize) {
        if !self.start.is_empty() {
            self.start = &self.start[written..];
        } else if self.value_left > 0 {
            self.value_left -= written as u64;
        } else {
            self.end = &self.end[written..];
        }
    }
}
