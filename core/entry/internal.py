"""The web process: `gunicorn core.entry.internal:app`."""

import os
from pathlib import Path

from core import jobs, log, platform
from core.config import load
from core.web.app import create_wsgi

log.setup(level=os.environ.get("QINGBAN_LOG", "INFO"))
config = load(Path(os.environ["QINGBAN_CONFIG"]))
running = platform.start(config)
jobs.open_bell(config)  # a page that queues work wakes the worker at once
app = create_wsgi(running)
