//! The rows of the vendor matrix: what each client says first and later, and who must be heard where.

use crate::vendor_shapes::messages::*;

/// Caller and called party of every template; the recorder knows the second as a line of the town.
pub const CALLER: &str = "09000001234";
pub const CALLED: &str = "0125001234";

/// A message of a template: header lines, content type, body.
pub struct Message {
    pub head: String,
    pub content_type: String,
    pub body: String,
}

/// What follows the first INVITE, each after a second of speech.
pub enum Later {
    /// A re-INVITE; media goes on to where its answer listens.
    Invite(Message),
    /// An UPDATE with metadata alone.
    Update(Message),
}

/// Which m-lines must be heard on the caller's and on the called party's channel.
#[derive(Debug, Clone, Copy)]
pub enum Speakers {
    /// Line numbers from 0.
    Apart { caller: usize, called: usize },
    /// Both voices on this line.
    Mixed(usize),
}

/// One row.
pub struct Shape {
    pub name: &'static str,
    /// CSeq of the first INVITE.
    pub cseq: u32,
    pub first: Message,
    pub later: Vec<Later>,
    /// How many streams speak.
    pub streams: usize,
    pub speakers: Speakers,
    /// The numbers as the recording names them; none where the client does not tell.
    pub caller: Option<&'static str>,
    pub called: Option<&'static str>,
}

fn message(head: String, content_type: String, body: String) -> Message {
    Message { head, content_type, body }
}

fn siprec(contact: &str) -> String {
    format!("{}Require: siprec\n", usual(contact))
}

fn multipart(boundary: &str) -> String {
    format!("multipart/mixed;boundary={boundary}")
}

const MARKED: &str = "<sip:src@192.0.2.1:5062>;+sip.src";
const BARE_XML: &str = "Content-Type: application/rs-metadata\nContent-Disposition: recording-session";

fn shape(name: &'static str, first: Message, speakers: Speakers) -> Shape {
    let streams = if matches!(speakers, Speakers::Mixed(_)) { 1 } else { 2 };
    Shape {
        name,
        cseq: 101,
        first,
        later: Vec::new(),
        streams,
        speakers,
        caller: Some(CALLER),
        called: Some(CALLED),
    }
}

/// The same with the party of the second m-line listed first: no RFC names the caller, so the first listed is taken for it.
fn turned(shape: Shape) -> Shape {
    Shape {
        speakers: Speakers::Apart { caller: 1, called: 0 },
        caller: Some(CALLED),
        called: Some(CALLER),
        ..shape
    }
}

const STRAIGHT: Speakers = Speakers::Apart { caller: 0, called: 1 };

fn plain_sdp(sdp: &str) -> String {
    format!("{}\r\n", sdp.replace('\n', "\r\n"))
}

/// Every row whose call is one dialog.
pub fn shapes() -> Vec<Shape> {
    vec![
        rfc(),
        cube(),
        network_based(),
        oracle(),
        audiocodes(),
        ribbon(),
        sbce(),
        three_streams(),
        broadworks(),
        metaswitch(),
        sems(),
        opensips(),
        late_metadata(),
        carrier(),
    ]
}

fn rfc() -> Shape {
    let body = parts("a b;c", &[(SDP, &two("96", "97")), (XML, RFC_XML)]);
    let kind = "multipart/mixed; boundary=\"a b;c\"".to_owned();
    turned(shape("RFC 7866", message(siprec(MARKED), kind, body), STRAIGHT))
}

fn cube() -> Shape {
    let first = CUBE_XML
        .replace("<send>s/A+</send><recv>s/B+</recv>", "")
        .replace("<send>s/B+</send><recv>s/A+</recv>", "");
    let gtd = ("Content-Type: application/gtd\nContent-Disposition: signal;handling=optional", "IAM,\nGCI,1");
    let held = two("1", "2").replace("a=sendonly", "a=inactive");
    let body = parts("uniqueBoundary", &[(SDP, &held), (XML, &first), gtd]);
    let body = body.trim_end_matches("--uniqueBoundary--\r\n").to_owned();
    let head =
        format!("{}Session-Expires: 1800\nSupported: timer\nSession-ID: a1;remote=b2\n", siprec(MARKED));
    let opened = parts("uniqueBoundary", &[(SDP, &two("1", "2")), (XML, CUBE_XML)]);
    let mut cube = shape("Cisco CUBE", message(head.clone(), multipart("uniqueBoundary"), body), STRAIGHT);
    cube.later = vec![Later::Invite(message(head, multipart("uniqueBoundary"), opened))];
    cube
}

