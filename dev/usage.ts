/**
 * `--help` of the tasks of people who work on cqlgate. `tasks/usage.ts` has those of its users.
 *
 * @module
 */
import { heedUsage } from "../tasks/usage.ts";

const USAGE = {
  alerts: `deno task alerts

Prints the alerts and rules of deploy/prometheus as an object of the Prometheus Operator:

  deno task alerts | kubectl apply --namespace cqlgate -f -
`,
  bench:
    `deno task bench [--quick] [--only gateway,hono] [--work read-1] [--rounds 3] [--seconds 10]

cqlgate beside hand-written services, on the same data. CASSANDRA_CONTACT_POINTS names a cluster to run
on; without it, a node is started.

  --quick         short rounds, and less of everything
  --only …        these contenders: gateway, hono, fastify, fastapi, go, hono-bare, driver
  --work …        these kinds of requests: read-1, one-client, read-20, read-200, write-1, mixed,
                  hot-key, hot-page, rows-out, rows-in
  --rounds …      how often each is measured
  --seconds …     how long each measurement takes
  --rows …        how many rows rows-out and rows-in move
  --rates …       requests a second of the open loop, such as 500,1000
  --output …      the folder of the result; default: bench/results
`,
  "bench:bulk": `deno task bench:bulk [--rows 1000000] [--concurrency 256]

Moves rows in and out again, through the service and the bare driver, and compares each with what was
sent. CASSANDRA_CONTACT_POINTS names a cluster to run on; without it, a node is started.

  --rows …           how many rows
  --concurrency …    how many statements of the driver at once
`,
  "bench:burst": `deno task bench:burst [--callers 500,1000,2000,4000] [--rounds 3]

Thousands of callers who ask at the same moment. CASSANDRA_CONTACT_POINTS names a cluster to run on;
without it, a node is started.

  --callers …    how many callers, one number after the other
  --rounds …     how often each is measured
`,
  "bench:compare": `deno task bench:compare NEWER OLDER [--by hono-bare]

Compares the result of a benchmark with an older one.

  --by …    the contender whose rate is 1; default: hono-bare
`,
  "bench:docs": `deno task bench:docs RESULT

Writes the tables and plots of the documentation from the result of a benchmark.
`,
  "bench:overload":
    `deno task bench:overload [--seconds 4] [--rows 1,20,200] [--callers 1000] [--times 1,2,4] [--rounds 3]

What is answered when more is asked for than can be. CASSANDRA_CONTACT_POINTS names a cluster to run
on; without it, a node is started. Needs Go.

  --seconds …    how long each measurement takes
  --rows …       how many rows a read has, one number after the other
  --callers …    how many callers share the requests
  --times …      how many times the peak is asked for, one number after the other
  --rounds …     how often each is measured
  --steps …      how many callers the peak is looked for with, one number after the other
  --limit …      IN_FLIGHT_LIMIT of the service
`,
  "bench:profile": `deno task bench:profile [--work read-1] [--seconds 10] [--output bench/results]

Where the time of cqlgate goes, by area of its code, and a profile that browsers show.

  --work …       the kind of requests, as in deno task bench
  --seconds …    how long it is measured
  --output …     the folder of the profile
`,
  "bench:replicas":
    `deno task bench:replicas [--work read-1,read-20,read-200] [--rounds 3] [--seconds 3]

One replica, and two behind HAProxy, on this machine. CASSANDRA_CONTACT_POINTS names a cluster to run
on; without it, a node is started. Needs wrk and haproxy.

  --work …       kinds of requests, as in deno task bench
  --rounds …     how often each is measured
  --seconds …    how long each measurement takes
`,
  "bench:scale":
    `deno task bench:scale [--sessions 1000] [--queries 300] [--held 200] [--seconds 120]

What many replicas ask of a node when they start, and when it returns.

  --sessions …    how many sessions start
  --queries …     how many queries each prepares
  --held …        how many stay while the node restarts
  --seconds …     when to stop and say how far it came
`,
  "bench:soak": `deno task bench:soak [--minutes 10]

Minutes of mixed load, and whether memory and latency stay flat. CASSANDRA_CONTACT_POINTS names a
cluster to run on; without it, a node is started.

  --minutes …    how long
`,
  "bench:streams": `deno task bench:streams [--readers 916] [--streams 128] [--read]

The memory of callers who ask for streams and read nothing. CASSANDRA_CONTACT_POINTS names a cluster to
run on; without it, a node is started.

  --readers …    how many callers ask
  --streams …    MAX_STREAMS of the service
  --read         they read all of it
`,
  chaos: `deno task chaos [--short] [--seed 12] [--soak 10m] [--limit 4m]

Mixed load on a local ring whose nodes fail, and a check of every answer. Ends with 0 if every promise
was kept, with 1 if not, and with 2 if the machine cannot have such a ring or the run was given up.

  --short      two faults in place of ten, and promises of time do not decide
  --seed …     the same faults as a run that printed this number
  --soak …     no node fails for that long: whether memory and latency stay flat
  --limit …    gives up after that time
`,
  docs: `deno task docs

Writes the tables of the documentation, the dashboard and the schema of audit events from the code.
`,
  fuzz: `deno task fuzz [--max-examples 20] [--seed 1]

Schemathesis makes requests of the OpenAPI document of the example, and checks the answers. Needs
Python 3.10. All arguments are those of "schemathesis run".

  --max-examples …    how many requests for each operation
  --seed …            the same requests as a run that printed this number
`,
  sbom: `deno task sbom

Prints what the image is made of, as CycloneDX.
`,
  test: `deno task test [FILE…]

Runs every test, or those of the files, on a Cassandra of its own. TEST_CASSANDRA_CONTACT_POINTS names
another. All arguments are those of "deno test", such as --filter.
`,
};

export type Tool = keyof typeof USAGE;

/** Prints how a task is called and ends the program, if its arguments ask for that. */
export function heedToolHelp(task: Tool): void {
  heedUsage(USAGE[task]);
}
