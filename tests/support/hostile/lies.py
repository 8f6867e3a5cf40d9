"""The lies that a relay's operator can tell, each a function of one request.

A lie answers in the relay's place, or returns None where it leaves the truth alone.
"""

import base64
import dataclasses
import datetime
import json
import pathlib
import re
import subprocess
import time

from . import age, merkle
from .device import Device, prekey_note
from .notes import Key, chain_head, cosign, field, fields_of, kind_of, now, sha256, sign, statement
from .notes import text_of, view
from .proxy import Answer, Request

LIES = {}


def lie(route: str):
    """Registers a lie about every request whose route matches in whole."""

    def register(tell):
        def told(request: Request):
            return tell(request) if re.fullmatch(route, request.route) else None

        LIES[tell.__name__] = told
        return told

    return register


def edits(route: str):
    """The same for a lie that changes the decoded answer in place; False leaves it as it is."""

    def register(edit):
        def tell(request: Request):
            answer = request.forward()
            if answer.status != 200:
                return answer
            document = answer.document
            return None if edit(request, document) is False else answer.with_document(document)

        tell.__name__ = edit.__name__
        return lie(route)(tell)

    return register


def cbor(document) -> Answer:
    return Answer(200, {"Content-Type": "application/cbor"}, b"").with_document(document)


def flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def changed(note: str, **changes: str) -> str:
    """The text of a statement with other values."""
    fields = [(key, changes.get(key.replace("-", "_"), value)) for key, value in fields_of(note)]
    return statement(kind_of(note), fields)


def signatures_of(note: str) -> str:
    return note[len(text_of(note)) :]


def canonical(event: dict) -> bytes:
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- keys ----------------------------------------------------------------------------------------


@edits("POST /prekeys/claim")
def swap_prekey(request: Request, document):
    """`by`: how the operator's own recipient is presented."""
    for item in document["prekeys"]:
        mine = changed(item["prekey"], recipient=age.new_recipient())
        match request.options["by"]:
            case "old signature":
                item["prekey"] = mine + signatures_of(item["prekey"])
            case "own key":
                item["prekey"] = sign(mine, Key(item["device"]))
            case "log key":
                item["prekey"] = sign(mine, request.house.log_key)
            case "member":
                other = Device.load(request.options["state"])
                item["prekey"] = prekey_note(other.key, item["device"], age.new_recipient())
            case "member for itself":
                other = Device.load(request.options["state"])
                item["prekey"] = prekey_note(other.key, other.key.name, age.new_recipient())


@edits("POST /prekeys/claim")
def double_issue(request: Request, document):
    """Hands out the first prekey that it saw of a device, again and again; `memory` is its name."""
    for item in document["prekeys"]:
        name = (request.options["memory"], item["device"])
        item["prekey"] = request.house.issued.setdefault(name, item["prekey"])


@edits("GET /trust")
def hide_trust(request: Request, document):
    """Shows `size` entries of the chain and no more."""
    size = request.options["size"]
    document["size"] = size
    document["entries"] = document["entries"][: max(0, size - request.query("from"))]


@lie("(GET /trust|POST /prekeys/claim|POST /messages)")
def hide_revocation(request: Request):
    """Hides the chain behind `size` entries, and answers as if nobody had been revoked."""
    if request.route == "GET /trust":
        return LIES["hide_trust"](request)
    if request.route == "POST /messages":
        return LIES["swallow"](request)
    old = request.house.prekeys
    claimed = [{"device": name, "prekey": old[name]} for name in request.document["devices"]]
    return cbor({"prekeys": claimed})


@edits("GET /trust")
def announce_trust(request: Request, document):
    """Announces entries that never come."""
    document["size"] += 5


@edits("GET /trust")
def forge_certificate(request: Request, document):
    """The last certificate names another key, with signatures under the right names."""
    for at, entry in reversed([*enumerate(document["entries"])]):
        if kind_of(entry) != "certificate":
            continue
        key = Key(field(entry, "device"))
        names = re.findall("^\u2014 ([^ ]+)", signatures_of(entry), re.MULTILINE)
        signers = [key if name == key.name else Key(name) for name in names]
        document["entries"][at] = sign(changed(entry, key=key.vkey), *signers)
        return True
    return False


