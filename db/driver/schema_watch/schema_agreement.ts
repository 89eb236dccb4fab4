/**
 * Whether the nodes have the same schema, asked of the driver.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

/** True if all nodes that are up have the same version of the schema. */
export async function agreesOnSchema(client: cassandra.Client): Promise<boolean> {
  // Documented, and missing from the driver's type declarations.
  const metadata = client.metadata as cassandra.metadata.Metadata & {
    checkSchemaAgreement(): Promise<boolean>;
  };
  return await metadata.checkSchemaAgreement();
}
