/**
 * The spelling of names in the OpenAPI document, which the clients made of it use for their types.
 *
 * @module
 */

/** `latest_videos`, `latest-videos` → `LatestVideos`; what cannot be in a name is dropped. */
export function toPascalCase(name: string): string {
  return name
    .replace(/^[^A-Za-z]+/, "")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