@edits("GET /trust")
def another_certificate(request: Request, document):
    """In the place of the last entry stands the certificate of another member."""
    if not document["entries"]:
        return False
    old = [entry for entry in request.house.chain() if kind_of(entry) == "certificate"]
    document["entries"][-1] = old[0]
    return True


@edits("GET /trust")
def append_entry(request: Request, document):
    """One more entry, from the file `note`, behind the real ones."""
    document["entries"].append(pathlib.Path(request.options["note"]).read_text())
    document["size"] += 1


@edits("GET /trust")
def rekey_device(request: Request, document):
    """`device` gets a further certificate, with a key of the operator's, `by` whoever."""
    device = request.options["device"]
    old = [
        entry
        for entry in request.house.chain()
        if kind_of(entry) == "certificate" and field(entry, "device") == device
    ][-1]
    key = Key(device)
    changes = {"key": key.vkey, "number": str(int(field(old, "number")) + 1)}
    changes["issuer"] = f"certificate {sha256(old.encode()).hex()}"
    match request.options["by"]:
        case "new key":
            entry = sign(changed(old, **changes), key)
        case "new key twice":
            entry = sign(changed(old, **changes), key, Key(device))
        case "log key":
            entry = sign(changed(old, **changes), request.house.log_key, key)
        case "first again":
            entry = sign(changed(old, key=key.vkey), *[Key(device)], key)
    document["entries"].append(entry)
    document["size"] += 1


@lie("POST /(trust|audit/reviews)")
def lose_answer(request: Request):
    """Takes in what comes and hangs up."""
    request.forward()
    request.told()
    return Answer(0, {}, b"")


@lie("GET /(inbox|audit/events)|POST /(audit/exports|prekeys/claim|decisions|exports)")
def lose_first_answer(request: Request):
    """Takes in the first request of `route`, and hangs up; `time` tells one lie from the next."""
    if request.route != request.options["route"]:
        return None
    answer = request.forward()
    lost = request.house.__dict__.setdefault("lost", set())
    if answer.status != 200 or (request.route, request.options["time"]) in lost:
        return answer
    lost.add((request.route, request.options["time"]))
    request.told()
    return Answer(0, {}, b"")


@lie("POST /mfa/verify")
def lose_first_code(request: Request):
    """Passes it on, and hangs up the first time."""
    answer = request.forward()
    if getattr(request.house, "code_lost", False):
        return answer
    request.house.code_lost = True
    request.told()
    return Answer(0, {}, b"")


@edits("GET /trust")
def replace_entry(request: Request, document):
    """The entry from the file `note` stands at number `at`."""
    index = request.options["at"] - request.query("from")
    if not 0 <= index < len(document["entries"]):
        return False
    document["entries"][index] = pathlib.Path(request.options["note"]).read_text()
    return True


# --- the log -------------------------------------------------------------------------------------


def text_answer(body: bytes) -> Answer:
    return Answer(200, {"Content-Type": "text/plain; charset=utf-8"}, body)


@lie("GET /audit/checkpoint")
def roll_back(request: Request):
    """An old state of the log, `by` events ago, signed again."""
    return text_answer(request.house.checkpoint(request.house.leaves()[: -request.options["by"]]))


@lie("GET /audit/checkpoint")
def freeze(request: Request):
    """The checkpoint that it saw first, with the time that was signed then, again and again."""
    if request.house.frozen is None:
        request.house.frozen = request.forward()
    return request.house.frozen


@lie("GET /audit/checkpoint")
def misdate(request: Request):
    """The newest checkpoint as of `by` seconds from now; undated when `by` is 0."""
    note = request.forward().body.decode()
    text = text_of(note)
    lines = [note[len(text) + 1 :].splitlines(keepends=True)[0]]
    if request.options["by"] != 0:
        moment = int(time.time()) + request.options["by"]
        lines.append(cosign(text, request.house.log_key, moment))
    return text_answer((text + "\n" + "".join(lines)).encode())


@lie("GET /audit/checkpoint")
def redate(request: Request):
    """The relay's own checkpoint, its signed time changed."""
    answer = request.forward()
    lines = answer.body.decode().splitlines()
    word = lines[-1].split(" ")
    payload = bytearray(base64.b64decode(word[2]))
    payload[11] ^= 1
    lines[-1] = " ".join([*word[:2], base64.b64encode(bytes(payload)).decode()])
    return text_answer(("\n".join(lines) + "\n").encode())


