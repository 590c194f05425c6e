"""The admin console: plugins, roles, directory, trail, background work."""

from core.contributions import Route
from core.platform import Platform
from core.web.admin import jobs, plugins, roles, sites, sync, trail


def routes(platform: Platform) -> list[Route]:
    """The addresses of the console."""
    return [
        Route(path="/admin", resource=plugins.Front(platform), action="core.admin", desktop=True),
        *plugins.routes(platform),
        *roles.routes(platform),
        *sites.routes(platform),
        *sync.routes(platform),
        *jobs.routes(platform),
        *trail.routes(platform),
    ]
