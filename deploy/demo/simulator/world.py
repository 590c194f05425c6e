"""The parts of one running simulator, held together."""

import threading
from typing import Any

from . import samples
from .callbacks import Callbacks
from .faults import Faults
from .settings import Settings
from .state import State
from .store import Store


class World:
    """State, faults and callback sender of one simulated corp."""

    def __init__(self, corp: dict[str, Any], settings: Settings) -> None:
        self.settings = settings
        self.state = State(corp)
        self.state.favourites = settings.first_people
        self.faults = Faults()
        self.callbacks = Callbacks(self.state, self.faults, settings)
        self.store: Store | None = None
        if settings.state_path:
            self.store = Store(self.state, settings.state_path)
            self.store.load()
            self.store.watch()

    def warm_up(self) -> None:
        """Draw the sample photos before somebody opens the picker."""
        threading.Thread(target=samples.warm_up, name="simulator-photos", daemon=True).start()

    def close(self) -> None:
        """Save what changed since the last save."""
        if self.store:
            self.store.save()

    def reset(self) -> None:
        """Start from the seed again."""
        with self.state.lock:
            self.state.reset()
            self.faults.clear()
            self.state.touch()