@lie("GET /audit/checkpoint")
def foreign_checkpoint(request: Request):
    """A checkpoint that somebody else has signed under the log's name."""
    house = request.house
    text = text_of(house.checkpoint(house.leaves()).decode())
    return text_answer(sign(text, Key(house.log_key.name)).encode())


@lie("GET /audit/.*")
def fork(request: Request):
    """Another event at index `at`, and a log that is consistent with it in every answer."""
    leaves = request.house.forked(request.options["at"])
    path = request.route.removeprefix("GET /audit/")
    if path == "checkpoint":
        return text_answer(request.house.checkpoint(leaves))
    if path.startswith("tile/"):
        body = merkle.tile(leaves, path.removeprefix("tile/"))
        return Answer(200, {"Content-Type": "application/octet-stream"}, body)
    return None


@edits("GET /audit/events")
def false_events(request: Request, document):
    """`what` of every event that is shown is not what was logged."""
    for item in document["entries"]:
        event = json.loads(item["leaf"])
        match request.options["what"]:
            case "actor":
                event["actor"] = "mercy.example/olivia/other"
            case "address":
                event["address"] = "\x1b]0;owned\x07\u202e"
        item["leaf"] = canonical(event)
        if request.options["what"] == "index":
            item["index"] += 1
    return bool(document["entries"])


# --- messages ------------------------------------------------------------------------------------


@edits("GET /inbox")
def replay(request: Request, document):
    """Everything that this device ever got comes once more, under new cursors."""
    last = max((item["cursor"] for item in document["deliveries"]), default=request.query("after"))
    old = request.house.deliveries[request.device]
    if last >= 1 << 40 or not old:
        return False
    again = [{**item, "cursor": (1 << 40) + number} for number, item in enumerate(old)]
    document["deliveries"] += again
    return True


def altered(request: Request, item: dict, what: str) -> None:
    house = request.house
    match what:
        case "payload" | "header" | "stanza":
            part, at = (what, -40) if what != "stanza" else ("header", 40)
            item[part] = flipped(item[part], at)
        case "header of another":
            item["header"] = house.deliveries[request.device][0]["header"]
        case "prekey":
            item["prekey"] = "0123456789abcdef"
        case "id":
            item["id"] = "0193aaaa-0000-7000-8000-000000000000"
        case "sender":
            item["from"] = request.device
        case "receipt of another":
            item["receipt"] = house.deliveries[request.device][0]["receipt"]
        case "receipt for another purpose":
            item["receipt"] = sign(changed(item["receipt"], purpose="billing"), house.log_key)
        case "receipt signed by nobody":
            item["receipt"] = sign(text_of(item["receipt"]), Key(house.log_key.name))
        case "cursor":
            item["cursor"] = 0
        case "lines":
            item["id"] = "x\nsealpost: all is well\x1b[2J"
            item["from"] = "y\nNO FROM\n1 olivia \x9b31m\u202e"


@edits("GET /inbox")
def alter_deliveries(request: Request, document):
    """`what` is not what was sent: a list parted by commas, the first one for the first delivery."""
    for item, what in zip(document["deliveries"], request.options["what"].split(",")):
        altered(request, item, what)
    return bool(document["deliveries"])


@lie("POST /messages")
def lose_messages(request: Request):
    """Hangs up without having taken them in."""
    request.told()
    return Answer(0, {}, b"")


@lie("POST /messages")
def swallow(request: Request):
    """Signs for messages that it neither keeps nor logs."""
    house = request.house
    for message in request.document["messages"]:
        house.swallowed[message["id"]] = house.receipt(message, request.device)
    results = [
        {
            "id": message["id"],
            "accepted": True,
            "duplicate": False,
            "error-code": "",
            "error-text": "",
            "recipients": [
                {"device": item["device"], "state": "accepted"} for item in message["envelopes"]
            ],
            "receipt": house.swallowed[message["id"]],
        }
        for message in request.document["messages"]
    ]
    return cbor({"results": results})


@lie("POST /messages")
def refuse(request: Request):
    """Refuses with `text`."""
    results = [
        {
            "id": message["id"],
            "accepted": False,
            "duplicate": False,
            "error-code": "denied",
            "error-text": request.options["text"],
            "recipients": [
                {"device": item["device"], "state": "refused"} for item in message["envelopes"]
            ],
            "receipt": request.options["text"],
        }
        for message in request.document["messages"]
    ]
    return cbor({"results": results})


