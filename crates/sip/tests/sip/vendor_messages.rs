//! One INVITE for each row of the vendor matrix: our own messages, shaped as those vendors shape theirs.

/// Writes an INVITE; the parts stand in the order given, each with its header lines.
pub fn invite(headers: &str, content_type: &str, body: &str) -> String {
    let content = if body.is_empty() { String::new() } else { format!("Content-Type: {content_type}\n") };
    let head =
        format!("INVITE sip:rec@192.0.2.9 SIP/2.0\n{headers}{content}Content-Length: {}\n\n", body.len());
    format!("{}{body}", head.replace('\n', "\r\n"))
}

pub fn usual(contact: &str) -> String {
    format!(
        "Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKv\nMax-Forwards: 70\nFrom: <sip:sbc@192.0.2.1>;tag=f\nTo: <sip:rec@192.0.2.9>\nCall-ID: v\nCSeq: 101 INVITE\nContact: {contact}\n"
    )
}

/// Joins parts with a boundary; a part is its header lines and its body.
pub fn parts(boundary: &str, parts: &[(&str, &str)]) -> String {
    let part = |(head, body): &(&str, &str)| {
        format!("--{boundary}\r\n{}\r\n\r\n{}\r\n", head.replace('\n', "\r\n"), body.replace('\n', "\r\n"))
    };
    format!("{}--{boundary}--\r\n", parts.iter().map(part).collect::<String>())
}

/// Two sendonly streams of PCMU, with these labels.
pub fn two(first: &str, second: &str) -> String {
    format!(
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 40000 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\na=label:{first}\na=sendonly\nm=audio 40002 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\na=label:{second}\na=sendonly"
    )
}

pub const SDP: &str = "Content-Type: application/sdp";
pub const XML: &str = "Content-Type: application/rs-metadata+xml\nContent-Disposition: recording-session";

pub const RFC_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>complete</datamode>
<session session_id="hVpd7YQgRW2nD22h7q60JQ=="><sipSessionID>ab30317f1a784dc4;remote=47755a9de7794ba3</sipSessionID></session>
<participant participant_id="srfBElmCRp2QB23b7Mpk0w=="><nameID aor="sip:0125001234@pbx.example.jp"><name xml:lang="ja">小島 花子</name></nameID></participant>
<participant participant_id="zSfPoSvdSDCmU3A3TRDxAw=="><nameID aor="tel:+819000001234"/></participant>
<stream stream_id="UAAMm5GRQKSCMVvLyl4rFw==" session_id="hVpd7YQgRW2nD22h7q60JQ=="><label>96</label></stream>
<stream stream_id="i1Pz3to5hGk8fuXl+PbwCw==" session_id="hVpd7YQgRW2nD22h7q60JQ=="><label>97</label></stream>
<participantsessionassoc participant_id="srfBElmCRp2QB23b7Mpk0w==" session_id="hVpd7YQgRW2nD22h7q60JQ=="><associate-time>2026-01-05T00:00:00Z</associate-time></participantsessionassoc>
<participantstreamassoc participant_id="srfBElmCRp2QB23b7Mpk0w=="><send>i1Pz3to5hGk8fuXl+PbwCw==</send><recv>UAAMm5GRQKSCMVvLyl4rFw==</recv></participantstreamassoc>
<participantstreamassoc participant_id="zSfPoSvdSDCmU3A3TRDxAw=="><send>UAAMm5GRQKSCMVvLyl4rFw==</send><recv>i1Pz3to5hGk8fuXl+PbwCw==</recv></participantstreamassoc>
</recording>"#;

pub const CUBE_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>complete</datamode>
<session session_id="jy4/pG0XEe+AYF8+"><sipSessionID>a1;remote=b2</sipSessionID><start-time>2026-01-05T00:00:00.000Z</start-time></session>
<participant participant_id="p/A+"><nameID aor="sip:09000001234@192.0.2.1"></nameID></participant>
<participantsessionassoc participant_id="p/A+" session_id="jy4/pG0XEe+AYF8+"><associate-time>2026-01-05T00:00:00.000Z</associate-time></participantsessionassoc>
<stream stream_id="s/A+" session_id="jy4/pG0XEe+AYF8+"><label>1</label></stream>
<participant participant_id="p/B+"><nameID aor="sip:0125001234@192.0.2.1"></nameID></participant>
<participantsessionassoc participant_id="p/B+" session_id="jy4/pG0XEe+AYF8+"><associate-time>2026-01-05T00:00:00.000Z</associate-time></participantsessionassoc>
<stream stream_id="s/B+" session_id="jy4/pG0XEe+AYF8+"><label>2</label></stream>
<participantstreamassoc participant_id="p/A+"><send>s/A+</send><recv>s/B+</recv></participantstreamassoc>
<participantstreamassoc participant_id="p/B+"><send>s/B+</send><recv>s/A+</recv></participantstreamassoc>
</recording>"#;

