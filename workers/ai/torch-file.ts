/** Numbers of a network, in the order of its dimensions, the last one running fastest. */
export interface Tensor {
  shape: number[];
  values: Float32Array;
}

/** A tensor as it is described before the numbers come: a view of a storage. */
interface View {
  storage: string;
  offset: number;
  shape: number[];
  strides: number[];
}

const FLOAT_BYTES = 4;
const LONG_BYTES = 8;

/**
 * Reads the weights that PyTorch 1.5 and older wrote (`torch.save` of a state dictionary): five pickles, then the
 * storages' bytes. Of the pickles only what such a file holds is understood, and nothing in them is ever called.
 *
 * @returns tensors of 32-bit floats by their names; counters and the like are left out
 * @throws Error if the file is something else
 */
export function readTorchFile(file: Buffer): Map<string, Tensor> {
  const reader = new PickleReader(file);
  for (let head = 0; head < 3; head++) reader.next();
  const views = reader.next();
  const keys = reader.next();
  if (!(views instanceof Map) || !Array.isArray(keys)) throw new Error('The file holds no dictionary of weights.');
  const longs = new Set(reader.longStorages);
  const storages = new Map<string, Buffer>();
  let at = reader.at;
  for (const key of keys as string[]) {
    const count = Number(file.readBigInt64LE(at));
    const endByte = at + LONG_BYTES + count * (longs.has(key) ? LONG_BYTES : FLOAT_BYTES);
    storages.set(key, file.subarray(at + LONG_BYTES, endByte));
    at = endByte;
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, view] of views as Map<string, View>) {
    const bytes = storages.get(view.storage);
    if (bytes && !longs.has(view.storage)) tensors.set(name, { shape: view.shape, values: valuesOf(view, bytes) });
  }
  return tensors;
}

/** A view may lie across its storage in any order: it is laid out anew. */
function valuesOf({ shape, strides, offset }: View, bytes: Buffer): Float32Array {
  const count = shape.reduce((product, each) => product * each, 1);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let rest = i;
    let place = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      place += (rest % length) * (strides[axis] as number);
      rest = Math.floor(rest / length);
    }
    values[i] = bytes.readFloatLE(place * FLOAT_BYTES);
  }
  return values;
}

const MARK = Symbol('mark');

/** Reads one pickle after another (protocol 2), without running anything. */
class PickleReader {
  at = 0;
  /** Keys of storages that hold whole numbers. */
  readonly longStorages: string[] = [];
  readonly #file: Buffer;

  constructor(file: Buffer) {
    this.#file = file;
  }

  next(): unknown {
    const stack: unknown[] = [];
    const memo = new Map<number, unknown>();
    const sinceMark = () => stack.splice(stack.lastIndexOf(MARK)).slice(1);
    for (;;) {
      const code = this.#byte();
      switch (code) {
        case 0x80: // PROTO
          this.#byte();
          break;
        case 0x2e: // STOP
          return stack.pop();
        case 0x28: // MARK
          stack.push(MARK);
          break;
        case 0x63: // GLOBAL
          stack.push(`${this.#line()}.${this.#line()}`);
          break;
        case 0x58: // BINUNICODE
          stack.push(this.#take(this.#number(4)).toString('utf8'));
          break;
        case 0x4a: // BININT
          stack.push(this.#number(4));
          break;
        case 0x4b: // BININT1
          stack.push(this.#byte());
          break;
        case 0x4d: // BININT2
          stack.push(this.#number(2));
          break;
        case 0x8a: // LONG1: only the file's magic number, which its hash vouches for.
          this.#take(this.#byte());
          stack.push(null);
          break;
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
          stack.push(code === 0x88);
          break;
        case 0x29: // EMPTY_TUPLE
        case 0x5d: // EMPTY_LIST
          stack.push([]);
          break;
        case 0x7d: // EMPTY_DICT
          stack.push(new Map());
          break;
        case 0x74: // TUPLE
          stack.push(sinceMark());
          break;
        case 0x85: // TUPLE1 to TUPLE3
        case 0x86:
        case 0x87:
          stack.push(stack.splice(stack.length - (code - 0x84)));
          break;
        case 0x65: // APPENDS
          this.#append(stack, sinceMark());
          break;
        case 0x71: // BINPUT
          memo.set(this.#byte(), stack.at(-1));
          break;
        case 0x72: // LONG_BINPUT
          memo.set(this.#number(4), stack.at(-1));
          break;
        case 0x68: // BINGET
          stack.push(memo.get(this.#byte()));
          break;
        case 0x6a: // LONG_BINGET
          stack.push(memo.get(this.#number(4)));
          break;
        case 0x51: // BINPERSID
          stack.push(this.#storage(stack.pop() as unknown[]));
          break;
        case 0x52: // REDUCE
          stack.push(made(...(stack.splice(stack.length - 2) as [string, unknown[]])));
          break;
        case 0x73: // SETITEM
          this.#fill(stack, stack.splice(stack.length - 2));
          break;
        case 0x75: // SETITEMS
          this.#fill(stack, sinceMark());
          break;
        case 0x62: // BUILD: attributes of the dictionary, which say nothing of the weights.
          stack.pop();
          break;
        default:
          throw new Error(`The file of weights holds what is not known (0x${code.toString(16)}).`);
      }
    }
  }

  #append(stack: unknown[], items: unknown[]): void {
    (stack.at(-1) as unknown[]).push(...items);
  }

  #fill(stack: unknown[], pairs: unknown[]): void {
    const map = stack.at(-1);
    if (!(map instanceof Map)) throw new Error('The file of weights is broken.');
    for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  #storage([, kind, key]: unknown[]): string {
    if (kind === 'torch.LongStorage') this.longStorages.push(key as string);
    return key as string;
  }

  #byte(): number {
    return this.#number(1);
  }

  #number(bytes: number): number {
    return this.#take(bytes).readUIntLE(0, bytes);
  }

  #take(bytes: number): Buffer {
    const taken = this.#file.subarray(this.at, this.at + bytes);
    if (taken.length < bytes) throw new Error('The file of weights ends too early.');
    this.at += bytes;
    return taken;
  }

  #line(): string {
    const end = this.#file.indexOf(0x0a, this.at);
    const line = this.#take(end - this.at).toString('latin1');
    this.at = end + 1;
    return line;
  }
}

/** What a call would make: of the few that stand in such files, data alone. */
function made(name: string, args: unknown[]): unknown {
  if (name === 'collections.OrderedDict') return new Map();
  if (name !== 'torch._utils._rebuild_tensor_v2') return null;
  const [storage, offset, shape, strides] = args as [string, number, number[], number[]];
  return { storage, offset, shape, strides } satisfies View;
}
