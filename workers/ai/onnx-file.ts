import type { Tensor } from './torch-file.ts';

/** An attribute of a step: whole numbers, or a word. */
type Attribute = number | number[] | string;

const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 13;

/**
 * Writes a network as an ONNX file, step by step: each gives a name to what it makes, by which later ones ask for it.
 * Protocol buffers are written by hand, as ONNX needs only some ten messages of them (onnx.proto, IR version 8).
 */
export function createOnnxFile() {
  const nodes: Buffer[] = [];
  const initializers: Buffer[] = [];
  let count = 0;
  return {
    /** @returns the name of what the step makes */
    step(op: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
      const output = `t${count++}`;
      const parts = [...inputs.map((name) => text(1, name)), text(2, output), text(4, op)];
      for (const [name, value] of Object.entries(attributes)) parts.push(block(5, attribute(name, value)));
      nodes.push(block(1, Buffer.concat(parts)));
      return output;
    },
    /** @returns the name of the numbers */
    weights({ shape, values }: Tensor): string {
      const name = `w${initializers.length}`;
      const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      const parts = [...shape.map((each) => int(1, each)), int(2, FLOAT), text(8, name), block(9, raw)];
      initializers.push(block(5, Buffer.concat(parts)));
      return name;
    },
    /** @param input, output what goes in and comes out, with their shapes */
    finish(input: { name: string; shape: number[] }, output: { name: string; shape: number[] }): Buffer {
      const graph = Buffer.concat([
        ...nodes,
        text(2, 'network'),
        ...initializers,
        block(11, value(input)),
        block(12, value(output)),
      ]);
      return Buffer.concat([int(1, IR_VERSION), block(7, graph), block(8, int(2, OPSET))]);
    },
  };
}

function attribute(name: string, value: Attribute): Buffer {
  const [STRING, INTS, INT] = [3, 7, 2];
  if (typeof value === 'string') return Buffer.concat([text(1, name), text(4, value), int(20, STRING)]);
  if (Array.isArray(value)) return Buffer.concat([text(1, name), ...value.map((each) => int(8, each)), int(20, INTS)]);
  return Buffer.concat([text(1, name), int(3, value), int(20, INT)]);
}

function value({ name, shape }: { name: string; shape: number[] }): Buffer {
  const dims = Buffer.concat(shape.map((each) => block(1, int(1, each))));
  return Buffer.concat([text(1, name), block(2, block(1, Buffer.concat([int(1, FLOAT), block(2, dims)])))]);
}

function int(field: number, number: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(number)]);
}

function block(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function text(field: number, words: string): Buffer {
  return block(field, Buffer.from(words, 'utf8'));
}

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}
