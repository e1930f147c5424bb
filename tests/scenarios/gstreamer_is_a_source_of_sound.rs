//! Sound that another hand packed: GStreamer sends Opus and PCMU into a call that the phone's signalling set up.

use std::process::Stdio;

use rokuon_fixtures::g711::Law;
use rokuon_fixtures::metadata::answered_ports;
use rokuon_fixtures::sip_link::Transport;
use tokio::process::Command;

use crate::harness::platform::TestPlatform;
use crate::harness::sound::{channels, is_tone};
use crate::vendor_shapes::messages::{CUBE_XML, SDP, XML, parts, two, usual};
use crate::vendor_shapes::recording_client::RecordingClient;

/// What is packed how: the m-line's formats and rtpmap, GStreamer's encoder and payloader.
const SOURCES: [(&str, &str, &str); 2] = [
    (
        "111",
        "a=rtpmap:111 opus/48000/2\na=fmtp:111 useinbandfec=1;usedtx=0",
        "opusenc inband-fec=true ! rtpopuspay pt=111",
    ),
    (
        "0",
        "a=rtpmap:0 PCMU/8000",
        "audioresample ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay pt=0",
    ),
];
/// Two tones, the caller's and the called party's, in Hz.
const TONES: [f64; 2] = [1_000.0, 600.0];

// rule: RT9, SD4 — sound packed by GStreamer
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tone_is_heard_on_its_own_channel_in_every_codec() {
    let platform = TestPlatform::start(&["takikawa"]).await;
    let clerk = platform.person("takikawa", "kanri").await;
    for (format, rtpmap, encode) in SOURCES {
        let mut client = RecordingClient::at(platform.target("takikawa", Transport::Udp), Law::Pcmu).await;
        let sdp = two("1", "2").replace(
            "RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000",
            &format!("RTP/AVP {format}\n{rtpmap}"),
        );
        let body =
            parts("gst", &[(SDP, &sdp), (XML, &CUBE_XML.replace("jy4/pG0XEe", &format!("gst{format}")))]);
        let head = format!(
            "{}Require: siprec\nContent-Type: multipart/mixed;boundary=gst\n",
            usual("<sip:src@192.0.2.1:5062>;+sip.src")
        );
        let answer = client.invite(101, &head, &body).await.expect("answered");
        let listens = answered_ports(&String::from_utf8_lossy(&answer.body));
        let mut sending = Vec::new();
        for (index, tone) in TONES.into_iter().enumerate() {
            let to = listens[index].expect("accepted");
            let own = client.hand_over(index);
            let pipeline = format!(
                "audiotestsrc is-live=true num-buffers=150 samplesperbuffer=960 freq={tone} volume=0.5 ! \
                 audio/x-raw,rate=48000,channels=1 ! audioconvert ! {encode} ! \
                 udpsink host=127.0.0.1 port={} bind-address=127.0.0.1 bind-port={own} sync=true",
                to.port()
            );
            let child = Command::new("gst-launch-1.0")
                .arg("-q")
                .args(pipeline.split_whitespace())
                .stdin(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .expect("gstreamer is installed (apt-get install gstreamer1.0-tools)");
            sending.push(child);
        }
        for mut child in sending {
            assert!(child.wait().await.expect("it ends").success(), "gst-launch-1.0 failed");
        }
        let call_id = client.call_id().to_owned();
        client.hang_up(102, &head).await.expect("hung up");
        let seen = platform.sealed(&clerk, &call_id).await;
        let heard = channels(&platform.heard(&clerk, &seen.id).await);
        for (channel, tone) in heard.iter().zip(TONES) {
            assert!(is_tone(channel, tone, 2), "{tone} Hz of format {format}");
        }
    }
}
