/**
 * The words that a worker's main thread and its executor threads share, and the queue that the threads claim tasks from.
 *
 * Who has nothing to do says so in its own word, looks once more, and sleeps: a thread on its word (`Atomics.waitAsync`), the main side in
 * its wait for messages, where a signal reaches it. Who has something for the other wakes it only if it says that it sleeps. All loads and
 * stores are sequentially consistent, so one of the two always sees the other.
 *
 * @module
 */

/** Most threads, the written-off ones included, in the life of a process. */
export const MAX_THREADS = 256;
/** Slots of the queue; a power of two. */
export const QUEUE_SLOTS = 512;
/** Bytes of a slot; what is larger lies in a block of the arena. */
export const SLOT_BYTES = 1024;
/** Most runs under way, those that are suspended included. */
export const MAX_RUNS = 65_536;

const MAIN_WORD = 0, MAIN_SLEEPS = 1, MAIN_TURN = 2, HEAD = 16, TAIL = 32, THREADS = 64, PER_THREAD = 16;

/** Words of one thread, from its base on. */
export const Word = {
  /** What it sleeps on. */
  wake: 0,
  /** 0 awake, 1 asleep and free for a task, 2 asleep and waiting for its inbox only. */
  sleeps: 1,
  inHead: 2,
  inTail: 3,
  outHead: 4,
  outTail: 5,
  /** Counts answers to its requests for memory. */
  grant: 7,
  /** 1 when the main side waits for room in its inbox. */
  wants: 8,
} as const;

/** The shared words and the task queue, as either side sees them. */
export class SharedQueue {
  readonly words: Int32Array;
  /** By run: 1 + the thread that has it; 0 while it is in the queue. */
  readonly owners: Int32Array;
  /** By run: 1 once it is cancelled. */
  readonly cancelled: Int32Array;
  readonly slots: Uint8Array;
  /** The same bytes as int32. */
  readonly slotInts: Int32Array;
  readonly #full: Int32Array;

  /** Over a buffer that {@link SharedQueue.create} made. */
  constructor(readonly buffer: SharedArrayBuffer) {
    let at = 0;
    const ints = (n: number): Int32Array => {
      const a = new Int32Array(buffer, at, n);
      at += n * 4;
      return a;
    };
    this.words = ints(THREADS + PER_THREAD * MAX_THREADS);
    this.#full = ints(QUEUE_SLOTS);
    this.owners = ints(MAX_RUNS);
    this.cancelled = ints(MAX_RUNS);
    this.slots = new Uint8Array(buffer, at, QUEUE_SLOTS * SLOT_BYTES);
    this.slotInts = new Int32Array(buffer, at, QUEUE_SLOTS * SLOT_BYTES / 4);
  }

  /** A new one. */
  static create(): SharedQueue {
    const ints = THREADS + PER_THREAD * MAX_THREADS + QUEUE_SLOTS + 2 * MAX_RUNS;
    return new SharedQueue(new SharedArrayBuffer(ints * 4 + QUEUE_SLOTS * SLOT_BYTES));
  }

  /** Index of a thread's word. */
  static word(thread: number, word: number): number {
    return THREADS + PER_THREAD * thread + word;
  }

