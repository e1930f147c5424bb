//! Digest authentication of callers: who gets in, who is challenged, what is refused (RFC 7616, RFC 8760; S1).

use std::net::IpAddr;
use std::time::Duration;

use rokuon_sip::digest::algorithm::{Algorithm, Ha1};
use rokuon_sip::digest::challenge::{Challenge, Password, challenges};
use rokuon_sip::digest::challenger::{Account, Challenger, Verdict};
use rokuon_sip::message::headers::Headers;
use rokuon_sip::message::parse::{Message, parse};
use rokuon_sip::message::request::Request;
use rokuon_sip::transport::Transport;

use crate::peer::{Peer, header, invite};

const REALM: &str = "rokuon";
const NOW: Duration = Duration::from_secs(1_000);

fn account(username: &str, password: &str) -> Account {
    let ha1 = Algorithm::ALL.map(|algorithm| Ha1::of(algorithm, username, REALM, password));
    Account { username: username.to_owned(), ha1: ha1.to_vec() }
}

fn request(extra: &str) -> Request {
    match parse(invite("1", extra).replace('\n', "\r\n").as_bytes()) {
        Ok(Message::Request(request, None)) => request,
        other => panic!("{other:?}"),
    }
}

fn from() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

fn challenger() -> Challenger {
    Challenger::new(REALM, [7; 32])
}

/// The challenge for one hash function, as the caller reads it.
fn challenge(challenger: &Challenger, algorithm: Algorithm) -> Challenge {
    let values = challenger.challenge(NOW, &request(""), from(), [1; 8], false);
    let value = values.iter().find(|value| value.contains(&format!("algorithm={},", algorithm.as_str())));
    challenges(&Headers::parse(format!("WWW-Authenticate: {}", value.unwrap()).as_bytes())).remove(0)
}

fn shown(challenger: &Challenger, algorithm: Algorithm, username: &str, password: &str) -> String {
    let (name, value) = challenge(challenger, algorithm).answer(
        Password { username, password },
        &request("").method,
        "sip:rec@192.0.2.9",
        &request("").body,
        "c0ffee",
        1,
    );
    format!("{name}: {value}\n")
}

fn judge(challenger: &mut Challenger, credentials: &str) -> Verdict {
    challenger.judge(NOW, &request(credentials), from(), &[account("city", "secret"), account("other", "x")])
}

// rule: S1
#[test]
fn both_functions_are_offered_the_stronger_first() {
    let values = challenger().challenge(NOW, &request(""), from(), [1; 8], true);
    assert!(values[0].contains("algorithm=SHA-256") && values[1].contains("algorithm=MD5"), "{values:?}");
    assert!(
        values.iter().all(|value| value.contains("qop=\"auth,auth-int\"") && value.ends_with("stale=true"))
    );
    for algorithm in Algorithm::ALL {
        let mut challenger = challenger();
        let right = shown(&challenger, algorithm, "city", "secret");
        assert_eq!(judge(&mut challenger, &right), Verdict::Right, "{algorithm:?}");
        assert_eq!(judge(&mut challenger, &right), Verdict::Stale, "a nonce serves one attempt");
        for (username, password) in
            [("city", "Secret"), ("nobody", "secret"), ("other", "secret"), ("City", "secret")]
        {
            let mut challenger = self::challenger();
            let wrong = shown(&challenger, algorithm, username, password);
            assert_eq!(judge(&mut challenger, &wrong), Verdict::Wrong, "{username} {password}");
            let right = shown(&challenger, algorithm, "city", "secret");
            assert_eq!(judge(&mut challenger, &right), Verdict::Stale, "a wrong attempt uses the nonce up");
        }
    }
}

#[test]
fn a_nonce_is_good_for_its_call_its_address_and_half_a_minute() {
    let accounts = [account("city", "secret")];
    let right = |challenger: &Challenger| shown(challenger, Algorithm::Sha256, "city", "secret");
    for (seconds, verdict) in [(0, Verdict::Right), (30, Verdict::Right), (31, Verdict::Stale)] {
        let mut challenger = challenger();
        let request = request(&right(&challenger));
        let now = NOW + Duration::from_secs(seconds);
        assert_eq!(challenger.judge(now, &request, from(), &accounts), verdict, "{seconds}");
    }
    let mut challenger = self::challenger();
    let credentials = right(&challenger);
    let request = request(&credentials);
    assert_eq!(
        challenger.judge(Duration::ZERO, &request, from(), &accounts),
        Verdict::Stale,
        "from the future"
    );
    let elsewhere = "192.0.2.2".parse().unwrap();
    assert_eq!(challenger.judge(NOW, &request, elsewhere, &accounts), Verdict::Stale);
    let text = invite("2", &credentials).replace('\n', "\r\n");
    let Ok(Message::Request(other_call, _)) = parse(text.as_bytes()) else { panic!() };
    assert_eq!(challenger.judge(NOW, &other_call, from(), &accounts), Verdict::Stale);
    let mut restarted = Challenger::new(REALM, [8; 32]);
    assert_eq!(restarted.judge(NOW, &request, from(), &accounts), Verdict::Stale);
    let mapped = "::ffff:192.0.2.1".parse().unwrap();
    assert_eq!(
        challenger.judge(NOW, &request, mapped, &accounts),
        Verdict::Right,
        "one address, two spellings"
    );
}

