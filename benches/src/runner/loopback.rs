//! Reads a stream outside of the browser, to show how fast the server is.

use std::time::Instant;

use anyhow::{Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const BUFFER: usize = 256 * 1024;

/// Reads a stream of at least `length` bytes to its end. Returns the milliseconds that this took.
pub(crate) async fn read(origin: &str, path: &str, length: u64) -> Result<f64> {
    let address = origin.trim_start_matches("http://");
    let start = Instant::now();
    let mut socket = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let (mut buffer, mut sum) = (vec![0; BUFFER], 0);
    loop {
        // The server closes the connection after the response.
        match socket.read(&mut buffer).await? {
            0 => break,
            read => sum += read as u64,
        }
    }
    ensure!(sum >= length, "the stream ended at {sum} of {length} bytes");
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}
