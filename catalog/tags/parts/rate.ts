/**
 * A rate: how many requests or rows in a while, for whom, and how many at once. Query files write it after
 * `@rate`, the configuration and hand-written routes as text. `routes/quota/` does the counting.
 *
 * @module
 */

import { parseClaimPath } from "../../text/claim_path.ts";
import { part, readWords, type Word } from "../../text/comment.ts";
import { quote } from "../../text/quote.ts";
import type { Diagnostic, Report, Span } from "../../text/source.ts";
import { suggest } from "../../text/suggest.ts";
import { readOptions } from "../tag_line.ts";
import { readCount } from "./count.ts";

/** What a rate counts. */
export type RateQuantity = typeof QUANTITIES[number];

/** A second, a minute, an hour or a day. */
export type RateUnit = typeof UNITS[number];

/** Who shares what a rate allows. */
export type RatePartition =
  /** Each issuer and subject by itself. */
  | { readonly by: "caller" }
  /** Each client of an issuer by itself. */
  | { readonly by: "client" }
  /** Each value of a claim by itself. The path is for `parseClaimPath`. */
  | { readonly by: "claim"; readonly claim: string }
  | { readonly by: "address" }
  /** All callers of a route together, each route by itself. */
  | { readonly by: "route" }
  | { readonly by: "everybody" };

export interface Rate {
  readonly amount: number;
  readonly quantity: RateQuantity;
  readonly unit: RateUnit;
  /** How many may come at once after a pause. */
  readonly burst: number;
  /** Null if it does not say: callers, or on a public route their addresses. */
  readonly per: RatePartition | null;
  /** Where a token may state another amount; null if only this amount counts. */
  readonly claimed: ClaimedAmount | null;
}

/** An amount that a token states. */
export interface ClaimedAmount {
  /** The path of the claim, for `parseClaimPath`. */
  readonly claim: string;
  /** The most that a token may claim; a larger amount counts as this much. */
  readonly max: number;
}

const QUANTITIES = ["requests", "rows"] as const;
const UNITS = ["s", "m", "h", "d"] as const;
const KEYS = ["burst", "per", "limit", "max"] as const;
const PARTITIONS = ["caller", "client", "address", "route", "everybody"] as const;
/** Partitions of callers whose claims differ. */
const SHARED: readonly string[] = ["address", "route", "everybody"];

// Numbers in header fields have at most 15 digits (RFC 9651, section 3.3.1).
const MAX_AMOUNT = 1_000_000_000;
const HELP = 'Write it as "50/s burst=100 per=claim:tenant", or as "10000 rows/m"';

/** The rate that words state; null if they state none, which is reported. */
export function readRate(
  words: readonly Word[],
  { span, report }: { readonly span: Span; readonly report: Report },
): Rate | null {
  const pace = readPace(words, { span, report });
  const options = readOptions(words.slice(pace.words), { keys: KEYS, report });
  const burst = readBounded(options.burst, { things: pace.quantity ?? "requests", report });
  const per = options.per === undefined ? null : readPartition(options.per, report);
  const claimed = readClaimed(options, { amount: pace.amount, span, report });
  const isShared = per !== null && SHARED.includes(per.by);
  if (claimed !== null && options.per !== undefined && isShared) {
    report({
      span: options.per.span,
      message: `Cannot use "limit" with ${quote(`per=${options.per.text}`)}`,
      help:
        "Callers with other claims share the bucket, and a small limit would hold up all of them: " +
        "count by caller, client or a claim",
    });
  }
  const { amount, quantity, unit } = pace;
  if (amount === null || quantity === null || unit === null) return null;
  if (options.per !== undefined && per === null) return null;
  return { amount, quantity, unit, burst: burst ?? amount, per, claimed };
}

/** A rate on its own, such as `100/s burst=200`. */
export function parseRate(
  text: string,
): { readonly rate: Rate | null; readonly mistakes: readonly Diagnostic[] } {
  const span = { file: { path: "", text }, start: 0, end: text.length };
  const mistakes: Diagnostic[] = [];
  const rate = readRate(readWords(span), { span, report: (mistake) => mistakes.push(mistake) });
  return { rate, mistakes };
}

/** A rate as far as it is known; the rest is null. */
interface Pace {
  readonly amount: number | null;
  readonly quantity: RateQuantity | null;
  readonly unit: RateUnit | null;
  /** How many words it takes. */
  readonly words: number;
}

