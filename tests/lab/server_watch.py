"""What the books say of srv1 and whether it has power, looked at all the time."""

import sqlite3
import threading

import plan
from controller import Controller
from qemu_server import QemuServer

LOOK = 0.1  # seconds


class ServerWatch:
    """As a context manager; the questions are for after it."""

    def __init__(self, controller: Controller, server: QemuServer):
        self.database = controller.folder / "data" / "state.db"
        self.server = server
        self.seen: list[tuple[str, bool]] = []  # state and power, each change
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "ServerWatch":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopping.set()
        self.thread.join(30)

    def _look(self) -> None:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30) as database:
            while not self.stopping.wait(LOOK):
                ((state,),) = database.execute("SELECT state FROM servers WHERE name = ?", (plan.SRV1.name,)).fetchall()
                now = (state, self.server.is_on())
                if now not in self.seen[-1:]:
                    self.seen.append(now)

    def states(self) -> list[str]:
        """Each as often as it was entered."""
        states = [state for state, _ in self.seen]
        return [state for at, state in enumerate(states) if states[at - 1:at] != [state]]

    def was_in_the_pool_with_power(self) -> bool:
        return ("available", True) in self.seen
