import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { inPieces, takePieces } from "./pieces.ts";

describe("inPieces()", () => {
  it("cuts bytes into pieces of 64 KiB, none if there is nothing", () => {
    const lengths = (count: number) =>
      [...inPieces(new Uint8Array(count))].map((piece) => piece.length);
    expect(lengths(0)).toEqual([]);
    expect(lengths(65536)).toEqual([65536]);
    expect(lengths(65537)).toEqual([65536, 1]);
  });
});

describe("takePieces()", () => {
  const chunksOf = (...lengths: number[]) => lengths.map((length) => new Uint8Array(length));
  const lengthsOf = (chunks: readonly Uint8Array[]) => chunks.map(({ length }) => length);

  it("gives all chunks in pieces", () => {
    const pieces = [...takePieces(chunksOf(10, 65_537))];
    expect(lengthsOf(pieces)).toEqual([10, 65_536, 1]);
  });

  it("gives back the chunks that nobody takes, and leaves those that somebody has taken", () => {
    const chunks = chunksOf(10, 20, 30);
    const pieces = takePieces([...chunks]);
    pieces.next();
    pieces.next();
    pieces.return(undefined);
    expect(lengthsOf(chunks)).toEqual([10, 20, 0]);
  });

  it("gives back each chunk that is sent, once the next is asked for or none is", () => {
    const chunks = chunksOf(65_537, 20, 30);
    const pieces = takePieces([...chunks], { isSent: true });
    pieces.next();
    pieces.next();
    expect(lengthsOf(chunks)).toEqual([65_537, 20, 30]);
    pieces.next();
    expect(lengthsOf(chunks)).toEqual([0, 20, 30]);
    pieces.return(undefined);
    expect(lengthsOf(chunks)).toEqual([0, 0, 0]);
  });
});
