# syntax=docker/dockerfile:1
# Three stages: program and console are built in the first, with development packages; packages and tables are fetched in the
# second; the third has no package manager, no shell history, no compiler.
FROM node:24.21.0-bookworm-slim AS compile
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts/build-console.ts scripts/build-program.ts scripts/third-party-notices.ts scripts/fresh-program.mjs scripts/
COPY src src
# `prepare` builds them into dist.
RUN npm ci --no-audit --no-fund

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# For `prepare`, which finds nothing to build here.
COPY scripts/build-console.ts scripts/build-program.ts scripts/third-party-notices.ts scripts/fresh-program.mjs scripts/
# The runtime comes as an npm package, the same bytes that the tests compare with scripts/runtime-hashes.json.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY LICENSE ./
COPY scripts/cordon.mjs scripts/compile-cache-directory.mjs scripts/
COPY --from=compile /app/dist dist
# What the program starts as it is.
COPY src/cli/running/isolate.sh src/cli/running/listen-inside.mjs src/cli/running/
COPY src/cli/doctor/probes src/cli/doctor/probes
COPY geoip-data geoip-data
# Range lists of the cloud providers, so that a new container can prove more than a checkout. What a publisher does not give
# is missing, and the banner says so; GEO_UPDATE=no builds without.
ARG GEO_UPDATE=yes
RUN if [ "$GEO_UPDATE" = yes ]; then \
      CORDON_DATA_DIRECTORY=/tmp/tables CORDON_RULES=/tmp/none node scripts/cordon.mjs geo update; \
      if [ -d /tmp/tables/geo ]; then mkdir -p geoip-data/ranges && cp /tmp/tables/geo/* geoip-data/ranges/; fi; \
    fi

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin cordon \
 && install -d -o cordon -g cordon -m 0700 /var/lib/cordon \
 && install -d /etc/cordon/rules
COPY --from=build /app /opt/cordon
# By absolute path, so that nothing in a PATH decides which runtime runs.
RUN printf '#!/bin/sh\nexec /opt/cordon/node_modules/node/bin/node /opt/cordon/scripts/cordon.mjs "$@"\n' >/usr/local/bin/cordon \
 && chmod 0755 /usr/local/bin/cordon
COPY rules /etc/cordon/rules
USER 10001
WORKDIR /etc/cordon
# The admin port stays on loopback: `docker compose exec cordon cordon …` is the way in.
ENV CORDON_LISTEN_PROXY=0.0.0.0:3128 \
    CORDON_LISTEN_ADMIN=127.0.0.1:3129 \
    CORDON_DATA_DIRECTORY=/var/lib/cordon \
    CORDON_RULES=/etc/cordon/rules
VOLUME /var/lib/cordon
EXPOSE 3128
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["/opt/cordon/node_modules/node/bin/node", "-e", "fetch('http://127.0.0.1:3129/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/cordon"]
CMD ["serve"]
