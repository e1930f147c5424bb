#!/usr/bin/env python3
"""Opens a Rokuon container without any of Rokuon's code: the independent reader.

Needs the Python package `cryptography`, version 50 or later. Exit status: 0 opened, 1 refused, 2 wrong use, 77 package missing.

    open_container.py open --key-file KEY --tenant T --recording ID [--segment N] [--media-type M] [--rate R] [--channels C]
        [--section media|peaks|manifest] IN OUT

KEY holds the 32 octets of the recording's data key. IN is a container; with `--stored` a file of the directory store, whose
64-octet trailer is checked and taken off. With `--section` IN is an object that ends a recording: the section is found by the index
in its last 64 octets, and waveform and manifest have a context of their own. `seal` goes the other way and made the files in `vectors/`.
"""

import argparse
import hashlib
import pathlib
import sys

try:
    from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
    from cryptography.exceptions import InvalidTag
except ImportError:
    print("the Python package cryptography >= 50 is not installed", file=sys.stderr)
    sys.exit(77)


def context(of):
    lines = [
        "rokuon-container=1",
        f"tenant={of.tenant}",
        f"recording={of.recording}",
        f"segment={of.segment}",
        f"sample_rate={of.rate}",
        f"channels={of.channels}",
        f"media_type={of.media_type}",
    ]
    return "\n".join(lines).encode()


def without_trailer(octets):
    body, trailer = octets[:-64], octets[-64:]
    if trailer[:8] != b"RKNOBJ1\n" or int.from_bytes(trailer[24:32], "big") != len(body):
        raise ValueError("not a file of the directory store, or cut")
    if trailer[32:] != hashlib.sha256(body).digest():
        raise ValueError("the file is not what was put")
    return body


SECTIONS = ["media", "peaks", "manifest"]


def section(octets, name):
    said, sha256 = octets[-64:-32], octets[-32:]
    if said[:8] != b"RKNSEC1\n" or hashlib.sha256(said).digest() != sha256:
        raise ValueError("the object ends with no index, or an altered one")
    lengths = [int.from_bytes(said[at : at + 8], "big") for at in (8, 16, 24)]
    if sum(lengths) + 64 != len(octets):
        raise ValueError("the object is not as long as its index says")
    place = SECTIONS.index(name)
    start = sum(lengths[:place])
    return octets[start : start + lengths[place]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=["open", "seal"])
    parser.add_argument("--key-file", type=pathlib.Path, required=True)
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--recording", required=True)
    parser.add_argument("--segment", type=int, default=0)
    parser.add_argument("--media-type", default="audio/wav")
    parser.add_argument("--rate", type=int, default=8000)
    parser.add_argument("--channels", type=int, default=2)
    parser.add_argument("--stored", action="store_true")
    parser.add_argument("--section", choices=SECTIONS)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    asked = parser.parse_args()
    key, source = asked.key_file.read_bytes(), asked.source.read_bytes()
    way = Cobblestone256Decryptor if asked.do == "open" else Cobblestone256Encryptor
    try:
        if asked.stored:
            source = without_trailer(source)
        if asked.section:
            source = section(source, asked.section)
        if asked.section in ("peaks", "manifest"):
            asked.segment = asked.rate = asked.channels = 0
            asked.media_type = {"peaks": "application/vnd.rokuon.peaks", "manifest": "application/json"}[asked.section]
        stream = way(key, context(asked))
        result = stream.update(source) + stream.finalize()
    except (InvalidTag, ValueError) as refused:
        print(f"refused: {type(refused).__name__} {refused}", file=sys.stderr)
        return 1
    asked.target.write_bytes(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
