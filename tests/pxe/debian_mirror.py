"""A mirror of Debian for machines that reach nobody else: hands on what the real archive has and keeps it.

d-i checks the archive's signature, so nothing can be made up here: what is asked for once comes from apt's own mirror."""
import http.server
import os
import pathlib
import shutil
import threading
import urllib.error
import urllib.parse
import urllib.request

CACHE = pathlib.Path(os.environ.get("SWITCHYARD_MIRROR_CACHE", "/var/cache/switchyard-mirror"))
UPSTREAM = os.environ.get("SWITCHYARD_LAB_MIRROR", "http://deb.debian.org/debian")


class DebianMirror:
    """http://127.0.0.1:`port`/debian, and the folder `more` as /more. `asked` lists what was asked for and how it ended."""

    def __init__(self, more=None):
        self.asked, self.more = [], more
        handler = type("Bound", (Handler,), {"mirror": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def has(name):
        """Whether the archive has this file, without fetching it."""
        if (CACHE / name).exists():
            return True
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{UPSTREAM}/{name}", method="HEAD"), timeout=60):
                return True
        except OSError:
            return False

    def find(self, name):
        """The file's path in the cache; None: the archive has no such file."""
        path = CACHE / name
        # Lists change with each point release; a cached one serves only while the archive is out of reach.
        if path.exists() and not name.startswith("dists/"):
            return path
        try:
            with urllib.request.urlopen(f"{UPSTREAM}/{name}", timeout=60) as answer:
                keep(answer, path)
        except urllib.error.HTTPError:
            return None
        except OSError:
            return path if path.exists() else None
        return path


def keep(answer, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{threading.get_ident()}.new")
    with open(new, "wb") as file:
        shutil.copyfileobj(answer, file)
    new.rename(path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror = None

    def log_message(self, *unused):
        pass

    def locate(self, name):
        if name.startswith("/debian/"):
            return self.mirror.find(name.removeprefix("/debian/"))
        path = pathlib.Path(f"{self.mirror.more}/{name.removeprefix('/more/')}")
        return path if self.mirror.more and path.is_file() else None

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        name = urllib.parse.unquote(self.path)
        path = None if ".." in name else self.locate(name)
        self.mirror.asked.append((name, path is not None))
        if path is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        if self.command == "GET":
            with open(path, "rb") as file:
                shutil.copyfileobj(file, self.wfile)
