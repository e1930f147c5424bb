//! F8: the spool's disk fills up. New callers are told to try elsewhere before any live call is hurt; live calls are sealed in
//! parts or wait in memory; and it recovers by itself.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rokuon_db::recordings::Outcome;
use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::Party;
use rokuon_fixtures::sip_link::Transport;
use tokio::time::sleep;

use crate::harness::house::{CITIZEN, EXCHANGE, House, LISTED};
use crate::harness::kept::assert_said;
use crate::harness::raw_phone::RawPhone;
use crate::harness::until;
use crate::media::noise;

/// A file system of 16 MiB, unmounted with it.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this process may mount nothing.
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }

    /// Fills it but for so many octets.
    fn fill_but(&self, octets: u64) -> PathBuf {
        let about = nix::sys::statvfs::statvfs(&self.0).unwrap();
        let free = about.blocks_available() * about.fragment_size();
        let ballast = self.0.join("ballast");
        std::fs::write(&ballast, vec![0x55; usize::try_from(free - octets).unwrap()]).unwrap();
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _left = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

async fn refuses(house: &House) -> bool {
    let raw = RawPhone::at(EXCHANGE, house.target(Transport::Udp)).await;
    let answer = raw.call([&Party::number(CITIZEN), &Party::number(LISTED)]).await.answer;
    if answer.status() == Some(503) {
        let wait: u32 = answer.header("Retry-After").expect("Retry-After").parse().unwrap();
        assert!((1..=60).contains(&wait));
    }
    answer.status() == Some(503)
}

// rule: F8
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_refuses_new_calls_hurts_no_live_one_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        eprintln!("this process may mount nothing: F8 is not shown here");
        return;
    };
    let spool = folder.path().join("spool");
    let house = House::with(|config| config.spool_dir.clone_from(&spool)).await;
    let mut live = Vec::new();
    for seed in 130..134 {
        live.push(house.phone(Transport::Udp).await.invite(&noise(seed, 600)).await.unwrap());
    }
    sleep(Duration::from_millis(500)).await;
    // the store is away too, so that nothing frees the disk
    house.store.set_down(true);
    let ballast = disk.fill_but(2 << 20);
    until("new callers are sent away while live calls have room", async || refuses(&house).await).await;
    // now it fills altogether: what comes waits in memory
    let _as_much_as_goes_in = std::fs::write(folder.path().join("more"), vec![0x55; 1_600 << 10]);
    sleep(Duration::from_secs(3)).await;
    assert!(refuses(&house).await);
    // the store returns: parts of the live calls are sealed, and what they free is used again, though the disk stays small
    house.store.set_down(false);
    sleep(Duration::from_secs(4)).await;
    std::fs::remove_file(&ballast).unwrap();
    std::fs::remove_file(folder.path().join("more")).unwrap();
    let mut sent = Vec::new();
    for mut call in live {
        call.said_everything().await;
        sent.push(call.hang_up().await.unwrap());
    }
    for sent in &sent {
        let kept = house.finished(&sent.call_id).await;
        for (channel, stream) in sent.streams.iter().enumerate() {
            assert_said(&kept.whole(u8::try_from(channel).unwrap(), Law::Pcmu), stream, Law::Pcmu);
        }
        assert_eq!(kept.recording.outcome, Some(Outcome::Sealed), "{:?}", kept.gaps());
    }
    until("it takes calls again by itself", async || !refuses(&house).await).await;
    drop(house);
    drop(disk);
}
