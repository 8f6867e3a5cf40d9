// Writes every age test vector of cctv-age as a file, its body uncompressed.
// usage: node vectors.mjs FOLDER
import * as vectors from "cctv-age";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of Object.entries(vectors)) {
  const vector = Buffer.from(bytes);
  const body = vector.indexOf("\n\n") + 2;
  const header = vector.subarray(0, body);
  const compressed = /^compressed: zlib$/m.test(header.toString());
  const file = compressed ? inflateSync(vector.subarray(body)) : vector.subarray(body);
  writeFileSync(join(folder, name), Buffer.concat([header, file]));
}
