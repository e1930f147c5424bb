#!/usr/bin/env python3
"""Writes libsrtp.tsv: packets as libsrtp (PyPI pylibsrtp) protects them. Run by hand when the table shall grow."""
import hashlib
import struct
import sys

from pylibsrtp import Policy, Session

PROFILES = [
    ("AES_CM_128_HMAC_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
    ("AES_CM_128_HMAC_SHA1_32", Policy.SRTP_PROFILE_AES128_CM_SHA1_32, 30),
    ("AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    ("AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
]


def octets(seed, length):
    made = b""
    while len(made) < length:
        made += hashlib.sha256(f"{seed} {len(made)}".encode()).digest()
    return made[:length]


def rtp(sequence, ssrc, turn):
    first, more = 0x80, b""
    if turn % 4 == 1:
        first, more = 0x82, octets("csrc", 8)
    if turn % 4 == 2:
        first, more = 0x90, b"\xbe\xde\x00\x02" + octets("extension", 8)
    head = struct.pack("!BBHII", first, 0x80 if turn == 0 else 8, sequence, 160 * turn, ssrc)
    return head + more + octets(f"body {turn}", [160, 1, 33, 0, 1200][turn % 5])


def rtcp(ssrc, turn):
    words = 1 + 6 * (1 + turn % 3)
    return struct.pack("!BBHI", 0x81, 201, words, ssrc) + octets(f"report {turn}", 4 * (words - 1))


print("# profile\tkind\tmaster key and salt\tplain\tprotected by libsrtp", file=sys.stdout)
for name, profile, length in PROFILES:
    for first in (1, 65_530):
        key = octets(f"{name} {first}", length)
        session = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        for turn in range(12):
            plain = rtp((first + turn) & 0xFFFF, 0xDECAFBAD, turn)
            print(name, "rtp", key.hex(), plain.hex(), session.protect(plain).hex(), sep="\t")
            if turn % 4 == 0:
                plain = rtcp(0xDECAFBAD, turn)
                print(name, "rtcp", key.hex(), plain.hex(), session.protect_rtcp(plain).hex(), sep="\t")
