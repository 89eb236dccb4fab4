import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { TEXT_FORMS } from "./text_format.ts";

/** A name of a host with this many characters, at least 193. */
const hostname = (length: number) =>
  [63, 63, 63, length - 192].map((label) => "a".repeat(label)).join(".");

const CASES: Record<keyof typeof TEXT_FORMS, readonly [good: string[], bad: string[]]> = {
  email: [
    [
      "ada@example.org",
      "a+b.c@x",
      "!#$%&'*+/=?^_`{|}~-@a-b.example",
      `${"a".repeat(64)}@x.org`,
      `a@${hostname(252)}`,
    ],
    [
      "",
      "ada",
      "@example.org",
      "ada@",
      "a..b@example.org",
      ".a@example.org",
      "a.@example.org",
      "a b@example.org",
      "a@b@example.org",
      "ada@-x.org",
      "ada@[192.0.2.1]",
      "ada@192.0.2.1",
      '"a b"@example.org',
      "ada@exämple.org",
      "ada@example.org\n",
      `${"a".repeat(65)}@x.org`,
      `a@${hostname(253)}`,
    ],
  ],
  uri: [
    [
      "https://example.org/",
      "http://u:p@example.org:8080/a/b;c?q=%20#frag",
      "http://[2001:db8::1]:80/",
      "urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
      "mailto:ada@example.org",
      "file:///etc/hosts",
      "a:",
      "http://example.org:/",
      "http://",
    ],
    [
      "",
      "example.org",
      "/path",
      "//example.org/",
      "1http://x",
      ":x",
      "http://a b/",
      "http://x/%2",
      "http://x/%zz",
      "http://x/#a#b",
      "http://x/[a]",
      "http://[::1/",
      "http://[g::1]/",
      "http://a:b:c/",
      "http://x:80a/",
      "http://é.org/",
      'http://x/"',
      "http://x/<a>",
      "http://x/\\",
      "https://example.org/\n",
    ],
  ],
  hostname: [
    ["example.org", "x", "A-1.b", "1a.2b", `${"a".repeat(63)}.org`, "3com.com", hostname(253)],
    [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "-a",
      "a-",
      "a_b",
      "192.0.2.1",
      "1",
      `${"a".repeat(64)}.org`,
      hostname(254),
      "a\n",
    ],
  ],
  ipv4: [["192.0.2.1", "0.0.0.0", "255.255.255.255"], [
    "",
    "1.2.3",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.4.5",
    "::1",
    "1.2.3.4 ",
  ]],
  ipv6: [["::", "2001:db8::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"], [
    "",
    "192.0.2.1",
    "1:2",
    "1::2::3",
    "fe80::1%eth0",
    "g::",
    "12345::",
  ]],
  uuid: [
    ["f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6"],
    ["", "f81d4fae7dec41d0a76500a0c91e6bf6", "{f81d4fae-7dec-41d0-a765-00a0c91e6bf6}", "x"],
  ],
  e164: [["+442083661177", "+12", "+123456789012345"], [
    "",
    "442083661177",
    "+0123",
    "+1",
    "+1234567890123456",
    "+44 20",
    "+٤٤",
  ]],
  bcp47: [
    [
      "en",
      "en-GB",
      "zh-Hant-TW",
      "de-CH-1996",
      "sl-rozaj-biske",
      "x-private",
      "en-u-ca-gregory",
      "es-419",
      "de-Latn-DE-1996-x-a-b",
    ],
    [
      "",
      "e",
      "en_GB",
      "en-",
      "-en",
      "en--GB",
      "en-x",
      "abcdefghi",
      "en-a",
      `en${"-abcde".repeat(40)}`,
    ],
  ],
};

describe("TEXT_FORMS", () => {
  for (const [name, { matches, example, pattern }] of Object.entries(TEXT_FORMS)) {
    const [good, bad] = CASES[name as keyof typeof CASES];
    it(`${name} takes what its specification has, and no near miss`, () => {
      for (const text of [example, ...good]) expect([text, matches(text)]).toEqual([text, true]);
      for (const text of bad) expect([text, matches(text)]).toEqual([text, false]);
    });

    if (pattern === null) continue;
    it(`${name} is what its pattern says`, () => {
      const expression = new RegExp(pattern, "u");
      for (const text of [...good, ...bad].filter(({ length }) => length <= 100)) {
        expect([text, expression.test(text)]).toEqual([text, matches(text)]);
      }
    });
  }
});
