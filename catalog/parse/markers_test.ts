import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseCql } from "../../tests/support/cql/parse_cql.ts";
import { listMarkers } from "./markers.ts";
import { bindMarkers } from "../statement/marker_roles.ts";

function list(text: string) {
  const messages: string[] = [];
  const found = bindMarkers(parseCql(text));
  const markers = listMarkers(found, ({ message }) => messages.push(message));
  const places = markers.map(({ name, spans }) => [
    name,
    ...spans.map(({ start, end }) => text.slice(start, end)),
  ]);
  return { places, messages };
}

describe("listMarkers()", () => {
  it("lists every marker once, with all its places, in the order of the first", () => {
    expect(list("SELECT a FROM t WHERE b = :b AND a = :a AND c = : b")).toEqual({
      places: [["b", ":b", ": b"], ["a", ":a"]],
      messages: [],
    });
  });

  for (const word of ["key", "value", "date", "month", "ttl", "name", "default", "tokens"]) {
    it(`takes the name "${word}", which CQL does not reserve`, () => {
      expect(list(`SELECT a FROM t WHERE a = :${word}`).messages).toEqual([]);
    });
  }

  for (const name of ["from_", "a__b", "x_1_", "a1"]) {
    it(`keeps the name "${name}" as the server has it`, () => {
      expect(list(`SELECT a FROM t WHERE a = :${name}`)).toEqual({
        places: [[name, `:${name}`]],
        messages: [],
      });
    });
  }

  const mistakes: [text: string, message: string, name: string][] = [
    [
      "a = :stationId",
      'Cannot use the marker ":stationId": the server lower-cases names',
      "station_id",
    ],
    ["a = : A", 'Cannot use the marker ": A": the server lower-cases names', "a"],
    [`a = :"a"`, `Cannot use the marker ':"a"': its name is quoted`, "a"],
    ["a = :token", 'Cannot use the marker ":token": "token" is a reserved word of CQL', "token"],
  ];
  for (const [text, message, name] of mistakes) {
    it(`reports ${text} and reads it as ${name}`, () => {
      const { places, messages } = list(`SELECT a FROM t WHERE ${text}`);
      expect(messages).toEqual([message]);
      expect(places.map(([name]) => name)).toEqual([name]);
    });
  }

  it("reports every question mark", () => {
    expect(list("SELECT a FROM t WHERE a = ? AND b = '?' AND c = ?").messages).toEqual([
      'Cannot use the marker "?": it has no name',
      'Cannot use the marker "?": it has no name',
    ]);
  });
});
