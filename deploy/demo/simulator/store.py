"""Keep the state in a SQLite file, so a restarted demo goes on where it was."""

import json
import sqlite3
import threading
from contextlib import closing

from .state import State

TABLES = """
create table if not exists piece (name text primary key, body text not null);
create table if not exists blob (name text primary key, body blob not null);
"""


class Store:
    """A file with one row per part of the state and one per stored media."""

    def __init__(self, state: State, path: str) -> None:
        self.state = state
        self.path = path
        self.saved_blobs: set[str] = set()
        self.saved_contacts = -1
        self.write_lock = threading.Lock()
        with closing(self._open()) as db:
            db.executescript(TABLES)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=10)

    def load(self) -> None:
        """Read the file into the state."""
        with closing(self._open()) as db, self.state.lock:
            saved = {name: json.loads(body) for name, body in db.execute("select name, body from piece")}
            if saved:
                self.state.load(saved)
            for name, body in db.execute("select name, body from blob"):
                self.state.blobs[name] = body
                self.saved_blobs.add(name)

    def save(self) -> None:
        """Write the state to the file in one transaction."""
        with self.write_lock:
            version = self.state.contacts_version
            pieces = list(self.state.dump(contacts=version != self.saved_contacts).items())
            self.saved_contacts = version
            with self.state.lock:
                fresh = [(k, v) for k, v in self.state.blobs.items() if k not in self.saved_blobs]
                gone = [(k,) for k in self.saved_blobs if k not in self.state.blobs]
            with closing(self._open()) as db, db:
                db.executemany("insert or replace into piece values (?, ?)", pieces)
                db.executemany("insert or replace into blob values (?, ?)", fresh)
                db.executemany("delete from blob where name = ?", gone)
            self.saved_blobs |= {k for k, _ in fresh}
            self.saved_blobs -= {k for (k,) in gone}

    def watch(self) -> None:
        """Save in the background, at most once a second."""
        threading.Thread(target=self._watch, name="simulator-store", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            self.state.changed.wait()
            pause.wait(1.0)
            self.state.changed.clear()
            self.save()
