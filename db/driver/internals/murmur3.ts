/**
 * Tokens of `Murmur3Partitioner`: the first half of MurmurHash3 x64 128, with bytes after the last whole block
 * taken as signed, as Cassandra has it. The driver works it out in numbers of 16 bits, each an object,
 * for each statement that is sent to a replica; here it is done in halves of 32 bits.
 *
 * Source: Cassandra 5.0, `MurmurHash.hash3_x64_128()`.
 *
 * @module
 */

const BLOCK_BYTES = 16;

/** An integer of 64 bits, which wraps around. */
class Word {
  high = 0;
  low = 0;

  constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  xor({ high, low }: Word): void {
    this.high ^= high;
    this.low ^= low;
  }

  add({ high, low }: Word): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  multiply({ high, low }: Word): void {
    const [low0, low1] = [this.low & 0xffff, this.low >>> 16];
    const [other0, other1] = [low & 0xffff, low >>> 16];
    const [first, cross, crossed] = [low0 * other0, low0 * other1, low1 * other0];
    const middle = (first >>> 16) + (cross & 0xffff) + (crossed & 0xffff);
    const carried = low1 * other1 + (cross >>> 16) + (crossed >>> 16) + (middle >>> 16);
    this.high = (carried + Math.imul(this.high, low) + Math.imul(this.low, high)) | 0;
    this.low = (first & 0xffff) | (middle << 16);
  }

  /** To the left, by at most 31 bits. */
  rotate(bits: number): void {
    const { high, low } = this;
    this.high = (high << bits) | (low >>> (32 - bits));
    this.low = (low << bits) | (high >>> (32 - bits));
  }

  /** To the left, by 33 bits. */
  rotate33(): void {
    const { high, low } = this;
    this.high = (low << 1) | (high >>> 31);
    this.low = (high << 1) | (low >>> 31);
  }

  /** Spreads what differs over all bits. */
  mix(): void {
    this.low ^= this.high >>> 1;
    this.multiply(MIX_1);
    this.low ^= this.high >>> 1;
    this.multiply(MIX_2);
    this.low ^= this.high >>> 1;
  }
}

const FACTOR_1 = new Word(0x87c3_7b91, 0x1142_53d5);
const FACTOR_2 = new Word(0x4cf5_ad43, 0x2745_937f);
const FIVE = new Word(0, 5);
const STEP_1 = new Word(0, 0x52dc_e729);
const STEP_2 = new Word(0, 0x3849_5ab5);
const MIX_1 = new Word(0xff51_afd7, 0xed55_8ccd);
const MIX_2 = new Word(0xc4ce_b9fe, 0x1a85_ec53);

/** A token, in halves of 32 bits. */
export interface TokenHalves {
  readonly high: number;
  readonly low: number;
}

/** @param key the bytes of a partition key, as the partitioner hashes them */
export function murmur3(key: Uint8Array): TokenHalves {
  const [hash1, hash2] = [new Word(0, 0), new Word(0, 0)];
  const end = key.length - key.length % BLOCK_BYTES;
  for (let offset = 0; offset < end; offset += BLOCK_BYTES) {
    hash1.xor(scrambled1(wordAt(key, offset)));
    hash1.rotate(27);
    hash1.add(hash2);
    hash1.multiply(FIVE);
    hash1.add(STEP_1);
    hash2.xor(scrambled2(wordAt(key, offset + 8)));
    hash2.rotate(31);
    hash2.add(hash1);
    hash2.multiply(FIVE);
    hash2.add(STEP_2);
  }
  if (key.length > end + 8) hash2.xor(scrambled2(signedWordAt(key, end + 8)));
  if (key.length > end) hash1.xor(scrambled1(signedWordAt(key, end)));
  hash1.low ^= key.length;
  hash2.low ^= key.length;
  hash1.add(hash2);
  hash2.add(hash1);
  hash1.mix();
  hash2.mix();
  hash1.add(hash2);
  return hash1;
}

function scrambled1(word: Word): Word {
  word.multiply(FACTOR_1);
  word.rotate(31);
  word.multiply(FACTOR_2);
  return word;
}

function scrambled2(word: Word): Word {
  word.multiply(FACTOR_2);
  word.rotate33();
  word.multiply(FACTOR_1);
  return word;
}

/** Of the eight bytes there, the least significant first. */
function wordAt(key: Uint8Array, offset: number): Word {
  const low = key[offset]! | key[offset + 1]! << 8 | key[offset + 2]! << 16 |
    key[offset + 3]! << 24;
  const high = key[offset + 4]! | key[offset + 5]! << 8 | key[offset + 6]! << 16 |
    key[offset + 7]! << 24;
  return new Word(high, low);
}

/** Of the bytes there, at most eight: each with its sign in all bits above. */
function signedWordAt(key: Uint8Array, offset: number): Word {
  const word = new Word(0, 0);
  const count = Math.min(8, key.length - offset);
  for (let index = 0; index < count; index++) {
    const byte = key[offset + index]! << 24 >> 24;
    const shift = 8 * (index % 4);
    if (index >= 4) word.high ^= byte << shift;
    else {
      word.low ^= byte << shift;
      // The sign, and the bits that the shift has moved up.
      word.high ^= shift === 0 ? byte >> 31 : byte >> (32 - shift);
    }
  }
  return word;
}