pub const ORACLE_XML: &str = r#"<?xml version='1.0' encoding='UTF-8'?>
<recording xmlns='urn:ietf:params:xml:ns:recording'><dataMode>complete</dataMode>
<session id="BYiC7uSZQGN3VQdzWI1HWw=="><associate-time>2026-01-05T09:00:00</associate-time>
<extensiondata xmlns:apkt="http://acmepacket.com/siprec/extensiondata"><apkt:ucid>00FA080018803B69810C6D;encoding=hex</apkt:ucid></extensiondata></session>
<participant id="B1nKeJ7oS1Vpcu0EqXjMJw==" session="BYiC7uSZQGN3VQdzWI1HWw=="><nameID aor="sip:09000001234@192.0.2.1"><name>K</name></nameID>
<send>sLm30rTFQ4hwFeHRsY4Ycw==</send><associate-time>2026-01-05T09:00:00</associate-time>
<extensiondata xmlns:apkt="http://acmepacket.com/siprec/extensiondata"><apkt:callingParty>true</apkt:callingParty><apkt:header label="X-Q"><value>1</value></apkt:header></extensiondata></participant>
<participant id="p2" session="BYiC7uSZQGN3VQdzWI1HWw=="><aor>sip:0125001234@192.0.2.1</aor><name>L</name><send>t2</send>
<extensiondata xmlns:apkt="http://acmepacket.com/siprec/extensiondata"><apkt:callingParty>false</apkt:callingParty></extensiondata></participant>
<stream id="sLm30rTFQ4hwFeHRsY4Ycw==" session="BYiC7uSZQGN3VQdzWI1HWw=="><label>16777227</label><mode>separate</mode></stream>
<stream id="t2" session="BYiC7uSZQGN3VQdzWI1HWw=="><label>16777228</label><mode>separate</mode></stream>
</recording>"#;

pub const AUDIOCODES_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording"><datamode>complete</datamode>
<group id="00000000-0000-0000-0000-00000c110a7c"><associate-time>2026-01-05T00:00:00Z</associate-time></group>
<session id="0000-0000-0000-0000-00000c110a7d"><group-ref>00000000-0000-0000-0000-00000c110a7c</group-ref></session>
<participant id="1111" session="0000-0000-0000-0000-00000c110a7d"><nameID aor="09000001234@192.0.2.1"></nameID><associate-time>2026-01-05T00:00:00Z</associate-time><send>00000000-40000</send><recv>00000000-40002</recv></participant>
<participant id="2222" session="0000-0000-0000-0000-00000c110a7d"><nameID aor="0125001234@192.0.2.1"></nameID><associate-time>2026-01-05T00:00:00Z</associate-time><send>00000000-40002</send><recv>00000000-40000</recv></participant>
<stream id="00000000-40000" session="0000-0000-0000-0000-00000c110a7d"><label>1</label></stream>
<stream id="00000000-40002" session="0000-0000-0000-0000-00000c110a7d"><label>2</label></stream>
<ac:AvayaUCID xmlns="http://example.com/ac">FA080030C4E34B5B9E59</ac:AvayaUCID><ac:GenesysUUID xmlns="http://example.com/ac">0125R0S6</ac:GenesysUUID>
</recording>"#;

pub const RIBBON_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<tns:recording xmlns:tns="urn:ietf:params:xml:ns:recording" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><tns:datamode>complete</tns:datamode>
<tns:session session_id="S1=="><tns:start-time>1970-01-01T00:00:00Z</tns:start-time></tns:session>
<tns:participant participant_id="P1=="><tns:nameID aor="09000001234@192.0.2.1"><tns:name> </tns:name></tns:nameID></tns:participant>
<tns:participant participant_id="P2=="><tns:nameID aor="0125001234@192.0.2.1"><tns:name>L</tns:name></tns:nameID></tns:participant>
<tns:stream stream_id="T1==" session_id="S1=="><tns:label>1</tns:label></tns:stream>
<tns:stream stream_id="T2==" session_id="S1=="><tns:label>2</tns:label></tns:stream>
<tns:participantstreamassoc participant_id="P1=="><tns:send>T2==</tns:send><tns:recv>T1==</tns:recv></tns:participantstreamassoc>
<tns:participantstreamassoc participant_id="P2=="><tns:send>T1==</tns:send><tns:recv>T2==</tns:recv></tns:participantstreamassoc>
<tns:callData><fromhdr>&lt;sip:09000001234@192.0.2.1&gt;</fromhdr><tohdr>x</tohdr><callid>c@h</callid><gcid>123</gcid></tns:callData>
</tns:recording>"#;

