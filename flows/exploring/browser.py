"""Opens a browser on an address with a key in it, without the key on a command line that others can read."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer

# The browser must have come by then [s].
PATIENCE_SECONDS = 30.0


def open_once(address: str) -> None:
    """Opens the user's browser, where there is a screen, on a link that works once and leads to the address.

    Args:
        address: With a key in it.
    """
    if not _has_screen():
        return
    link = one_time_link(address)
    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def one_time_link(address: str) -> str:
    """A link that leads to the address for whoever comes first, and to nothing afterwards."""
    path = f"/{secrets.token_urlsafe(16)}"

    class Once(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != path:
                self.send_error(404)
                return
            self.server.is_done = True  # type: ignore[attr-defined]
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Once)
    server.timeout = PATIENCE_SECONDS

    def answer() -> None:
        with server:
            # A browser may ask for an icon first.
            for _ in range(5):
                server.handle_request()
                if getattr(server, "is_done", False):
                    return

    threading.Thread(target=answer, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}{path}"


def _has_screen() -> bool:
    # Without one, a browser for terminals would take this one over.
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
