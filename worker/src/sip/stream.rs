//! One SIP stream (RFC 3261 §18.3): frames in, messages out, until either side ends it or it brings nothing whole.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rokuon_sip::framing::StreamFramer;
use rokuon_sip::transport::Flow;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::gate::{Gate, Hearing};
use super::sockets::{Incoming, Streams};

/// How long a stream may take over what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The first whole message, or a ping, must be there by then; whoever only connects makes room.
    pub first: Duration,
    /// A message that began must be whole by then, however slowly its octets drip.
    pub message: Duration,
    /// A stream that brings nothing for so long is closed: SBCs ping every 30 to 600 s (RFC 5626 §4.4.1).
    pub idle: Duration,
    /// A peer that does not take what we write for so long is gone.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(30),
            message: Duration::from_secs(20),
            idle: Duration::from_secs(3_900),
            write: Duration::from_secs(10),
        }
    }
}

/// Whose stream it is and where its messages go.
pub(super) struct Served {
    pub flow: Flow,
    pub gate: Arc<Gate>,
    pub incoming: mpsc::Sender<Incoming>,
    /// A connection pins the certificate it showed, so that its source does not matter.
    pub certified: bool,
    pub limits: Limits,
}

/// Serves a stream and says when it is gone.
pub(super) async fn serve_until_closed(
    stream: impl AsyncRead + AsyncWrite,
    served: Served,
    streams: Streams,
    outgoing: mpsc::Receiver<Bytes>,
) {
    serve(stream, &served, outgoing).await;
    streams.close(served.flow.connection);
    let _gone = served.incoming.send(Incoming::Closed(served.flow)).await;
}

async fn serve(stream: impl AsyncRead + AsyncWrite, served: &Served, mut outgoing: mpsc::Receiver<Bytes>) {
    let limits = served.limits;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut framer = StreamFramer::default();
    let mut buffer = vec![0; 8 * 1024];
    let mut until = Instant::now() + limits.first;
    loop {
        tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else { break };
                if !write(&mut writer, &message, limits.write).await {
                    break;
                }
            }
            read = timeout_at(until, reader.read(&mut buffer)) => {
                let Ok(Ok(length @ 1..)) = read else { break };
                let was_between = !framer.is_inside_message();
                framer.push(buffer.get(..length).unwrap_or_default());
                let Some(whole) = pass_on(&mut framer, served).await else { break };
                let mut pinged = false;
                while let Some(pong) = framer.poll_pong() {
                    pinged = true;
                    if !write(&mut writer, pong, limits.write).await {
                        return;
                    }
                }
                match framer.is_inside_message() {
                    true if whole || was_between => until = Instant::now() + limits.message,
                    true => {}
                    false if whole || pinged => until = Instant::now() + limits.idle,
                    false => {}
                }
            }
        }
    }
    let _gone = timeout(limits.write, writer.shutdown()).await;
}

/// Passes whole messages on; whether there were any, or `None` to end the stream.
async fn pass_on(framer: &mut StreamFramer, served: &Served) -> Option<bool> {
    let mut whole = false;
    for frame in framer.by_ref() {
        // What cannot be framed cannot be resynchronised: the stream ends, its dialogs live on.
        let message = frame.ok()?;
        whole = true;
        let source = served.flow.remote.ip();
        let hearing =
            if served.certified { served.gate.hear_certified(source) } else { served.gate.hear(source) };
        if hearing == Hearing::Heard {
            served.incoming.send(Incoming::Message(served.flow, message)).await.ok()?;
        }
    }
    Some(whole)
}

async fn write(writer: &mut (impl AsyncWrite + Unpin), octets: &[u8], patience: Duration) -> bool {
    let written = async {
        writer.write_all(octets).await?;
        writer.flush().await
    };
    matches!(timeout(patience, written).await, Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use arc_swap::ArcSwap;
    use rokuon_sip::transport::Transport;
    use tokio::io::{DuplexStream, duplex};

    use super::*;
    use crate::routing::source_index::SourceIndex;
    use crate::routing::table::RoutingTable;

    const SOON: Duration = Duration::from_millis(40);
    const OPTIONS: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n";

    /// The peer's end of a stream that is served, and what comes of it.
    fn served(limits: Limits) -> (DuplexStream, mpsc::Receiver<Incoming>) {
        let (ours, peers) = duplex(64 * 1024);
        let here = SocketAddr::from(([127, 0, 0, 1], 5060));
        let flow = Flow { transport: Transport::Tcp, local: here, remote: here, connection: 1 };
        let gate = Gate::new(Arc::new(ArcSwap::from_pointee(RoutingTable::default())));
        gate.hear_also(SourceIndex::of(&["127.0.0.0/8".parse().expect("a network")]));
        let (incoming, inbox) = mpsc::channel(16);
        let served = Served { flow, gate: Arc::new(gate), incoming, certified: false, limits };
        let streams = Streams::default();
        let queue = streams.open(1, None);
        tokio::spawn(serve_until_closed(ours, served, streams, queue));
        (peers, inbox)
    }

    async fn is_closed(inbox: &mut mpsc::Receiver<Incoming>) -> bool {
        let next = timeout(Duration::from_secs(20), inbox.recv()).await;
        matches!(next, Ok(Some(Incoming::Closed(_))))
    }

    // rule: S5
    #[tokio::test]
    async fn one_that_only_holds_its_place_is_closed() {
        let (_peer, mut inbox) = served(Limits { first: SOON, ..Limits::default() });
        assert!(is_closed(&mut inbox).await);
    }

    // rule: S5
    #[tokio::test]
    async fn a_message_that_drips_is_not_waited_for() {
        let (mut peer, mut inbox) = served(Limits { message: SOON, ..Limits::default() });
        peer.write_all(OPTIONS).await.expect("written");
        assert!(matches!(inbox.recv().await, Some(Incoming::Message(..))));
        let dripping = tokio::spawn(async move {
            for octet in OPTIONS.iter().cycle().take(OPTIONS.len() - 1) {
                peer.write_all(&[*octet]).await?;
                tokio::time::sleep(SOON / 4).await;
            }
            peer.read_u8().await.map(|_| ())
        });
        assert!(is_closed(&mut inbox).await);
        assert!(dripping.await.expect("no panic").is_err());
    }

    #[tokio::test]
    async fn a_ping_keeps_a_stream_that_has_nothing_to_say() {
        let (mut peer, mut inbox) = served(Limits { first: SOON, ..Limits::default() });
        peer.write_all(b"\r\n\r\n").await.expect("written");
        let mut pong = [0; 2];
        peer.read_exact(&mut pong).await.expect("answered");
        assert_eq!(&pong, b"\r\n");
        tokio::time::sleep(SOON * 3).await;
        peer.write_all(OPTIONS).await.expect("still open");
        assert!(matches!(inbox.recv().await, Some(Incoming::Message(..))));
    }

    // rule: S5
    #[tokio::test]
    async fn one_that_cannot_be_framed_is_closed() {
        let (mut peer, mut inbox) = served(Limits::default());
        peer.write_all(b"INVITE sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n").await.expect("written");
        assert!(is_closed(&mut inbox).await);
        let (mut peer, mut inbox) = served(Limits::default());
        let endless = vec![b'x'; 256 * 1024];
        let _cut_short = peer.write_all(&endless).await;
        assert!(is_closed(&mut inbox).await);
    }
}