@edits("POST /messages")
def receipt_of_other_content(request: Request, document):
    """Signs for another message than the one it was given: another `field` has the `value`."""
    field = request.options.get("field", "message-sha256")
    value = request.options.get("value", "00" * 32)
    for message, result in zip(request.document["messages"], document["results"]):
        if field == "id":
            result["id"] = value
        elif field == "signature":
            receipt = result["receipt"]
            result["receipt"] = receipt[:-20] + ("A" if receipt[-20] != "A" else "B") + receipt[-19:]
        else:
            result["receipt"] = request.house.receipt(message, request.device, **{field: value})


# --- orders --------------------------------------------------------------------------------------


@lie("GET /orders/[0-9a-f]+")
def withhold_orders(request: Request):
    """Always, or only for the first times that somebody asks."""
    first = request.options.get("first")
    if first is not None and request.times_told() >= first:
        return None
    return cbor({"order": "", "entries": []})


def wipe_order(house, device: str, key: str, signer: Key) -> str:
    leaves, entries = house.leaves(), house.chain()
    root = merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
    fields = [
        ("id", "0193aaaa-0000-7000-8000-000000000001"),
        ("device", device),
        ("key", key),
        ("reason", "because I say so"),
        ("log", view(len(leaves), root)),
        ("trust", view(len(entries), chain_head(house.root, entries))),
        ("at", now()),
    ]
    return sign(statement("wipe", fields), signer)


@lie("GET /orders/[0-9a-f]+")
def forge_order(request: Request):
    """An order to wipe `device`, who asks for it, with the whole true chain; `by` says whose."""
    house, options = request.house, request.options
    key = request.route.rsplit("/", 1)[-1]
    entries = house.chain()
    match options["by"]:
        case "owner":
            signer = Key(options["owner"])
        case "root":
            signer = Key(house.root.split("+")[0])
        case "log key":
            signer = house.log_key
        case "member":
            signer = Device.load(options["state"]).key
        case "other organisation":
            signer = Key("evil.example")
            text = [("name", "evil.example"), ("root", signer.vkey), ("at", now())]
            entries = [sign(statement("organisation", text), signer)]
    order = wipe_order(house, options["device"], key, signer)
    return cbor({"order": order, "entries": entries})


@lie("GET /orders/[0-9a-f]+")
def replay_order(request: Request):
    """A true order, that was given for another device or key, or by somebody who was revoked since;
    `hide` entries of the chain are not shown."""
    house = request.house
    order = house.orders()[request.options.get("at", 0)]
    entries = house.chain()
    if "hide" in request.options:  # the last ones
        entries = entries[: -request.options["hide"]]
    return cbor({"order": order, "entries": entries})


# --- recalls -------------------------------------------------------------------------------------


def recall_note(house, options, signer: Key) -> str:
    leaves, entries = house.leaves(), house.chain()
    root = merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
    head = chain_head(house.root, entries)
    if options["by"] == "another trust chain":
        head = sha256(head)
    fields = [
        ("message", options["message"]),
        ("from", options["from"]),
        ("reason", "because I say so"),
        ("log", view(len(leaves), root)),
        ("trust", view(len(entries), head)),
        ("at", now()),
    ]
    if options["by"] == "another message":
        fields.insert(2, ("message-sha256", sha256(b"another").hex()))
    return sign(statement("recall", fields), signer)


@edits("GET /inbox")
def forge_recall(request: Request, document):
    """A recall of `message`, which `from` sent; `by` says whose."""
    options = request.options
    match options["by"]:
        case "log key":
            signer = request.house.log_key
        case "member" | "another trust chain" | "another message":
            signer = Device.load(options["state"]).key
        case "own key":
            signer = Key(options["from"])
    recall = recall_note(request.house, options, signer)
    document["recalls"].append({"cursor": 1 << 40, "recall": recall})


