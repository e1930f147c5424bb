//! One SIP stream (RFC 3261 §18.3): frames in, messages out, until either side ends it.

use std::time::Duration;

use bytes::Bytes;
use rokuon_sip::framing::StreamFramer;
use rokuon_sip::transport::Flow;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::sockets::Incoming;

/// A stream that brings nothing for so long is closed: SBCs ping every 30 to 600 s (RFC 5626 §4.4.1).
const IDLE: Duration = Duration::from_secs(3_900);
/// A peer that does not take what we write for so long is gone.
const WRITE: Duration = Duration::from_secs(10);

pub(super) async fn serve_stream(
    stream: TcpStream,
    flow: Flow,
    incoming: &mpsc::Sender<Incoming>,
    mut outgoing: mpsc::Receiver<Bytes>,
) {
    let _unset = stream.set_nodelay(true);
    let (mut reader, mut writer) = stream.into_split();
    let mut framer = StreamFramer::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else { return };
                if !matches!(tokio::time::timeout(WRITE, writer.write_all(&message)).await, Ok(Ok(()))) {
                    return;
                }
            }
            read = tokio::time::timeout(IDLE, reader.read(&mut buffer)) => {
                let Ok(Ok(length @ 1..)) = read else { return };
                framer.push(buffer.get(..length).unwrap_or_default());
                for frame in framer.by_ref() {
                    // What cannot be framed cannot be resynchronised: the stream ends, its dialogs live on.
                    let Ok(message) = frame else { return };
                    if incoming.send(Incoming::Message(flow, message)).await.is_err() {
                        return;
                    }
                }
                while let Some(pong) = framer.poll_pong() {
                    if writer.write_all(pong).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
