"""Build the falcon app: every route declared, guarded and served with the same frame."""

from collections.abc import Callable
from typing import Any

import falcon
from falcon.routing.util import SuffixedMethodNotFoundError

from core import attachments
from core.auth import limits
from core.contributions import Route
from core.errors import Misconfigured
from core.platform import Platform
from core.web import admin, binding, errors, home, service, signin, tabs, wecom
from core.web.guard import Guard
from core.web.middleware import Doorkeeper, Frame
from core.web.static import ROOT as STATIC_ROOT
from core.web.static import Static
from core.web.templates import environment

Wsgi = Callable[..., Any]


def create_app(platform: Platform) -> Any:
    """Build the app without static files; tests use it as it is."""
    config = platform.config
    csrf_key = config.key("csrf")
    guard = Guard(config, csrf_key)
    env = environment(
        [one.folder / "templates" for one in platform.registry.found],
        static(platform),
        house=config.site_templates,
    )
    frame: list[Any] = [Frame(config, env, csrf_key), Doorkeeper(guard)]
    app: Any = falcon.App(middleware=frame)
    app.req_options.strip_url_path_trailing_slash = False
    app.req_options.auto_parse_qs_csv = False
    app.req_options.media_handlers[falcon.MEDIA_JSON] = falcon.media.JSONHandler(loads=binding.strict_json)
    multipart: Any = app.req_options.media_handlers[binding.MULTIPART]
    multipart.parse_options.max_body_part_count = binding.MAX_PARTS
    errors.install(app)
    limits.install(config)
    tabs.install(platform.registry.contributions["register_todo_tabs"])
    for template, owner, route in declared(platform):
        guard.add(template, owner, route)
        try:
            app.add_route(template, route.resource, suffix=route.suffix or None)
        except (ValueError, TypeError, SuffixedMethodNotFoundError) as error:
            raise Misconfigured(f"插件 {owner} 的地址 {template} 有误：{error}") from error
    app.add_sink(guard.lost)
    return app


def create_wsgi(platform: Platform) -> Wsgi:
    """Build what the web server runs: the app behind published static files."""
    files = static(platform)
    files.publish()
    served: Wsgi = files.wrap(create_app(platform))
    return served


def static(platform: Platform) -> Static:
    """Return the static trees of core and all plugins."""
    folders = {"core": STATIC_ROOT, **{one.name: one.folder / "static" for one in platform.registry.found}}
    return Static(folders, platform.config.data_dir / "static")


def declared(platform: Platform) -> list[tuple[str, str, Route]]:
    """Return every address with its owner and what it declared; the laws walk this list."""
    ours = [
        *signin.routes(platform),
        *home.routes(platform),
        *service.routes(platform),
        *wecom.routes(platform),
        *admin.routes(platform),
        *attachments.routes(platform.config),
    ]
    core = [(route.path, "core", route) for route in ours]
    return core + [(f"/{owner}{route.path}", owner, route) for owner, route in platform.registry.routes]
