"""What the operator of a relay has in hand: its folder, with both keys and the whole store."""

import base64
import collections
import pathlib
import sqlite3
import tomllib

from . import merkle
from .notes import Key, chain_head, now, sign, statement, view


class House:
    def __init__(self, folder: str):
        self.folder = pathlib.Path(folder)
        self.settings = tomllib.loads((self.folder / "relay.toml").read_text())
        self.url = self.settings["url"]
        self.root = self.settings["organisation"]
        _, name, seed = (self.folder / "log.key").read_text().split("\n")[:3]
        self.log_key = Key(name, base64.b64decode(seed))
        self.certificate = self.folder / self.settings["tls"]["certificate"]
        self.tls_key = self.folder / self.settings["tls"]["key"]
        # What passed by: deliveries and prekeys, by device.
        self.deliveries: dict[str, list[dict]] = collections.defaultdict(list)
        self.prekeys: dict[str, str] = {}
        # Prekeys that are handed out again and again.
        self.issued: dict[tuple[str, str], str] = {}
        # A checkpoint that is shown again and again.
        self.frozen = None
        # Commands that were run between two requests.
        self.done: set[str] = set()
        # Receipts for messages that went nowhere, by id.
        self.swallowed: dict[str, str] = {}

    def remember(self, route: str, device: str, document: dict) -> None:
        if route == "GET /inbox":
            self.deliveries[device] += document["deliveries"]
        if route == "POST /prekeys/claim":
            self.prekeys.update((item["device"], item["prekey"]) for item in document["prekeys"])

    def _rows(self, query: str) -> list:
        store = sqlite3.connect(f"file:{self.folder}/relay.db?mode=ro", uri=True, timeout=10)
        try:
            return [row[0] for row in store.execute(query)]
        finally:
            store.close()

    def accepted(self, message: str) -> str:
        """The receipt of acceptance that the relay keeps for a message."""
        notes = self._rows("SELECT statement FROM evidence WHERE state = 0")
        return next(note for note in notes if f"\nmessage: {message}\n" in note)

    def leaves(self) -> list[bytes]:
        return [bytes(leaf) for leaf in self._rows("SELECT leaf FROM leaves ORDER BY id")]

    def chain(self) -> list[str]:
        return self._rows("SELECT entry FROM trust ORDER BY number")

    def orders(self) -> list[str]:
        return self._rows("SELECT statement FROM orders ORDER BY id")

    def checkpoint(self, leaves: list[bytes]) -> bytes:
        """A signed checkpoint over any leaves."""
        root = merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
        text = f"{self.log_key.name}\n{len(leaves)}\n{base64.b64encode(root).decode()}\n"
        return sign(text, self.log_key).encode()

    def receipt(self, message: dict, sender: str, /, **changes: str) -> str:
        """A signed receipt of acceptance for a submission that nobody took in."""
        leaves, entries = self.leaves(), self.chain()
        root = merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
        fields = {
            "message": message["id"],
            "from": sender,
            "message-sha256": message["message-sha256"].hex(),
            "state": "accepted",
            "purpose": message["purpose"],
            "by": self.log_key.name,
            "at": now(),
            "log": view(len(leaves), root),
            "trust": view(len(entries), chain_head(self.root, entries)),
        }
        return sign(statement("receipt", [*{**fields, **changes}.items()]), self.log_key)

    def forked(self, at: int) -> list[bytes]:
        """The log with another event at index `at`, for whom it is to be hidden from."""
        leaves = self.leaves()
        if at < len(leaves):
            leaves[at] = leaves[at].replace(b'"outcome":"success"', b'"outcome":"failed"')
        return leaves
