/**
 * The driver's spelling of a type as read from the wire → `CqlType`.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { CqlType } from "../../../codec/codec.ts";
import { parseMarshalType } from "../../../codec/marshal.ts";
import { KINDS_BY_ID } from "../../../codec/primitives.ts";
import { cqlName } from "../../../codec/type_name.ts";
import type { DriverColumn, DriverType } from "../internals/driver_types.ts";

const { dataTypes } = cassandra.types;

interface DriverUdt {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: DriverType }[];
}

/**
 * Source: native protocol v4, section 4.2.5.2. A type without a code in the protocol, for example a vector,
 * comes as the name of its class on the server.
 */
export function cqlTypeOf(type: DriverType): CqlType {
  const primitive = KINDS_BY_ID.get(type.code);
  if (primitive !== undefined) return { kind: primitive };
  switch (type.code) {
    case dataTypes.list:
      return { kind: "list", of: cqlTypeOf(type.info as DriverType) };
    case dataTypes.set:
      return { kind: "set", of: cqlTypeOf(type.info as DriverType) };
    case dataTypes.map: {
      const [key, value] = type.info as [DriverType, DriverType];
      return { kind: "map", key: cqlTypeOf(key), value: cqlTypeOf(value) };
    }
    case dataTypes.tuple:
      return { kind: "tuple", of: (type.info as DriverType[]).map(cqlTypeOf) };
    case dataTypes.udt: {
      const { name, fields } = type.info as DriverUdt;
      return {
        kind: "udt",
        name,
        fields: fields.map((field) => ({ name: field.name, type: cqlTypeOf(field.type) })),
      };
    }
    case dataTypes.custom:
      return parseMarshalType(String(type.info));
    default:
      return { kind: "unknown", name: `protocol type ${type.code}` };
  }
}

/** Columns or markers as an operator reads them, such as `k text, v int`. */
export function describeColumns(columns: readonly DriverColumn[]): string {
  return columns.map(({ name, type }) => `${name} ${cqlName(cqlTypeOf(type))}`).join(", ");
}
