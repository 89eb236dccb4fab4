import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually } from "../../tests/support/eventually.ts";
import { Admission, type Admitted } from "./admission.ts";
import { Slots } from "./slots.ts";
import { StreamSlots } from "./stream_slots.ts";

const OUTSIDE_BYTES = 10_000;
/** For those who are to wait in vain. */
const SHORT_MS = 300;

function admissionOf(
  { max = 100, maxPerCaller = Infinity, limit = 2, most = 0, maxWaitMs = 60_000 } = {},
) {
  const state = { limit };
  const slots = new Slots({ max, maxPerCaller });
  const outside = new StreamSlots({
    max: OUTSIDE_BYTES,
    maxPerRoute: OUTSIDE_BYTES,
    maxPerCaller: OUTSIDE_BYTES,
  });
  return Object.assign(state, {
    admission: new Admission({ slots, limit: () => state.limit, max: most, outside, maxWaitMs }),
  });
}

const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
/** Of a caller who stays. */
const REQUEST = { signal: new AbortController().signal };
/** Enters, and makes a promise of what is refused or let in at once. */
const enter = async (admission: Admission, caller: string, request = REQUEST) =>
  await admission.enter(caller, request);
const codeOf = (entering: Promise<Admitted>) => entering.then(() => null, (error) => error.code);

