# All roles but the site's: orchestrator, transcode, thumbnail, subtitle, ai. `ai` is the same with the models that hear,
# read and understand words, which the roles `subtitle` and `ai` would otherwise fetch when they first need them.
#
#   docker build --file deploy/docker/worker.Dockerfile --target worker --tag marquee-worker .
#   docker build --file deploy/docker/worker.Dockerfile --target ai --tag marquee-ai .
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /marquee
# The packages before the sources: they are installed again only when they change.
COPY package.json package-lock.json ./
COPY apps/cli/package.json apps/cli/
COPY apps/web/package.json apps/web/
COPY bench/package.json bench/
COPY e2e/package.json e2e/
COPY packages/adapters/package.json packages/adapters/
COPY packages/core/package.json packages/core/
COPY packages/media/package.json packages/media/
COPY workers/package.json workers/
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm cache clean --force --loglevel=error
COPY . .
RUN node --disable-warning=ExperimentalWarning deploy/docker/gather.ts worker /gathered

FROM ${BASE} AS worker
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Marquee, its workers" \
      org.opencontainers.image.description="Orchestrator and workers of a movie platform" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.cyclonedx.sbom="/marquee/sbom.cdx.json"
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends ca-certificates ffmpeg > /dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/* \
 && install -d -o 1000 -g 1000 -m 0700 /data
COPY --from=build /gathered /marquee
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    HEALTH_PORT=8080 \
    MARQUEE_DATA=/data \
    MARQUEE_WORK=/data/work
WORKDIR /marquee
# By number, so that a cluster can tell that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 8080
# Whether it lives: a worker whose engines are away waits for them, and a restart mends none.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/marquee/apps/cli/src/main.ts"]
CMD ["worker", "orchestrator", "transcode", "thumbnail", "subtitle", "ai"]

FROM ${BASE} AS models
COPY --from=build /gathered /marquee
RUN MARQUEE_MODELS=/models node /marquee/apps/cli/src/main.ts models pull

FROM worker AS ai
LABEL org.opencontainers.image.title="Marquee, its workers with models"
COPY --from=models /models /opt/marquee/models
ENV MARQUEE_MODELS=/opt/marquee/models
CMD ["worker", "subtitle", "ai"]