@edits("GET /recalls/[^/]+/evidence")
def recall_evidence(request: Request, document):
    """What became of a recalled message is not what was signed."""
    match request.options["what"]:
        case "read":
            for item in document["items"]:
                if field(item["statement"], "state") == "delivered":
                    text = changed(item["statement"], state="read")
                    item["statement"] = text + signatures_of(item["statement"])
                    event = json.loads(item["leaf"])
                    event["event"] = "message.read"
                    event["details"]["statement"] = sha256(item["statement"].encode()).hex()
                    item["leaf"] = canonical(event)
        case "nobody":
            document["items"] = []
        case "silence":
            document["items"] = [
                item
                for item in document["items"]
                if field(item["statement"], "state") == "accepted"
            ]
        case "withdrawn":
            for item in document["items"]:
                if field(item["statement"], "state") == "withdrawn":
                    name = field(item["statement"], "by")
                    item["statement"] = sign(text_of(item["statement"]), Key(name))


@edits("POST /recalls")
def recall_of_another(request: Request, document):
    """The recall that counts is one that nobody gave."""
    document["recall"] = sign(text_of(document["recall"]), Key(field(document["recall"], "from")))


# --- attachments ---------------------------------------------------------------------------------


@lie("GET /blobs/[0-9a-f]+")
def alter_blob(request: Request):
    """One bit of the ciphertext, at `at` of the answer, or its end, is not what was stored."""
    answer = request.forward()
    match request.options["how"]:
        case "flip":
            body = flipped(answer.body, request.options.get("at", -1))
        case "shorter":
            body = answer.body[:-1]
        case "longer":
            body = answer.body + b"x"
        case "zeros":
            body = bytes(len(answer.body))
    return dataclasses.replace(answer, body=body)


@edits("POST /blobs")
def claim_parts(request: Request, document):
    """Says that parts are there which nobody has sent."""
    document["parts"] = [*range(request.options["parts"])]
    document["complete"] = bool(request.options["complete"])


@edits("GET /blobs/[0-9a-f]+/leaves")
def alter_leaves(request: Request, document):
    """The hashes that the ciphertext is checked with."""
    match request.options["how"]:
        case "flip":
            document["leaves"][-1] = flipped(document["leaves"][-1], 0)
        case "fewer":
            document["leaves"].pop()
        case "more":
            document["leaves"].append(bytes(32))
        case "none":
            document["leaves"].clear()


# --- receipts ------------------------------------------------------------------------------------


@edits("GET /receipts")
def withhold_receipts(request: Request, document):
    document["items"] = []
    document["more"] = False


@edits("GET /receipts")
def forge_receipts(request: Request, document):
    """Says of every delivered message that it was read."""
    for item in document["items"]:
        text = changed(item["statement"], state="read")
        match request.options["by"]:
            case "old signature":
                item["statement"] = text + signatures_of(item["statement"])
            case "own key":
                item["statement"] = sign(text, Key(field(item["statement"], "by")))
            case "log key":
                item["statement"] = sign(text, request.house.log_key)
            case "another message":
                text = changed(item["statement"], message=request.options["message"])
                item["statement"] = text + signatures_of(item["statement"])
    return bool(document["items"])


@edits("GET /receipts")
def stranger_receipt(request: Request, document):
    """A member who never got `message` signs that it could not be opened."""
    stranger = Device.load(request.options["state"])
    accepted = request.house.accepted(request.options["message"])
    text = changed(accepted, state="undecryptable", by=stranger.key.name)
    text = re.sub("^purpose: .*\n", "", text, flags=re.MULTILINE)
    cursor = 1 << 40
    if request.query("after") >= cursor:
        return False
    note = sign(text, stranger.key)
    leaf = request.house.leaves()[-1]
    document["items"].append({"cursor": cursor, "statement": note, "index": 1, "leaf": leaf})
    return True


@edits("GET /receipts")
def receipts_backwards(request: Request, document):
    for item in document["items"]:
        item["cursor"] = 0
    return bool(document["items"])


@lie("GET /messages/[^/]+/evidence")
def no_evidence(request: Request):
    return cbor({"items": [], "more": False})


def made_up_leaf(request: Request, note: str) -> bytes:
    event = {
        "v": 1,
        "at": now(),
        "event": "message.send",
        "actor": field(note, "from"),
        "message": field(note, "message"),
        "outcome": "success",
        "purpose": "general",
        "details": {"statement": sha256(note.encode()).hex()},
    }
    return canonical(event)


