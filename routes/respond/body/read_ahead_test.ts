import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { setTimeout } from "node:timers/promises";
import { ReadAhead } from "./read_ahead.ts";

const PAGES = 5;

/** Pages of a result, each of which has its number as its text. What happens is noted. */
function openResult(
  { failsAt = Infinity, readsAhead = true }: { failsAt?: number; readsAhead?: boolean } = {},
) {
  const events: string[] = [];
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const ahead = new ReadAhead<number>(async (position, tellNext) => {
    const page = position ?? 0;
    events.push(`asked for ${page}`);
    await setTimeout(1);
    if (page === failsAt) throw new Error(`Cannot read page ${page}: it fails`);
    tellNext(page + 1 < PAGES ? page + 1 : null);
    await setTimeout(1);
    events.push(`encoded ${page}`);
    const chunk = new TextEncoder().encode(`${page}`);
    chunks.push(chunk);
    return [chunk];
  }, { mayReadAhead: () => readsAhead, onTurn: () => events.push("its turn") });
  return { ahead, events, chunks };
}

/** Resolves once nothing has happened for some turns of the event loop. */
async function settled(events: readonly string[]): Promise<void> {
  for (let before = -1; before !== events.length;) {
    before = events.length;
    for (let turn = 0; turn < 10; turn++) await setTimeout(2);
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("ReadAhead", () => {
  it("gives all pages in order", async () => {
    const { ahead } = openResult();
    const taken: string[] = [];
    for await (const bytes of ahead.pieces()) taken.push(text(bytes));
    expect(taken).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("asks for the next page before it encodes the one that a caller waits for", async () => {
    const { ahead, events } = openResult();
    for await (const bytes of ahead.pieces()) expect(bytes.length).toBe(1);
    expect(events.slice(0, 3)).toEqual(["asked for 0", "asked for 1", "encoded 0"]);
    expect(events.filter((event) => event === "its turn").length).toBe(PAGES);
  });

  it("asks for one page only as long as nobody takes anything", async () => {
    const { ahead, events } = openResult();
    await ahead.opened();
    await settled(events);
    expect(events).toEqual(["asked for 0", "encoded 0"]);
  });

  it("asks for no page before all of the one before is taken where none may be read ahead", async () => {
    const { ahead, events } = openResult({ readsAhead: false });
    await ahead.opened();
    const pieces = ahead.pieces();
    for (let page = 0; page < PAGES; page++) {
      expect(text((await pieces.next()).value!)).toBe(`${page}`);
      await settled(events);
      expect(events.filter((event) => event.startsWith("asked")).length).toBe(page + 1);
    }
    expect((await pieces.next()).done).toBe(true);
  });

  it("asks for no more than one page beyond the one that is taken", async () => {
    const { ahead, events } = openResult();
    await ahead.opened();
    const pieces = ahead.pieces();
    for (let page = 0; page < PAGES; page++) {
      expect(text((await pieces.next()).value!)).toBe(`${page}`);
      await settled(events);
      const asked = events.filter((event) => event.startsWith("asked")).length;
      expect(asked).toBe(Math.min(PAGES, page + 2));
    }
  });

  it("tells when it is a page's turn, however early the page was read", async () => {
    const { ahead, events } = openResult();
    const turns = () => events.filter((event) => event === "its turn").length;
    await ahead.opened();
    const pieces = ahead.pieces();
    expect(turns()).toBe(0);
    await pieces.next();
    await settled(events);
    expect(events).toContain("encoded 1");
    expect(turns()).toBe(1);
    await pieces.next();
    expect(turns()).toBe(2);
    await pieces.return(undefined);
    expect(turns()).toBe(2);
  });

  it("gives the memory of a page back that nobody takes any more", async () => {
    const { ahead, chunks, events } = openResult();
    const pieces = ahead.pieces();
    await pieces.next();
    await settled(events);
    await pieces.return(undefined);
    await settled(events);
    expect(chunks.slice(1).length).toBeGreaterThan(0);
    expect(chunks.slice(1).every(({ length }) => length === 0)).toBe(true);
  });

  it("rejects where a page cannot be read, after the pages before it", async () => {
    const { ahead } = openResult({ failsAt: 2 });
    const pieces = ahead.pieces();
    expect(text((await pieces.next()).value!)).toBe("0");
    expect(text((await pieces.next()).value!)).toBe("1");
    await expect(pieces.next()).rejects.toThrow("Cannot read page 2");
    const first = openResult({ failsAt: 0 });
    await expect(first.ahead.opened()).rejects.toThrow("Cannot read page 0");
  });
});
