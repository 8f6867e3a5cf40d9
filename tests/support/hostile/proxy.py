"""Stands between clients and a real relay; hands every request to the lie that is in force."""

import dataclasses
import http.client
import http.server
import json
import pathlib
import re
import socketserver
import ssl
import threading
import traceback

import cbor2

from .house import House


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self):
        return cbor2.loads(self.body)

    def with_document(self, document) -> "Answer":
        return dataclasses.replace(self, body=cbor2.dumps(document))


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    device: str  # who signed it
    house: House
    options: dict  # of the lie
    forward: object  # () -> Answer, the honest one
    connection: object  # the client's socket, for those who do not even speak HTTP
    told: object  # () -> None: counts the lie; an answer of status 0 was counted already
    times_told: object  # () -> int

    @property
    def route(self) -> str:
        return f"{self.method} {self.target.partition('?')[0].removeprefix('/v1')}"

    @property
    def document(self):
        return cbor2.loads(self.body)

    def query(self, name: str, otherwise: int = 0) -> int:
        found = re.search(rf"[?&]{name}=(\d+)", self.target)
        return int(found[1]) if found else otherwise


def forward(house: House, upstream: str, request: http.server.BaseHTTPRequestHandler, body: bytes):
    connection = http.client.HTTPConnection(upstream, timeout=90)
    headers = {key: value for key, value in request.headers.items() if key.lower() != "connection"}
    connection.request(request.command, request.path, body, headers)
    response = connection.getresponse()
    content = response.read()
    kept = ("content-type", "content-range", "retry-after", "accept-ranges")
    kept_headers = {key: value for key, value in response.getheaders() if key.lower() in kept}
    connection.close()
    return Answer(response.status, kept_headers, content)


class Control:
    """Where a test writes the lie that it wants, and finds what was told and what was passed on."""

    def __init__(self, folder: str):
        self.folder = pathlib.Path(folder)
        self._lock = threading.Lock()

    def current(self) -> dict | None:
        try:
            return json.loads((self.folder / "lie").read_text())
        except FileNotFoundError:
            return None

    def count(self, name: str, target: str) -> None:
        with self._lock, open(self.folder / "told", "a", encoding="utf-8") as told:
            told.write(f"{name} {target}\n")

    def times_told(self) -> int:
        told = self.folder / "told"
        return len(told.read_text().splitlines()) if told.exists() else 0

    def passed(self, route: str) -> None:
        with self._lock, open(self.folder / "passed", "a", encoding="utf-8") as passed:
            passed.write(f"{route}\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    house: House
    control: Control
    upstream: str
    lies: dict

    def log_message(self, *_):
        pass

    def _request(self, options: dict) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signer = re.search(r'keyid="([^"]*)"', self.headers.get("Signature-Input", ""))
        return Request(
            self.command,
            self.path,
            dict(self.headers.items()),
            body,
            signer[1] if signer else "",
            self.house,
            options,
            lambda: forward(self.house, self.upstream, self, body),
            self.connection,
            lambda: self.control.count(options["name"], self.path),
            self.control.times_told,
        )

    def _answer(self) -> Answer | None:
        options = self.control.current() or {}
        request = self._request(options)
        if options and options.get("for", "") in request.device:
            told = self.lies[options["name"]](request)
            if told is not None:
                if told.status != 0:
                    request.told()
                return told
        self.control.passed(request.route)
        answer = request.forward()
        if request.route in ("GET /inbox", "POST /prekeys/claim") and answer.status == 200:
            self.house.remember(request.route, request.device, answer.document)
        return answer

    def _serve(self) -> None:
        try:
            answer = self._answer()
        except OSError:
            answer = None  # somebody has hung up
        except Exception:  # the test must see it
            traceback.print_exc()
            answer = None
        if answer is None or answer.status == 0:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for key, value in answer.headers.items():
            self.send_header(key, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = _serve


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, house: House, control: Control, upstream: str, lies: dict):
        members = {"house": house, "control": control, "upstream": upstream, "lies": lies}
        host, port = house.url.split("//")[1].split(":")
        super().__init__((host, int(port)), type("Bound", (Handler,), members))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(house.certificate, house.tls_key)

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(120)
        # The handshake happens in the thread of the connection, at its first read.
        tls = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return tls, address

    def handle_error(self, request, client_address):
        pass  # clients hang up on liars