  /** Main: the offset of a free slot to write the next task into, or -1. */
  room(): number {
    const slot = this.words[TAIL] & (QUEUE_SLOTS - 1);
    return Atomics.load(this.#full, slot) === 0 ? slot * SLOT_BYTES : -1;
  }

  /** Main: what was written into {@link SharedQueue.room} is there to be claimed. */
  publish(): void {
    const tail = this.words[TAIL];
    Atomics.store(this.#full, tail & (QUEUE_SLOTS - 1), 1);
    Atomics.store(this.words, TAIL, tail + 1 | 0);
  }

  /** Anyone: claims the oldest task; the offset of its slot, or -1. The slot stays the claimer's until {@link SharedQueue.free}. */
  claim(): number {
    for (;;) {
      const head = Atomics.load(this.words, HEAD);
      if (head === Atomics.load(this.words, TAIL)) return -1;
      if (Atomics.compareExchange(this.words, HEAD, head, head + 1 | 0) === head) {
        return (head & (QUEUE_SLOTS - 1)) * SLOT_BYTES;
      }
    }
  }

  /** Whether there is nothing to claim. */
  get empty(): boolean {
    return Atomics.load(this.words, HEAD) === Atomics.load(this.words, TAIL);
  }

  /** The claimer has read its slot. */
  free(offset: number): void {
    Atomics.store(this.#full, offset / SLOT_BYTES, 0);
  }

  /** A thread: there is something for the main side. */
  wakeMain(): void {
    Atomics.add(this.words, MAIN_WORD, 1);
    if (Atomics.exchange(this.words, MAIN_SLEEPS, 0) === 1) this.signalMain();
  }

  /** A thread: what it posted waits for the main side's event loop. */
  askTurn(): void {
    Atomics.store(this.words, MAIN_TURN, 1);
    this.wakeMain();
  }

  /** Main: whether its event loop was asked for a turn since the last time. */
  get turnAsked(): boolean {
    return Atomics.exchange(this.words, MAIN_TURN, 0) === 1;
  }

  /** A thread: ends the main side's sleep. */
  signalMain: () => void = () => {};

  /** Main: counts the wake-ups. */
  get mainSignal(): number {
    return Atomics.load(this.words, MAIN_WORD);
  }

  /** Main: says that it sleeps; false if there was a signal since `seen`. */
  sleepMain(seen: number): boolean {
    Atomics.store(this.words, MAIN_SLEEPS, 1);
    if (this.mainSignal === seen) return true;
    Atomics.store(this.words, MAIN_SLEEPS, 0);
    return false;
  }

  /** Main: whether a thread looks for tasks, or performs one. */
  isAwake(thread: number): boolean {
    return Atomics.load(this.words, SharedQueue.word(thread, Word.sleeps)) === 0;
  }

  /** Main: wakes a thread if it sleeps as `kind` says (0: in whatever way); whether it did. */
  wakeThread(thread: number, kind: 0 | 1): boolean {
    const sleeps = SharedQueue.word(thread, Word.sleeps), wake = SharedQueue.word(thread, Word.wake);
    const how = Atomics.load(this.words, sleeps);
    if (how === 0 || (kind === 1 && how !== 1)) return false;
    if (Atomics.exchange(this.words, sleeps, 0) === 0) return false;
    Atomics.add(this.words, wake, 1);
    Atomics.notify(this.words, wake);
    return true;
  }
}

/**
 * Records of bytes from one thread to another, first in, first out. A record is its length and type (int32 each), then its payload, all
 * 8-byte aligned; one that would not fit before the end begins at the start.
 */
export class ByteRing {
  readonly #words: Int32Array;
  readonly #head: number;
  readonly #tail: number;
  readonly #size: number;
  readonly bytes: Uint8Array;
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  #at = 0;

  /** Over `bytes` (a power of two), with its positions in `words[head]` and `words[tail]`. */
  constructor(bytes: Uint8Array, words: Int32Array, head: number, tail: number) {
    this.bytes = bytes;
    this.ints = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    this.floats = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    this.#words = words;
    this.#head = head;
    this.#tail = tail;
    this.#size = bytes.byteLength;
  }

  /** Largest payload. */
  get largest(): number {
    return this.#size / 4;
  }

  /** Writer: the offset to write a payload of at most `n` bytes at, or -1 when there is no room now. */
  begin(n: number): number {
    const need = (n + 15) & ~7;
    const tail = this.#words[this.#tail];
    const free = this.#size - (tail - Atomics.load(this.#words, this.#head) | 0);
    let at = tail & (this.#size - 1);
    const toEnd = this.#size - at;
    if (need > toEnd) {
      if (need + toEnd > free) return -1;
      this.ints[at >> 2] = toEnd - 8;
      this.ints[(at >> 2) + 1] = -1;
      // Told at once; the reader steps over it.
      Atomics.store(this.#words, this.#tail, tail + toEnd | 0);
      at = 0;
    } else if (need > free) return -1;
    this.#at = at;
    return at + 8;
  }

  /** Writer: the record begun is complete, with `n` bytes of payload. */
  commit(type: number, n: number): void {
    const padded = (n + 7) & ~7;
    this.ints[this.#at >> 2] = n;
    this.ints[(this.#at >> 2) + 1] = type;
    Atomics.store(this.#words, this.#tail, this.#words[this.#tail] + 8 + padded | 0);
  }

  /**
   * Reader: calls `read(type, offset, length)` for each record there is now, at most `most`; gives how many. Their bytes stay until `done`
   * has been called, after the last of them.
   */
  drain(most: number, read: (type: number, offset: number, length: number) => void, done?: () => void): number {
    const tail = Atomics.load(this.#words, this.#tail);
    let head = this.#words[this.#head];
    let n = 0;
    while (head !== tail && n < most) {
      const at = head & (this.#size - 1);
      const length = this.ints[at >> 2], type = this.ints[(at >> 2) + 1];
      if (type !== -1) {
        n++;
        read(type, at + 8, length);
      }
      head = head + 8 + ((length + 7) & ~7) | 0;
    }
    if (n > 0) done?.();
    Atomics.store(this.#words, this.#head, head);
    return n;
  }

  /** Whether there is nothing to read. */
  get empty(): boolean {
    return Atomics.load(this.#words, this.#head) === Atomics.load(this.#words, this.#tail);
  }
}

/** Bytes of each ring. */
export const RING_BYTES = 262_144;
/** Most blocks asked for at once. */
export const MAX_GRANT = 8192;

/** What one thread and the main side share alone: a ring each way, and the place where blocks are granted. */
export class ThreadLine {
  /** Main to thread. */
  readonly inbox: ByteRing;
  /** Thread to main. */
  readonly outbox: ByteRing;
  /** [1 if granted, bytes held, limit, then arena and offset of each block]. */
  readonly grant: Float64Array;

  /** Over a buffer that {@link ThreadLine.create} made. */
  constructor(readonly buffer: SharedArrayBuffer, queue: SharedQueue, thread: number) {
    const word = (w: number): number => SharedQueue.word(thread, w);
    const ring = (at: number, head: number, tail: number): ByteRing =>
      new ByteRing(new Uint8Array(buffer, at, RING_BYTES), queue.words, word(head), word(tail));
    this.inbox = ring(0, Word.inHead, Word.inTail);
    this.outbox = ring(RING_BYTES, Word.outHead, Word.outTail);
    this.grant = new Float64Array(buffer, 2 * RING_BYTES, 3 + 2 * MAX_GRANT);
  }

  /** A new one. */
  static create(queue: SharedQueue, thread: number): ThreadLine {
    return new ThreadLine(new SharedArrayBuffer(2 * RING_BYTES + 8 * (3 + 2 * MAX_GRANT)), queue, thread);
  }
}
