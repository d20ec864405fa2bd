# The running program and nothing else: no compiler, no test, no package installer, no root.
# The Python is the one that every test runs on.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /opt/points && python -m venv /opt/wheel

# What changes seldom comes first, so that a change of source rebuilds seconds, not minutes.
COPY requirements.lock requirements-build.lock ./
RUN /opt/points/bin/pip install --require-hashes -r requirements.lock \
 && /opt/wheel/bin/pip install --require-hashes -r requirements-build.lock

COPY pyproject.toml README.md LICENSE ./
COPY scoring scoring
COPY scenarios scenarios
COPY interop interop
COPY points_api points_api
RUN /opt/wheel/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/points/bin/pip install --no-deps --no-index dist/*.whl \
 && /opt/points/bin/pip uninstall --yes setuptools pip


FROM python:3.11-slim-bookworm
ENV PATH=/opt/points/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The volume of the records snapshot takes its owner from the folder that it is mounted on.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin points \
 && install --directory --owner=points /srv/var/snapshot
COPY --from=build /opt/points /opt/points
WORKDIR /srv
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["points"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
