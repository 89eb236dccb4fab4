/**
 * Prints the paths that the service has to read, for `--allow-read` of `deno task start`.
 *
 * @module
 */
import { readPaths } from "../config/read_paths.ts";

// Code that asks for permissions reads as little as it can: no driver, no routes.
console.log(readPaths(Deno.env.toObject()).join());
