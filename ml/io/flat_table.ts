/** A file that does not hold together. */
export class DamageError extends TypeError {
  /** The class's name. */
  override readonly name: string = "DamageError";
}

/** A FlatBuffers table, read with a look at every bound: nothing that a damaged file says is believed. */
export class FlatTable {
  private constructor(readonly view: DataView, readonly at: number, readonly vtable: number) {}

  /** The table that some bytes are. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return FlatTable.pointedAt(view, 0);
  }

  /** The table that the offset at `from` leads to. */
  private static pointedAt(view: DataView, from: number): FlatTable {
    const at = from + uint32(view, from);
    const vtable = at - int32(view, at);
    const size = uint16(view, vtable);
    if (size < 4 || vtable + size > view.byteLength) throw new DamageError("a table leads beyond the end");
    return new FlatTable(view, at, vtable);
  }

  /** Where a field's value begins; 0 where it is left out. */
  private field(index: number): number {
    const slot = 4 + 2 * index;
    if (slot + 2 > uint16(this.view, this.vtable)) return 0;
    const offset = uint16(this.view, this.vtable + slot);
    return offset === 0 ? 0 : this.at + offset;
  }

  /** A byte; 0 where it is left out. */
  byte(index: number): number {
    const at = this.field(index);
    return at === 0 ? 0 : within(this.view, at, 1).getUint8(at);
  }

  /** A 64-bit number, 0 where it is left out. */
  long(index: number): number {
    const at = this.field(index);
    return at === 0 ? 0 : long(this.view, at);
  }

  /** A table; undefined where it is left out. */
  table(index: number): FlatTable | undefined {
    const at = this.field(index);
    return at === 0 ? undefined : FlatTable.pointedAt(this.view, at);
  }

  /** Where a list (or a text) of entries of `bytes` bytes begins, and how long it is. */
  list(index: number, bytes: number): { start: number; length: number } {
    const at = this.field(index);
    if (at === 0) return { start: 0, length: 0 };
    const from = at + uint32(this.view, at);
    const length = uint32(this.view, from);
    if (from + 4 + length * bytes > this.view.byteLength) {
      throw new DamageError(`a list of ${length} entries leads beyond the end`);
    }
    return { start: from + 4, length };
  }

  /** The tables of a list. */
  *tables(index: number): IterableIterator<FlatTable> {
    const { start, length } = this.list(index, 4);
    for (let i = 0; i < length; i++) yield FlatTable.pointedAt(this.view, start + 4 * i);
  }
}

function within(view: DataView, at: number, bytes: number): DataView {
  if (!(at >= 0 && at + bytes <= view.byteLength)) throw new DamageError("an offset leads beyond the end");
  return view;
}

const uint16 = (view: DataView, at: number): number => within(view, at, 2).getUint16(at, true);
const uint32 = (view: DataView, at: number): number => within(view, at, 4).getUint32(at, true);
const int32 = (view: DataView, at: number): number => within(view, at, 4).getInt32(at, true);

/** A 64-bit number. */
export function long(view: DataView, at: number): number {
  return Number(within(view, at, 8).getBigInt64(at, true));
}
