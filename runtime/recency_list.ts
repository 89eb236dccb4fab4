/**
 * The order in which things were last used, as a linked list. A `Map` whose entries are deleted and added again
 * at each use would keep that order too, but would also keep alive entries that have left it
 * (`transient_map.ts`). A member that leaves this list points to nothing.
 *
 * @module
 */

/** The links that the list keeps in a member. */
export interface Recent<Member> {
  /** The next that was used, after this one; null for the newest. */
  newer: Member | null;
  older: Member | null;
}

export class RecencyList<Member extends Recent<Member>> {
  #oldest: Member | null = null;
  #newest: Member | null = null;

  /** The least recently used member. */
  get oldest(): Member | null {
    return this.#oldest;
  }

  /** Adds a new member as the newest. */
  add(member: Member): void {
    member.older = this.#newest;
    if (this.#newest === null) this.#oldest = member;
    else this.#newest.newer = member;
    this.#newest = member;
  }

  /** Removes a member of the list. */
  remove(member: Member): void {
    const { newer, older } = member;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    member.newer = null;
    member.older = null;
  }

  /** Makes a member of the list the newest. */
  use(member: Member): void {
    if (member.newer === null) return;
    this.remove(member);
    this.add(member);
  }
}
