"""The web application: wiring only."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from gisdb.cluster_home import home_for_checkout
from gisdb.config import Settings
from gisdb.engine import Database
from webmap import assets, i18n, logs, problems, security, session
from webmap.accounts.views import blueprint as accounts
from webmap.due.views import blueprint as due
from webmap.exports.views import blueprint as exports
from webmap.health.views import blueprint as health
from webmap.indicators.views import blueprint as indicators
from webmap.limits.views import blueprint as limits
from webmap.maps.views import blueprint as maps
from webmap.secret import session_key
from webmap.site import EXTENSION, Site
from webmap.uploads.api import blueprint as uploads_api
from webmap.uploads.views import CHECKED_BY_THEMSELVES
from webmap.uploads.views import blueprint as uploads

HERE = Path(__file__).parent
# A working day: whoever signs in in the morning signs in again the next.
SIGNED_IN_FOR = timedelta(hours=10)


def create_app(settings: Settings, database: Database) -> Flask:
    """The application that serves ``database`` as ``settings`` say. Connects to nothing.

    Raises:
        ConfigError: the session key cannot be had (see ``webmap.secret``).
    """
    app = Flask("webmap", static_folder=None, root_path=str(HERE))
    app.config.update(
        SECRET_KEY=session_key(settings.secret_key, home_for_checkout(settings.home)),
        SESSION_COOKIE_NAME="gisdb",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SIGNED_IN_FOR,
        WTF_CSRF_TIME_LIMIT=None,  # the token ends with the session
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,
        # Forms here are a few fields; files come by routes of their own that set their own limit.
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    if settings.trusted_proxies:
        # Only so many as the installer says: a client could write the header itself.
        near = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=near)  # type: ignore[method-assign]
    app.extensions[EXTENSION] = Site(settings, database, assets.Assets(HERE / "static"), assets.Immutables())
    app.jinja_env.globals.update(asset_url=assets.asset_url, current_account=session.current_account)
    # The first to be wired is the outermost: its after-request step runs last.
    logs.init_app(app)
    security.init_app(app)
    Compress(app)
    csrf = CSRFProtect(app)
    csrf.exempt(uploads_api)
    for name in CHECKED_BY_THEMSELVES:
        csrf.exempt(f"webmap.uploads.views.{name}")
    session.init_app(app)
    i18n.init_app(app, settings.language, settings.timezone)
    problems.init_app(app)
    rooms = (accounts, exports, limits, maps, indicators, due, uploads, uploads_api)
    for blueprint in (assets.blueprint, health, *rooms):
        app.register_blueprint(blueprint)
    return app
