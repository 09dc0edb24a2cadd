//! A plain HTTP client that shows what is otherwise hidden: chunk boundaries and how a connection ends.

use std::{collections::HashMap, io};

use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, SeenAttempts, Step},
};

/// After so many questions for what is to be seen, of ten seconds each, it is taken for granted that it never will be.
const MOST_QUESTIONS: usize = 12;

pub(crate) async fn start() -> Server {
    Server::start(Config::default()).await.expect("it starts")
}

pub(crate) fn send(text: &str) -> Step {
    Step::Send(text.into())
}

/// A request to be sent.
pub(crate) struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &'static str, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it on a separate connection; an error is how that connection ended before a response.
    pub(crate) async fn send(self) -> io::Result<Response> {
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

    /// Sends it and reads the whole response.
    pub(crate) async fn fetch(self) -> Whole {
        let response = self.send().await.expect("a response");
        response.whole().await.expect("a whole response")
    }
}

pub(crate) async fn get(url: impl Into<String>) -> io::Result<Response> {
    Request::new("GET", url).send().await
}

pub(crate) async fn fetch(url: impl Into<String>) -> Whole {
    Request::new("GET", url).fetch().await
}

pub(crate) async fn post(url: impl Into<String>) -> u16 {
    Request::new("POST", url).fetch().await.status
}

/// A response whose body is still to be read.
pub(crate) struct Response {
    tcp: BufReader<TcpStream>,
    pub(crate) status: u16,
    headers: HashMap<String, String>,
    left: Left,
}

enum Left {
    Chunks,
    Bytes(usize),
}

/// A response read to its end.
pub(crate) struct Whole {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
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
            _ if method == "HEAD" || status == 204 || status == 304 => Left::Bytes(0),
            Some(length) => Left::Bytes(length),
            None => Left::Chunks,
        };
        Ok(Self {
            tcp,
            status,
            headers,
            left,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The next chunk, as the server made it; `None` at a clean end.
    pub(crate) async fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let length = match &mut self.left {
            Left::Bytes(left) => std::mem::take(left),
            Left::Chunks => {
                let line = read_line(&mut self.tcp).await?;
                usize::from_str_radix(&line, 16).expect("a chunk's length")
            }
        };
        let mut chunk = vec![0; length];
        self.tcp.read_exact(&mut chunk).await?;
        if matches!(self.left, Left::Chunks) {
            read_line(&mut self.tcp).await?;
        }
        if length == 0 {
            self.left = Left::Bytes(0);
        }
        Ok((length > 0).then_some(chunk))
    }

    /// What was received together with the last chunk, and is not read yet.
    pub(crate) fn buffered(&self) -> &[u8] {
        self.tcp.buffer()
    }

    /// The next chunk as text.
    pub(crate) async fn text(&mut self) -> String {
        let chunk = self.chunk().await.expect("no error").expect("a chunk");
        String::from_utf8(chunk).expect("UTF-8")
    }

    /// Reads to the end: what came, and the error that ended it.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut body = Vec::new();
        loop {
            match self.chunk().await {
                Ok(Some(chunk)) => body.extend(chunk),
                Ok(None) => return (body, None),
                Err(error) => return (body, Some(error.kind())),
            }
        }
    }

    async fn whole(mut self) -> io::Result<Whole> {
        match self.rest().await {
            (body, None) => Ok(Whole {
                status: self.status,
                headers: self.headers,
                body,
            }),
            (_, Some(error)) => Err(error.into()),
        }
    }
}

impl Whole {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
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

/// A script on a server.
pub(crate) struct Put<'a> {
    server: &'a Server,
    id: &'static str,
}

pub(crate) async fn put(server: &Server, attempts: impl Into<Vec<Attempt>>) -> Put<'_> {
    let put = Put { server, id: "it" };
    put.again(attempts).await;
    put
}

impl Put<'_> {
    fn control(&self, path: &str) -> String {
        format!("{}/scripts/{}{path}", self.server.origin(), self.id)
    }

    pub(crate) async fn again(&self, attempts: impl Into<Vec<Attempt>>) {
        let attempts = attempts.into();
        let script = serde_json::to_vec(&Script { attempts }).expect("JSON");
        let answer = Request::new("PUT", self.control("")).body(script);
        assert_eq!(answer.fetch().await.status, 204);
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/streams/{}", self.server.origin(), self.id)
    }

    pub(crate) async fn open(&self) -> Response {
        get(self.url()).await.expect("a response")
    }

    pub(crate) async fn release(&self) {
        assert_eq!(post(self.control("/release")).await, 204);
    }

    pub(crate) async fn delete(&self) -> u16 {
        Request::new("DELETE", self.control(""))
            .fetch()
            .await
            .status
    }

    pub(crate) async fn seen_raw(&self, query: &str) -> Whole {
        fetch(self.control(&format!("/seen{query}"))).await
    }

    /// What was seen, as soon as there is so much of it. The server gives up after a while, and is asked again.
    pub(crate) async fn seen(&self, attempts: usize, closed: usize) -> SeenAttempts {
        let query = format!("?attempts={attempts}&closed={closed}");
        let mut answer = self.seen_raw(&query).await;
        for _ in 0..MOST_QUESTIONS {
            if answer.status != 504 {
                break;
            }
            answer = self.seen_raw(&query).await;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}