pub const SBCE_FIRST_XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1"><dataMode>complete</dataMode>
<session session_id="0001002000030004"><sipSessionID>00010020</sipSessionID></session>
<participant participant_id="aaaa"><nameID aor="sip:09000001234@192.0.2.1"><name>K</name></nameID></participant>
<participant participant_id="9999"><nameID aor="sip:ASBCE@192.0.2.1"><name>ASBCE</name></nameID></participant>
<stream stream_id="bbbb" session_id="0001002000030004"><label>10</label></stream>
<stream stream_id="" session_id="0001002000030004"><label>20</label></stream>
<participantstreamassoc participant_id="aaaa"><send>bbbb</send></participantstreamassoc>
<participantstreamassoc participant_id="9999"><send></send></participantstreamassoc></recording>"#;

pub const SM_XML: &str = r#"<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>complete</datamode><session session_id="session"/>
<participant participant_id="caller"><nameID aor="sip:09000001234@x"/></participant><participant participant_id="callee"><nameID aor="sip:0125001234@x"/></participant>
<stream stream_id="callerstream" session_id="session"><label>caller</label></stream><stream stream_id="calleestream" session_id="session"><label>callee</label></stream><stream stream_id="mixstream" session_id="session"><label>mix</label></stream>
<participantstreamassoc participant_id="caller"><send>callerstream</send><send>mixstream</send></participantstreamassoc>
<participantstreamassoc participant_id="callee"><send>calleestream</send><send>mixstream</send></participantstreamassoc></recording>"#;

pub const BROADWORKS_XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<recording_metadata xmlns="urn:ietf:params:xml:ns:siprec"><dataMode>complete</dataMode>
<session id="urn:uuid:0001"><start-time>2026-01-05T00:00:00.000Z</start-time></session>
<participant id="urn:uuid:0002" session="urn:uuid:0001"><nameId aor="sip:+819000001234@192.0.2.1;user=phone"><name>K</name></nameId><send>urn:uuid:0004</send></participant>
<participant id="urn:uuid:0003" session="urn:uuid:0001"><nameId aor="tel:0125001234"/><send>urn:uuid:0005</send></participant>
<stream id="urn:uuid:0004" session="urn:uuid:0001"><mode>separate</mode><label>1</label></stream>
<stream id="urn:uuid:0005" session="urn:uuid:0001"><mode>separate</mode><label>2</label></stream>
<extensiondata id="urn:uuid:0006" parent="urn:uuid:0001"><broadWorksRecordingMetadata xmlns="http://schema.broadsoft.com/broadworksCallRecording"><extTrackingID>98:1</extTrackingID><callType><termCall><redirectingNumber>1</redirectingNumber></termCall></callType></broadWorksRecordingMetadata></extensiondata>
</recording_metadata>"#;

pub const METASWITCH_XML: &str = r#"<?xml version="1.0"?>
<recording xmlns="urn:ietf:params:xml:ns:recording"><datamode>complete</datamode>
<session id="s1"></session><participant id="p1" session_id="s1"><nameID aor="0125001234"/><send>t1</send><recv>t1</recv></participant>
<participant id="p2" session_id="s1"><nameID aor="09000001234"/><send>t1</send><recv>t1</recv></participant>
<stream id="t1" session_id="s1"><label>1</label></stream>
<extensiondata><callType>originating</callType></extensiondata></recording>"#;

pub const SEMS_XML: &str = "<?xml version=\"1.0\"?>\n<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>\n<session\n session_id=\"s\"\n/><participant\n participant_id=\"pa\"><nameID\n aor=\"sip:Extension-0660001234@h\"/></participant><participant participant_id=\"pb\"><nameID aor=\"sip:09000001234@h\"/></participant>\n<stream stream_id=\"ta\" session_id=\"s\"><label>a_leg</label></stream><stream stream_id=\"tb\" session_id=\"s\"><label>b_leg</label></stream>\n<participantstreamassoc participant_id=\"pa\"><send>ta</send></participantstreamassoc><participantstreamassoc participant_id=\"pb\"><send>tb</send></participantstreamassoc></recording>";

pub const OPENSIPS_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<recording xmlns="urn:ietf:params:xml:ns:recording:1">
	<datamode>complete</datamode>
	<session session_id="S="><sipSessionID>x</sipSessionID></session>
	<participant participant_id="A="><nameID aor="sip:+81125001234;noa=international;srvattri=national@h"><name>Kojima & <Sons></name></nameID></participant>
	<participant participant_id="B="><nameID aor="sip:@h"></nameID></participant>
	<stream stream_id="T0=" session_id="S="><label>0</label></stream>
	<stream stream_id="T1=" session_id="S="><label>1</label></stream>
	<sessionrecordingassoc session_id="S="><associate-time>2026-01-05T00:00:00+0000</associate-time></sessionrecordingassoc>
	<participantstreamassoc participant_id="A="><send>T0=</send><recv>T1=</recv></participantstreamassoc>
	<participantstreamassoc participant_id="B="><send>T1=</send><recv>T0=</recv></participantstreamassoc>
</recording>"#;
