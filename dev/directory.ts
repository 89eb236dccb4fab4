/**
 * Where everything local is kept between runs: the project's own `.dev/`, which git ignores.
 * Deleting it loses the local data and nothing else.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The absolute path of `.dev/`, without a trailing slash. */
export const DEV_DIRECTORY: string = fileURLToPath(new URL("../.dev", import.meta.url));