describe("Admission", () => {
  it("lets in as many at once as the limit allows, and the next in turn as they leave", async () => {
    const { admission } = admissionOf();
    const order: string[] = [];
    const named = async (caller: string, name: string) => {
      const slot = await admission.enter(caller, REQUEST);
      order.push(name);
      return slot;
    };
    const [first, second] = await Promise.all([named("a", "a1"), named("a", "a2")]);
    const waiting = [named("a", "a3"), named("a", "a4"), named("b", "b1")];
    expect([admission.served, admission.queued]).toEqual([2, 3]);
    for (const slot of [first, second]) slot.leave();
    const third = await waiting[0]!;
    await waiting[2]!;
    expect(order).toEqual(["a1", "a2", "a3", "b1"]);
    third.leave();
    third.leave();
    await waiting[1]!;
    expect([admission.served, admission.queued]).toEqual([2, 0]);
  });

  it("follows a limit that grows or shrinks", async () => {
    const state = admissionOf({ limit: 1 });
    const slot = await state.admission.enter("a", REQUEST);
    const waiting = state.admission.enter("a", REQUEST);
    state.limit = 2;
    await waiting;
    state.limit = 1;
    slot.leave();
    const next = state.admission.enter("a", REQUEST);
    await pause(20);
    expect(state.admission.queued).toBe(1);
    (await waiting).leave();
    await next;
  });

  it("refuses at once what has no slot to wait, and what is beyond its caller's share", async () => {
    const { admission } = admissionOf({ max: 4, maxPerCaller: 3, limit: 1 });
    for (let count = 0; count < 3; count++) enter(admission, "a").catch(() => {});
    expect(await codeOf(enter(admission, "a"))).toBe("too_many_in_flight");
    enter(admission, "b").catch(() => {});
    expect(await codeOf(enter(admission, "c"))).toBe("too_busy");
  });

  it("keeps a queue that never empties at half of the limit, each caller with its share", async () => {
    const { admission } = admissionOf({ max: 1_000, limit: 10, maxWaitMs: SHORT_MS });
    const slots = await Promise.all(Array.from({ length: 10 }, () => enter(admission, "served")));
    // A burst may be longer, and nobody is let in for as long as one may wait.
    const burst = Array.from({ length: 15 }, () => codeOf(enter(admission, "a")));
    expect(admission.queued).toBe(15);
    expect(await Promise.all(burst)).toEqual(Array(15).fill("too_busy"));

    const waiting = Array.from({ length: 5 }, () => enter(admission, "a"));
    expect(() => admission.enter("a", REQUEST)).toThrow();
    const other = enter(admission, "b");
    expect(admission.queued).toBe(6);
    // One of each caller in turn.
    for (const slot of slots.slice(0, 2)) slot.leave();
    await other;
    for (const slot of slots.slice(2)) slot.leave();
    await Promise.all(waiting);
  });

  it("lets others in beside a caller who has filled the limit, as far as its share leaves room", async () => {
    const { admission } = admissionOf({ limit: 8, most: 16 });
    const greedy = await Promise.all(Array.from({ length: 8 }, () => enter(admission, "greedy")));
    const behind = enter(admission, "greedy");
    // Its share is two of eight.
    const others = ["a", "b", "c", "a", "b", "c"].map((caller) => admission.enter(caller, REQUEST));
    expect(others.map((slot) => slot instanceof Promise)).toEqual(Array(6).fill(false));
    expect([admission.served, admission.queued]).toEqual([14, 1]);
    const late = enter(admission, "d");
    expect(admission.queued).toBe(2);
    // What it has beyond its share makes room for nobody.
    for (const slot of greedy.slice(0, 5)) slot.leave();
    expect([admission.served, admission.queued]).toEqual([9, 2]);
    (others[0] as Admitted).leave();
    const next = await late;
    expect([admission.served, admission.queued]).toEqual([9, 1]);
    greedy[5]!.leave();
    greedy[6]!.leave();
    (await behind).leave();
    for (const slot of [...greedy, ...others as Admitted[], next]) slot.leave();
    expect([admission.served, admission.queued]).toEqual([0, 0]);
  });

  it("lets nobody in beyond the most that may be served, no matter who has filled it", async () => {
    const { admission } = admissionOf({ limit: 8, most: 9 });
    await Promise.all(Array.from({ length: 8 }, () => enter(admission, "greedy")));
    const last = await enter(admission, "a");
    const waiting = enter(admission, "b");
    expect([admission.served, admission.queued]).toEqual([9, 1]);
    last.leave();
    await waiting;
    expect([admission.served, admission.queued]).toEqual([9, 0]);
  });

  it("takes the share from the limit that holds now, and passes over callers who have it", async () => {
    const state = admissionOf({ limit: 16, most: 16 });
    const { admission } = state;
    const served = [];
    for (const caller of ["a", "b", "c", "d"]) {
      for (let count = 0; count < 4; count++) served.push(await enter(admission, caller));
    }
    // Nobody has more than a share of sixteen.
    const waiting = [enter(admission, "b"), enter(admission, "e"), enter(admission, "f")];
    expect(admission.queued).toBe(3);
    state.limit = 4;
    served[0]!.leave();
    // Each of the four counts for one of four now, and they fill the limit.
    expect([admission.served, admission.queued]).toEqual([15, 3]);
    for (const slot of served.slice(1, 4)) slot.leave();
    (await waiting[1]!).leave();
    (await waiting[2]!).leave();
    expect([admission.served, admission.queued]).toEqual([12, 1]);
    for (const slot of served.slice(4)) slot.leave();
    (await waiting[0]!).leave();
    expect([admission.served, admission.queued]).toEqual([0, 0]);
  });

  it("lets a burst wait, and refuses it if no slot gets free", async () => {
    const { admission } = admissionOf({ limit: 1, maxWaitMs: SHORT_MS });
    const slot = await admission.enter("a", REQUEST);
    const waiting = enter(admission, "b");
    expect(admission.queued).toBe(1);
    let code: string | null = null;
    codeOf(waiting).then((refused) => code = refused);
    await eventually("nobody waits", () => admission.queued === 0);
    await pause();
    expect(code).toBe("too_busy");
    slot.leave();
    expect([admission.served, admission.queued]).toEqual([0, 0]);
    await admission.enter("c", REQUEST);
  });

  it("serves all of a burst, however long the last of it wait", async () => {
    const { admission } = admissionOf({ max: 1_000, limit: 2 });
    const startedAt = performance.now();
    const served = Array.from({ length: 30 }, async () => {
      const slot = await admission.enter("a", REQUEST);
      await pause(40);
      slot.leave();
    });
    expect(admission.queued).toBe(28);
    await Promise.all(served);
    // By then the queue counts as standing: it only may not grow.
    expect(performance.now() - startedAt).toBeGreaterThan(550);
    expect([admission.served, admission.queued]).toEqual([0, 0]);
  });

  it("refuses at once where the queue never empties", async () => {
    const { admission } = admissionOf({ max: 1_000, limit: 1, maxWaitMs: SHORT_MS });
    await admission.enter("a", REQUEST);
    let refused = 0;
    while (refused === 0) {
      enter(admission, "b").catch(() => refused++);
      await pause(10);
    }
    expect(admission.queued).toBeGreaterThan(0);
    for (let count = 0; count < 10; count++) {
      expect(() => admission.enter("b", REQUEST)).toThrow(
        expect.objectContaining({ code: "too_busy" }),
      );
    }
  });

  it("serves another request while one has stepped aside, and counts it again when it comes back", async () => {
    const { admission } = admissionOf({ limit: 1 });
    const first = await admission.enter("a", REQUEST);
    const waiting = enter(admission, "b");
    first.stepAside();
    first.stepAside();
    const second = await waiting;
    expect([admission.served, admission.queued]).toEqual([1, 0]);
    // There is work to do for it, whatever the limit says.
    first.comeBack();
    first.comeBack();
    expect(admission.served).toBe(2);
    const third = enter(admission, "c");
    first.leave();
    expect([admission.served, admission.queued]).toEqual([1, 1]);
    second.leave();
    await third;
    expect([first.hasSteppedAside, second.hasSteppedAside]).toEqual([true, false]);
  });

  it("forgets a request that leaves while it has stepped aside", async () => {
    const { admission } = admissionOf({ max: 1, limit: 1, maxWaitMs: SHORT_MS });
    const first = await admission.enter("a", REQUEST);
    first.stepAside();
    expect(await codeOf(enter(admission, "b"))).toBe("too_busy");
    first.leave();
    first.comeBack();
    first.leave();
    expect(admission.served).toBe(0);
    const next = await admission.enter("b", REQUEST);
    next.leave();
    expect(admission.served).toBe(0);
  });

  it("serves another request while a caller keeps one waiting, which comes back in its turn", async () => {
    const { admission } = admissionOf({ limit: 1 });
    const slow = await admission.enter("a", REQUEST);
    expect(slow.stepIn(REQUEST)).toBeNull();
    slow.stepOut(100);
    slow.stepOut(100);
    const second = await admission.enter("b", REQUEST);
    const third = enter(admission, "c");
    const back = slow.stepIn(REQUEST);
    expect([admission.served, admission.queued]).toEqual([1, 2]);
    second.leave();
    (await third).leave();
    await back;
    // Its time says as much of Cassandra as any other.
    expect([admission.served, admission.queued, slow.hasSteppedAside]).toEqual([1, 0, false]);
    slow.stepOut(100);
    expect(slow.stepIn(REQUEST)).toBeNull();
    slow.leave();
    expect(admission.served).toBe(0);
  });

  it("keeps the slot of a request that brings too much to wait outside", async () => {
    const { admission } = admissionOf({ limit: 2 });
    const [small, large] = [await enter(admission, "a"), await enter(admission, "b")];
    small.stepOut(1_000);
    large.stepOut(5_000);
    expect(admission.served).toBe(1);
    expect(large.stepIn(REQUEST)).toBeNull();
    small.leave();
    // What was outside is free again.
    large.stepOut(5_000);
    expect(admission.served).toBe(0);
    large.leave();
  });

  it("refuses a request that comes back in vain, or whose caller leaves meanwhile", async () => {
    const { admission } = admissionOf({ max: 2, limit: 1, maxWaitMs: SHORT_MS });
    const slow = await admission.enter("a", REQUEST);
    slow.stepOut(100);
    const slot = await admission.enter("b", REQUEST);
    // It has its slot among those that may be served or wait.
    expect(await codeOf(enter(admission, "c"))).toBe("too_busy");
    await expect(slow.stepIn(REQUEST)).rejects.toMatchObject({ code: "too_busy" });
    await expect(slow.stepIn({ signal: AbortSignal.abort() })).rejects.toThrow("has left");
    expect([admission.served, admission.queued]).toEqual([1, 0]);
    slow.leave();
    const next = enter(admission, "c");
    slot.leave();
    (await next).leave();
    expect([admission.served, admission.queued]).toEqual([0, 0]);
  });

  it("gives up the slot of a caller who leaves while it waits, and of no other", async () => {
    const { admission } = admissionOf({ max: 3, limit: 1 });
    const slot = await enter(admission, "a");
    const left = new AbortController();
    const waiting = enter(admission, "b", left).then(() => "served", ({ name }) => name);
    const behind = enter(admission, "b");
    expect(await codeOf(enter(admission, "c"))).toBe("too_busy");
    left.abort();
    expect(await waiting).toBe("CallerLeft");
    expect([admission.served, admission.queued]).toEqual([1, 1]);
    // There is room for one more.
    const last = enter(admission, "c");
    slot.leave();
    (await behind).leave();
    (await last).leave();
    expect([admission.served, admission.queued]).toEqual([0, 0]);
  });

  it("keeps nobody waiting who has left before", async () => {
    const { admission } = admissionOf({ limit: 1 });
    await enter(admission, "a");
    const waiting = enter(admission, "b", { signal: AbortSignal.abort() });
    await expect(waiting).rejects.toThrow("The caller has left");
    expect(admission.queued).toBe(0);
  });

  it("keeps the slot of a request that is being served when its caller leaves", async () => {
    const { admission } = admissionOf({ limit: 1 });
    const slot = await enter(admission, "a");
    const left = new AbortController();
    const waiting = enter(admission, "b", left);
    slot.leave();
    left.abort();
    const next = await waiting;
    expect([admission.served, admission.queued]).toEqual([1, 0]);
    next.leave();
    expect(admission.served).toBe(0);
  });
});
