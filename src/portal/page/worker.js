// scrypt where it does not hold up the page.
import { scrypt } from "@noble/hashes/scrypt.js";

onmessage = ({ data }) => {
  postMessage(scrypt(data.passcode, data.salt, { N: 2 ** 15, r: 8, p: 1, dkLen: 32 }));
};
