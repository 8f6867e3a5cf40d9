#!/usr/bin/python3
"""A mail server and a gateway for the tests of notices: real SMTP, real HTTP, real TLS.

    notice_servers.py FOLDER SMTP_PORT SMTPS_PORT OPEN_PORT HTTPS_PORT HTTP_PORT

FOLDER has cert.pem and key.pem, for localhost. What arrives is appended to mails.ndjson and
requests.ndjson. mail.answers and http.answers say how to answer: each recipient, or request, takes
the first line, "450 4.2.0 later", "429 slow down", or "429 after=2" with a Retry-After; without any
left everything is taken. Users log
in as sealpost with the password in FOLDER/password. http.gather has a number: until so many requests
were there at the same time, none is answered, for a minute at most; "at_once" says of each how many
there were when it came. OPEN_PORT is SMTP without TLS. Writes "ready" when it listens; runs until it is
killed.
"""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

FOLDER = Path(sys.argv[1])
PORTS = [int(port) for port in sys.argv[2:7]]
LOCK = threading.Lock()
CROWD = threading.Condition()


def record(name, value):
    with LOCK, open(FOLDER / name, "a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\n")


def next_answer(name):
    with LOCK:
        path = FOLDER / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.write_text("".join(line + "\n" for line in lines[1:]), encoding="utf-8")
        return lines[0] if lines else None


class Mailbox:
    async def handle_RCPT(self, _server, session, envelope, address, _options):
        answer = next_answer("mail.answers")
        record("rcpts.ndjson", {"to": address, "answer": answer, "port": session.peer[1]})
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):
        record("mails.ndjson", {
            "from": envelope.mail_from, "to": envelope.rcpt_tos,
            "data": envelope.content.decode("utf-8"), "tls": session.ssl is not None,
            "auth": bool(session.authenticated), "port": session.peer[1],
        })
        return "250 Taken"


def authenticate(_server, _session, _envelope, _mechanism, data):
    password = (FOLDER / "password").read_bytes().strip()
    known = data.login == b"sealpost" and data.password == password
    return AuthResult(success=known, handled=known)


class Crowd:
    """How many requests there are, and were."""

    now = peak = 0

    @classmethod
    def enter(cls):
        with CROWD:
            cls.now += 1
            cls.peak = max(cls.peak, cls.now)
            CROWD.notify_all()
            gather = FOLDER / "http.gather"
            if gather.exists():
                wanted = int(gather.read_text(encoding="utf-8"))
                CROWD.wait_for(lambda: cls.peak >= wanted, timeout=60)
            else:
                cls.peak = cls.now
            return cls.now

    @classmethod
    def leave(cls):
        with CROWD:
            cls.now -= 1


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        at_once = Crowd.enter()
        try:
            self.reply(body, at_once)
        finally:
            Crowd.leave()

    def reply(self, body, at_once):
        record("requests.ndjson", {
            "method": self.command, "path": self.path, "body": body,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "port": self.client_address[1], "at_once": at_once,
        })
        status, _, words = (next_answer("http.answers") or "202 taken").partition(" ")
        said = (words.replace("BODY", body)).encode()
        self.send_response(int(status))
        if words.startswith("after="):
            self.send_header("Retry-After", words.removeprefix("after="))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_GET = answer

    def log_message(self, *_arguments):
        pass


def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(FOLDER / "cert.pem", FOLDER / "key.pem")
    Controller(Mailbox(), hostname="127.0.0.1", port=PORTS[0], tls_context=tls,
               require_starttls=True, auth_required=True, authenticator=authenticate).start()
    Controller(Mailbox(), hostname="127.0.0.1", port=PORTS[1], ssl_context=tls,
               auth_require_tls=False).start()
    Controller(Mailbox(), hostname="127.0.0.1", port=PORTS[2]).start()
    https = ThreadingHTTPServer(("127.0.0.1", PORTS[3]), Gateway)
    https.socket = tls.wrap_socket(https.socket, server_side=True)
    plain = ThreadingHTTPServer(("127.0.0.1", PORTS[4]), Gateway)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    print("ready", flush=True)
    https.serve_forever()


if __name__ == "__main__":
    main()