@lie("GET /messages/[^/]+/evidence")
def made_up_evidence(request: Request):
    """The acceptance of a swallowed message is in no log; `leaf` says what stands for its event."""
    leaves = request.house.leaves()
    note = request.house.swallowed[request.target.split("/")[3]]
    index, leaf = len(leaves) - 1, leaves[-1]
    if request.options["leaf"] != "of another event":
        leaf = made_up_leaf(request, note)
    if request.options["leaf"] == "behind the log":
        index += 1
    item = {"cursor": 1, "statement": note, "index": index, "leaf": leaf}
    return cbor({"items": [item], "more": False})


# --- time ----------------------------------------------------------------------------------------


@lie("GET /trust")
def delay(request: Request):
    """Tells the truth, later."""
    time.sleep(request.options["seconds"])
    return request.forward()


@lie("GET /register/[a-z]+(/entries)?")
def register_back(request: Request):
    """The register without its last `by` entries."""
    answer = request.forward()
    document = answer.document
    by = request.options["by"]
    if "size" in document:
        document["size"] -= by
        request.house.register_size = document["size"]
    else:
        last = request.house.register_size
        document["entries"] = [entry for entry in document["entries"] if entry["number"] <= last]
    return answer.with_document(document)


@lie("GET /register/[a-z]+/entries")
def register_gap(request: Request):
    """An entry left out."""
    answer = request.forward()
    document = answer.document
    if len(document["entries"]) < 2:
        return None
    del document["entries"][-2]
    return answer.with_document(document)


@lie("GET /register/[a-z]+/entries")
def register_swap(request: Request):
    """The last two entries, each under the other's number."""
    answer = request.forward()
    document = answer.document
    entries = document["entries"]
    if len(entries) < 2:
        return None
    entries[-1]["file"], entries[-2]["file"] = entries[-2]["file"], entries[-1]["file"]
    return answer.with_document(document)


@lie("GET /register/[a-z]+/entries")
def register_alter(request: Request):
    """One bit of the last entry, and of nothing else."""
    answer = request.forward()
    document = answer.document
    if not document["entries"]:
        return None
    file = bytearray(document["entries"][-1]["file"])
    file[-1] ^= 1
    document["entries"][-1]["file"] = bytes(file)
    return answer.with_document(document)


@lie("GET /register/[a-z]+/entries")
def register_keys(request: Request):
    """The keys of two contacts, each given to the other."""
    answer = request.forward()
    document = answer.document
    keys = document["keys"]
    if len(keys) < 2:
        return None
    keys[0]["wrapped"], keys[1]["wrapped"] = keys[1]["wrapped"], keys[0]["wrapped"]
    return answer.with_document(document)


@lie("GET /register/[a-z]+/entries")
def register_withhold(request: Request):
    """No key of any contact."""
    answer = request.forward()
    document = answer.document
    if not document["keys"]:
        return None
    document["keys"] = []
    return answer.with_document(document)


@lie("POST /(register/[a-z]+/entries|inbox/acknowledge)")
def meanwhile(request: Request):
    """The truth, but before the first of these the shell command `run` is done; each lie once."""
    run = request.options["run"]
    if run in request.house.done:
        return None
    request.house.done.add(run)
    subprocess.run(run, shell=True, check=True, stdout=subprocess.DEVNULL)
    return request.forward()


@lie("GET /(audit/.*|register/[a-z]+/entries)")
def redate_entry(request: Request):
    """The newest entry of the register was logged `by` seconds later, in a log that fits."""
    leaves = request.house.leaves()
    events = [json.loads(leaf) for leaf in leaves]
    last = max(at for at, event in enumerate(events) if event["event"] == "register.append")
    moment = datetime.datetime.fromisoformat(events[last]["at"].replace("Z", "+00:00"))
    moment += datetime.timedelta(seconds=request.options["by"])
    events[last]["at"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    leaves[last] = canonical(events[last])
    path = request.route.removeprefix("GET /audit/")
    if path == "checkpoint":
        return text_answer(request.house.checkpoint(leaves))
    if path.startswith("tile/"):
        body = merkle.tile(leaves, path.removeprefix("tile/"))
        return Answer(200, {"Content-Type": "application/octet-stream"}, body)
    if not request.route.startswith("GET /register/"):
        return None
    answer = request.forward()
    document = answer.document
    for entry in document["entries"]:
        entry["leaf"] = leaves[entry["index"]]
    return answer.with_document(document)
