"""Signed requests to a relay: sealpost-relay(8), PROTOCOL. The relay's TLS key is not checked."""

import base64
import http.client
import os
import ssl
import time
import urllib.parse

import cbor2

from .notes import Key, b64, sha256


class Refused(Exception):
    """The relay answered with something else than 2xx."""


class Client:
    def __init__(self, url: str, key: Key):
        self.url = url
        self.key = key

    def _signature(self, method: str, target: str, body: bytes) -> dict[str, str]:
        digest = f"sha-256=:{b64(sha256(body))}:"
        nonce = base64.urlsafe_b64encode(os.urandom(12)).decode()
        params = (
            f'("@method" "@target-uri" "content-digest");created={int(time.time())}'
            f';keyid="{self.key.name}";nonce="{nonce}";alg="ed25519"'
        )
        covered = (
            f'"@method": {method}\n"@target-uri": {self.url}{target}\n'
            f'"content-digest": {digest}\n"@signature-params": {params}'
        )
        signature = b64(self.key.sign_bytes(covered.encode()))
        return {
            "Content-Digest": digest,
            "Signature-Input": f"sig1={params}",
            "Signature": f"sig1=:{signature}:",
        }

    def request(self, method: str, path: str, body: bytes = b"", kind="application/cbor") -> bytes:
        place = urllib.parse.urlsplit(self.url)
        if place.scheme == "https":
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection(place.netloc, context=context, timeout=30)
        else:
            connection = http.client.HTTPConnection(place.netloc, timeout=30)
        target = "/v1/" + path
        headers = {"Content-Type": kind, **self._signature(method, target, body)}
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status // 100 != 2:
            raise Refused(f"{answer.status}: {content[:500].decode(errors='replace')}")
        return content

    def get(self, path: str):
        return cbor2.loads(self.request("GET", path))

    def post(self, path: str, document: dict):
        content = self.request("POST", path, cbor2.dumps(document))
        return cbor2.loads(content) if content else None

    def chain(self) -> list[str]:
        entries: list[str] = []
        while True:
            page = self.get(f"trust?from={len(entries)}")
            entries += page["entries"]
            if len(entries) >= page["size"]:
                return entries

    def log_view(self) -> str:
        lines = self.request("GET", "audit/checkpoint").decode().split("\n")
        return f"{lines[1]} {lines[2]}"
