/**
 * `--help` of the tasks that people run. `dev/usage.ts` has those of people who work on cqlgate.
 *
 * @module
 */

const USAGE = {
  check: `deno task check [--scratch] [--no-types] [--strict] [--format=text|github|sarif]

Reports every mistake of the project in CQL_DIR. With CASSANDRA_CONTACT_POINTS set, it prepares every
query on that cluster too.

  --scratch        prepares on tables that the migrations make for it, and drops them afterwards
  --no-types       leaves out the types of hand-written routes
  --strict         exits with 1 for warnings too
  --format=…       for people, for annotations of GitHub, or as SARIF 2.1.0
`,
  config: `deno task config

Prints every setting, where it comes from, and every mistake. Secrets are left out. It takes no
arguments: settings come from the environment, and docs/configuration.md lists them.
`,
  demo: `deno task demo [--url http://localhost:8000] [--single] [--concurrency 64]

Loads a year of hourly weather through a running service, and reads it back.

  --url …            the service; default: CQLGATE_URL, or http://localhost:8000
  --single           writes each observation by a request of its own
  --concurrency …    with --single: how many requests at once; default: 64
`,
  dev: `deno task dev [--fresh]

The service with a local Cassandra and OIDC provider, unless the environment names others. It applies
the migrations, and starts again when files change. Ctrl-C stops all of it.

  --fresh    begins with an empty keyspace
`,
  migrate:
    `deno task migrate [status | --plan | --resolve NNNN:n applied|again] [--to NNNN] [--wait 120s]

Applies the migrations in CQL_DIR to the cluster.

  status                       says how far the cluster is, and changes nothing
  --plan                       says what would be applied, and changes nothing
  --to NNNN                    applies nothing after migration NNNN
  --wait 120s                  waits for the cluster to come, for this long at most
  --wait-for-builds 2h         waits until indexes and views are built, for this long at most
                               altogether; without it, for an hour; 0s does not wait
  --resolve NNNN:n applied     takes your word that statement n, which is in doubt, was applied
  --resolve NNNN:n again       … that it was not, so that it is sent again
`,
  start: `deno task start

The service. It takes no arguments: settings come from the environment, and docs/configuration.md lists
them. deno task config says whether they fit. deno task start:audit is the same, for an audit log in a file.
`,
  token:
    `deno task --quiet token --user writer [--scope "…"] [--claim name=value]… [--dpop "GET http://…"]

Prints an access token of a demo user; the OIDC provider of deno task dev issues it.

  --user …     writer or reader
  --scope …    asks for these scopes, separated by spaces, and no others
  --claim …    adds a claim; its value is JSON, or else text
  --dpop …     prints the headers of this one request, whose token is bound to a key
`,
};

/** Prints how a task is called and ends the program, if its arguments ask for that. */
export function heedHelp(task: keyof typeof USAGE): void {
  heedUsage(USAGE[task]);
}

/** The same, for a usage that others have. */
export function heedUsage(usage: string): void {
  if (!Deno.args.includes("--help") && !Deno.args.includes("-h")) return;
  console.log(usage.trimEnd());
  Deno.exit(0);
}
