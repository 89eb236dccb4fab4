/**
 * What takes part in the benchmark.
 *
 * @module
 */

/** Settings that every contender reads. */
export interface ContenderSettings {
  readonly HOST: string;
  readonly PORT: string;
  readonly CASSANDRA_CONTACT_POINTS: string;
  readonly CASSANDRA_LOCAL_DATACENTER: string;
  readonly CASSANDRA_KEYSPACE: string;
  readonly JWT_JWKS_FILE: string;
  readonly OIDC_ISSUER: string;
  readonly OIDC_AUDIENCE: string;
}

/** How a contender is started. */
export interface Prepared {
  readonly command: readonly string[];
  /** In addition to `ContenderSettings`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Of its runtime and its packages. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Contender {
  readonly name: string;
  readonly title: string;
  /**
   * What it does for each request: everything that the gateway does on these routes (`like-for-like`), nothing but
   * to serve it (`bare`), or not even HTTP (`limit`).
   */
  readonly does: "gateway" | "like-for-like" | "bare" | "limit";
  /** Whether it takes part in transfers of many rows. */
  readonly transfers: boolean;
  /**
   * Installs what it needs.
   *
   * @param folder kept between runs
   * @throws {Error} saying what is missing; it is left out then
   */
  prepare(folder: string, settings: Omit<ContenderSettings, "PORT">): Promise<Prepared>;
}
