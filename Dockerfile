# Ygor's image: docker build -t ygor .   or   buildah bud --format docker -t ygor .
# First stage: front-end files, official codes and the wheel. Second stage: Python, the wheel and nothing to build with.

FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src

COPY requirements/build.lock requirements/
RUN python3 -m venv /build \
    && /build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.lock
ENV PATH=/build/bin:$PATH

COPY requirements/runtime.lock requirements/
RUN python3 -m venv /opt/ygor \
    && /opt/ygor/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.lock

COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

COPY . .
RUN node scripts/assets.mjs \
    && node scripts/codes.mjs \
    && hatchling build -t wheel -d /dist \
    && /opt/ygor/bin/pip install --no-cache-dir --no-deps /dist/*.whl \
    && /opt/ygor/bin/pip uninstall --quiet --yes setuptools pip \
    && python3 -m compileall -q /opt/ygor/lib


FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 ygor \
    && useradd --uid 10001 --gid ygor --no-create-home --home-dir /data --shell /usr/sbin/nologin ygor \
    && install -d -o ygor -g ygor -m 0750 /data
COPY --from=build /opt/ygor /opt/ygor

ENV PATH=/opt/ygor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    YGOR_HOST=0.0.0.0 \
    YGOR_PORT=8000
USER ygor
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['YGOR_PORT'] + '/livez', timeout=4)"]
CMD ["ygor", "serve", "/data"]
