"""Publishes a tone, and pictures if asked, over WHIP with aiortc: a WebRTC stack that is not ours.

Arguments: endpoint, audio codec, video codec or "none", seconds, tone in Hz, "ecdsa" or "rsa", "delete" or "vanish".
The token comes by the environment (WHIP_TOKEN). Prints one JSON line.
"""

import asyncio
import datetime
import fractions
import json
import math
import os
import sys
import urllib.request

import av
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.rtcdtlstransport import RTCCertificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

RATE = 48_000


class Tone(AudioStreamTrack):
    """A sine at one frequency, 20 ms a frame, in real time."""

    def __init__(self, hertz):
        super().__init__()
        self.hertz, self.at, self.begun = hertz, 0, None

    async def recv(self):
        loop = asyncio.get_event_loop()
        self.begun = self.begun or loop.time()
        wait = self.begun + self.at / RATE - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        samples = b"".join(
            int(12_000 * math.sin(2 * math.pi * self.hertz * (self.at + n) / RATE)).to_bytes(2, "little", signed=True)
            for n in range(960)
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(samples)
        frame.pts, frame.sample_rate, frame.time_base = self.at, RATE, fractions.Fraction(1, RATE)
        self.at += 960
        return frame


def rsa_certificate():
    """As GStreamer 1.22 shows one."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.invalid")])
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now - datetime.timedelta(days=1))
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    return RTCCertificate(key=key, cert=certificate)


def ask(method, url, token, body=None, kind=None):
    headers = {"Authorization": f"Bearer {token}"}
    if kind:
        headers["Content-Type"] = kind
    headers.update(json.loads(os.environ.get("WHIP_HEADERS", "{}")))
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, answer.headers, answer.read().decode()


async def main():
    endpoint, audio, video, seconds, hertz, key, end = sys.argv[1:8]
    token = os.environ["WHIP_TOKEN"]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    if key == "rsa":
        peer._RTCPeerConnection__certificates = [rsa_certificate()]
    wanted = [("audio", audio, Tone(float(hertz)))]
    if video != "none":
        wanted.append(("video", video, VideoStreamTrack()))
    for kind, codec, track in wanted:
        transceiver = peer.addTransceiver(track, direction="sendonly")
        known = RTCRtpSender.getCapabilities(kind).codecs
        transceiver.setCodecPreferences([one for one in known if one.mimeType.lower() == f"{kind}/{codec}"])
    await peer.setLocalDescription(await peer.createOffer())
    offer = peer.localDescription.sdp.encode()
    status, headers, sdp = await asyncio.to_thread(ask, "POST", endpoint, token, offer, "application/sdp")
    await peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
    session = "/".join(endpoint.split("/")[:3]) + headers["Location"]
    until = asyncio.get_event_loop().time() + 15
    while peer.connectionState != "connected":
        assert asyncio.get_event_loop().time() < until, peer.connectionState
        await asyncio.sleep(0.05)
    await asyncio.sleep(float(seconds))
    sent = {}
    for report in (await peer.getStats()).values():
        if report.type == "outbound-rtp":
            sent[report.kind] = report.packetsSent
    ended = None
    if end == "delete":
        ended, _, _ = await asyncio.to_thread(ask, "DELETE", session, token)
        await peer.close()
    result = {"status": status, "etag": headers["ETag"], "sent": sent, "ended": ended, "recording": headers["Rokuon-Recording"]}
    print(json.dumps(result), flush=True)
    if end == "vanish":
        os._exit(0)


asyncio.run(main())
