"""Which database server the settings mean: the one that is configured, or this checkout's private cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.errors import ConfigError
from gisdb.progress import Progress, silent


@dataclass(frozen=True)
class Server:
    """Addresses of the serving and the owning role; ``cluster`` is the private one, None for a configured server."""

    app_url: str
    owner: str | None
    cluster: Cluster | None

    @classmethod
    def of(cls, settings: Settings) -> Server:
        """The server that the settings mean; nothing is started."""
        if settings.database_url is not None:
            return cls(settings.database_url, settings.owner_url, None)
        cluster = Cluster.for_checkout(settings.home)
        return cls(cluster.app_url, cluster.owner_url, cluster)

    @property
    def owner_url(self) -> str:
        """The owning role's address.

        Raises:
            ConfigError: ``owner_url_missing``.
        """
        if self.owner is None:
            raise ConfigError("owner_url_missing")
        return self.owner

    @property
    def admin_url(self) -> str | None:
        """An address that may make roles and extensions, where we know one."""
        return self.cluster.superuser_url if self.cluster else None

    @contextmanager
    def running(self, progress: Progress = silent) -> Iterator[None]:
        """Have the private cluster run for a while and leave it as it was found; a configured server is left alone."""
        started = self.cluster.ensure(progress) if self.cluster else False
        try:
            yield
        finally:
            if self.cluster and started:
                self.cluster.stop(progress)
