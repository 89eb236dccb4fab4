import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { RecencyList, type Recent } from "./recency_list.ts";

interface Member extends Recent<Member> {
  readonly name: string;
}

function listOf(names: string): { list: RecencyList<Member>; members: Record<string, Member> } {
  const list = new RecencyList<Member>();
  const members: Record<string, Member> = {};
  for (const name of names) list.add(members[name] = { name, newer: null, older: null });
  return { list, members };
}

/** From the oldest to the newest, and back. */
function namesOf(list: RecencyList<Member>): [string, string] {
  let [there, back] = ["", ""];
  let newest: Member | null = null;
  for (let member = list.oldest; member !== null; member = member.newer) {
    there += member.name;
    newest = member;
  }
  for (let member = newest; member !== null; member = member.older) back += member.name;
  return [there, back];
}

describe("RecencyList", () => {
  it("has what was unused for longest first", () => {
    const { list, members } = listOf("abc");
    list.use(members.a!);
    expect(namesOf(list)).toEqual(["bca", "acb"]);
    list.use(members.c!);
    expect(namesOf(list)).toEqual(["bac", "cab"]);
    list.use(members.c!);
    expect(namesOf(list)).toEqual(["bac", "cab"]);
  });

  it("lets go of any member, which then points to nothing", () => {
    for (const [name, left] of [["a", "bc"], ["b", "ac"], ["c", "ab"]] as const) {
      const { list, members } = listOf("abc");
      list.remove(members[name]!);
      expect(namesOf(list)[0]).toBe(left);
      expect(members[name]).toEqual({ name, newer: null, older: null });
    }
  });

  it("is empty when its last member has gone, and takes others", () => {
    const { list, members } = listOf("a");
    list.remove(members.a!);
    expect(list.oldest).toBe(null);
    list.add(members.a!);
    expect(namesOf(list)).toEqual(["a", "a"]);
  });
});
