# The worker as an image: docs/container.md says how it is used, test/integration/container.test.ts carries it out.
#
# One base for all stages. The slim one has glibc, for which the native codecs are built first, and a shell and npm, so
# that `FROM sluice` can add plugins; the worker itself uses neither, as the test shows in a root without them.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# What the npm package holds is what the image holds.
RUN npm run build && npm pack --ignore-scripts && tar -xzf sluice-*.tgz

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="A Kafka Connect-compatible worker without the JVM" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
# The folder for plugins; WORKDIR makes it.
WORKDIR /usr/share/sluice/plugins
WORKDIR /opt/sluice
COPY --from=dependencies /src/node_modules ./node_modules
COPY --from=build /src/package ./
# The base's user `node`, by number: Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 8083
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=15s --start-period=60s --retries=3 \
  CMD ["node", "/opt/sluice/dist/runtime/docker-healthcheck.js"]
ENTRYPOINT ["node", "/opt/sluice/dist/runtime/docker-entrypoint.js"]
