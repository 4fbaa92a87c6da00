"""A service that speaks the installer's protocol to the RAM system, for tests: one server, a list of tasks."""
import base64
import hashlib
import http.server
import json
import os
import queue
import ssl
import subprocess
import threading
import time


def make_identity(folder):
    """A self-signed certificate; gives its file, its key and the pin of its public key."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=switchyard"],
                   check=True, capture_output=True, timeout=60)
    public = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True,
                            capture_output=True, timeout=60).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public, check=True,
                         capture_output=True, timeout=60).stdout
    return certificate, key, "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


class Service:
    """Listens on 127.0.0.1:`port` (TLS) and, for files only, `clear_port`. `tasks` is a queue of task dicts, `results` gets what
    came of them."""

    def __init__(self, folder, root, token="one-time"):
        certificate, key, self.pin = make_identity(folder)
        self.root, self.tokens, self.session = root, {token}, "session-secret"
        self.tasks, self.results, self.sessions, self.progress = queue.Queue(), queue.Queue(), queue.Queue(), []
        handler = type("Bound", (Handler,), {"service": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.clear = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Clear", (FilesInClear,), {"service": self}))
        self.clear.daemon_threads = True
        self.port, self.clear_port = self.server.server_address[1], self.clear.server_address[1]
        for server in (self.server, self.clear):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def close(self):
        for server in (self.server, self.clear):
            server.shutdown()
            server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service = None

    def log_message(self, *unused):
        pass

    def answer(self, status, value=None):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def may(self):
        if self.headers.get("Authorization") == "Bearer " + self.service.session:
            return True
        self.answer(403, {"error": "no such session"})
        return False

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/installer/v1/sessions":
            if body["token"] not in self.service.tokens:
                return self.answer(403, {"error": "the token was used"})
            self.service.tokens.discard(body["token"])
            self.service.session = body["session"]
            self.service.sessions.put(body)
            return self.answer(201, {"session": body["session"], "server": "srv1"})
        if not self.may():
            return None
        if self.path == "/installer/v1/progress":
            self.service.progress.append((time.monotonic(), body))
            return self.answer(200, {"cancelled": False})
        self.service.results.put(body)
        return self.answer(200, {})

    def do_GET(self):
        if not self.may():
            return None
        if self.path == "/installer/v1/task":
            try:
                return self.answer(200, self.service.tasks.get(timeout=20))
            except queue.Empty:
                return self.answer(204)
        return self.send_file()

    def send_file(self):
        path = os.path.join(self.service.root, os.path.basename(self.path))
        if not self.path.startswith("/files/") or not os.path.isfile(path):
            return self.answer(404, {"error": "no such file"})
        self.send_response(200)
        self.send_header("Content-Length", str(os.path.getsize(path)))
        self.end_headers()
        with open(path, "rb") as file:
            try:
                while part := file.read(1 << 20):
                    self.wfile.write(part)
            except OSError:  # the RAM system ended, or gave up
                self.close_connection = True
        return None


class FilesInClear(Handler):
    """A secret that comes this way is one too many: the file is refused then."""

    def do_GET(self):
        if "Authorization" in self.headers:
            return self.answer(400, {"error": "a session in clear text"})
        return self.send_file()

    def do_POST(self):
        self.answer(400, {"error": "the installer speaks TLS only"})
