import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** @returns a PNG of upright stripes whose colours follow from `seed`. @param size `1024x1536` */
export function stripes(seed: string, size: string): Buffer {
  const [width = 64, height = 64] = size.split('x').map(Number);
  const colours = createHash('sha256').update(seed).digest();
  const row = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x++) {
    const stripe = Math.floor((x * 10) / width);
    colours.copy(row, 1 + x * 3, stripe * 3, stripe * 3 + 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits of each of red, green and blue.
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    part('IHDR', header),
    part('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    part('IEND', Buffer.alloc(0)),
  ]);
}

function part(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
