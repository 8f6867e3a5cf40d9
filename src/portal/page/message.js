// The message inside the age file: sealpost-message(5), FRAME and HEADER. Whoever serves this page
// could change what it checks, so it checks what protects against the relay and against accidents:
// lengths, hashes, the message's id.
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toHex } from "./bytes.js";

const LEAF = 1 << 20;
const decoder = new TextDecoder("utf-8", { fatal: true });

function frameOf(plain) {
  const end = plain.indexOf(10);
  const words = decoder.decode(plain.subarray(0, Math.min(end, 60))).split(" ");
  const sizes = words.slice(1).map(Number);
  if (end < 0 || words[0] !== "sealpost-message/1" || sizes.length !== 2) throw new Error("frame");
  const [note, body] = sizes;
  if (!Number.isSafeInteger(note) || !Number.isSafeInteger(body)) throw new Error("frame");
  const from = end + 1;
  if (from + note + body > plain.length) throw new Error("frame");
  return {
    note: decoder.decode(plain.subarray(from, from + note)),
    body: plain.subarray(from + note, from + note + body),
  };
}

function attachmentOf(line) {
  const [blob, size, cipherSize, root, key, type, name] = line.split(" ");
  return {
    blob, root, key, type,
    size: Number(size),
    cipherSize: Number(cipherSize),
    name: decodeURIComponent(name),
  };
}

function fieldsOf(note) {
  const lines = note.split("\n");
  if (lines[0] !== "sealpost/v1/message") throw new Error("header");
  const fields = new Map();
  for (const line of lines.slice(1)) {
    if (line === "") break;
    const colon = line.indexOf(": ");
    if (colon < 0) throw new Error("header");
    const key = line.slice(0, colon);
    fields.set(key, [...(fields.get(key) ?? []), line.slice(colon + 2)]);
  }
  return fields;
}

export function parseMessage(plain) {
  const { note, body } = frameOf(plain);
  const fields = fieldsOf(note);
  const one = (key) => fields.get(key)?.[0] ?? "";
  if (toHex(sha256(body)) !== one("body-sha256")) throw new Error("body");
  return {
    id: one("id"),
    sent: one("sent"),
    expires: one("expires"),
    subject: one("subject"),
    purpose: one("purpose"),
    reply: fields.get("reply") ?? [],
    text: decoder.decode(body),
    attachments: (fields.get("attachment") ?? []).map(attachmentOf),
  };
}

// RFC 6962 over the leaves' hashes.
function treeHash(hashes) {
  if (hashes.length === 1) return hashes[0];
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  const left = treeHash(hashes.slice(0, half));
  const right = treeHash(hashes.slice(half));
  return sha256(concat(new Uint8Array([1]), left, right));
}

export function checkedLeaves(list, attachment) {
  const count = Math.ceil(attachment.cipherSize / LEAF);
  if (list.length !== 32 * count) throw new Error("leaves");
  const leaves = Array.from({ length: count }, (_, i) => list.slice(32 * i, 32 * i + 32));
  if (toHex(treeHash(leaves)) !== attachment.root) throw new Error("root");
  return leaves;
}

export async function leafHash(bytes) {
  const all = concat(new Uint8Array([0]), bytes);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

export { LEAF };
