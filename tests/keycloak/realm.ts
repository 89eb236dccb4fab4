/**
 * The realm of the test, as `docs/identity.md` describes it for people who click: a client scope with an
 * audience and a tenant, groups in a claim, a machine, and a web page whose people log in.
 *
 * @module
 */
import type { Keycloak } from "./keycloak.ts";

export const AUDIENCE = "weather-api";
const REALM = "weather";
const SECRET = "importer-s3cret";
export const JANE = { username: "jane", password: "jane-s3cret" };
/** Where the browser comes back to. Nothing has to listen there. */
export const REDIRECT_URI = "http://127.0.0.1:9/callback";

export interface Realm {
  readonly issuer: string;
  /** A token of a client for itself; null if Keycloak refuses. */
  clientToken(clientId: "importer" | "stranger"): Promise<string | null>;
  /** Exchanges the code of a log-in, with the verifier of PKCE. */
  exchange(code: string, verifier: string): Promise<PersonTokens>;
  disable(clientId: "importer"): Promise<void>;
  /** Signs with a new key from now on. The others stay published. */
  rotate(): Promise<void>;
  /** Deletes the keys that do not sign. */
  deleteOldKeys(): Promise<void>;
}

export interface PersonTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

interface Named {
  readonly id: string;
  readonly name?: string;
}

interface Component extends Named {
  readonly providerId: string;
  readonly config: { readonly priority?: readonly string[] };
}

export async function createRealm({ url, admin }: Keycloak): Promise<Realm> {
  await admin("POST", "realms", REALM_REPRESENTATION);
  // Only now: with scopes of its own, a new realm would not get Keycloak's.
  await admin("POST", `realms/${REALM}/client-scopes`, SCOPE);
  for (const each of CLIENTS) await admin("POST", `realms/${REALM}/clients`, each);
  await allowAttributes();
  const groups = await admin<Named[]>("GET", `realms/${REALM}/groups`);
  await admin("POST", `realms/${REALM}/users`, {
    username: JANE.username,
    enabled: true,
    email: "jane@acme.example",
    emailVerified: true,
    firstName: "Jane",
    lastName: "Doe",
    attributes: { tenant: ["globex"] },
    groups: ["/Weather Readers"],
    credentials: [{ type: "password", value: JANE.password, temporary: false }],
  });
  const importer = await serviceAccount("importer");
  await admin("PUT", `realms/${REALM}/users/${importer.id}`, {
    ...importer,
    attributes: { tenant: ["acme"] },
  });
  const admins = groups.find(({ name }) => name === "Weather Admins")!;
  await admin("PUT", `realms/${REALM}/users/${importer.id}/groups/${admins.id}`);

  /** Users may have the attributes that the administration gives them. */
  async function allowAttributes(): Promise<void> {
    const path = `realms/${REALM}/users/profile`;
    const profile = await admin<Record<string, unknown>>("GET", path);
    await admin("PUT", path, { ...profile, unmanagedAttributePolicy: "ADMIN_EDIT" });
  }

  async function client(clientId: string): Promise<Named> {
    const [found] = await admin<Named[]>("GET", `realms/${REALM}/clients?clientId=${clientId}`);
    return found!;
  }

  async function serviceAccount(clientId: string): Promise<Named> {
    const { id } = await client(clientId);
    return await admin("GET", `realms/${REALM}/clients/${id}/service-account-user`);
  }

  function token(form: Record<string, string>): Promise<Response> {
    return fetch(`${url}/realms/${REALM}/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
  }

  async function signingKeys(): Promise<readonly Component[]> {
    const path = `realms/${REALM}/components?type=org.keycloak.keys.KeyProvider`;
    const components = await admin<Component[]>("GET", path);
    return components.filter(({ providerId }) => providerId === "rsa-generated")
      .sort((one, other) => priorityOf(other) - priorityOf(one));
  }

  return {
    issuer: `${url}/realms/${REALM}`,
    async clientToken(clientId) {
      const response = await token({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: SECRET,
      });
      const { access_token } = await response.json();
      return access_token ?? null;
    },
    async exchange(code, verifier) {
      const response = await token({
        grant_type: "authorization_code",
        client_id: "weather-web",
        redirect_uri: REDIRECT_URI,
        code,
        code_verifier: verifier,
      });
      return await response.json();
    },
    async disable(clientId) {
      const { id } = await client(clientId);
      await admin("PUT", `realms/${REALM}/clients/${id}`, { clientId, enabled: false });
    },
    async rotate() {
      const [current] = await signingKeys();
      await admin("POST", `realms/${REALM}/components`, {
        name: `rsa ${crypto.randomUUID()}`,
        providerId: "rsa-generated",
        providerType: "org.keycloak.keys.KeyProvider",
        config: { priority: [`${priorityOf(current!) + 1}`], keySize: ["2048"] },
      });
    },
    async deleteOldKeys() {
      for (const { id } of (await signingKeys()).slice(1)) {
        await admin("DELETE", `realms/${REALM}/components/${id}`);
      }
    },
  };
}

function priorityOf({ config }: Component): number {
  return Number(config.priority?.[0] ?? 0);
}

const REALM_REPRESENTATION = {
  realm: REALM,
  enabled: true,
  groups: [{ name: "Weather Admins" }, { name: "Weather Readers" }],
};

const SCOPE = {
  name: "weather",
  protocol: "openid-connect",
  protocolMappers: [
    mapper("audience", "oidc-audience-mapper", { "included.custom.audience": AUDIENCE }),
    mapper("tenant", "oidc-usermodel-attribute-mapper", {
      "user.attribute": "tenant",
      "claim.name": "tenant",
      "jsonType.label": "String",
    }),
    mapper("groups", "oidc-group-membership-mapper", {
      "claim.name": "groups",
      "full.path": "false",
    }),
  ],
};

const MACHINE = {
  secret: SECRET,
  serviceAccountsEnabled: true,
  standardFlowEnabled: false,
};

const CLIENTS = [
  { ...MACHINE, clientId: "importer", defaultClientScopes: ["basic", "weather"] },
  { ...MACHINE, clientId: "stranger", defaultClientScopes: ["basic"] },
  {
    clientId: "weather-web",
    publicClient: true,
    redirectUris: [REDIRECT_URI],
    defaultClientScopes: ["basic", "profile", "weather"],
    attributes: { "pkce.code.challenge.method": "S256" },
  },
];

function mapper(name: string, protocolMapper: string, config: Record<string, string>) {
  return {
    name,
    protocol: "openid-connect",
    protocolMapper,
    config: { "access.token.claim": "true", "id.token.claim": "false", ...config },
  };
}
