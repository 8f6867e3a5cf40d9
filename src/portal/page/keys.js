// What follows from the secret in the address and the passcode: sealpost-link(5), KEYS.
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromBase64Url, toBase64, toHex, utf8 } from "./bytes.js";

const NOTHING = new Uint8Array(0);
const SECRET_SIZE = 16;

const derive = (from, label) => hkdf(sha256, from, NOTHING, utf8("sealpost/v1/link/" + label), 32);

// From what stands behind the "#"; null when that is no secret.
export function readSecret(fragment) {
  try {
    const secret = fromBase64Url(fragment);
    return secret.length === SECRET_SIZE ? secret : null;
  } catch {
    return null;
  }
}

export const idOf = (secret) => derive(secret, "id").subarray(0, SECRET_SIZE);
export const fetchKey = (secret) => toHex(derive(secret, "fetch"));

// `stretch(passcode, salt)` is scrypt, elsewhere, because it takes a while.
export async function openingKeys(secret, passcode, stretch) {
  const stretched = passcode === ""
    ? NOTHING
    : await stretch(utf8(passcode.normalize("NFKC")), concat(secret, idOf(secret)));
  const both = concat(secret, stretched);
  return {
    open: toHex(derive(both, "open")),
    password: toBase64(derive(both, "age")),
    answer: derive(both, "answer"),
  };
}

// A reply's proof that its author could open the message.
export function replyText(kind, message, text, answer) {
  const proof = hmac(sha256, answer, utf8(`${kind} ${message}\n${text}`));
  return `sealpost-reply/1 ${kind} ${message} ${toBase64(proof)}\n${text}`;
}
