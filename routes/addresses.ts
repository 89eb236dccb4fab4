/**
 * Where the API is: the path that the service answers it under, and the address that its clients use. A proxy
 * may strip a prefix or add one, so the two can differ. Routes know neither: they are matched without the
 * prefix, and ask here for the addresses that they give to clients.
 *
 * Nothing of it comes from the request: a sender can put anything into `Host` and forwarding headers.
 *
 * @module
 */
import { getPath } from "hono/utils/url";

export interface AddressOptions {
  /** The prefix of every path that the service answers, such as `/weather`; empty for no prefix. */
  readonly basePath: string;
  /** The address that clients use, without a slash at the end; null if it is the service's own. */
  readonly publicUrl: string | null;
  /** Where the service listens. */
  readonly host: string;
  readonly port: number;
}

/** What telemetry calls the server that a request was for. */
export interface ServerName {
  readonly address: string;
  readonly port: number;
}

export interface Addresses {
  readonly basePath: string;
  /** Null if clients use an address that is not known here. */
  readonly server: ServerName | null;
  /**
   * Where clients find a path of the API: `/stations/hill` → `https://api.example/weather/stations/hill`,
   * or without a public URL, `/weather/stations/hill`.
   *
   * @param path with its slash, escaped, and with a query where there is one
   */
  publicUrl(path: string): string;
  /** The same for the path and query of a request's own URL. */
  publicUrlOf(url: URL): string;
  /**
   * The path that routes are matched with. Of a path outside the prefix it begins with two slashes, as
   * no route does. Probes answer at the root, too: an orchestrator passes no proxy.
   */
  routePath(request: Request): string;
}

/** The paths that are answered without the prefix, too. */
export const PROBES: readonly string[] = ["/livez", "/readyz"];

/** All addresses of the machine. */
const WILDCARDS: readonly string[] = ["0.0.0.0", "::", "[::]"];

export function createAddresses(options: AddressOptions): Addresses {
  const { basePath, publicUrl } = options;
  const start = publicUrl ?? basePath;
  const depth = basePath.split("/").length;

  function withoutPrefix(path: string): string {
    if (path.startsWith(`${basePath}/`)) return path.slice(basePath.length);
    if (path === basePath) return "/";
    return PROBES.includes(path) ? path : `/${path}`;
  }
  return {
    basePath,
    server: serverOf(options),
    publicUrl: (path) => start + path,
    publicUrlOf({ pathname, search }) {
      // By segments: the prefix may be escaped in the URL.
      const path = pathname.split("/").slice(depth);
      return `${start}/${path.join("/")}${search}`;
    },
    routePath: basePath === "" ? getPath : (request) => withoutPrefix(getPath(request)),
  };
}

function serverOf({ publicUrl, host, port }: AddressOptions): ServerName | null {
  if (publicUrl !== null) {
    const url = new URL(publicUrl);
    const usual = url.protocol === "https:" ? 443 : 80;
    return { address: url.hostname, port: url.port === "" ? usual : Number(url.port) };
  }
  // With port 0 the system chooses.
  return WILDCARDS.includes(host) || port === 0 ? null : { address: host, port };
}
