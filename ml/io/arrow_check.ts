import { DamageError, FlatTable, long } from "./flat_table.ts";

// The Arrow library believes what a file says of itself: a list of 2^30 members that are not there keeps it busy for hours. So the
// lengths and counts of all messages are looked at first. Fields are numbered as in Arrow's Schema.fbs, Message.fbs and File.fbs.

/** Fields with their children, over all of a schema. */
const MOST_FIELDS = 1_000_000;
/** Rows of a batch that has no bytes at all: columns of nothing. */
const MOST_EMPTY_ROWS = 1 << 24;
const MAGIC = "ARROW1";
const [SCHEMA, DICTIONARY, BATCH] = [1, 2, 3];

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Whether bytes begin as Arrow's file form does. */
export function isArrowFile(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 6)) === MAGIC;
}

/**
 * Looks at all that an Arrow file says of its own lengths.
 *
 * Source: Apache Arrow Columnar Format 1.5, "Encapsulated message format" and "IPC File Format".
 *
 * @throws {DamageError} when something is longer than the file, or more than it can hold
 */
export function checkArrow(bytes: Uint8Array): void {
  if (isArrowFile(bytes)) checkFile(bytes);
  else checkStream(bytes);
}

function checkFile(bytes: Uint8Array): void {
  const end = bytes.length - 10;
  if (end < 8 || textOf(bytes.subarray(-6)) !== MAGIC) throw new DamageError("its end is missing");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(end, true);
  if (length <= 0 || length > end) throw new DamageError(`its footer of ${length} bytes leads beyond its beginning`);
  const footer = FlatTable.root(bytes.subarray(end - length, end));
  checkSchema(footer.table(1));
  checkPairs(footer, 4);
  for (const [index, kind] of [[2, DICTIONARY], [3, BATCH]]) {
    const { start, length: count } = footer.list(index, 24);
    for (let i = 0; i < count; i++) {
      const at = start + 24 * i;
      const offset = long(footer.view, at),
        size = footer.view.getInt32(at + 8, true),
        body = long(footer.view, at + 16);
      if (offset < 8 || size <= 0 || body < 0 || offset + size + body > bytes.length) {
        throw new DamageError(`block ${i} of ${size} and ${body} bytes leads beyond the end`);
      }
      checkNext(bytes, offset, kind);
    }
  }
}

function checkStream(bytes: Uint8Array): void {
  for (let at = 0; at >= 0 && at + 4 <= bytes.length;) at = checkNext(bytes, at);
}

/** Looks at the message that begins there, of this kind where that is known. Where the next one does; -1 after the last one. */
function checkNext(bytes: Uint8Array, at: number, wanted?: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 4 > bytes.length) throw new DamageError("a message leads beyond the end");
  let size = view.getInt32(at, true);
  let start = at + 4;
  if (size === -1) {
    // Files before version 0.15 have no such mark.
    if (start + 4 > bytes.length) return -1;
    size = view.getInt32(start, true);
    start += 4;
  }
  if (size === 0 && wanted === undefined) return -1;
  if (size <= 0 || start + size > bytes.length) {
    throw new DamageError(`a message of ${size} bytes leads beyond the end`);
  }
  const message = FlatTable.root(bytes.subarray(start, start + size));
  const body = message.long(3);
  if (body < 0 || start + size + body > bytes.length) {
    throw new DamageError(`a body of ${body} bytes leads beyond the end`);
  }
  checkPairs(message, 4);
  const kind = message.byte(1), header = message.table(2);
  if (wanted !== undefined && kind !== wanted) throw new DamageError(`a message of kind ${kind}, expected ${wanted}`);
  if (kind === SCHEMA) checkSchema(header);
  else if (kind === BATCH) checkBatch(header, body);
  else if (kind === DICTIONARY) checkBatch(header?.table(1), body);
  else throw new DamageError(`a message of kind ${kind}, which is not in tables`);
  return start + size + body;
}

/** Metadata: names and values. */
function checkPairs(of: FlatTable, index: number): void {
  for (const pair of of.tables(index)) for (const part of [0, 1]) pair.list(part, 1);
}

function checkSchema(schema: FlatTable | undefined): void {
  if (schema === undefined) throw new DamageError("its schema is missing");
  checkPairs(schema, 2);
  schema.list(3, 8);
  let count = 0;
  const visit = (field: FlatTable): void => {
    if (++count > MOST_FIELDS) throw new DamageError(`its schema has more than ${MOST_FIELDS} fields`);
    field.list(0, 1);
    const UNION = 14, TIMESTAMP = 10;
    const kind = field.byte(2), type = field.table(3);
    if (kind === UNION) type?.list(1, 4);
    if (kind === TIMESTAMP) type?.list(1, 1);
    field.table(4);
    checkPairs(field, 6);
    for (const child of field.tables(5)) visit(child);
  };
  for (const field of schema.tables(1)) visit(field);
}

function checkBatch(batch: FlatTable | undefined, body: number): void {
  if (batch === undefined) throw new DamageError("a batch is missing");
  // A bit a row at least, but for columns of nothing.
  const most = body === 0 ? MOST_EMPTY_ROWS : 8 * body;
  const checkRows = (rows: number): void => {
    if (rows < 0 || rows > most) throw new DamageError(`a batch of ${rows} rows in ${body} bytes`);
  };
  checkRows(batch.long(0));
  const nodes = batch.list(1, 16);
  for (let i = 0; i < nodes.length; i++) {
    const rows = long(batch.view, nodes.start + 16 * i), missing = long(batch.view, nodes.start + 16 * i + 8);
    checkRows(rows);
    if (missing < 0 || missing > rows) throw new DamageError(`${missing} missing values of ${rows}`);
  }
  const buffers = batch.list(2, 16);
  for (let i = 0; i < buffers.length; i++) {
    const offset = long(batch.view, buffers.start + 16 * i), length = long(batch.view, buffers.start + 16 * i + 8);
    if (offset < 0 || length < 0 || offset + length > body) {
      throw new DamageError(`a buffer of ${length} bytes at ${offset} in a body of ${body}`);
    }
  }
  batch.list(4, 8);
}
