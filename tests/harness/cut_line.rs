//! A line to PostgreSQL that breaks where it hurts most: the COMMIT was sent, and nobody hears what became of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::unix::OwnedWriteHalf as ServerWriteHalf;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

/// What PostgreSQL's clients say first when they would like TLS.
const SSL_REQUEST: u32 = 80_877_103;

/// The line, for any number of connections; gone with the value.
pub struct CutLine {
    /// Where clients connect.
    pub address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// About one commit in so many is cut; 0 cuts none.
    one_in: AtomicU32,
    commits: AtomicU64,
    lost_before: AtomicU64,
    lost_after: AtomicU64,
}

impl CutLine {
    /// A line to the server that listens on this socket.
    pub async fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(State::default());
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                tokio::spawn(carry(client, server, shared.clone()));
            }
        });
        Self { address, state, accepting }
    }

    /// From now on about one commit in so many is cut; 0 is none.
    pub fn cut_one_in(&self, commits: u32) {
        self.state.one_in.store(commits, Ordering::Relaxed);
    }

    /// Commits seen; cut before the server saw them; cut after it had committed.
    pub fn counts(&self) -> (u64, u64, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (of(&self.state.commits), of(&self.state.lost_before), of(&self.state.lost_after))
    }
}

impl Drop for CutLine {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(client: TcpStream, server: UnixStream, state: Arc<State>) {
    let (mut from_server, to_server) = server.into_split();
    let (from_client, mut to_client) = client.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // Dropping the task's halves closes both ends: the client hears nothing more.
    let _ended = forward(from_client, to_server, &state, || back.abort()).await;
    back.abort();
}

/// Passes on what the client says, message by message, until a commit is to be cut or one side is gone.
async fn forward(
    client: OwnedReadHalf,
    mut server: ServerWriteHalf,
    state: &State,
    deafen: impl Fn(),
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    // What comes before the first typed message has a length only.
    loop {
        let length = client.read_u32().await?;
        let mut body = vec![0; (length as usize).saturating_sub(4)];
        client.read_exact(&mut body).await?;
        server.write_u32(length).await?;
        server.write_all(&body).await?;
        if body.first_chunk::<4>().map(|code| u32::from_be_bytes(*code)) != Some(SSL_REQUEST) {
            break;
        }
    }
    loop {
        let kind = client.read_u8().await?;
        let length = client.read_u32().await?;
        let mut body = vec![0; (length as usize).saturating_sub(4)];
        client.read_exact(&mut body).await?;
        let is_commit = kind == b'Q' && body.starts_with(b"COMMIT");
        let seen = if is_commit { state.commits.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        let one_in = u64::from(state.one_in.load(Ordering::Relaxed));
        // By dice: at every third one a job of three commits would be cut at its last each time.
        let dice = dice(seen);
        let cut = is_commit && one_in > 0 && dice.is_multiple_of(one_in);
        if cut && (dice / one_in).is_multiple_of(4) {
            // One in four never reaches the server.
            state.lost_before.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        if cut {
            deafen();
        }
        server.write_u8(kind).await?;
        server.write_u32(length).await?;
        server.write_all(&body).await?;
        if cut {
            // The server commits and answers to nobody.
            tokio::time::sleep(Duration::from_millis(50)).await;
            state.lost_after.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
    }
}

/// A number that depends on nothing but its own: the same in every run.
fn dice(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
