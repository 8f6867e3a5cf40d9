// Encrypts or decrypts standard input with npm's age-encryption, so that the tests can drive it
// like the age program.
// usage: node typage.mjs encrypt|decrypt [-a] [-p PASSPHRASE] [-r RECIPIENT]... [-i IDENTITY]...
import { armor, Decrypter, Encrypter } from "age-encryption";
import { readFileSync, writeFileSync } from "node:fs";

const [mode, ...rest] = process.argv.slice(2);
const age = mode === "encrypt" ? new Encrypter() : new Decrypter();
let armored = false;
while (rest.length > 0) {
  const flag = rest.shift();
  if (flag === "-a") armored = true;
  if (flag === "-r") age.addRecipient(rest.shift());
  if (flag === "-i") age.addIdentity(rest.shift());
  if (flag === "-p" && mode === "encrypt") age.setPassphrase(rest.shift());
  if (flag === "-p" && mode === "decrypt") age.addPassphrase(rest.shift());
}
const input = readFileSync(0);
if (mode === "encrypt") {
  const file = await age.encrypt(new Uint8Array(input));
  writeFileSync(1, armored ? armor.encode(file) : file);
} else {
  const file = armored ? armor.decode(input.toString()) : new Uint8Array(input);
  writeFileSync(1, await age.decrypt(file));
}
