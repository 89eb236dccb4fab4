/**
 * The order in which things were last used, as a linked list. A `Map` that is deleted from and added to at each use
 * would keep that order too, but keep alive what has left it (`transient_map.ts`). What leaves this list points to
 * nothing.
 *
 * @module
 */

/** What the list keeps of a member. */
export interface Recent<Member> {
  /** The next that was used, after this one; null for the newest. */
  newer: Member | null;
  older: Member | null;
}

export class RecencyList<Member extends Recent<Member>> {
  #oldest: Member | null = null;
  #newest: Member | null = null;

  /** The one that was unused for longest. */
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
