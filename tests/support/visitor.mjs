// What a browser does with a contact's link, without a browser: the page's own modules, the real
// relay.
//
//   node visitor.mjs look|open|stop|reply|confirm|claim|save ADDRESS [options]
//
//   --passcode TEXT   --text TEXT   --scope purpose|all   --claim HEX   --into FILE
//
// Prints JSON; a refusal is {"refused": STATUS} and exit status 1.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Decrypter, Encrypter } from "../../src/portal/node_modules/age-encryption/dist/index.js";
import { scrypt } from "../../src/portal/node_modules/@noble/hashes/scrypt.js";
import { toBase64, toHex } from "../../src/portal/page/bytes.js";
import { fetchKey, idOf, openingKeys, readSecret, replyText } from "../../src/portal/page/keys.js";
import { checkedLeaves, leafHash, parseMessage } from "../../src/portal/page/message.js";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the relay's certificate is its own
process.removeAllListeners("warning");
process.on("warning", () => {});

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    passcode: { type: "string", default: "" }, text: { type: "string", default: "" },
    scope: { type: "string", default: "purpose" }, claim: { type: "string" },
    into: { type: "string" },
  },
});
const [what, address] = positionals;
const url = new URL(address);
const secret = readSecret(url.hash.slice(1));
const id = toHex(idOf(secret));

async function post(route, body) {
  const response = await fetch(`${url.origin}/v1/links/${id}/${route}`, {
    method: "POST",
    body: JSON.stringify({ fetch: fetchKey(secret), ...body }),
  });
  if (!response.ok) {
    console.log(JSON.stringify({ refused: response.status, problem: await response.json() }));
    process.exit(1);
  }
  return new Uint8Array(await response.arrayBuffer());
}

const stretch = (passcode, salt) => scrypt(passcode, salt, { N: 2 ** 15, r: 8, p: 1, dkLen: 32 });

async function opened({ commits = true } = {}) {
  const keys = await openingKeys(secret, values.passcode, stretch);
  const claim = { open: keys.open, claim: values.claim ?? toHex(randomBytes(16)) };
  const file = await post("claim", claim);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(keys.password);
  const message = parseMessage(await decrypter.decrypt(file));
  if (commits) await post("commit", claim);
  return { keys, claim, message };
}

async function sendBack(kind) {
  const { keys, claim, message } = await opened();
  const encrypter = new Encrypter();
  for (const recipient of message.reply) encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(replyText(kind, message.id, values.text, keys.answer));
  const body = { ...claim, reply: toHex(randomBytes(16)), file: toBase64(file) };
  await post("reply", body);
  await post("reply", body); // as after a lost answer
  return { message: message.id, reply: body.reply };
}

async function save() {
  const { claim, message } = await opened();
  const [attachment] = message.attachments;
  const at = { ...claim, blob: attachment.blob };
  const leaves = checkedLeaves(await post("leaves", at), attachment);
  const parts = [];
  for (let first = 0; first < leaves.length; ++first) {
    const part = await post("blob", { ...at, first, count: 1 });
    if (toHex(await leafHash(part)) !== toHex(leaves[first])) throw new Error("leaf");
    parts.push(part);
  }
  const decrypter = new Decrypter();
  decrypter.addPassphrase(attachment.key);
  writeFileSync(values.into, await decrypter.decrypt(Buffer.concat(parts)));
  return { name: attachment.name, size: attachment.size };
}

const verbs = {
  look: async () => JSON.parse(new TextDecoder().decode(await post("look", {}))),
  open: async () => (await opened()).message,
  claim: async () => (await opened({ commits: false })).message,
  stop: async () => (await post("stop", { scope: values.scope }), { stopped: values.scope }),
  reply: () => sendBack("reply"),
  confirm: () => sendBack("confirm"),
  save,
};
console.log(JSON.stringify(await verbs[what]()));
