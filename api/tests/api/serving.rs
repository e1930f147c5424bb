//! Serving on real sockets: answers, counts, stops in time.

use std::net::SocketAddr;

use rokuon_api::config::ApiConfig;
use rokuon_api::serve::{ServeError, listen, serve_on};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::house::House;

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn it_answers_counts_without_telling_and_stops_when_asked_even_with_a_connection_open() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let taken = std::net::TcpListener::bind(any).expect("a port").local_addr().expect("an address");
    let config = ApiConfig { listen: vec![any], metrics_listen: Some(taken), ..ApiConfig::default() };
    let house = House::with(config.clone()).await;
    house.city("toyonaka").await;
    let listening = listen(&config).await.expect("listening");
    let address = listening.addresses().expect("addresses")[0];
    let again =
        listen(&ApiConfig { listen: vec![address], ..ApiConfig::default() }).await.expect_err("taken");
    assert!(matches!(again, ServeError::Bind { address: named, .. } if named == address), "{again}");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve_on(listening, house.app.clone(), async {
        let _ = stopped.await;
    }));
    assert!(get(address, "/healthz").await.ends_with("ok"));
    assert!(get(address, "/v1/public/toyonaka").await.starts_with("HTTP/1.1 200"));
    let metrics = get(taken, "/metrics").await;
    assert!(
        metrics.contains("rokuon_api_requests_total") && metrics.contains("/v1/public/{tenant}"),
        "{metrics}"
    );
    assert!(!metrics.contains("toyonaka"), "{metrics}");
    assert!(get(taken, "/v1/me").await.starts_with("HTTP/1.1 404"));
    let idle = TcpStream::connect(address).await.expect("connected");
    stop.send(()).expect("still serving");
    serving.await.expect("no panic").expect("a clean end");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    drop(idle);
}