#[test]
fn two_passwords_of_one_user_hold_at_a_change() {
    let accounts = [account("city", "old"), account("city", "new")];
    for (password, verdict) in [("old", Verdict::Right), ("new", Verdict::Right), ("newer", Verdict::Wrong)] {
        let mut challenger = challenger();
        let request = request(&shown(&challenger, Algorithm::Md5, "city", password));
        assert_eq!(challenger.judge(NOW, &request, from(), &accounts), verdict, "{password}");
    }
    let mut challenger = challenger();
    let request = request(&shown(&challenger, Algorithm::Md5, "city", "old"));
    assert_eq!(challenger.judge(NOW, &request, from(), &[]), Verdict::Wrong, "nobody may call at all");
}

/// Sixty and more ways to spell credentials.
#[test]
fn odd_credentials_get_the_verdict_they_deserve() {
    let base = |algorithm| shown(&challenger(), algorithm, "city", "secret");
    let sha = base(Algorithm::Sha256);
    let md5 = base(Algorithm::Md5);
    let nonce = sha.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let response = sha.split("response=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let without = |name: &str| {
        let start = sha.find(name).unwrap();
        let end = sha[start..].find(", ").map_or(sha.len() - 1, |end| start + end + 2);
        format!("{}{}\n", &sha[..start], sha[end..].trim_end())
    };
    let swap = |from: &str, to: &str| {
        assert!(sha.contains(from), "{from}");
        sha.replace(from, to)
    };
    let mut cases = 0;
    let mut check = |credentials: String, verdict: Verdict| {
        cases += 1;
        assert_eq!(judge(&mut challenger(), &credentials), verdict, "{credentials}");
    };
    // Spelled otherwise, and as good.
    for fine in [
        sha.clone(),
        md5.clone(),
        swap("Digest ", "digest  "),
        swap("Digest ", "DIGEST\t"),
        swap("Authorization:", "authorization :"),
        swap(", ", ","),
        swap(", ", "\r\n , ").replace("\r\n", "\n"),
        swap("username=", "Username = "),
        swap("algorithm=SHA-256", "algorithm=\"sha-256\""),
        swap("qop=auth", "qop=\"auth\""),
        swap("qop=auth", "QOP=Auth"),
        swap(&response, &response.to_uppercase()),
        swap("nc=00000001", "nc=00000001, unknown=\"x\""),
        swap("realm=\"rokuon\"", "userhash=false, realm=\"rokuon\""),
        format!("Authorization: Digest realm=\"elsewhere\", nonce=\"x\"\n{sha}"),
        format!("Authorization: Basic Y2l0eTpzZWNyZXQ=\n{sha}"),
        md5.replace(", algorithm=MD5", ""),
    ] {
        check(fine, Verdict::Right);
    }
    // Nothing that could be judged.
    for missing in [
        String::new(),
        "Authorization: \n".to_owned(),
        "Authorization: Digest\n".to_owned(),
        "Authorization: Digest ,,,\n".to_owned(),
        "Authorization: Digest =\n".to_owned(),
        "Authorization: Basic Y2l0eTpzZWNyZXQ=\n".to_owned(),
        "Authorization: Bearer x\n".to_owned(),
        format!("Proxy-{sha}"),
        swap("Digest ", ""),
        swap("realm=\"rokuon\"", "realm=\"Rokuon\""),
        swap("realm=\"rokuon\"", "realm=\"\""),
        swap("algorithm=SHA-256", "algorithm=SHA-512-256"),
        swap("algorithm=SHA-256", "algorithm=SHA-256-sess"),
        swap("algorithm=SHA-256", "algorithm=none"),
        swap("algorithm=SHA-256", "algorithm="),
        swap("qop=auth", "qop=auth-conf"),
        swap("qop=auth", "qop="),
        swap("nc=00000001", "nc=1"),
        swap("nc=00000001", "nc=000000001"),
        swap("nc=00000001", "nc=-0000001"),
        swap("nc=00000001", "nc=0000000g"),
        swap("cnonce=\"c0ffee\"", "cnonce=\"\""),
        without("username="),
        without("realm="),
        without("nonce="),
        without("uri="),
        without("response="),
        without("cnonce="),
        without("nc="),
        swap("username=\"city\"", "username=\"\""),
        swap("username=\"city\"", "username*=UTF-8''city"),
        swap("username=\"", "username=\"\\"),
    ] {
        let broken_quote = missing.contains("username=\"\\");
        check(missing, if broken_quote { Verdict::Right } else { Verdict::Missing });
    }
    // A nonce that is not ours.
    for stale in [
        swap(&nonce, ""),
        swap(&nonce, "x"),
        swap(&nonce, &nonce[1..]),
        swap(&nonce, &format!("{nonce}0")),
        swap(&nonce, &nonce.to_uppercase()),
        swap(&nonce, &"0".repeat(64)),
        swap(&nonce, &"f".repeat(64)),
        swap(&nonce, &"滝".repeat(30)),
        swap(&nonce, &"+".repeat(64)),
    ] {
        let is_empty = stale.contains("nonce=\"\"");
        check(stale, if is_empty { Verdict::Missing } else { Verdict::Stale });
    }
    // A good nonce with something wrong behind it.
    for wrong in [
        swap(&response, "0"),
        swap(&response, &response[1..]),
        swap(&response, &format!("{response}0")),
        swap(&response, &"0".repeat(64)),
        swap("username=\"city\"", "username=\"other\""),
        swap("username=\"city\"", "username=\"city \""),
        swap("username=\"city\"", "username=\"city\0\""),
        swap("username=\"city\"", "username=\"' OR 1=1 --\""),
        swap("username=\"city\"", "userhash=true, username=\"city\""),
        swap("uri=\"sip:rec@192.0.2.9\"", "uri=\"sip:other@192.0.2.9\""),
        swap("cnonce=\"c0ffee\"", "cnonce=\"c0ffef\""),
        swap("nc=00000001", "nc=00000002"),
        swap("qop=auth", "qop=auth-int"),
        without("qop="),
        swap("algorithm=SHA-256", "algorithm=MD5"),
        md5.replace("algorithm=MD5", "algorithm=SHA-256"),
    ] {
        check(wrong, Verdict::Wrong);
    }
    assert!(cases >= 60, "{cases}");
}

