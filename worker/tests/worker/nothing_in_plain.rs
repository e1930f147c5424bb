//! Sound lies nowhere in plain: not in the spool while the call lasts, not in the store after it (INV-6).

use std::path::Path;
use std::time::Duration;

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::payload::{FRAME, Payload};
use rokuon_fixtures::phone::Leg;
use rokuon_fixtures::sip_link::Transport;
use rokuon_storage::object_store::Bucket;
use tokio::time::sleep;

use crate::harness::house::{CITIZEN, House};
use crate::harness::until;
use crate::media::plan;

/// The tone as it is sent, as both channels interleaved, as PCM; and the caller's number.
fn needles() -> Vec<Vec<u8>> {
    let tone = Payload::tone(1).frame(0).unwrap()[..48].to_vec();
    let both: Vec<u8> = tone.iter().flat_map(|&octet| [octet, octet]).collect();
    let pcm: Vec<u8> = tone.iter().flat_map(|&octet| Law::Pcmu.decode(octet).to_le_bytes()).collect();
    vec![tone, both, pcm, CITIZEN.as_bytes().to_vec()]
}

fn holds(octets: &[u8], needles: &[Vec<u8>]) -> bool {
    needles.iter().any(|needle| octets.windows(needle.len()).any(|window| window == needle))
}

/// Every file below a folder with its octets.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(octets) = std::fs::read(&path) {
            found.push((path.display().to_string(), octets));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tone_is_found_neither_in_the_spool_nor_in_the_store() {
    let house = House::open().await;
    let needles = needles();
    let tone = || Leg::new(Law::Pcmu, Payload::tone(70));
    let phone = house.phone(Transport::Udp).await;
    let mut call = phone.invite(&plan(vec![tone(), tone()])).await.unwrap();
    let mut looks = 0;
    until("the spool holds the call", async || {
        sleep(Duration::from_millis(200)).await;
        let mut written = 0;
        for (name, octets) in files(house.spool_dir()) {
            assert!(!holds(&octets, &needles), "in plain in {name}");
            written = written.max(octets.len());
        }
        looks += 1;
        looks >= 6 && written > 20 * FRAME
    })
    .await;
    // the store is away, so that the whole call lies in the spool
    house.store.set_down(true);
    call.said_everything().await;
    let sent = call.hang_up().await.unwrap();
    sleep(Duration::from_millis(600)).await;
    for (name, octets) in files(house.spool_dir()) {
        assert!(!holds(&octets, &needles), "in plain in {name} after the call");
    }
    house.store.set_down(false);
    let kept = house.finished(&sent.call_id).await;
    kept.assert_said(&sent.streams, Law::Pcmu);
    assert!(holds(kept.channel(0), &needles), "with its key the tone is there");
    for bucket in [Bucket::Media, Bucket::Keys] {
        let objects = house.store.objects(bucket);
        assert!(!objects.is_empty());
        for (key, octets) in objects {
            assert!(!holds(&octets, &needles), "in plain in {bucket} {key}");
        }
    }
    for (name, octets) in files(house.spool_dir()) {
        assert!(!holds(&octets, &needles), "in plain in {name} once it is sealed");
    }
}
