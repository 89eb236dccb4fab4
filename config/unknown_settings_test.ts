import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { SETTINGS } from "./settings/settings.ts";
import { misspeltSettings, settingWarnings } from "./unknown_settings.ts";

/** An environment that sets these names. */
function setting(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, "1"]));
}

describe("settingWarnings()", () => {
  const NEAR: readonly [name: string, near: string][] = [
    ["LOG_LEVL", "LOG_LEVEL"],
    ["LOGLEVEL", "LOG_LEVEL"],
    ["LOG_LEVELS", "LOG_LEVEL"],
    ["log_level", "LOG_LEVEL"],
    ["LOG_FROMAT", "LOG_FORMAT"],
    ["PRT", "PORT"],
    ["PORTS", "PORT"],
    ["port", "PORT"],
    ["HOTS", "HOST"],
    ["ADMIM_PORT", "ADMIN_PORT"],
    ["ADMIN_PROT", "ADMIN_PORT"],
    ["SHUTDOWN_GRACE", "SHUTDOWN_GRACE_MS"],
    ["SHUTDOWN_GRACE_S", "SHUTDOWN_GRACE_MS"],
    ["DRAIN_DELAY", "DRAIN_DELAY_MS"],
    ["REQUEST_TIMEOUT", "REQUEST_TIMEOUT_MS"],
    ["REQEST_TIMEOUT_MS", "REQUEST_TIMEOUT_MS"],
    ["MAX_INFLIGHT", "MAX_IN_FLIGHT"],
    ["MAX_BODY", "MAX_BODY_BYTES"],
    ["MAX_BODY_SIZE", "MAX_BODY_BYTES"],
    ["SHUTDOWN_MS", "SHUTDOWN_GRACE_MS"],
    ["LOG_LEVEL_DEFAULT", "LOG_LEVEL"],
    ["CASANDRA_KEYSPACE", "CASSANDRA_KEYSPACE"],
    ["CORS_ORIGIN", "CORS_ORIGINS"],
    ["CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"],
    ["BASEPATH", "BASE_PATH"],
    ["PUBLIC_URI", "PUBLIC_URL"],
    ["API_DESCRIPTON", "API_DESCRIPTION"],
    ["REQUIRE_DPOP", "DPOP"],
    ["GUARDRAILS_MODE", "GUARDRAILS"],
    ["CONTROLFILE", "CONTROL_FILE"],
    ["MAX_CLOCK_SKEW", "MAX_CLOCK_SKEW_MS"],
  ];
  for (const [name, near] of NEAR) {
    it(`takes ${name} for ${near}`, () => {
      expect(settingWarnings(setting(name)))
        .toEqual([`"${name}" is not a known setting: did you mean ${near}?`]);
      expect(misspeltSettings(setting(name))).toEqual([]);
    });
  }

  const OTHERS: Readonly<Record<string, string>> = {
    "a shell":
      "COLUMNS DISPLAY EDITOR HISTFILE HOME HOSTNAME HOSTTYPE LANG LC_ALL LINES LOGNAME MAIL OLDPWD " +
      "OSTYPE PAGER PATH PPID PS1 PWD SHELL SHLVL TERM TMP TMPDIR TZ UID USER USERNAME VISUAL _",
    "a session":
      "COLORTERM DBUS_SESSION_BUS_ADDRESS DESKTOP_SESSION GPG_KEY SSH_AUTH_SOCK SSH_CONNECTION " +
      "SSH_TTY XDG_RUNTIME_DIR XDG_SESSION_ID http_proxy HTTPS_PROXY NO_PROXY NO_COLOR CI",
    "the runtime and its exporter":
      "DENO_DIR DENO_INSTALL DENO_SERVE_ADDRESS OTEL_DENO OTEL_LOG_LEVEL OTEL_SERVICE_NAME " +
      "OTEL_EXPORTER_OTLP_ENDPOINT NODE_ENV NODE_OPTIONS NPM_CONFIG_LOGLEVEL npm_config_loglevel " +
      "SSL_CERT_FILE SSL_CERT_DIR SSL_KEY_FILE TLS_CA HSTS REDIS_TLS_CERT",
    "Kubernetes": "KUBERNETES_PORT KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_ADDR " +
      "KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS " +
      "CQLGATE_PORT CQLGATE_PORT_8000_TCP CQLGATE_PORT_8000_TCP_PROTO CQLGATE_SERVICE_HOST " +
      "ADMIN_PORT_8001_TCP ADMIN_PORT_8001_TCP_PORT ADMIN_SERVICE_PORT POD_NAME POD_IP NODE_NAME",
    "other programs":
      "DD_LOG_LEVEL APP_LOG_FORMAT PORT_HTTP HOST_IP TIMEOUT_MS DB_HOST DB_PORT HTTP_PORT GRPC_PORT API_PORT API_URL API_KEY API_TOKEN BASE_URL NEXT_PUBLIC_URL DOCS_URL LOG_DIR LOG_FILE " +
      "GIT_DIR MAX_HEAP_SIZE REQUEST_METHOD JAVA_HOME JVM_OPTS MAX_CONNECTIONS CQLSH_HOST SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS",
  };
  for (const [whose, names] of Object.entries(OTHERS)) {
    it(`is silent about the names of ${whose}`, () => {
      expect(settingWarnings(setting(...names.split(" ")))).toEqual([]);
    });
  }

  it("is silent about every setting", () => {
    const names = Object.values(SETTINGS).map(({ name }) => name);
    expect(settingWarnings(setting(...names))).toEqual([]);
    expect(misspeltSettings(setting(...names, "CURSOR_KEY_FILE", "CASSANDRA_PASSWORD_FILE")))
      .toEqual([]);
  });

  it("warns of a file for a setting that is not read from files", () => {
    expect(settingWarnings(setting("LOG_LEVEL_FILE")))
      .toEqual(['"LOG_LEVEL_FILE" is not read: only secrets come from files, set LOG_LEVEL']);
  });

  it("says nothing of a value", () => {
    expect(settingWarnings({ LOG_LEVL: "swordfish" }).join()).not.toContain("swordfish");
  });
});

