import { FileFormatError } from "../io/mod.ts";

/** What a pickle of plain data holds; objects of classes are lists of what they were made from. */
export type Pickled = null | boolean | number | string | Pickled[] | { [key: string]: Pickled };

/**
 * Reads the plain data of a pickle: dictionaries, tuples, lists, numbers, text; of objects only what they were made from, and nothing is run. Enough for
 * what `dask.array.to_npy_stack` writes.
 *
 * Source: the opcodes of Python's `pickletools`, protocols 2 to 5.
 *
 * @throws {FileFormatError} for anything else
 */
export function unpickle(bytes: Uint8Array, where: string): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const stack: Pickled[] = [], marks: number[] = [], memo = new Map<number, Pickled>();
  let at = 0;
  const string = (n: number): string => text.decode(bytes.subarray(at, at += n));
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    const out = text.decode(bytes.subarray(at, end));
    at = end + 1;
    return out;
  };
  const tuple = (n: number): number => stack.push(stack.splice(stack.length - n, n));
  const marked = (): Pickled[] => stack.splice(marks.pop()!);
  const top = (): Pickled => stack[stack.length - 1];
  const byte = (): number => bytes[at++];
  const u32 = (): number => view.getUint32((at += 4) - 4, true);
  const setItems = (items: Pickled[]): void => {
    const target = top() as { [key: string]: Pickled };
    for (let i = 0; i < items.length; i += 2) {
      Object.defineProperty(target, String(items[i]), { value: items[i + 1], enumerable: true, configurable: true });
    }
  };
  const operations: Record<number, () => unknown> = {
    0x80: () => at++, // PROTO
    0x95: () => at += 8, // FRAME
    0x28: () => marks.push(stack.length), // MARK
    0x7d: () => stack.push({}), // EMPTY_DICT
    0x5d: () => stack.push([]), // EMPTY_LIST
    0x29: () => stack.push([]), // EMPTY_TUPLE
    0x4e: () => stack.push(null), // NONE
    0x88: () => stack.push(true),
    0x89: () => stack.push(false),
    0x4b: () => stack.push(byte()), // BININT1
    0x4d: () => stack.push(view.getUint16((at += 2) - 2, true)), // BININT2
    0x4a: () => stack.push(view.getInt32((at += 4) - 4, true)), // BININT
    0x47: () => stack.push(view.getFloat64((at += 8) - 8)), // BINFLOAT
    0x8a: () => { // LONG1
      const n = byte();
      let value = 0;
      for (let i = 0; i < n; i++) value += byte() * 256 ** i;
      stack.push(n > 0 && bytes[at - 1] >= 128 ? value - 256 ** n : value);
    },
    0x8c: () => stack.push(string(byte())), // SHORT_BINUNICODE
    0x58: () => stack.push(string(u32())), // BINUNICODE
    0x55: () => stack.push(string(byte())), // SHORT_BINSTRING
    0x43: () => stack.push(string(byte())), // SHORT_BINBYTES
    0x94: () => memo.set(memo.size, top()), // MEMOIZE
    0x71: () => memo.set(byte(), top()), // BINPUT
    0x72: () => memo.set(u32(), top()), // LONG_BINPUT
    0x68: () => stack.push(memo.get(byte())!), // BINGET
    0x6a: () => stack.push(memo.get(u32())!), // LONG_BINGET
    0x85: () => tuple(1),
    0x86: () => tuple(2),
    0x87: () => tuple(3),
    0x74: () => stack.push(marked()), // TUPLE
    0x61: () => { // APPEND
      const item = stack.pop()!;
      (top() as Pickled[]).push(item);
    },
    0x65: () => { // APPENDS
      const items = marked();
      (top() as Pickled[]).push(...items);
    },
    0x73: () => setItems(stack.splice(stack.length - 2)), // SETITEM
    0x75: () => setItems(marked()), // SETITEMS
    0x63: () => stack.push(`${line()}.${line()}`), // GLOBAL
    0x93: () => stack.push(stack.splice(stack.length - 2).join(".")), // STACK_GLOBAL
    0x52: () => tuple(2), // REDUCE: class and arguments
    0x81: () => tuple(2), // NEWOBJ
    0x62: () => stack.pop(), // BUILD: what is set afterwards is of no interest
  };
  while (at < bytes.length) {
    const op = byte();
    if (op === 0x2e) return stack.pop() ?? null;
    const operation = operations[op];
    if (operation === undefined) throw new FileFormatError(`${where}: a pickle with more than plain data in it`);
    operation();
  }
  throw new FileFormatError(`${where}: a pickle that ends too early`);
}

/** The pickle of a dask array's stack: chunks, kind and axis. Python reads it. */
export function pickleStackInfo(
  chunks: readonly (readonly number[])[],
  descr: string,
  axis: number,
): Uint8Array<ArrayBuffer> {
  const out: number[] = [0x80, 2, 0x7d, 0x28];
  const text = (s: string): void => {
    const bytes = new TextEncoder().encode(s);
    out.push(0x58, bytes.length, 0, 0, 0, ...bytes);
  };
  const number = (n: number): void => {
    if (n < 2 ** 31) out.push(0x4a, n & 255, n >> 8 & 255, n >> 16 & 255, n >> 24 & 255);
    else {
      out.push(0x8a, 8);
      for (let i = 0; i < 8; i++) out.push(Math.floor(n / 256 ** i) % 256);
    }
  };
  text("chunks");
  out.push(0x28);
  for (const lengths of chunks) {
    out.push(0x28);
    for (const n of lengths) number(n);
    out.push(0x74);
  }
  out.push(0x74);
  text("dtype");
  out.push(0x63, ...new TextEncoder().encode("numpy\ndtype\n"));
  text(descr);
  out.push(0x89, 0x88, 0x87, 0x52);
  text("axis");
  number(axis);
  out.push(0x75, 0x2e);
  return Uint8Array.from(out);
}
