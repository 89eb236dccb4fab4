/**
 * The text of `OIDC_ISSUERS` → the issuers: a JSON list, or the path of a file with such a list.
 *
 * @module
 */
import { findDuplicateMember } from "../codec/json/duplicate_member.ts";
import { isJsonObject } from "../codec/json/json_object.ts";
import { readIssuerMembers } from "./issuer_members.ts";
import type { Fail, SettingKind } from "./settings/kinds/setting_kind.ts";
import type { TrustedIssuer } from "./trusted_issuer.ts";

/** A JSON list of issuers, or the path of a file with it. */
export function issuerList(): SettingKind<readonly TrustedIssuer[]> {
  return {
    range: "a JSON list, or the path of a JSON file",
    paths: (text) => isInline(text) ? filesIn(text) : [text, folderOf(text) || "."],
    read(text, fail) {
      if (text === "") return [];
      const json = isInline(text) ? text : readFile(text, fail);
      return json === null
        ? []
        : readList(json, { folder: isInline(text) ? "" : folderOf(text), fail });
    },
  };
}

function isInline(text: string): boolean {
  return /^[[{]/.test(text);
}

/** The paths that members ending with `_file` name; none if the text is not JSON. */
function filesIn(json: string): string[] {
  const list = parse(json, () => {});
  return Array.isArray(list) ? list.flatMap(filesOf) : [];
}

/** The same for an issuer, or an object in it. */
function filesOf(json: unknown): string[] {
  if (!isJsonObject(json)) return [];
  return Object.entries(json).flatMap(([name, value]) =>
    name.endsWith("_file") && typeof value === "string" ? [value] : filesOf(value)
  );
}

function readFile(path: string, fail: Fail): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    fail(`the file cannot be read: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/** With a slash at the end; empty for the working directory. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function readList(
  text: string,
  { folder, fail }: { readonly folder: string; readonly fail: Fail },
): TrustedIssuer[] {
  const list = parse(text, fail);
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0 || !list.every(isJsonObject)) {
    fail('expected a JSON list of objects, each with an "issuer" and an "audience"');
    return [];
  }
  const issuers = list.map((members, index) => {
    const { issuer } = members;
    const name = typeof issuer === "string" && issuer !== "" ? issuer : `[${index}]`;
    return readIssuerMembers(members, { folder, fail: (expectation) => fail(expectation, name) });
  });
  const names = issuers.map(({ issuer }) => issuer);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) < index))) {
    fail("the list names this issuer twice: merge its entries into one", name);
  }
  // An opaque token does not say which of them to ask, and no other may see it.
  for (const { issuer } of issuers.filter(({ introspection }) => introspection !== null).slice(1)) {
    fail('only one issuer may have "introspection", and an earlier one has it', issuer);
  }
  return issuers;
}

function parse(text: string, fail: Fail): unknown {
  try {
    const json: unknown = JSON.parse(text);
    const twice = findDuplicateMember(text);
    if (twice === null) return json;
    fail("the JSON names this member twice: remove one", twice.join("."));
  } catch (error) {
    fail(`expected JSON: ${error instanceof Error ? error.message : error}`);
  }
  return undefined;
}
