# The service alone: no Java, no dev provider, no tests. What it needs is in the image when it starts.
FROM denoland/deno:2.9.6

WORKDIR /app
ENV DENO_NO_UPDATE_CHECK=1 \
    CQL_DIR=/app/cql

# First what changes seldom, so that a change of the code does not fetch the packages again.
COPY deno.json deno.lock ./
RUN deno install --quiet --frozen

COPY main.ts ./
COPY catalog catalog
COPY codec codec
COPY config config
COPY db db
COPY errors errors
COPY observe observe
COPY routes routes
COPY server server
COPY tasks tasks
COPY deploy/healthcheck.ts deploy/healthcheck.ts
RUN deno cache --quiet --frozen main.ts tasks/migrate.ts tasks/check.ts deploy/healthcheck.ts \
  && chown -R deno:deno /deno-dir

# Last the example, which changes most often. A project of your own is mounted over it, read-only, or
# copied into its place.
COPY cql cql

USER deno
EXPOSE 8000 8001
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1", "--allow-env=PORT", "deploy/healthcheck.ts"]

# Beyond these two folders, nothing can be read; nothing can be written, run or loaded natively.
CMD ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--frozen", "--allow-net", "--allow-env", "--allow-read=/app/cql,/run/secrets", "main.ts"]
