"""Checks a certificate of destruction without any code of ours: C2SP signed-note over Ed25519, by pyca's cryptography.

usage: verify_certificate.py KEY CERTIFICATE; exit 0 and the recording's id, or exit 1 and why not.
"""
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decoded(text: str) -> bytes:
    """Base64 in its one spelling: Python itself lets unused bits pass."""
    octets = base64.b64decode(text, validate=True)
    if base64.b64encode(octets).decode() != text:
        raise ValueError("not base64 in its one spelling")
    return octets


def check(key: str, note: bytes) -> str:
    name, written, encoded = key.strip().split("+", 2)
    kind_and_key = decoded(encoded)
    own = hashlib.sha256(name.encode() + b"\n" + kind_and_key).digest()[:4]
    if kind_and_key[0] != 1 or own.hex() != written:
        raise ValueError("not an Ed25519 key")
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    lines = signatures.decode().split("\n")
    if lines.pop():
        raise ValueError("its last line does not end")
    for line in lines:
        dash, signer, signature = line.split(" ")
        octets = decoded(signature)
        if dash == "\u2014" and signer == name and octets[:4] == own:
            Ed25519PublicKey.from_public_bytes(kind_and_key[1:]).verify(octets[4:], text)
            break
    else:
        raise ValueError("not signed by this key")
    heading, body, rest = text.decode().split("\n")
    if heading != "rokuon erasure certificate 1" or rest:
        raise ValueError("not a certificate")
    said = json.loads(body)
    names = ("committed", "keys_erased", "media_erased", "spools_cleared", "checked")
    # Absent where it is not known, and before there was one.
    times = [said["times"][name] for name in names if name != "spools_cleared" or name in said["times"]]
    left = said["post_check"]
    if times != sorted(times) or left["key_versions"] or left["media_versions"] or left["unwrap_possible"]:
        raise ValueError("it contradicts itself")
    return said["recording"]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as file:
        key = file.read()
    with open(sys.argv[2], "rb") as file:
        note = file.read()
    try:
        print(check(key, note))
    except (ValueError, InvalidSignature, UnicodeDecodeError, KeyError) as error:
        sys.exit(f"not good: {error!r}")