/** `50/s`, or `10000 rows/m`. */
function readPace(
  words: readonly Word[],
  { span, report }: { readonly span: Span; readonly report: Report },
): Pace {
  const [first, second] = words;
  if (first === undefined || first.text.includes("=")) {
    report({ span, message: "Missing rate", help: HELP });
    return { amount: null, quantity: null, unit: null, words: 0 };
  }
  const slash = first.text.indexOf("/");
  if (slash !== -1) {
    return {
      amount: readAmount(part(first.span, 0, slash), report),
      quantity: "requests",
      unit: readUnit(part(first.span, slash + 1, first.text.length - slash - 1), report),
      words: 1,
    };
  }
  const amount = readAmount(first, report);
  const end = second?.text.indexOf("/") ?? -1;
  if (second === undefined || second.text.includes("=") || end === -1) {
    report({ span: first.span, message: `Missing unit of "${first.text}"`, help: HELP });
    return { amount, quantity: null, unit: null, words: 1 };
  }
  return {
    amount,
    quantity: readQuantity(part(second.span, 0, end), report),
    unit: readUnit(part(second.span, end + 1, second.text.length - end - 1), report),
    words: 2,
  };
}

function readAmount(word: Word, report: Report): number | null {
  if (word.text !== "") return readBounded(word, { things: "requests or rows", report });
  report({ span: word.span, message: "Missing rate", help: HELP });
  return null;
}

function readBounded(
  word: Word | undefined,
  { things, report }: { readonly things: string; readonly report: Report },
): number | null {
  const count = readCount(word, { things, report });
  if (word === undefined || count === null || count <= MAX_AMOUNT) return count;
  report({
    span: word.span,
    message: `Cannot use "${word.text}" as a number of ${things}: it is more than ${MAX_AMOUNT}`,
    help: "Remove the rate if nothing has to be limited",
  });
  return null;
}

function readQuantity({ text, span }: Word, report: Report): RateQuantity | null {
  const quantity = QUANTITIES.find((known) => known === text) ?? null;
  if (quantity === null) {
    report({
      span,
      message: `Cannot count ${quote(text)}`,
      help: suggest(text, QUANTITIES),
    });
  }
  return quantity;
}

function readUnit({ text, span }: Word, report: Report): RateUnit | null {
  const unit = UNITS.find((known) => known === text) ?? null;
  if (unit === null) {
    report({
      span,
      message: `Unknown unit ${quote(text)}`,
      help: 'Write "s" for a second, "m" for a minute, "h" for an hour or "d" for a day',
    });
  }
  return unit;
}

function readPartition(word: Word, report: Report): RatePartition | null {
  const { text, span } = word;
  if (text.startsWith("claim:")) {
    const claim = readClaim(word, report);
    return claim === null ? null : { by: "claim", claim };
  }
  const by = PARTITIONS.find((known) => known === text);
  if (by !== undefined) return { by };
  report({
    span,
    message: `Cannot count by ${quote(text)}`,
    help: suggest(text, [...PARTITIONS, "claim:…"]),
  });
  return null;
}

/** `claim:org.id` */
function readClaim({ text, span }: Word, report: Report): string | null {
  const claim = text.slice("claim:".length);
  if (text.startsWith("claim:") && parseClaimPath(claim) !== null) return claim;
  report({
    span,
    message: `Cannot read ${quote(text)} as the path of a claim`,
    help: 'Write "claim:" and names with dots between them, such as "claim:org.id"',
  });
  return null;
}

function readClaimed(
  { limit, max }: { readonly limit?: Word; readonly max?: Word },
  { amount, span, report }: {
    readonly amount: number | null;
    readonly span: Span;
    readonly report: Report;
  },
): ClaimedAmount | null {
  const claim = limit === undefined ? null : readClaim(limit, report);
  const most = readBounded(max, { things: "requests or rows", report });
  if (limit !== undefined && max === undefined) {
    report({
      span,
      message: 'Missing "max"',
      help: 'Say how high the claim may raise the rate, such as "limit=claim:limits.rps max=1000"',
    });
  }
  if (limit === undefined && max !== undefined) {
    report({
      span: max.span,
      message: 'Cannot use "max" without "limit"',
      help: 'Name the claim that it bounds, as in "limit=claim:limits.rps", or remove it',
    });
  }
  if (max !== undefined && most !== null && amount !== null && most < amount) {
    report({
      span: max.span,
      message: `Cannot use max "${most}": the rate itself is ${amount}`,
      help: "Raise the maximum, or lower the rate",
    });
  }
  return claim === null || most === null ? null : { claim, max: most };
}
