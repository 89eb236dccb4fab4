# Two images: `service`, which is built by default, and `trial`, an OpenID provider and a demo for
# docker-compose.yml.

# The trial: everybody may log in at its provider, so it is no part of the service's image.
FROM denoland/deno:2.9.6 AS trial

WORKDIR /app
ENV DENO_NO_UPDATE_CHECK=1
COPY deno.json deno.lock ./
COPY deploy/production_packages.ts deploy/production_packages.ts
RUN deno run --quiet --no-config --allow-read=. --allow-write=. deploy/production_packages.ts \
  oidc-provider jose vega-datasets \
  && deno install --quiet --frozen
COPY tasks/usage.ts tasks/usage.ts
COPY dev/oidc dev/oidc
COPY dev/demo dev/demo
RUN deno cache --quiet --frozen dev/oidc/main.ts dev/oidc/token.ts dev/demo/demo.ts

USER 10001:10001
EXPOSE 8002
STOPSIGNAL SIGTERM
CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--frozen", "--allow-net", "--allow-env", "--allow-read", "--allow-sys", "dev/oidc/main.ts"]

# The service alone: no Java, no provider, no tests. The image holds everything that it needs.
FROM denoland/deno:2.9.6 AS service

WORKDIR /app
# The flags of V8 are those of the task `start`. Its heap follows the limit of the container's memory.
ENV DENO_NO_UPDATE_CHECK=1 \
    DENO_USE_CGROUPS=1 \
    DENO_V8_FLAGS=--no-allocation-site-pretenuring,--no-parallel-scavenge,--max-semi-space-size=32 \
    CQL_DIR=/app/cql

# Packages first: they seldom change, so a change to the code does not fetch them again. Those of tests and
# tools are left out.
COPY deno.json deno.lock ./
COPY deploy/production_packages.ts deploy/production_packages.ts
RUN deno run --quiet --no-config --allow-read=. --allow-write=. deploy/production_packages.ts \
  && deno install --quiet --frozen

COPY main.ts ./
COPY audit audit
COPY catalog catalog
COPY codec codec
COPY composition composition
COPY config config
COPY db db
COPY errors errors
COPY guardrails guardrails
COPY observe observe
COPY routes routes
COPY runtime runtime
COPY server server
COPY tasks tasks
COPY deploy/healthcheck.ts deploy/healthcheck.ts
RUN deno cache --quiet --frozen main.ts tasks/migrate.ts tasks/check.ts deploy/healthcheck.ts \
  && install -d -o 10001 -g 10001 /var/log/cqlgate

# The example last: it changes most often. Mount your own project over it, read-only, or copy it into
# its place.
COPY cql cql

# By number, so that Kubernetes can tell that it is not root. It owns nothing but the folder of logs.
USER 10001:10001
EXPOSE 8000 8001
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--unsafely-ignore-certificate-errors", "--allow-net", "--allow-env=HOST,PORT,TLS_CERT", "deploy/healthcheck.ts"]

# The process can read only these two folders. It cannot write files, start programs or load native code.
CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--frozen", "--allow-net", "--allow-env", "--allow-read=/app/cql,/run/secrets", "main.ts"]
