/**
 * A look over MessagePack bytes before they are decoded: the decoder allocates what the bytes promise, so the promises are
 * checked first. Format: https://github.com/msgpack/msgpack/blob/master/spec.md
 *
 * @module
 */

/** Rough bytes that a decoded value costs in memory, by which a header that would blow up is refused. */
const CONTAINER_COST = 64;
const STRING_COST = 24;
const VALUE_COST = 8;

/** `__proto__`, the one key that could change what an object is. */
const PROTO = [0x5f, 0x5f, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x5f, 0x5f];

/** What a {@link Scanner} lets pass that it does not otherwise. */
export interface ScannerOptions {
  /** Whether extension types may stand where values may; what is in them is not looked at. Default false. */
  readonly extensions?: boolean;
  /** Whether binary may. Default true. */
  readonly binary?: boolean;
}

/**
 * Checks that bytes are exactly one MessagePack value of plain data, not nested too deeply, and not a bomb.
 *
 * @example
 * ```ts
 * import { Scanner } from "@troupe/troupe/transport";
 * const scanner = new Scanner(8, 1024);
 * scanner.scan(Uint8Array.of(0x92, 1, 2)); // true: the list [1, 2]
 * scanner.scan(Uint8Array.of(0xdd, 255, 255, 255, 255)); // false: a list of four billion values in five bytes
 * scanner.problem; // "it announces more values than it has bytes (byte 5)"
 * ```
 */
export class Scanner {
  /** After a scan that failed, what was wrong. */
  problem = "";
  /** After a scan that succeeded, whether the value holds binary, which the decoder would hand out as views of the bytes. */
  hasBinary = false;

  readonly #maxDepth: number;
  readonly #maxCost: number;
  readonly #extensions: boolean;
  readonly #binary: boolean;
  readonly #remaining: Float64Array;
  readonly #isMap: Uint8Array;

  /**
   * Makes one that can be used again and again.
   *
   * @param maxDepth Arrays and maps inside each other.
   * @param maxCost Bytes that the decoded value may take in memory, roughly.
   * @param options Which types may stand inside.
   */
  constructor(maxDepth: number, maxCost: number, options: ScannerOptions = {}) {
    this.#extensions = options.extensions ?? false;
    this.#binary = options.binary ?? true;
    this.#maxDepth = maxDepth;
    this.#maxCost = maxCost;
    this.#remaining = new Float64Array(maxDepth + 1);
    this.#isMap = new Uint8Array(maxDepth + 1);
  }

  /**
   * Scans.
   *
   * @param bytes All of them must belong to one value.
   * @returns Whether the bytes may be decoded; if not, {@link Scanner.problem} says why.
   */
  scan(bytes: Uint8Array): boolean {
    const remaining = this.#remaining;
    const isMap = this.#isMap;
    const end = bytes.length;
    let cost = 0;
    let at = 0;
    let depth = 0;
    this.hasBinary = false;
    remaining[0] = 1;
    isMap[0] = 0;
    for (;;) {
      if (remaining[depth] === 0) {
        if (depth === 0) break;
        depth--;
        continue;
      }
      const left = --remaining[depth];
      const key = isMap[depth] === 1 && left % 2 === 1;
      if (at >= end) return this.#fail("it ends in the middle", at);
      const type = bytes[at++];
      let text = -1;
      let skip = 0;
      let items = -1;
      let map = false;
      if (type <= 0x7f || type >= 0xe0) cost += VALUE_COST;
      else if (type >= 0xa0 && type <= 0xbf) text = type & 0x1f;
      else if (type >= 0x90 && type <= 0x9f) items = type & 0x0f;
      else if (type <= 0x8f) {
        items = type & 0x0f;
        map = true;
      } else {
        switch (type) {
          case 0xc0:
          case 0xc2:
          case 0xc3:
            break;
          case 0xcc:
          case 0xd0:
            skip = 1;
            break;
          case 0xcd:
          case 0xd1:
            skip = 2;
            break;
          case 0xca:
          case 0xce:
          case 0xd2:
            skip = 4;
            break;
          case 0xcb:
          case 0xcf:
          case 0xd3:
            skip = 8;
            break;
          case 0xc4:
          case 0xc5:
          case 0xc6:
          case 0xd9:
          case 0xda:
          case 0xdb:
          case 0xdc:
          case 0xdd:
          case 0xde:
          case 0xdf: {
            const wide = type === 0xc4 || type === 0xd9
              ? 1
              : type === 0xc5 || type === 0xda || type === 0xdc || type === 0xde
              ? 2
              : 4;
            if (at + wide > end) return this.#fail("it ends in the middle", at);
            let n = 0;
            for (let i = 0; i < wide; i++) n = n * 256 + bytes[at++];
            if (type >= 0xdc) {
              items = n;
              map = type >= 0xde;
            } else if (type >= 0xd9) text = n;
            else {
              if (!this.#binary) return this.#fail("it holds binary", at - 1);
              skip = n;
              cost += STRING_COST + 72;
              this.hasBinary = true;
            }
            break;
          }
          case 0xd4:
          case 0xd5:
          case 0xd6:
          case 0xd7:
          case 0xd8:
          case 0xc7:
          case 0xc8:
          case 0xc9: {
            if (!this.#extensions) {
              return this.#fail(`type byte 0x${type.toString(16)} is no plain data`, at - 1);
            }
            let n = 0;
            if (type >= 0xd4) n = 1 << (type - 0xd4);
            else {
              const wide = 1 << (type - 0xc7);
              if (at + wide > end) return this.#fail("it ends in the middle", at);
              for (let i = 0; i < wide; i++) n = n * 256 + bytes[at++];
            }
            skip = n + 1;
            cost += STRING_COST + n;
            break;
          }
          default:
            return this.#fail(`type byte 0x${type.toString(16)} is no plain data`, at - 1);
        }
        cost += VALUE_COST;
      }
      if (text >= 0) {
        skip = text;
        cost += STRING_COST + text;
        if (key && text === 9 && isProto(bytes, at)) return this.#fail("the key __proto__ is not allowed", at);
      } else if (key) return this.#fail("a key is not a string", at - 1);
      if (skip > end - at) return this.#fail("it ends in the middle", at);
      at += skip;
      if (items >= 0) {
        const values = map ? items * 2 : items;
        if (values > end - at) return this.#fail("it announces more values than it has bytes", at);
        if (++depth > this.#maxDepth) return this.#fail(`it nests deeper than ${this.#maxDepth}`, at);
        remaining[depth] = values;
        isMap[depth] = map ? 1 : 0;
        cost += CONTAINER_COST;
      }
      if (cost > this.#maxCost) return this.#fail("decoded, it would take too much memory", at);
    }
    if (at !== end) return this.#fail("bytes follow after its end", at);
    return true;
  }

  #fail(problem: string, at: number): false {
    this.problem = `${problem} (byte ${at})`;
    return false;
  }
}

function isProto(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < PROTO.length; i++) if (bytes[at + i] !== PROTO[i]) return false;
  return true;
}
