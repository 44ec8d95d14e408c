# The web server and the `gisdb` command. The database is a container of its own: see docker-compose.yml.
#   docker build -t gisdb .

FROM python:3.11.14-slim-trixie AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/gisdb
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /source
# The libraries change less often than the program: their layer is kept from build to build.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project
COPY gisdb gisdb
COPY loaders loaders
COPY webmap webmap
COPY shapefiles shapefiles
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11.14-slim-trixie
# pg_dump, pg_restore and psql of the same version as the server in docker-compose.yml.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent gisdb
COPY --from=build /opt/gisdb /opt/gisdb
ENV PATH=/opt/gisdb/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
USER gisdb
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["gisdb"]
CMD ["serve"]
