/**
 * The driver as an oracle: it was written by others from the same specification.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import Encoder from "cassandra-driver/lib/encoder.js";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import type { CqlType, Json } from "./codec.ts";
import { codecFor } from "./codec_for.ts";
import { KINDS_BY_ID } from "./primitives.ts";

const { dataTypes, BigDecimal, Duration, InetAddress, Integer, LocalDate, LocalTime, Long, Uuid } =
  cassandra.types;

const encoder = new Encoder(4, {});

/** Expects our bytes of the JSON to be the driver's of the value. */
function expectSame(
  type: CqlType,
  cases: { json: Json; value: unknown; code: number; info?: unknown },
): void {
  const codec = codecFor(type);
  const ours = codec.encode(codec.input.parse(cases.json)).toString("hex");
  const { code, info = null } = cases;
  expect(ours).toBe(Buffer.from(encoder.encode(cases.value, { code, info })).toString("hex"));
}

describe("the ids of types", () => {
  it("are the driver's", () => {
    const composite = ["custom", "list", "map", "set", "udt", "tuple", "getByName"];
    const others = { text: "text", varchar: "text" } as Readonly<Record<string, string>>;
    const names = Object.keys(dataTypes).filter((name) => !composite.includes(name));
    const ids = names.map((name) => [
      (dataTypes as unknown as Record<string, number>)[name],
      others[name] ?? name,
    ]);
    expect(names.length).toBeGreaterThan(20);
    expect(new Map([...KINDS_BY_ID].sort())).toEqual(new Map(ids.sort() as [number, string][]));
  });
});

describe("the bytes of a codec", () => {
  it("are the driver's for integers", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const json = String(value);
      expectSame({ kind: "bigint" }, {
        json,
        value: Long.fromString(json),
        code: dataTypes.bigint,
      });
    }));
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }), (value) => {
      const json = String(value);
      expectSame({ kind: "varint" }, {
        json,
        value: Integer.fromString(json),
        code: dataTypes.varint,
      });
    }));
  });

  it("are the driver's for decimals", () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,20}(\.\d{1,20})?$/);
    fc.assert(fc.property(digits, (json) => {
      const value = BigDecimal.fromString(json);
      expectSame({ kind: "decimal" }, { json, value, code: dataTypes.decimal });
    }));
  });

  it("are the driver's for floating point", () => {
    const finite = { noNaN: true, noDefaultInfinity: true };
    fc.assert(fc.property(fc.double(finite), (value) => {
      expectSame({ kind: "double" }, { json: value, value, code: dataTypes.double });
    }));
    fc.assert(fc.property(fc.float(finite), (value) => {
      expectSame({ kind: "float" }, { json: value, value, code: dataTypes.float });
    }));
  });

  it("are the driver's for identifiers", () => {
    fc.assert(fc.property(fc.uuid(), (json) => {
      expectSame({ kind: "uuid" }, { json, value: Uuid.fromString(json), code: dataTypes.uuid });
    }));
    fc.assert(fc.property(fc.ipV4(), (json) => {
      expectSame({ kind: "inet" }, {
        json,
        value: InetAddress.fromString(json),
        code: dataTypes.inet,
      });
    }));
  });

  it("are the driver's for time", () => {
    fc.assert(fc.property(fc.date({ noInvalidDate: true }), (value) => {
      const json = value.toISOString();
      expectSame({ kind: "timestamp" }, { json, value, code: dataTypes.timestamp });
      const day = value.getTime() < 0 || value.getUTCFullYear() > 9999
        ? "1970-01-01"
        : json.slice(0, 10);
      expectSame({ kind: "date" }, {
        json: day,
        value: LocalDate.fromString(day),
        code: dataTypes.date,
      });
    }));
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 86_399_999_999_999n }), (ns) => {
      const value = new LocalTime(Long.fromString(String(ns)));
      expectSame({ kind: "time" }, { json: value.toString(), value, code: dataTypes.time });
    }));
  });

  it("are the driver's for durations", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        (months, days, ns) => {
          const value = new Duration(months, days, Long.fromString(String(ns)));
          const ours = codecFor({ kind: "duration" });
          expect(ours.encode(ours.input.parse(`${months}mo${days}d${ns}ns`)).toString("hex"))
            .toBe(value.toBuffer().toString("hex"));
        },
      ),
    );
  });

  // The driver makes null of nothing.
  it("are the driver's for collections", () => {
    const int = { code: dataTypes.int, info: null };
    const text = { code: dataTypes.varchar, info: null };
    fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), (value) => {
      expectSame({ kind: "list", of: { kind: "int" } }, {
        json: value,
        value,
        code: dataTypes.list,
        info: int,
      });
    }));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.integer(), {
          minKeys: 1,
          noNullPrototype: true,
        }).map(inOurOrder),
        (value) => {
          expectSame({ kind: "map", key: { kind: "text" }, value: { kind: "int" } }, {
            json: value,
            value,
            code: dataTypes.map,
            info: [text, int],
          });
        },
      ),
    );
    fc.assert(fc.property(fc.tuple(fc.string({ unit: "binary" }), fc.integer()), (json) => {
      expectSame({ kind: "tuple", of: [{ kind: "text" }, { kind: "int" }] }, {
        json,
        value: new cassandra.types.Tuple(...json),
        code: dataTypes.tuple,
        info: [text, int],
      });
    }));
  });
});

/** The driver leaves the entries in the order of the object, which would be another one for digits. */
function inOurOrder(object: Record<string, number>): Record<string, number> {
  const entries = Object.entries(object).map(([key, value]) => [`k${key}`, value] as const);
  return Object.fromEntries(
    entries.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
  );
}
