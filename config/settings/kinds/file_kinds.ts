/**
 * Settings that name a file.
 *
 * @module
 */
import { scopeMistake } from "../../../catalog/tags/parts/scopes.ts";
import { findDuplicateMember } from "../../../codec/json/duplicate_member.ts";
import { parseKeySet } from "../../../codec/jwk/key_set.ts";
import type { Fail, SettingKind } from "./setting_kind.ts";

/** The content of the text file that the setting names. */
export function fileContent(): SettingKind<string> {
  return {
    range: "the path of a PEM file",
    paths: (path) => [path],
    read(path, fail) {
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        fail(`the file cannot be read: ${error instanceof Error ? error.message : error}`);
        return "";
      }
    },
  };
}

/** The scopes that groups stand for, from the JSON file that the setting names. */
export function rolesFile(): SettingKind<ReadonlyMap<string, readonly string[]>> {
  return {
    range: "the path of a JSON file",
    paths: (path) => [path],
    read(path, fail) {
      if (path === "") return new Map();
      const json = readJsonFile(path, fail);
      if (json === undefined) return new Map();
      const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
      const entries = isObject ? Object.entries(json) : [];
      const isList = (scopes: unknown) =>
        Array.isArray(scopes) &&
        scopes.every((scope) => typeof scope === "string" && scopeMistake(scope) === null);
      const odd = entries.find(([, scopes]) => !isList(scopes));
      if (!isObject) fail("the file must contain a JSON object");
      if (odd !== undefined) fail(`the file must have a list of scopes for each group`, odd[0]);
      return new Map(entries as [string, string[]][]);
    },
  };
}

function readJsonFile(path: string, fail: Fail): unknown {
  try {
    const text = Deno.readTextFileSync(path);
    const json: unknown = JSON.parse(text);
    const twice = findDuplicateMember(text);
    if (twice === null) return json;
    fail("the file names this member twice: remove one", twice.join("."));
    return undefined;
  } catch (error) {
    fail(`the file cannot be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** The path of a file with public keys, which the process reads again as it changes. */
export function keySetFile(): SettingKind<string> {
  return {
    range: "the path of a JSON file",
    paths: (path) => [path],
    read(path, fail) {
      try {
        parseKeySet(Deno.readTextFileSync(path));
      } catch (error) {
        fail(`the file cannot be used: ${error instanceof Error ? error.message : error}`);
      }
      return path;
    },
  };
}
