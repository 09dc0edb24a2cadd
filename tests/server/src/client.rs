//! A plain HTTP client for tests. It shows what other clients hide: the boundaries of chunks, and how a connection ends. It
//! panics if the answer is not HTTP/1.1 as this server speaks it.

use std::{collections::HashMap, io};

use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request to be sent.
#[derive(Debug)]
pub struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request to an `http:` URL, without a body.
    pub fn new(method: &'static str, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request on a separate connection.
    ///
    /// # Errors
    ///
    /// If the connection ends before the response.
    ///
    /// # Panics
    ///
    /// If the URL is not `http://host/path`.
    pub async fn send(self) -> io::Result<Response> {
        let address = self.url.strip_prefix("http://").expect("a http: URL");
        let (host, _) = address.split_once('/').expect("a path");
        let path = &address[host.len()..];
        let mut head = format!("{} {path} HTTP/1.1\r\nhost: {host}\r\n", self.method);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", self.body.len());
        let mut tcp = TcpStream::connect(host).await?;
        tcp.write_all(head.as_bytes()).await?;
        tcp.write_all(&self.body).await?;
        Response::read(BufReader::new(tcp), self.method).await
    }

    /// Sends the request and reads the whole response.
    ///
    /// # Panics
    ///
    /// If there is no whole response.
    pub async fn fetch(self) -> WholeResponse {
        let response = self.send().await.expect("a response");
        response.whole().await.expect("a whole response")
    }
}

/// Sends a `GET`.
///
/// # Errors
///
/// If the connection ends before the response.
pub async fn get(url: impl Into<String>) -> io::Result<Response> {
    Request::new("GET", url).send().await
}

/// Sends a `GET` and reads the whole response.
///
/// # Panics
///
/// If there is no whole response.
pub async fn fetch(url: impl Into<String>) -> WholeResponse {
    Request::new("GET", url).fetch().await
}

/// Sends a `POST` without a body, and returns the status of the response.
///
/// # Panics
///
/// If there is no whole response.
pub async fn post(url: impl Into<String>) -> u16 {
    Request::new("POST", url).fetch().await.status
}

/// A response whose body is still to be read.
#[derive(Debug)]
pub struct Response {
    tcp: BufReader<TcpStream>,
    /// Its status.
    pub status: u16,
    headers: HashMap<String, String>,
    left: BodyLeft,
}

/// What is left to read of a body.
#[derive(Debug)]
enum BodyLeft {
    /// Chunks, up to the empty one.
    Chunks,
    /// This many bytes.
    Bytes(usize),
}

/// A response read to its end.
#[derive(Debug)]
pub struct WholeResponse {
    /// Its status.
    pub status: u16,
    headers: HashMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Response {
    async fn read(mut tcp: BufReader<TcpStream>, method: &str) -> io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            match read_line(&mut tcp).await? {
                line if line.is_empty() => break,
                line => lines.push(line),
            }
        }
        let status = lines[0]
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let status = status.expect("a status");
        let headers: HashMap<_, _> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").and_then(|n| n.parse().ok());
        let left = match length {
            _ if method == "HEAD" || status == 204 || status == 304 => BodyLeft::Bytes(0),
            Some(length) => BodyLeft::Bytes(length),
            None => BodyLeft::Chunks,
        };
        Ok(Self {
            tcp,
            status,
            headers,
            left,
        })
    }

    /// The value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The next chunk, as the server made it; `None` at a clean end.
    ///
    /// # Errors
    ///
    /// If the connection ends before the end of the chunk.
    ///
    /// # Panics
    ///
    /// If the body is not chunked as HTTP/1.1 says.
    pub async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let length = match &mut self.left {
            BodyLeft::Bytes(left) => std::mem::take(left),
            BodyLeft::Chunks => {
                let line = read_line(&mut self.tcp).await?;
                usize::from_str_radix(&line, 16).expect("a chunk's length")
            }
        };
        let mut chunk = vec![0; length];
        self.tcp.read_exact(&mut chunk).await?;
        if matches!(self.left, BodyLeft::Chunks) {
            read_line(&mut self.tcp).await?;
        }
        if length == 0 {
            self.left = BodyLeft::Bytes(0);
        }
        Ok((length > 0).then_some(chunk))
    }

    /// The bytes that were received together with the last chunk and are not read yet.
    pub fn buffered(&self) -> &[u8] {
        self.tcp.buffer()
    }

    /// The next chunk as text.
    ///
    /// # Panics
    ///
    /// If there is no further chunk, or the chunk is not UTF-8.
    pub async fn text(&mut self) -> String {
        let chunk = self.chunk().await.expect("no error").expect("a chunk");
        String::from_utf8(chunk).expect("UTF-8")
    }

    /// Reads to the end, and returns the bytes and the error that ended the response.
    pub async fn rest(&mut self) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut body = Vec::new();
        loop {
            match self.chunk().await {
                Ok(Some(chunk)) => body.extend(chunk),
                Ok(None) => return (body, None),
                Err(error) => return (body, Some(error.kind())),
            }
        }
    }

    async fn whole(mut self) -> io::Result<WholeResponse> {
        match self.rest().await {
            (body, None) => Ok(WholeResponse {
                status: self.status,
                headers: self.headers,
                body,
            }),
            (_, Some(error)) => Err(error.into()),
        }
    }
}

impl WholeResponse {
    /// The value of a header, whose name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// If the body is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body, decoded as JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).expect("JSON of that shape")
    }
}

async fn read_line(tcp: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    tcp.read_line(&mut line).await?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