describe("misspeltSettings()", () => {
  const NEAR: readonly [name: string, near: string][] = [
    ["CASSANDRA_CONTACT_POINT", "CASSANDRA_CONTACT_POINTS"],
    ["CASSANDRA_CONTACTPOINTS", "CASSANDRA_CONTACT_POINTS"],
    ["CASSANDRA_LOCAL_DATACENTRE", "CASSANDRA_LOCAL_DATACENTER"],
    ["CASSANDRA_KEYSPACES", "CASSANDRA_KEYSPACE"],
    ["CASSANDRA_USER", "CASSANDRA_USERNAME"],
    ["CASSANDRA_PASWORD", "CASSANDRA_PASSWORD"],
    ["CASSANDRA_PASWORD_FILE", "CASSANDRA_PASSWORD"],
    ["CASSANDRA_KEYSPACE_NAME", "CASSANDRA_KEYSPACE"],
    ["CASSANDRA_CONSISTENCY_LEVEL", "CASSANDRA_CONSISTENCY"],
    ["CASSANDRA_DATACENTER", "CASSANDRA_LOCAL_DATACENTER"],
    ["OIDC_ISUER", "OIDC_ISSUER"],
    ["OIDC_ISSUER_URL", "OIDC_ISSUER"],
    ["OIDC_AUDIENCES", "OIDC_AUDIENCE"],
    ["CURSOR_KEYS", "CURSOR_KEY"],
    ["CQL_DIRS", "CQL_DIR"],
    ["CQL_RELOD", "CQL_RELOAD"],
    ["DPOP_REQUIRED", "DPOP"],
    ["DPOP_MODE", "DPOP"],
    ["OIDC_ROLES_FILE", "ROLES_FILE"],
    ["OIDC_JWKS_FILE", "JWT_JWKS_FILE"],
    ["CASSANDRA_CONTROL_FILE", "CONTROL_FILE"],
  ];
  for (const [name, near] of NEAR) {
    it(`takes ${name} for ${near}`, () => {
      expect(misspeltSettings(setting(name)))
        .toEqual([`"${name}" is not a known setting: did you mean ${near}?`]);
      expect(settingWarnings(setting(name))).toEqual([]);
    });
  }

  const OTHERS: Readonly<Record<string, string>> = {
    "Cassandra itself":
      "CASSANDRA_HOME CASSANDRA_CONF CASSANDRA_INCLUDE CASSANDRA_LOG_DIR CASSANDRA_VERSION " +
      "CASSANDRA_SEEDS CASSANDRA_DC CASSANDRA_RACK CASSANDRA_CLUSTER_NAME CASSANDRA_NUM_TOKENS " +
      "CASSANDRA_ENDPOINT_SNITCH CASSANDRA_LISTEN_ADDRESS CASSANDRA_HOST",
    "an editor": "CURSOR_AGENT CURSOR_TRACE_ID",
    "a Kubernetes service called cassandra":
      "CASSANDRA_PORT CASSANDRA_PORT_9042_TCP CASSANDRA_PORT_9042_TCP_ADDR " +
      "CASSANDRA_PORT_9042_TCP_PORT CASSANDRA_PORT_9042_TCP_PROTO CASSANDRA_SERVICE_HOST " +
      "CASSANDRA_SERVICE_PORT CASSANDRA_SERVICE_PORT_CQL",
    "a Kubernetes service called audit or cql":
      "AUDIT_PORT AUDIT_PORT_80_TCP AUDIT_SERVICE_HOST CQL_PORT CQL_SERVICE_PORT",
    "other clients of the issuer": "OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_SCOPES",
  };
  for (const [whose, names] of Object.entries(OTHERS)) {
    it(`is silent about the names of ${whose}`, () => {
      expect(misspeltSettings(setting(...names.split(" ")))).toEqual([]);
    });
  }

  const STRANGERS: readonly [name: string, instead: RegExp][] = [
    ["AUDIT_TARGET", /AUDIT_LOG/],
    ["AUDIT_ENABLED", /AUDIT_LOG/],
    ["AUDIT_REFUSE", /AUDIT_FAILURE/],
    ["AUDIT_FILE", /AUDIT_LOG/],
    ["CQL_PATH", /CQL_DIR or CQL_RELOAD$/],
  ];
  for (const [name, instead] of STRANGERS) {
    it(`refuses ${name}, which no other program reads`, () => {
      const [sentence = "", ...others] = misspeltSettings(setting(name));
      expect(sentence).toContain(`"${name}" is not a known setting: `);
      expect(sentence).toMatch(instead);
      expect(others).toEqual([]);
    });
  }

  it("refuses a file for a setting that is not read from files", () => {
    expect(misspeltSettings(setting("OIDC_ISSUER_FILE")))
      .toEqual(['"OIDC_ISSUER_FILE" is not read: only secrets come from files, set OIDC_ISSUER']);
  });
});
