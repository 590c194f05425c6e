"""The web process: `gunicorn core.entry.internal:app`."""

import os
from pathlib import Path

from core import log, platform
from core.config import load
from core.web.app import create_wsgi

log.setup(level=os.environ.get("QINGBAN_LOG", "INFO"))
app = create_wsgi(platform.start(load(Path(os.environ["QINGBAN_CONFIG"]))))
