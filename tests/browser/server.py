"""A folder on localhost, compressed as public servers compress it, with a record of what was sent."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass
class Server:
    """``sent`` has path and bytes of every answer, in order, as they went over the line and as they lie in the file."""

    base: str
    sent: list[tuple[str, int, int]] = field(default_factory=list)


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / unquote(urlsplit(self.path).path).lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            small = kind.startswith(TEXT) and "gzip" in self.headers.get("Accept-Encoding", "")
            body = _packed(path) if small else path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if small:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)
            server.sent.append((path.relative_to(folder).as_posix(), len(body), path.stat().st_size))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_port}/")
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield server
        http.shutdown()
