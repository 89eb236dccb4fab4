import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { parseControl } from "./control_state.ts";

describe("parseControl()", () => {
  it("reads all that can be switched off", () => {
    expect(parseControl(JSON.stringify({
      read_only: true,
      queries_off: ["list_items", "POST /import"],
      clients_off: ["loader"],
      claims_off: { "org.id": ["7"], '"https://acme.example/tenant"': ["acme", "globex"] },
      failback: true,
      message: "Back at noon",
    }))).toEqual({
      readOnly: true,
      queries: new Set(["list_items", "POST /import"]),
      clients: new Set(["loader"]),
      claims: [
        { path: ["org", "id"], values: new Set(["7"]) },
        { path: ["https://acme.example/tenant"], values: new Set(["acme", "globex"]) },
      ],
      failback: true,
      message: "Back at noon",
    });
  });

  it("switches nothing off by an empty object", () => {
    expect(parseControl(" {}\n")).toEqual({
      readOnly: false,
      queries: new Set(),
      clients: new Set(),
      claims: [],
      failback: false,
      message: null,
    });
  });

  const MISTAKES: readonly [text: string, message: string][] = [
    ["", "it is not JSON"],
    ['{"read_only": true', "it is not JSON"],
    ["[]", "it is not a JSON object"],
    ["null", "it is not a JSON object"],
    ['{"readonly": true}', 'it has an unknown member "readonly": did you mean "read_only"?'],
    ['{"read_only": "true"}', '"read_only" is neither true nor false'],
    ['{"read_only": null}', '"read_only" is neither true nor false'],
    ['{"queries_off": "list_items"}', '"queries_off" is not a list of names'],
    ['{"queries_off": [1]}', '"queries_off" is not a list of names'],
    ['{"clients_off": [""]}', '"clients_off" is not a list of names'],
    ['{"claims_off": ["acme"]}', '"claims_off" is not an object of lists'],
    ['{"claims_off": {"tenant": "acme"}}', '"claims_off.tenant" is not a list of names'],
    ['{"claims_off": {"tenant": [7]}}', '"claims_off.tenant" is not a list of names'],
    ['{"claims_off": {"a..b": []}}', '"a..b" is not the path of a claim'],
    [
      '{"clients_off": ["thief"], "clients_off": ["loader"]}',
      'it has the member "clients_off" twice: only the last would apply',
    ],
    [
      '{"claims_off": {"tenant": ["acme"], "tenant": ["globex"]}}',
      'it has the member "claims_off.tenant" twice: only the last would apply',
    ],
    ['{"message": ""}', '"message" is not a line of text'],
    ['{"message": "a\\nb"}', '"message" is not a line of text'],
    [`{"message": "${"a".repeat(501)}"}`, '"message" has more than 500 characters'],
  ];
  for (const [text, message] of MISTAKES) {
    it(`refuses ${text.slice(0, 50) || "nothing"}`, () => {
      expect(() => parseControl(text)).toThrow(new Error(message));
    });
  }
});
