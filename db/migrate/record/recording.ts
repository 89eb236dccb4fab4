/**
 * Work on the service's own tables: if it fails, that is not a mistake in a migration.
 *
 * @module
 */
import { connectionFailure } from "../../driver/failures/map_error.ts";
import { MigrationError } from "../files/migrations.ts";

/**
 * @param verb what the work does with migrations
 * @throws {MigrationError} if the server refuses it, or cannot be asked
 */
export async function recording<T>(
  work: Promise<T>,
  verb: "record" | "read the record of" = "record",
): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    throw new MigrationError(`Cannot ${verb} migrations: ${connectionFailure(cause)}`, { cause });
  }
}
