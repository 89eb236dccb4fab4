/**
 * `deno task sbom`: prints what the image is made of.
 *
 * @module
 */
import { createSbom } from "../deploy/sbom.ts";
import { heedToolHelp } from "./usage.ts";

if (import.meta.main) {
  heedToolHelp("sbom");
  const [manifest, lock, dockerfile] = ["deno.json", "deno.lock", "Dockerfile"]
    .map((path) => Deno.readTextFileSync(path)) as [string, string, string];
  const sbom = createSbom({ manifest: JSON.parse(manifest), lock: JSON.parse(lock), dockerfile });
  console.log(JSON.stringify(sbom, null, 2));
}