#[test]
fn the_body_counts_where_the_caller_says_so_and_names_may_be_hashed() {
    let challenger = challenger();
    let base = challenge(&challenger, Algorithm::Sha256);
    let value = challenger.challenge(NOW, &request(""), from(), [1; 8], false).remove(0);
    let int_only = value.replace("auth,auth-int", "auth-int");
    let int = challenges(&Headers::parse(format!("WWW-Authenticate: {int_only}").as_bytes())).remove(0);
    assert_eq!(base.nonce, int.nonce);
    let who = Password { username: "city", password: "secret" };
    for (body, verdict) in [(request("").body, Verdict::Right), (b"v=0".to_vec(), Verdict::Wrong)] {
        let (name, value) = int.answer(who, &request("").method, "sip:rec@192.0.2.9", &body, "cc", 1);
        let mut challenger = self::challenger();
        assert_eq!(judge(&mut challenger, &format!("{name}: {value}\n")), verdict);
    }
    let sha = shown(&challenger, Algorithm::Sha256, "city", "secret");
    let digest = userhash_of("city");
    let credentials = sha.replace("username=\"city\"", &format!("username=\"{digest}\", userhash=true"));
    assert_eq!(judge(&mut self::challenger(), &credentials), Verdict::Right);
}

/// The hash of user and realm: what the hash of user, realm and password is made of, without the password.
fn userhash_of(username: &str) -> String {
    use sha2::Digest;
    let octets = sha2::Sha256::digest(format!("{username}:{REALM}"));
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

// rule: S1
#[test]
fn a_challenged_caller_comes_again_and_is_let_in() {
    let mut peer = Peer::new(Transport::Udp);
    let mut challenger = challenger();
    peer.send(&invite("1", ""));
    let offered = peer.invited();
    assert_eq!(
        challenger.judge(NOW, &offered.request, from(), &[account("city", "secret")]),
        Verdict::Missing
    );
    let values = challenger.challenge(NOW, &offered.request, from(), [1; 8], false);
    peer.endpoint.challenge(peer.now, offered.id, values);
    peer.collect();
    let refusal = peer.take_sent().remove(0);
    assert!(refusal.starts_with("SIP/2.0 401 Unauthorized\r\n"), "{refusal}");
    assert_eq!(refusal.matches("\r\nWWW-Authenticate: Digest realm=\"rokuon\"").count(), 2);
    assert!(header(&refusal, "WWW-Authenticate").unwrap().contains("SHA-256"));
    peer.send(&crate::peer::request("ACK", "1", "", ""));
    let credentials = shown(&challenger, Algorithm::Sha256, "city", "secret");
    peer.send(&invite("1", &credentials).replace("CSeq: 1 ", "CSeq: 2 ").replace("z9hG4bK1", "z9hG4bK2"));
    let offered = peer.invited();
    assert_eq!(challenger.judge(NOW, &offered.request, from(), &[account("city", "secret")]), Verdict::Right);
    peer.accept(&offered);
    assert_eq!(peer.said(), ["200"]);
}