fn network_based() -> Shape {
    let sdp = two("", "").replace("a=label:\n", "").replace("RTP/AVP 0 101", "RTP/AVP 0 101 19");
    let head = format!(
        "{}X-Cisco-Recording-Participant: sip:{CALLER}@192.0.2.1;media-index=\"0\"\n\
         X-Cisco-Recording-Participant: sip:{CALLED}@192.0.2.1;media-index=\"1\"\n",
        usual("<sip:src@192.0.2.1:5062>")
    );
    shape("Cisco NBR", message(head, "application/sdp".into(), plain_sdp(&sdp)), STRAIGHT)
}

fn oracle() -> Shape {
    let sdp = format!("{}\n--not-our-boundary\na=z:1", two("16777227", "16777228"));
    let body = parts("unique-boundary-1", &[(SDP, &sdp), (XML, ORACLE_XML)])
        .replace("--unique-boundary-1--\r\n", "--unique-boundary-1-- \r\n");
    let head = siprec("<sip:sbc@192.0.2.1:5062;transsport=udp>;+sip.src");
    shape("Oracle", message(head, multipart("unique-boundary-1"), body), STRAIGHT)
}

fn audiocodes() -> Shape {
    let sdp = two("1", "2")
        .replace("c=IN IP4 192.0.2.1\n", "")
        .replace("a=sendonly", "c=IN IP4 192.0.2.1\na=sendonly");
    let body = parts("boundary_ac1", &[(SDP, &sdp), (BARE_XML, AUDIOCODES_XML)])
        .replace("</recording>\r\n--", "</recording>--");
    let head = siprec("<sip:192.0.2.1:5062>;src");
    shape("AudioCodes", message(head, multipart("boundary_ac1"), body), STRAIGHT)
}

fn ribbon() -> Shape {
    let body = parts("sonus-content-delim", &[(SDP, &two("1", "2")), (XML, RIBBON_XML)]);
    // its associations are crossed, and they are what counts
    let crossed = Speakers::Apart { caller: 1, called: 0 };
    shape("Ribbon", message(siprec(MARKED), multipart("sonus-content-delim"), body), crossed)
}

fn sbce() -> Shape {
    let body = parts("foobar", &[(SDP, &two("10", "20")), (XML, SBCE_FIRST_XML)]);
    let head = siprec("<sip:sbce@192.0.2.1:5062;+sip.src>");
    let real = SBCE_FIRST_XML
        .replace("sip:ASBCE@", &format!("sip:{CALLED}@"))
        .replace("stream_id=\"\"", "stream_id=\"cccc\"")
        .replace("<send></send>", "<send>cccc</send>");
    let update =
        format!("{}Content-Disposition: recording-session\n", usual("<sip:sbce@192.0.2.1:5062;+sip.src>"));
    let mut sbce = shape("Avaya SBCE", message(head, multipart("foobar"), body), STRAIGHT);
    sbce.cseq = 50;
    sbce.later = vec![Later::Update(message(update, "application/rs-metadata".into(), real))];
    sbce
}

fn three_streams() -> Shape {
    let sdp = format!("{}\nm=audio 40004 RTP/AVP 0\na=label:mix\na=sendonly", two("caller", "callee"));
    let body = parts("b1", &[(SDP, &sdp), (XML, SM_XML)]);
    let mut three = shape("Avaya SM", message(siprec(MARKED), multipart("b1"), body), STRAIGHT);
    three.streams = 3;
    three
}

