import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { readConfig, readSettings } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import { SETTINGS } from "./settings/settings.ts";

type Environment = Record<string, string>;

const KEY = btoa("k".repeat(32));
const OTHER_KEY = btoa("o".repeat(32));
const REQUIRED: Environment = {
  CASSANDRA_CONTACT_POINTS: "10.0.0.1",
  CASSANDRA_LOCAL_DATACENTER: "dc1",
  CURSOR_KEY: KEY,
};

function mistakesOf(env: Environment, options: { serves?: boolean } = {}): readonly string[] {
  try {
    readConfig(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("readConfig()", () => {
  let directory: string;
  before(async () => {
    directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  });
  after(() => Deno.remove(directory, { recursive: true }));

  it("gives every documented default", () => {
    expect(readConfig(REQUIRED)).toEqual({
      host: "0.0.0.0",
      port: 8000,
      adminPort: 8001,
      adminHost: null,
      adminAllowedHosts: [],
      serverCert: null,
      serverKey: null,
      basePath: "",
      publicUrl: null,
      apiTitle: "cqlgate",
      apiVersion: "1",
      apiDescription: "Cassandra queries as a REST API",
      cqlDir: "./cql",
      guardrails: "refuse",
      contactPoints: ["10.0.0.1:9042"],
      localDatacenter: "dc1",
      keyspace: "cqlgate",
      replication: null,
      username: null,
      password: null,
      tlsCa: null,
      tlsCert: null,
      tlsKey: null,
      secureBundle: null,
      consistency: "LOCAL_QUORUM",
      connectionsPerHost: 2,
      failoverDatacenters: [],
      failbackDelayMs: 600_000,
      oidcIssuers: [],
      oidcIssuer: null,
      oidcAudience: null,
      keyFile: null,
      introspectionClientId: null,
      introspectionClientSecret: null,
      tokenTypes: [],
      scopeClaims: null,
      roles: new Map(),
      maskSecret: null,
      cursorKeys: [new TextEncoder().encode("k".repeat(32))],
      idempotencySecrets: [],
      idempotencyWindowMs: 900000,
      maxClockSkewMs: 1000,
      requestTimeoutMs: 5000,
      maxBodyBytes: 1048576,
      maxUrlLength: 16384,
      maxHeaderBytes: 32768,
      hstsMaxAgeSeconds: 31536000,
      handlerTimeoutMs: 60000,
      bodyTimeoutMs: 30000,
      maxPageBytes: 4194304,
      cacheMaxBytes: 33_554_432,
      stallTimeoutMs: 60000,
      maxInFlight: 1024,
      maxInFlightPerCaller: null,
      inFlightLimit: "adaptive",
      maxStreams: 128,
      maxStreamsPerRoute: null,
      maxUnreadBytes: 268435456,
      rateLimits: [],
      publicRateLimits: [],
      replicas: 1,
      controlFile: null,
      trustedProxies: [],
      corsOrigins: [],
      docs: "off",
      docsClientId: null,
      docsScopes: null,
      dpop: "optional",
      reloadIntervalMs: 5000,
      cqlReload: "signal",
      drainDelayMs: 5000,
      shutdownGraceMs: 30000,
      logLevel: "info",
      logFormat: "json",
      slowQueryMs: 500,
      cassandraTraceScope: null,
      tenantClaim: null,
      auditLog: { kind: "off" },
      auditFailure: "warn",
      auditSecret: null,
    });
  });

  it("treats an empty variable as not set", () => {
    const names = Object.values(SETTINGS).map(({ name }) => name)
      .filter((name) => !(name in REQUIRED));
    const empty = Object.fromEntries(names.map((name) => [name, " "]));
    expect(readConfig({ ...empty, ...REQUIRED })).toEqual(readConfig(REQUIRED));
  });

  it("reports every mistake of an environment at once", () => {
    expect(() =>
      readConfig({
        PORT: "80a0",
        CASSANDRA_KEYSPACE: "my-weather",
        CASSANDRA_CONSISTENCY: "QUORUMM",
        CURSOR_KEY: "c2hvcnQ=",
        CASSANDRA_CONTACT_POINT: "10.0.0.1",
        OIDC_ISSUER: "https://login.example.com",
      })
    ).toThrow(
      new Error(`Cannot start: 8 mistakes in the environment
  PORT is "80a0": expected an integer from 0 to 65535
  CASSANDRA_CONTACT_POINTS is not set: name a node, such as "127.0.0.1:9042", or run "deno task dev", which starts one
  CASSANDRA_LOCAL_DATACENTER is not set: "nodetool status" shows the name, "datacenter1" in a stock Cassandra
  CASSANDRA_KEYSPACE is "my-weather": expected up to 48 letters, digits and underscores
  CASSANDRA_CONSISTENCY is "QUORUMM": expected one of ONE, TWO, THREE, QUORUM, ALL, LOCAL_QUORUM, LOCAL_ONE
  OIDC_AUDIENCE is not set, but OIDC_ISSUER is: set it, or remove OIDC_ISSUER
  CURSOR_KEY does not fit: expected 32 bytes in base64, as "openssl rand -base64 32" prints them
  "CASSANDRA_CONTACT_POINT" is not a known setting: did you mean CASSANDRA_CONTACT_POINTS?
docs/configuration.md lists every setting`),
    );
  });

  const FORM = 'expected 32 bytes in base64, as "openssl rand -base64 32" prints them';
  const INSTANT =
    'expected the instant from which on a newer secret is used, as "@2026-01-31T12:00:00Z"';
  const DOCS_CLIENT = {
    DOCS_CLIENT_ID: "docs",
    OIDC_ISSUER: "https://login.example.com",
    OIDC_AUDIENCE: "api",
  };
  const MISTAKES: { what: string; env: Environment; mistakes: string[] }[] = [
    {
      what: "a port beyond the range",
      env: { PORT: "65536" },
      mistakes: ['PORT is "65536": expected an integer from 0 to 65535'],
    },
    {
      what: "rates that cannot be read",
      env: { RATE_LIMIT: "50, 5/s per=tenants, 1/s, 2/s per=caller", RATE_LIMIT_PUBLIC: "0/s" },
      mistakes: [
        'RATE_LIMIT has "50": missing unit of "50": write it as "50/s burst=100 per=claim:tenant", or as "10000 rows/m"',
        'RATE_LIMIT has "5/s per=tenants": cannot count by "tenants": use one of "caller", "client", "address", "route", "everybody", "claim:…"',
        'RATE_LIMIT has "2/s per=caller": two rates are named "requests/s per caller": keep one of them',
        'RATE_LIMIT_PUBLIC has "0/s": cannot use "0" as a number of requests or rows: write a whole number of at least 1',
      ],
    },
    {
      what: "rates by a token of callers who have none",
      env: { RATE_LIMIT_PUBLIC: "5/s per=client, 5/m limit=claim:rps max=9, 5/s per=everybody" },
      mistakes: [
        'RATE_LIMIT_PUBLIC has "5/s per=client": per=client needs a token, which these callers lack',
        'RATE_LIMIT_PUBLIC has "5/m limit=claim:rps max=9": limit=claim:rps needs a token, which these callers lack',
      ],
    },
    {
      what: "rates",
      env: {
        RATE_LIMIT: "100/s burst=200 limit=claim:limits.rps max=500, 9 rows/m per=claim:tenant",
        RATE_LIMIT_PUBLIC: "5/s, 500/m per=route",
        REPLICAS: "3",
      },
      mistakes: [],
    },
    {
      what: "no replicas",
      env: { REPLICAS: "0" },
      mistakes: ['REPLICAS is "0": expected an integer from 1 to 10000'],
    },
    {
      what: "scopes with a comma between them",
      env: { ...DOCS_CLIENT, DOCS_SCOPES: "openid stations:read, stations:write" },
      mistakes: ['DOCS_SCOPES has "stations:read,": expected scopes with spaces between them'],
    },
    {
      what: "scopes",
      env: { ...DOCS_CLIENT, DOCS_SCOPES: "openid  api://weather/.default" },
      mistakes: [],
    },
    { what: "the last port", env: { PORT: "65535" }, mistakes: [] },
    {
      what: "the same port twice",
      env: { PORT: "8001" },
      mistakes: ['ADMIN_PORT is "8001", as PORT is: the two must differ'],
    },
    {
      what: "a certificate of the API without its key",
      env: { TLS_CERT: "deno.json" },
      mistakes: ["TLS_KEY is not set, but TLS_CERT is: set it, or remove TLS_CERT"],
    },
    { what: "free ports twice", env: { PORT: "0", ADMIN_PORT: "0" }, mistakes: [] },
    {
      what: "a fraction of a millisecond",
      env: { REQUEST_TIMEOUT_MS: "1.5" },
      mistakes: ['REQUEST_TIMEOUT_MS is "1.5": expected an integer from 1 to 600000'],
    },
    {
      what: "a negative delay",
      env: { DRAIN_DELAY_MS: "-1" },
      mistakes: ['DRAIN_DELAY_MS is "-1": expected an integer from 0 to 600000'],
    },
    {
      what: "an unknown level",
      env: { LOG_LEVEL: "verbose" },
      mistakes: ['LOG_LEVEL is "verbose": expected one of debug, info, warning, error'],
    },
    { what: "a level in capitals", env: { LOG_LEVEL: "DEBUG" }, mistakes: [] },
    {
      what: "a user without a password",
      env: { CASSANDRA_USERNAME: "cassandra" },
      mistakes: [
        "CASSANDRA_PASSWORD is not set, but CASSANDRA_USERNAME is: set it, or remove CASSANDRA_USERNAME",
      ],
    },
    {
      what: "a key without a certificate",
      env: { CASSANDRA_TLS_KEY: "deno.json" },
      mistakes: [
        "CASSANDRA_TLS_CERT is not set, but CASSANDRA_TLS_KEY is: set it, or remove CASSANDRA_TLS_KEY",
      ],
    },
    {
      what: "a bundle beside contact points",
      env: { CASSANDRA_SECURE_BUNDLE: "deno.json" },
      mistakes: [
        "CASSANDRA_CONTACT_POINTS cannot be set together with CASSANDRA_SECURE_BUNDLE: remove one of them",
      ],
    },
    {
      what: "a failover to the local data centre",
      env: { CASSANDRA_LOCAL_DATACENTER: "dc1", CASSANDRA_FAILOVER_DATACENTERS: "dc2, dc1" },
      mistakes: ['CASSANDRA_FAILOVER_DATACENTERS has "dc1", the local data centre: name others'],
    },
    {
      what: "a failover to one data centre twice",
      env: { CASSANDRA_FAILOVER_DATACENTERS: "dc2,dc3,dc2" },
      mistakes: ['CASSANDRA_FAILOVER_DATACENTERS has "dc2": expected each once'],
    },
    {
      what: "a failback after a time in words",
      env: { CASSANDRA_FAILBACK_DELAY_MS: "10m" },
      mistakes: [
        'CASSANDRA_FAILBACK_DELAY_MS is "10m": expected an integer from 0 to 604800000, or "manual"',
      ],
    },
    { what: "a failback by hand", env: { CASSANDRA_FAILBACK_DELAY_MS: "Manual" }, mistakes: [] },
    {
      what: "an issuer that is not a URL",
      env: { OIDC_ISSUER: "login.example.com", OIDC_AUDIENCE: "api" },
      mistakes: [
        'OIDC_ISSUER is "login.example.com": expected a URL, such as "https://login.example.com"',
      ],
    },
    {
      what: "a key of 31 bytes",
      env: { CURSOR_KEY: btoa("k".repeat(31)) },
      mistakes: [
        'CURSOR_KEY does not fit: expected 32 bytes in base64, as "openssl rand -base64 32" prints them',
      ],
    },
    {
      what: "three keys",
      env: { CURSOR_KEY: [KEY, OTHER_KEY, KEY].join() },
      mistakes: ["CURSOR_KEY does not fit: expected two keys at most, which are enough to rotate"],
    },
    ...([
      ["a secret of 31 bytes", btoa("k".repeat(31)), FORM],
      ["two secrets without an instant", `${KEY},${OTHER_KEY}`, INSTANT],
      ["an instant in words", `${KEY}@tomorrow,${OTHER_KEY}`, INSTANT],
      ["an instant without an offset", `${KEY}@2026-01-31T12:00:00,${OTHER_KEY}`, INSTANT],
      [
        "the oldest secret first",
        `${KEY}@2026-01-31T12:00:00Z,${OTHER_KEY}@2026-01-31T12:00:01Z`,
        "expected the newest secret first",
      ],
    ] as const).map(([what, IDEMPOTENCY_SECRET, expected]) => ({
      what,
      env: { IDEMPOTENCY_SECRET },
      mistakes: [`IDEMPOTENCY_SECRET does not fit: ${expected}`],
    })),
    {
      what: "a keyspace of 49 characters",
      env: { CASSANDRA_KEYSPACE: "k".repeat(49) },
      mistakes: [
        `CASSANDRA_KEYSPACE is "${
          "k".repeat(49)
        }": expected up to 48 letters, digits and underscores`,
      ],
    },
    {
      what: "a misspelt setting",
      env: { CURSOR_KEYS: KEY },
      mistakes: ['"CURSOR_KEYS" is not a known setting: did you mean CURSOR_KEY?'],
    },
  ];
  for (const { what, env, mistakes } of MISTAKES) {
    it(`${mistakes.length === 0 ? "accepts" : "rejects"} ${what}`, () => {
      expect(mistakesOf({ ...REQUIRED, ...env })).toEqual(mistakes);
    });
  }

  for (
    const [text, points] of [
      ["a, b:9042 ,", ["a:9042", "b:9042"]],
      ["127.0.0.1", ["127.0.0.1:9042"]],
      ["[::1]:9043,[fe80::1]:9043", ["[::1]:9043", "[fe80::1]:9043"]],
    ] as const
  ) {
    it(`reads contact points "${text}"`, () => {
      const config = readConfig({ ...REQUIRED, CASSANDRA_CONTACT_POINTS: text });
      expect(config.contactPoints).toEqual(points);
    });
  }
  for (const point of ["::1", "http://a:9042", "a:0", "a:65536", "a:b", "a b", "[::1"]) {
    it(`rejects contact point "${point}"`, () => {
      expect(mistakesOf({ ...REQUIRED, CASSANDRA_CONTACT_POINTS: point })).toEqual([
        `CASSANDRA_CONTACT_POINTS has "${point}": expected "host" or "host:port", "[address]:port" for IPv6`,
      ]);
    });
  }

  it("rejects contact points with different ports", () => {
    expect(mistakesOf({ ...REQUIRED, CASSANDRA_CONTACT_POINTS: "a:9042,b:9043" })).toEqual([
      'CASSANDRA_CONTACT_POINTS has "a:9042,b:9043": expected the same port everywhere: all nodes of the cluster are looked for there',
    ]);
  });

  it("requires DPoP only where it is known what proofs are for", () => {
    expect(mistakesOf({ ...REQUIRED, DPOP: "required" })).toEqual([
      'DPOP is "required", but PUBLIC_URL is not set: proofs name that address',
    ]);
    const env = { ...REQUIRED, PUBLIC_URL: "https://api.example.com" };
    expect(readConfig({ ...env, DPOP: "required" }).dpop).toBe("required");
    expect(readConfig({ ...env, DPOP: "Optional" }).dpop).toBe("optional");
    expect(mistakesOf({ ...env, DPOP: "on" })).toEqual([
      'DPOP is "on": expected one of optional, required',
    ]);
  });

  it("reads replication", () => {
    const config = readConfig({ ...REQUIRED, CASSANDRA_REPLICATION: "dc1:3, us-east.2:12" });
    expect(config.replication).toEqual({ dc1: 3, "us-east.2": 12 });
  });
  for (const part of ["dc1", "dc1:", "dc1:0", "dc1:three", ":3", "dc1:100", "dc1'}:3"]) {
    it(`rejects replication "${part}"`, () => {
      expect(mistakesOf({ ...REQUIRED, CASSANDRA_REPLICATION: part })).toEqual([
        `CASSANDRA_REPLICATION has "${part}": expected "dc:factor", such as "dc1:3"`,
      ]);
    });
  }

  for (
    const issuer of ["http://localhost:8002", "http://127.0.0.9", "http://[::1]:80", "https://a.b"]
  ) {
    it(`accepts issuer "${issuer}"`, () => {
      const env = { ...REQUIRED, OIDC_ISSUER: issuer, OIDC_AUDIENCE: "api" };
      expect(readConfig(env).oidcIssuer).toBe(issuer);
    });
  }
  for (
    const issuer of ["http://login.example.com", "http://localhost.example.com", "http://10.0.0.1"]
  ) {
    it(`rejects issuer "${issuer}" in plain text beyond this machine`, () => {
      const env = { ...REQUIRED, OIDC_ISSUER: issuer, OIDC_AUDIENCE: "api" };
      expect(mistakesOf(env)).toEqual([
        `OIDC_ISSUER is "${issuer}": only https is safe beyond this machine`,
      ]);
    });
  }

  for (const prefix of ["/weather", "/weather/v2", "/a.b_c~d-E1", "/..."]) {
    it(`accepts the prefix "${prefix}", alone and in a public URL`, () => {
      const url = `https://api.example.com${prefix}`;
      const config = readConfig({ ...REQUIRED, BASE_PATH: prefix, PUBLIC_URL: url });
      expect([config.basePath, config.publicUrl]).toEqual([prefix, url]);
    });
  }
  for (
    const [prefix, fault] of [
      ["/", "a slash at the end is too much"],
      ["/weather/", "a slash at the end is too much"],
      ["/weather//v2", "two slashes follow each other"],
      ["//weather", "two slashes follow each other"],
      ["/weather/../v2", '"." and ".." lead elsewhere'],
      ["/./weather", '"." and ".." lead elsewhere'],
      ["/we%61ther", "a segment has only letters, digits"],
      ["/%2e%2e", "a segment has only letters, digits"],
      ["/wetter/münchen", "a segment has only letters, digits"],
      ["/{tenant}", "a segment has only letters, digits"],
      ["/a:b", "a segment has only letters, digits"],
      ["/a*", "a segment has only letters, digits"],
    ] as const
  ) {
    it(`rejects the prefix "${prefix}", alone and in a public URL`, () => {
      const url = `https://api.example.com${prefix}`;
      const mistakes = mistakesOf({ ...REQUIRED, BASE_PATH: prefix, PUBLIC_URL: url });
      expect(mistakes).toEqual([
        expect.stringContaining(`BASE_PATH is "${prefix}": ${fault}`),
        expect.stringContaining(`PUBLIC_URL is "${url}": ${fault}`),
      ]);
    });
  }
  for (const prefix of ["weather", "https://api.example.com", "?a", "#a"]) {
    it(`rejects "${prefix}" as a prefix`, () => {
      expect(mistakesOf({ ...REQUIRED, BASE_PATH: prefix })).toEqual([
        `BASE_PATH is "${prefix}": expected a path that begins with a slash, such as "/weather"`,
      ]);
    });
  }
  for (const prefix of ["/livez", "/readyz"]) {
    it(`rejects the prefix "${prefix}", where a probe answers`, () => {
      expect(mistakesOf({ ...REQUIRED, BASE_PATH: prefix })).toEqual([
        `BASE_PATH is "${prefix}", where a probe answers: choose another`,
      ]);
    });
  }

  for (
    const [text, url] of [
      ["https://api.example.com", "https://api.example.com"],
      ["http://localhost:8000/weather", "http://localhost:8000/weather"],
      ["HTTPS://API.Example.com:443/Weather", "https://api.example.com/Weather"],
      ["http://[::1]:8000", "http://[::1]:8000"],
    ] as const
  ) {
    it(`reads the public URL "${text}"`, () => {
      expect(readConfig({ ...REQUIRED, PUBLIC_URL: text }).publicUrl).toBe(url);
    });
  }
  for (
    const [url, fault] of [
      ["api.example.com", "expected a URL"],
      ["//api.example.com", "expected a URL"],
      ["/weather", "expected a URL"],
      ["https://", "expected a URL"],
      ["https:///weather", "expected a URL"],
      ["ftp://api.example.com", "expected a URL"],
      ["javascript://api.example.com", "expected a URL"],
      ["https://api.example.com:99999", "expected a URL"],
      ["https://api.example.com\\weather", "expected a URL"],
      ["https://api.exam ple.com", "expected a URL"],
      ["https://user:secret@api.example.com", "a user or a password"],
      ["https://api.example.com?a=1", "a query or a fragment"],
      ["https://api.example.com/weather?", "a query or a fragment"],
      ["https://api.example.com/weather#top", "a query or a fragment"],
    ] as const
  ) {
    it(`rejects the public URL "${url}"`, () => {
      expect(mistakesOf({ ...REQUIRED, PUBLIC_URL: url })).toEqual([
        expect.stringContaining(`PUBLIC_URL is "${url}": ${fault}`),
      ]);
    });
  }

  it("rejects a title of two lines", () => {
    expect(mistakesOf({ ...REQUIRED, API_TITLE: "a\nb", API_VERSION: "1\t2" })).toEqual([
      'API_TITLE is "a\nb": expected one line without control characters',
      'API_VERSION is "1\t2": expected one line without control characters',
    ]);
    expect(readConfig({ ...REQUIRED, API_DESCRIPTION: "a\n\nb" }).apiDescription).toBe("a\n\nb");
  });

  it("reads the names of the admin port", () => {
    const read = (text: string) => ({ ...REQUIRED, ADMIN_ALLOWED_HOSTS: text });
    expect(readConfig(read("metrics.example.com, cqlgate.dev")).adminAllowedHosts)
      .toEqual(["metrics.example.com", "cqlgate.dev"]);
    for (
      const part of ["metrics.example.com:8001", "https://metrics.example.com", "*.dev", "a..b"]
    ) {
      expect(mistakesOf(read(`a, ${part}`))).toEqual([
        `ADMIN_ALLOWED_HOSTS has "${part}": expected a host name without a port, such as "metrics.example.com"`,
      ]);
    }
  });

  it("reads networks of trusted proxies", () => {
    const text = "10.0.0.0/8, 192.0.2.1,2001:db8::/32";
    const config = readConfig({ ...REQUIRED, TRUSTED_PROXIES: text });
    const read = config.trustedProxies.map(({ address, prefixLength }) => [
      [...address.subarray(0, 4)],
      prefixLength,
    ]);
    expect(read).toEqual([[[10, 0, 0, 0], 8], [[192, 0, 2, 1], 32], [[0x20, 1, 0xd, 0xb8], 32]]);
  });
  for (
    const part of [
      "10.0.0.0/33",
      "::ffff:10.0.0.0/104",
      "10.0.0/8",
      "10.0.0.0/",
      "/8",
      "proxy",
      "::/129",
      "*",
    ]
  ) {
    it(`rejects the network "${part}"`, () => {
      expect(mistakesOf({ ...REQUIRED, TRUSTED_PROXIES: part })).toEqual([
        `TRUSTED_PROXIES has "${part}": expected an address or a network, such as "10.0.3.0/24" or "2001:db8::/32"`,
      ]);
    });
  }

  it("reads origins of web pages", () => {
    const text = "https://app.example.com, http://localhost:3000,https://*.example.com:8443";
    expect(readConfig({ ...REQUIRED, CORS_ORIGINS: text }).corsOrigins).toEqual([
      { kind: "exact", origin: "https://app.example.com" },
      { kind: "exact", origin: "http://localhost:3000" },
      { kind: "subdomains", start: "https://", end: ".example.com:8443" },
    ]);
    expect(readConfig({ ...REQUIRED, CORS_ORIGINS: "*" }).corsOrigins).toEqual([{ kind: "any" }]);
  });
  for (
    const [part, fault] of [
      ["null", "sandboxed pages and local files"],
      ["app.example.com", "expected an origin"],
      ["app.example.com:443", "expected an origin"],
      ["file:///", "expected an origin"],
      ["chrome-extension://abc", "expected an origin"],
      ["https://", "expected an origin"],
      ["https://*.0.0.1", "expected an origin"],
      ["https://app.example.com/", 'browsers write it as "https://app.example.com"'],
      ["https://app.example.com/app", 'browsers write it as "https://app.example.com"'],
      ["https://App.example.com", 'browsers write it as "https://app.example.com"'],
      ["https://app.example.com:443", 'browsers write it as "https://app.example.com"'],
      ["https://user@app.example.com", 'browsers write it as "https://app.example.com"'],
      ["https://münchen.example", 'browsers write it as "https://xn--mnchen-3ya.example"'],
      ["https://*.Example.com", 'browsers write it as "https://*.example.com"'],
      ["https://*.example.com:443", 'browsers write it as "https://*.example.com"'],
      ["https://*.example.com/", 'browsers write it as "https://*.example.com"'],
      ["https://*.example.com@evil.org", 'browsers write it as "https://evil.org"'],
      ["https://*", '"*" stands only for the whole first label'],
      ["*.example.com", '"*" stands only for the whole first label'],
      ["*://app.example.com", '"*" stands only for the whole first label'],
      ["https://app*.example.com", '"*" stands only for the whole first label'],
      ["https://*.*.example.com", '"*" stands only for the whole first label'],
      ["https://app.*.com", '"*" stands only for the whole first label'],
      ["https://app.example.com:*", '"*" stands only for the whole first label'],
      ["https://*.com", '"*" would stand for strangers'],
      ["https://*.com.", '"*" would stand for strangers'],
      ["https://*..com", '"*" would stand for strangers'],
      ["https://*.localhost:3000", '"*" would stand for strangers'],
    ] as const
  ) {
    it(`rejects the origin "${part}"`, () => {
      expect(mistakesOf({ ...REQUIRED, CORS_ORIGINS: part })).toEqual([
        expect.stringContaining(`CORS_ORIGINS has "${part}": ${fault}`),
      ]);
    });
  }
  it("rejects every origin beside others", () => {
    expect(mistakesOf({ ...REQUIRED, CORS_ORIGINS: "*,https://a.example" })).toEqual([
      'CORS_ORIGINS is "*,https://a.example": "*" is every origin: keep it alone, or remove it',
    ]);
  });

  it("reads paths of claims, and the scopes of groups from a file", async () => {
    const file = `${directory}/roles.json`;
    await Deno.writeTextFile(file, '{"Admins": ["stations:write"], "Guests": []}');
    const { scopeClaims, roles } = readConfig({
      ...REQUIRED,
      OIDC_SCOPE_CLAIM: 'realm_access.roles, resource_access."my.api".roles',
      ROLES_FILE: file,
    });
    expect(scopeClaims).toEqual([["realm_access", "roles"], [
      "resource_access",
      "my.api",
      "roles",
    ]]);
    expect(roles).toEqual(new Map([["Admins", ["stations:write"]], ["Guests", []]]));
  });

  it("refuses paths of claims and files of roles that it cannot read", async () => {
    expect(mistakesOf({ ...REQUIRED, OIDC_SCOPE_CLAIM: "a..b" })).toEqual([
      expect.stringMatching(/^OIDC_SCOPE_CLAIM has "a\.\.b": expected a path/),
    ]);
    const file = `${directory}/odd_roles.json`;
    const odd = [
      '["Admins"]',
      '{"Admins": "stations:write"}',
      '{"Admins": ["a b"]}',
      '{"Admins": ["a"], "Admins": ["b"]}',
      "{",
      "5",
    ];
    for (const text of odd) {
      await Deno.writeTextFile(file, text);
      expect(mistakesOf({ ...REQUIRED, ROLES_FILE: file })).toEqual([
        expect.stringMatching(/^ROLES_FILE /),
      ]);
    }
    expect(mistakesOf({ ...REQUIRED, ROLES_FILE: `${directory}/none.json` })).toHaveLength(1);
  });

  for (const suffix of ["?realm=a", "#a", "/?", "/a#"]) {
    it(`refuses an issuer that ends with "${suffix}"`, () => {
      const env = { OIDC_ISSUER: `https://a.example${suffix}`, OIDC_AUDIENCE: "api" };
      expect(mistakesOf({ ...REQUIRED, ...env })).toEqual([
        expect.stringContaining("no query and no fragment"),
      ]);
    });
  }
  it("refuses an issuer with a user", () => {
    const env = { OIDC_ISSUER: "https://me:secret@a.example", OIDC_AUDIENCE: "api" };
    expect(mistakesOf({ ...REQUIRED, ...env })).toEqual([expect.stringContaining("no user")]);
  });

  it("reads types of tokens", () => {
    const text = "application/okta-internal-at+jwt, JWT";
    const { tokenTypes } = readConfig({ ...REQUIRED, OIDC_TOKEN_TYPES: text });
    expect(tokenTypes).toEqual(["application/okta-internal-at+jwt", "JWT"]);
    expect(mistakesOf({ ...REQUIRED, OIDC_TOKEN_TYPES: "at+jwt;JWT" })).toEqual([
      'OIDC_TOKEN_TYPES has "at+jwt;JWT": expected a media type, such as "application/at+jwt" or "at+jwt"',
    ]);
  });

  it("reads secrets with the instants that they begin at", () => {
    const { idempotencySecrets } = readConfig({
      ...REQUIRED,
      IDEMPOTENCY_SECRET: `${KEY}@2026-01-31T12:00:00Z, ${OTHER_KEY}`,
    });
    expect(idempotencySecrets).toEqual([
      { secret: new TextEncoder().encode("k".repeat(32)), since: Date.UTC(2026, 0, 31, 12) },
      { secret: new TextEncoder().encode("o".repeat(32)), since: -Infinity },
    ]);
  });

  it("needs no cursor key for commands that only speak to Cassandra", () => {
    const { CURSOR_KEY: _, ...env } = REQUIRED;
    expect(readConfig(env, { serves: false }).cursorKeys).toEqual([]);
    expect(mistakesOf(env)).toEqual([
      'CURSOR_KEY is not set: make one with "openssl rand -base64 32" and give it to every replica',
    ]);
  });

  it("reads a secret from the file that NAME_FILE names", async () => {
    const file = `${directory}/secret`;
    await Deno.writeTextFile(file, `${KEY},${OTHER_KEY}\n`);
    const { CURSOR_KEY: _, ...env } = REQUIRED;
    const config = readConfig({ ...env, CURSOR_KEY_FILE: file });
    expect(config.cursorKeys).toHaveLength(2);
    const password = { CASSANDRA_USERNAME: "u", CASSANDRA_PASSWORD_FILE: file };
    expect(readConfig({ ...REQUIRED, ...password }).password).toBe(`${KEY},${OTHER_KEY}`);
  });

  it("rejects a secret that is given twice, and one whose file is missing", () => {
    const env = { ...REQUIRED, CASSANDRA_USERNAME: "u", CASSANDRA_PASSWORD_FILE: "/none" };
    expect(mistakesOf(env)).toEqual([
      expect.stringMatching(
        /^CASSANDRA_PASSWORD cannot be read from CASSANDRA_PASSWORD_FILE "\/none": No such file/,
      ),
    ]);
    const file = `${directory}/twice`;
    Deno.writeTextFileSync(file, OTHER_KEY);
    expect(mistakesOf({ ...REQUIRED, CURSOR_KEY_FILE: file })).toEqual([
      "CURSOR_KEY and CURSOR_KEY_FILE are both set: keep one",
    ]);
  });

  it("rejects a secret that is empty", () => {
    const file = `${directory}/empty`;
    Deno.writeTextFileSync(file, " \n");
    const { CURSOR_KEY: _, ...env } = REQUIRED;
    expect(mistakesOf({ ...env, CURSOR_KEY_FILE: file })).toEqual([
      `CURSOR_KEY cannot be read from CURSOR_KEY_FILE "${file}": it is empty`,
    ]);
    for (const name of ["IDEMPOTENCY_SECRET", "MASK_SECRET"]) {
      expect(mistakesOf({ ...REQUIRED, [`${name}_FILE`]: file })).toEqual([
        `${name} cannot be read from ${name}_FILE "${file}": it is empty`,
      ]);
    }
    for (const name of ["CURSOR_KEY", "IDEMPOTENCY_SECRET"]) {
      expect(mistakesOf({ ...REQUIRED, [name]: "," })).toEqual([
        expect.stringMatching(`^${name} does not fit: expected 32 bytes in base64`),
      ]);
    }
  });

  it("reads some settings again, whatever is wrong with others", () => {
    const file = `${directory}/password`;
    Deno.writeTextFileSync(file, "first");
    const env = { ...REQUIRED, CASSANDRA_PASSWORD_FILE: file, ROLES_FILE: "/none", PORT: "x" };
    expect(readSettings(["username", "password"], env)).toEqual({
      username: null,
      password: "first",
    });
    Deno.writeTextFileSync(file, "");
    expect(() => readSettings(["password"], env)).toThrow("it is empty");
  });

  it("keeps secrets out of its messages", () => {
    const secrets = { CURSOR_KEY: "hunter2-key", CASSANDRA_PASSWORD: "hunter2-password" };
    const mistakes = mistakesOf({ ...REQUIRED, ...secrets, CURSOR_KEYS: "hunter2" });
    expect(mistakes).toHaveLength(3);
    expect(mistakes.join()).not.toContain("hunter2");
  });
});
