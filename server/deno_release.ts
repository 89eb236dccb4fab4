/**
 * The release of Deno that the service needs.
 *
 * @module
 */

/**
 * From 2.8.3 to 2.9.5 the runtime stops reading an upload once its answer has begun (denoland/deno
 * issue 36624); before, it does not compress answers.
 */
const NEEDED = "2.9.6";

/** @throws {Error} saying what to do, where `version` is older than what is needed */
export function assertRuntime(version: string = Deno.version.deno): void {
  const compared = version.localeCompare(NEEDED, "en", { numeric: true });
  if (compared >= 0) return;
  throw new Error(
    `Cannot run on Deno ${version}: run "deno upgrade", or use "npx -y deno@latest"; ${NEEDED} is the first that serves uploads correctly`,
  );
}
