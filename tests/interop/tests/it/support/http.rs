//! Requests by HTTP without TLS. Each returns the status and the body.

use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, body::Bytes};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

pub(crate) async fn get(url: &str) -> (u16, String) {
    send(Method::GET, url, String::new()).await
}

pub(crate) async fn post(url: &str, body: impl Into<String>) -> (u16, String) {
    send(Method::POST, url, body.into()).await
}

async fn send(method: Method, url: &str, body: String) -> (u16, String) {
    let client: Client<HttpConnector, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder()
        .method(method)
        .uri(url)
        .body(Full::from(body))
        .expect("a valid URL");
    let response = client.request(request).await;
    let response = response.unwrap_or_else(|error| panic!("{url}: {error}"));
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    let body = body.unwrap_or_else(|error| panic!("{url}: the body was cut off: {error}"));
    (
        status,
        String::from_utf8_lossy(&body.to_bytes()).into_owned(),
    )
}
