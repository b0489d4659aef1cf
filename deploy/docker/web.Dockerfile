# The site: the pages as Next builds them, and the command line that starts them with their engines. No ffmpeg.
#
#   docker build --file deploy/docker/web.Dockerfile --tag marquee-web .
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
RUN NEXT_OUTPUT=standalone NEXT_TELEMETRY_DISABLED=1 node node_modules/next/dist/bin/next build apps/web
RUN node --disable-warning=ExperimentalWarning deploy/docker/gather.ts web /gathered

FROM ${BASE} AS web
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Marquee, the site" \
      org.opencontainers.image.description="Pages, uploads and the API of a movie platform" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.cyclonedx.sbom="/marquee/sbom.cdx.json"
# Everything that is written goes there: the rest may be mounted read-only, with /tmp in memory.
RUN install -d -o 1000 -g 1000 -m 0700 /data
COPY --from=build /gathered /marquee
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    HOST=0.0.0.0 \
    PORT=4400 \
    MARQUEE_DATA=/data \
    MARQUEE_WORK=/tmp/marquee
WORKDIR /marquee
# By number, so that a cluster can tell that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 4400
# Whether it answers at all: of engines that are away a restart mends none.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then((r) => process.exit(r.status < 504 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/marquee/apps/cli/src/main.ts"]
CMD ["web"]
