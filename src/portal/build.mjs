// Bundles the page into one file, with the hashes of its script and style in its policy, and writes
// it down as C++. Usage: node build.mjs OUT.cpp
//
// What is the same in every build: nothing depends on time, paths or the machine.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "page");
const [, , out] = process.argv;
if (!out) {
  console.error("usage: node build.mjs OUT.cpp");
  process.exit(2);
}

async function bundle(entry, define) {
  const result = await build({
    absWorkingDir: page, entryPoints: [entry], bundle: true, minify: true, write: false,
    format: entry === "main.js" ? "esm" : "iife", target: ["es2022"], charset: "ascii",
    legalComments: "none", define, logLevel: "error",
  });
  return result.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
}

const sha256 = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
const worker = await bundle("worker.js", {});
const script = await bundle("main.js", { SCRIPT_WORKER: '""', SCRYPT_WORKER: JSON.stringify(worker) });
const style = readFileSync(join(page, "page.css"), "utf8").trim();
const fill = (text, key, value) => text.split(key).join(value);
let html = readFileSync(join(page, "index.html"), "utf8");
for (const [key, value] of [
  ["@SCRIPT_HASH@", sha256(script)], ["@STYLE_HASH@", sha256(style)], ["@STYLE@", style], ["@SCRIPT@", script],
]) {
  html = fill(html, key, value);
}

const bytes = Buffer.from(html);
const lines = [];
for (let at = 0; at < bytes.length; at += 24) {
  lines.push(`    ${Array.from(bytes.subarray(at, at + 24), (b) => b).join(",")},`);
}
writeFileSync(out, `// Made by src/portal/build.mjs. The page, with @RELAY@ where the relay's address goes.
#include "portal/assets.hpp"

namespace sealpost::portal {
namespace {

constexpr unsigned char kBytes[] = {
${lines.join("\n")}
};

}  // namespace

std::string_view page_template() {
  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes)};
}

}  // namespace sealpost::portal
`);
console.log(`portal: ${bytes.length} bytes, sha256 ${createHash("sha256").update(html).digest("hex")}`);