fn broadworks() -> Shape {
    let sdp = two("1", "2").replace("RTP/AVP 0 101", "RTP/AVP 96 9 18 0 8 101 102").replace(
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\na=rtpmap:102 telephone-event/48000",
    );
    let xml =
        "Content-Type:application/rs-metadata+xml\nContent-Disposition:recording-session\nContent-Length:12";
    let body = parts(
        "UniqueBroadWorksBoundary",
        &[(xml, BROADWORKS_XML), ("Content-Type:application/sdp\nContent-Length:9", &sdp)],
    );
    let head = format!("{}Supported:\nRecv-Info:\n", usual("<sip:192.0.2.1:5062>;src")).replace(": ", ":");
    let again = |direction: &str| {
        let sdp = plain_sdp(&two("1", "2").replace("a=sendonly", direction));
        Later::Invite(message(usual("<sip:192.0.2.1:5062>;src"), "application/sdp".into(), sdp))
    };
    let mut works = shape("BroadWorks", message(head, multipart("UniqueBroadWorksBoundary"), body), STRAIGHT);
    works.cseq = 612_345_678;
    // the user resumes without any direction; a pause alone is another scenario's
    works.later = vec![again("a=x")];
    works
}

fn metaswitch() -> Shape {
    let sdp = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 40000 RTP/AVP 8 2 0 18\na=label:1";
    let body = parts("ms-boundary", &[(SDP, sdp), (BARE_XML, METASWITCH_XML)]);
    let head = siprec("<sip:cfs@192.0.2.1:5062;+sip.src");
    let again = message(
        usual("<sip:cfs@192.0.2.1:5062;+sip.src"),
        "application/sdp".into(),
        plain_sdp(&sdp.replace("o=- 1 1", "o=- 1 2")),
    );
    let mut mixed = shape("Metaswitch", message(head, multipart("ms-boundary"), body), Speakers::Mixed(0));
    mixed.later = vec![Later::Invite(again)];
    // the subscriber called out
    (mixed.caller, mixed.called) = (Some(CALLED), Some(CALLER));
    mixed
}

fn sems() -> Shape {
    let sdp = two("a_leg", "b_leg").replace("a=sendonly", "a=direction:both\na=sendonly");
    let xml = SEMS_XML.replace("0660001234", CALLED);
    let body = parts("sems", &[(SDP, &sdp), (BARE_XML, &xml)]);
    let body = body.trim_end_matches("--sems--\r\n").to_owned();
    let mut sems = shape(
        "SEMS",
        message(siprec("<sip:sems@192.0.2.1:5062>"), multipart("sems"), body),
        Speakers::Apart { caller: 0, called: 1 },
    );
    // an extension's name is no number, and it stands first
    (sems.caller, sems.called) = (None, Some(CALLER));
    sems
}

fn opensips() -> Shape {
    let sdp = two("1", "0").replace("a=sendonly\nm", "a=3gOoBTC\na=sendonly\nm");
    let body = parts("OSS-unique-boundary-42", &[(SDP, &sdp), (XML, OPENSIPS_XML)]);
    let again = body.clone();
    // label 0 is the first participant's and stands on the second m-line
    let mut opensips = shape(
        "OpenSIPS",
        message(siprec(MARKED), multipart("OSS-unique-boundary-42"), body),
        Speakers::Apart { caller: 1, called: 0 },
    );
    opensips.later = vec![Later::Invite(message(siprec(MARKED), multipart("OSS-unique-boundary-42"), again))];
    // the other side's user part is empty
    (opensips.caller, opensips.called) = (Some(CALLED), None);
    opensips
}

/// A client that opens without metadata and tells everything by an UPDATE.
fn late_metadata() -> Shape {
    let first = message(siprec(MARKED), "application/sdp".into(), plain_sdp(&two("1", "2")));
    let update = format!("{}Content-Disposition: recording-session\n", usual(MARKED));
    let mut late = shape("metadata that comes late", first, STRAIGHT);
    late.later = vec![Later::Update(message(update, "application/rs-metadata+xml".into(), CUBE_XML.into()))];
    late
}

fn carrier() -> Shape {
    let extended = RFC_XML.replace(
        "</session>",
        "<ExtensionParameters><Parameter><Name>case</Name><Value>42</Value></Parameter></ExtensionParameters></session>",
    );
    let body = parts("tb", &[(SDP, &two("96", "97")), (XML, &extended)]);
    let head = format!("{}Session-Expires: 90;refresher=uac\nSupported: timer\nX-Case: 42\n", siprec(MARKED));
    let refresh = message(head.clone(), "application/sdp".into(), plain_sdp(&two("96", "97")));
    let mut carrier = turned(shape("Telnyx, Twilio", message(head, multipart("tb"), body), STRAIGHT));
    carrier.later = vec![Later::Invite(refresh)];
    carrier
}
