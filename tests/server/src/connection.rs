//! TCP connections that a request's handler can reset.

use std::{
    io,
    net::{Shutdown, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::long_head::LongHead;

/// A handler's access to the TCP connection of its request. A handler gets it by `ConnectInfo`.
#[derive(Debug, Clone)]
pub struct TcpHandle(Arc<Orders>);

/// What the connection has to do, and the waker of the task that does it.
#[derive(Debug, Default)]
struct Orders {
    reset: AtomicBool,
    long_head: Mutex<Option<LongHead>>,
    abort: AtomicBool,
    waker: AtomicWaker,
}

impl TcpHandle {
    /// Resets the connection (RST), once all that was written has reached the network.
    pub fn reset(&self) {
        *self.0.long_head.lock() = None;
        self.0.reset.store(true, Ordering::SeqCst);
        self.0.waker.wake();
    }

    /// Sends a response head with a header of `bytes` bytes in place of the handler's. Returns when the head is written, and
    /// never if the client goes away before that.
    pub(crate) async fn send_long_head(&self, bytes: u64) {
        let (head, when_written) = LongHead::new(bytes);
        *self.0.long_head.lock() = Some(head);
        self.0.waker.wake();
        if when_written.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for TcpHandle {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        Self(Arc::clone(&stream.io().orders))
    }
}

/// All open connections, so that a stopping server can cut off clients that do not read.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenConnections(Arc<Mutex<Vec<Weak<Orders>>>>);

impl OpenConnections {
    fn add(&self, orders: &Arc<Orders>) {
        let mut open = self.0.lock();
        open.retain(|orders| orders.strong_count() > 0);
        open.push(Arc::downgrade(orders));
    }

    pub(crate) fn count(&self) -> usize {
        let open = self.0.lock();
        open.iter()
            .filter(|orders| orders.strong_count() > 0)
            .count()
    }

    /// Closes every connection at once, without writing the rest of its response.
    pub(crate) fn abort(&self) {
        let open = self.0.lock();
        for orders in open.iter().filter_map(Weak::upgrade) {
            orders.abort.store(true, Ordering::SeqCst);
            orders.waker.wake();
        }
    }
}

/// A listener whose connections can be reset.
#[derive(Debug)]
pub(crate) struct ResettableListener {
    listener: TcpListener,
    open: OpenConnections,
}

impl ResettableListener {
    pub(crate) fn new(listener: TcpListener, open: OpenConnections) -> Self {
        Self { listener, open }
    }
}

impl Drop for ResettableListener {
    fn drop(&mut self) {
        // A child process that is being started holds a copy of the socket, and so the port, for a moment: closing would
        // not free the port. On a system that cannot shut a listener down, closing has to suffice.
        let _ = SockRef::from(&self.listener).shutdown(Shutdown::Both);
    }
}

impl Listener for ResettableListener {
    type Io = ResettableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (tcp, address) = Listener::accept(&mut self.listener).await;
        // Without this option a small event might wait for the client's next ACK. A failure costs only speed.
        let _ = tcp.set_nodelay(true);
        let orders = Arc::new(Orders::default());
        self.open.add(&orders);
        let stream = ResettableStream {
            tcp,
            orders,
            drain: Drain::default(),
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A TCP stream that obeys its [`TcpHandle`].
///
/// hyper flushes only when its own buffer is empty, so that at a flush the kernel has all that the handler sent. Then a reset
/// that the handler asked for takes place.
#[derive(Debug)]
pub(crate) struct ResettableStream {
    tcp: TcpStream,
    orders: Arc<Orders>,
    drain: Drain,
}

impl ResettableStream {
    fn fail_if_aborted(&self, cx: &Context<'_>) -> io::Result<()> {
        self.orders.waker.register(cx.waker());
        if self.orders.abort.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncRead for ResettableStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.fail_if_aborted(cx)?;
        Pin::new(&mut this.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for ResettableStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.fail_if_aborted(cx)?;
        Pin::new(&mut this.tcp).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.fail_if_aborted(cx)?;
        Pin::new(&mut this.tcp).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.fail_if_aborted(cx)?;
        if let Some(head) = &mut *this.orders.long_head.lock() {
            ready!(head.poll_write(&mut this.tcp, cx))?;
        }
        if !this.orders.reset.load(Ordering::SeqCst) {
            return Pin::new(&mut this.tcp).poll_flush(cx);
        }
        ready!(this.drain.poll(&this.tcp, cx))?;
        SockRef::from(&this.tcp).set_linger(Some(Duration::ZERO))?;
        // hyper drops the stream on any error. As the linger time is zero, that sends the RST.
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.fail_if_aborted(cx)?;
        Pin::new(&mut this.tcp).poll_shutdown(cx)
    }
}

/// Waits until the kernel has sent what was written, since a RST discards the bytes that are not sent yet.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[derive(Debug, Default)]
struct Drain(Option<TcpStream>);

#[cfg(any(target_os = "linux", target_os = "android"))]
impl Drain {
    fn poll(&mut self, tcp: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let probe = match &self.0 {
            Some(probe) => probe,
            None => {
                let socket = SockRef::from(tcp);
                // From here on the kernel calls the socket writable only when no byte is left unsent.
                socket.set_tcp_notsent_lowat(1)?;
                // tokio remembers of `tcp` that it was writable earlier. A second registration asks the kernel again.
                let probe = TcpStream::from_std(socket.try_clone()?.into())?;
                self.0.insert(probe)
            }
        };
        ready!(probe.poll_write_ready(cx))?;
        // The duplicate would keep the connection open.
        self.0 = None;
        Poll::Ready(Ok(()))
    }
}

/// Waits for nothing, since other systems do not tell what is unsent: a reset takes place as soon as the kernel has all
/// bytes, and may discard some.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[derive(Debug, Default)]
struct Drain;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Drain {
    fn poll(&mut self, _: &TcpStream, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
