import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createHash } from "node:crypto";
import { type Service, start } from "../../composition/service.ts";
import { makeProof, newDpopKey } from "../support/auth/dpop_client.ts";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";
import { EXAMPLE, problemOf } from "../support/harness.ts";

const PUBLIC_URL = "https://api.example.com";

/** A certificate as far as anybody here looks into it: its bytes. */
const CERTIFICATE = crypto.getRandomValues(new Uint8Array(700));
const THUMBPRINT = createHash("sha256").update(CERTIFICATE).digest("base64url");
const HEADER = `:${CERTIFICATE.toBase64()}:`;

/** A service that is reached through a trusted proxy. */
let proxied: SigningService;
/** The same service without one: the header may come from anybody. */
let direct: Service;
before(async () => {
  proxied = await startSigningService({
    cqlDir: EXAMPLE,
    env: { TRUSTED_PROXIES: "127.0.0.0/8", PUBLIC_URL },
  });
  direct = await start({ ...proxied.config, port: 0, adminPort: 0, trustedProxies: [] });
  await direct.ready;
});
after(async () => {
  await direct?.close();
  await proxied[Symbol.asyncDispose]();
});

async function outcome(
  headers: Record<string, string>,
  { to = proxied, cnf = { "x5t#S256": THUMBPRINT }, scheme = "Bearer" }: {
    to?: Service;
    cnf?: object;
    scheme?: string;
  } = {},
): Promise<string | number> {
  const token = await proxied.sign(proxied.claims({ cnf }));
  const response = await fetch(`${to.url}/stations`, {
    headers: { ...headers, authorization: `${scheme} ${token}` },
  });
  if (response.status >= 400) {
    expect(response.headers.get("www-authenticate")).toMatch(/error="invalid_\w+"/);
    return (await problemOf(response)).code;
  }
  await response.body?.cancel();
  return response.status;
}

describe("A token that is bound to a certificate", () => {
  it("is taken with the certificate that a trusted proxy names, each time", async () => {
    expect(await outcome({ "client-cert": HEADER })).toBe(200);
    expect(await outcome({ "client-cert": HEADER })).toBe(200);
    expect(await outcome({})).toBe("invalid_token");
  });

  it("is refused where the header comes from anybody else", async () => {
    expect(await outcome({ "client-cert": HEADER }, { to: direct })).toBe("invalid_token");
    const forwarded = { "client-cert": HEADER, "x-forwarded-for": "127.0.0.1" };
    expect(await outcome(forwarded, { to: direct })).toBe("invalid_token");
  });

  const other = CERTIFICATE.with(0, CERTIFICATE[0]! ^ 1);
  const HEADERS: readonly [what: string, header: string][] = [
    ["another certificate", `:${other.toBase64()}:`],
    ["no colons", CERTIFICATE.toBase64()],
    ["one colon", `:${CERTIFICATE.toBase64()}`],
    ["nothing between the colons", "::"],
    ["base64url", `:${CERTIFICATE.toBase64({ alphabet: "base64url" })}:`],
    ["no padding", `:${CERTIFICATE.toBase64({ omitPadding: true })}:`],
    ["a parameter", `${HEADER};a=1`],
    ["the same certificate twice", `${HEADER}, ${HEADER}`],
    ["another certificate before it", `:${other.toBase64()}:, ${HEADER}`],
    ["another certificate after it", `${HEADER}, :${other.toBase64()}:`],
    ["its thumbprint", `:${createHash("sha256").update(CERTIFICATE).digest("base64")}:`],
    ["PEM", `-----BEGIN CERTIFICATE-----${CERTIFICATE.toBase64()}-----END CERTIFICATE-----`],
  ];
  for (const [what, header] of HEADERS) {
    it(`is refused with ${what} in Client-Cert`, async () => {
      expect(await outcome({ "client-cert": header })).toBe("invalid_token");
    });
  }

  it("is refused with the certificate in another header", async () => {
    for (const name of ["client-cert-chain", "x-client-cert", "x-forwarded-client-cert"]) {
      expect([name, await outcome({ [name]: HEADER })]).toEqual([name, "invalid_token"]);
    }
  });

  it("is refused as a token of DPoP, and needs both proofs where it is bound to both", async () => {
    expect(await outcome({ "client-cert": HEADER }, { scheme: "DPoP" })).toBe("invalid_token");
    const key = await newDpopKey();
    const cnf = { "x5t#S256": THUMBPRINT, jkt: key.thumbprint };
    expect(await outcome({ "client-cert": HEADER }, { cnf })).toBe("invalid_token");
    expect(await outcome({ "client-cert": HEADER }, { cnf, scheme: "DPoP" }))
      .toBe("invalid_dpop_proof");

    const token = await proxied.sign(proxied.claims({ cnf }));
    const send = async (headers: Record<string, string>, nonce?: string) => {
      const proof = await makeProof(key, { url: `${PUBLIC_URL}/stations`, token, nonce });
      const response = await fetch(`${proxied.url}/stations`, {
        headers: { ...headers, authorization: `DPoP ${token}`, dpop: proof },
      });
      await response.body?.cancel();
      return response;
    };
    const first = await send({ "client-cert": HEADER });
    const nonce = first.headers.get("dpop-nonce")!;
    expect((await send({}, nonce)).status).toBe(401);
    expect((await send({ "client-cert": HEADER }, nonce)).status).toBe(200);
  });

  const CONFIRMATIONS: readonly object[] = [
    { "x5t#S256": THUMBPRINT, "x5t": "a" },
    { "x5t#S256": `${THUMBPRINT}=` },
    { "x5t#S256": createHash("sha256").update(CERTIFICATE).digest("hex") },
    { "x5t#S256": [THUMBPRINT] },
    { "x5t#s256": THUMBPRINT },
  ];
  for (const cnf of CONFIRMATIONS) {
    it(`is refused if it is bound by ${JSON.stringify(cnf).slice(0, 60)}`, async () => {
      expect(await outcome({ "client-cert": HEADER }, { cnf })).toBe("invalid_token");
    });
  }
});
