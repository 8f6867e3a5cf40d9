// An attachment as a verified stream: every leaf is checked before any of it is decrypted.
import { Decrypter } from "age-encryption";
import { equal } from "./bytes.js";
import { checkedLeaves, LEAF, leafHash } from "./message.js";
import * as relay from "./relay.js";

const AT_ONCE = 4;

function verifiedStream(link, claim, attachment, leaves, progress) {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      if (next === leaves.length) return controller.close();
      const count = Math.min(AT_ONCE, leaves.length - next);
      const part = await relay.bytes(link, "blob",
        { ...claim, blob: attachment.blob, first: next, count });
      for (let i = 0; i < count; ++i, ++next) {
        const leaf = part.slice(i * LEAF, (i + 1) * LEAF);
        if (!equal(await leafHash(leaf), leaves[next])) throw new Error("leaf");
        controller.enqueue(leaf);
        progress(Math.floor((100 * (next + 1)) / leaves.length));
      }
    },
  });
}

export async function loadAttachment(link, claim, attachment, progress) {
  const list = await relay.bytes(link, "leaves", { ...claim, blob: attachment.blob });
  const leaves = checkedLeaves(list, attachment);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(attachment.key);
  const plain = await decrypter.decrypt(
    verifiedStream(link, claim, attachment, leaves, progress));
  return new Response(plain).blob();
}

// A name that cannot mislead: no path, no control or direction characters.
export function safeName(name) {
  const last = name.split(/[/\\]/).pop() ?? "";
  const clean = last.replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, "_").replace(/^[.\s-]+/, "");
  return clean.slice(0, 150) || "attachment";
}
