/**
 * Consistency levels: the names of query files → the codes of the protocol.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Consistency } from "../../../catalog/query.ts";

const { consistencies } = cassandra.types;

export const CONSISTENCY_CODES: Readonly<Record<Consistency, number>> = {
  ANY: consistencies.any,
  ONE: consistencies.one,
  TWO: consistencies.two,
  THREE: consistencies.three,
  QUORUM: consistencies.quorum,
  ALL: consistencies.all,
  LOCAL_QUORUM: consistencies.localQuorum,
  EACH_QUORUM: consistencies.eachQuorum,
  LOCAL_ONE: consistencies.localOne,
  SERIAL: consistencies.serial,
  LOCAL_SERIAL: consistencies.localSerial,
};
