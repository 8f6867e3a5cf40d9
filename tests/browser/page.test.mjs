// The page of links, driven in Chromium on the sandbox's relay: each test sends its own message.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { SEALPOST, SEALPOST_SANDBOX, SCREENSHOTS } = process.env;
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const BORN = "1984-02-29";
const axeSource = readFileSync(
  new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const sealpost = (...words) =>
  execFileSync(SEALPOST, ["--profile", "lee", ...words], { encoding: "utf8" });
const json = (...words) => JSON.parse(sealpost("--json", ...words));
const lines = (...words) =>
  sealpost("--json", ...words).split("\n").filter(Boolean).map((line) => JSON.parse(line));

let contacts = 0;
function newContact() {
  const alias = `patient-${++contacts}`;
  sealpost("contact", "add", alias, "--phone", `+1555010${contacts}00`, "--birthdate", BORN);
  sealpost("consent", "grant", alias, "--purpose", "appointment-reminder", "--channel", "link-sms",
    "--method", "paper", "--warned");
  return alias;
}
const link = (alias, ...words) =>
  json("send", "--to", `contact:${alias}`, "--purpose", "appointment-reminder", ...words).link.address;

let browser;
before(async () => {
  execFileSync(SEALPOST, ["--profile", "owner", "inbox"]); // hands the register's keys out
  sealpost("inbox");
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
after(() => browser?.close());

// A page as a visitor has it; whatever goes wrong in it fails the test.
async function visit(address, { size = PHONE, locale = "en-US", dark = false } = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, viewport: size, locale, acceptDownloads: true,
    colorScheme: dark ? "dark" : "light",
  });
  const page = await context.newPage();
  page.troubles = [];
  page.hosts = new Set();
  page.on("pageerror", (error) => page.troubles.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) page.troubles.push(message.text());
  });
  page.on("request", (request) => page.hosts.add(new URL(request.url()).protocol === "blob:"
    ? "blob" : new URL(request.url()).origin));
  await page.goto(address);
  await page.waitForSelector("h1");
  return page;
}

async function leave(page, address) {
  assert.deepEqual(page.troubles, []);
  for (const host of page.hosts) assert.ok(host === "blob" || host === new URL(address).origin, host);
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, ""]);
  await page.context().close();
}

const status = (page, text) =>
  page.waitForFunction((wanted) => document.getElementById("status").textContent.includes(wanted), text);

async function open(page, passcode = BORN) {
  if (passcode) await page.fill("#passcode", passcode);
  await page.click("button[type=submit]");
}

async function shoot(page, name) {
  if (!SCREENSHOTS) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

async function accessible(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
}

test("opens with the date of birth, once; loading again and going back are harmless", async () => {
  const address = link(newContact(), "--subject", "Your appointment", "See you Tuesday 9:40");
  const page = await visit(address);
  await shoot(page, "closed");
  await open(page);
  await page.waitForSelector(".body");
  assert.equal(await page.textContent("h1"), "Your appointment");
  assert.equal(await page.textContent(".body"), "See you Tuesday 9:40");
  await shoot(page, "opened");
  await page.reload();
  await page.waitForSelector("#passcode");
  await open(page);
  await page.waitForSelector(".body");
  await page.goto("about:blank");
  await page.goBack();
  await page.waitForSelector("#passcode");
  await open(page);
  await page.waitForSelector(".body");
  await leave(page, address);
  const other = await visit(address);
  assert.match(await other.textContent("main"), /opened as often/);
  await shoot(other, "viewed-out");
  await leave(other, address);
});

test("a wrong passcode says how many tries are left, and five lock", async () => {
  const address = link(newContact(), "text");
  const page = await visit(address);
  await open(page, "1990-01-01");
  await status(page, "4 more tries");
  assert.equal(await page.getAttribute("#status", "class"), "warning");
  await accessible(page);
  await shoot(page, "wrong-passcode");
  for (let i = 0; i < 3; ++i) {
    await open(page, "1990-01-01");
    await status(page, i === 2 ? "One more try" : `${3 - i} more tries`);
  }
  await open(page, "1990-01-01");
  await page.waitForSelector(".problem");
  assert.match(await page.textContent(".problem"), /does not open any more/);
  await shoot(page, "locked");
  await leave(page, address);
});

test("replies and confirmations reach the sender", async () => {
  const alias = newContact();
  const address = link(alias, "--passcode", "none", "See you");
  const page = await visit(address);
  await open(page, "");
  await page.fill("#reply", "Thank you ☺");
  await page.click("form.reply button[type=submit]");
  await status(page, "reply was sent");
  await shoot(page, "replied");
  await page.click("text=Confirm");
  await status(page, "Confirmed");
  assert.ok(await page.isDisabled("text=Confirm"));
  await shoot(page, "confirmed");
  await leave(page, address);
  const got = lines("inbox", "--unread").filter((one) => one.from === `contact:${alias}`);
  assert.deepEqual(got.map((one) => one.confirms), [false, true]);
  assert.equal(json("read", String(got[0].number)).body, "Thank you ☺");
});

test("the button stops this kind, a word stops it too, and the register says so", async () => {
  const first = newContact();
  let address = link(first, "--passcode", "none", "text");
  let page = await visit(address);
  await page.click("text=Stop these messages");
  await page.click("text=Only messages of this kind");
  await status(page, "No more of these messages");
  assert.equal(await page.locator("text=Only messages of this kind").count(), 0);
  await shoot(page, "stopped");
  await leave(page, address);
  const second = newContact();
  address = link(second, "--passcode", "none", "text");
  page = await visit(address);
  await open(page, "");
  await page.fill("#reply", "¡STOP!");
  await page.click("form.reply button[type=submit]");
  await status(page, "No more of these messages");
  await leave(page, address);
  lines("inbox");
  for (const alias of [first, second]) {
    assert.throws(() => sealpost("consent", "check", alias, "--purpose", "appointment-reminder"),
      (error) => error.status === 6);
  }
});

test("an attachment is saved whole, under a harmless name", async () => {
  const content = randomBytes(5 * 1024 * 1024 + 17);
  const file = join(SEALPOST_SANDBOX, "Befund 7.pdf");
  writeFileSync(file, content);
  const address = link(newContact(), "--passcode", "none", "--file", file);
  const page = await visit(address);
  await open(page, "");
  await page.waitForSelector("ul.files");
  await shoot(page, "attachment");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("ul.files button")]);
  assert.equal(download.suggestedFilename(), "Befund 7.pdf");
  assert.ok(readFileSync(await download.path()).equals(content));
  await leave(page, address);
});

test("an unknown address and one without a secret open nothing", async () => {
  const address = link(newContact(), "text");
  for (const broken of [address.slice(0, -4) + "AAAA", address.split("#")[0], address + "x"]) {
    const page = await visit(broken);
    assert.match(await page.textContent(".problem"), /no such message/);
    await leave(page, broken);
  }
});

test("an expired message says so", async () => {
  const address = link(newContact(), "--passcode", "none", "--expires", "2s", "text");
  for (let i = 0; i < 100; ++i) {
    const page = await visit(address);
    const text = await page.textContent("main");
    const expired = /expired/.test(text);
    if (expired) await shoot(page, "expired");
    await leave(page, address);
    if (expired) return;
  }
  assert.fail("it did not expire");
});

test("a message that was taken back says so, also to who has typed the passcode already", async () => {
  for (const typed of [false, true]) {
    const sent = json("send", "--to", `contact:${newContact()}`, "--purpose", "appointment-reminder", "text");
    const { address } = sent.link;
    const early = typed && await visit(address);
    sealpost("recall", "--yes", sent.id);
    const page = early || await visit(address);
    if (typed) await open(page);
    await page.waitForSelector(".problem");
    assert.match(await page.textContent(".problem"), /taken this message back/);
    assert.equal(await page.locator(".body").count(), 0);
    await shoot(page, typed ? "recalled-late" : "recalled");
    await accessible(page);
    await leave(page, address);
  }
});

test("without a network nothing is lost, on a slow one it waits", async () => {
  const address = link(newContact(), "text");
  const page = await visit(address);
  await page.context().setOffline(true);
  await open(page);
  await status(page, "no connection");
  await shoot(page, "offline");
  await page.context().setOffline(false);
  await page.route("**/claim", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await page.click("button[type=submit]");
  await status(page, "Opening");
  await shoot(page, "opening");
  await page.waitForSelector(".body");
  await leave(page, address);
});

test("it speaks Spanish, is accessible, light and dark, on a phone and a desk", async () => {
  for (const [name, options] of Object.entries({
    "phone-light": { size: PHONE }, "phone-dark": { size: PHONE, dark: true },
    "desk-light": { size: DESKTOP }, "desk-dark-es": { size: DESKTOP, dark: true, locale: "es-MX" },
  })) {
    const address = link(newContact(), "--subject", "Cita", "Nos vemos el martes a las 9:40");
    const page = await visit(address, options);
    const spanish = options.locale === "es-MX";
    assert.equal(await page.getAttribute("html", "lang"), spanish ? "es" : "en");
    await accessible(page);
    await open(page);
    await page.waitForSelector(".body");
    await page.click(spanish ? "text=No recibir más mensajes" : "text=Stop these messages");
    await accessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, "scrolls sideways");
    await shoot(page, name);
    await page.click("#language");
    assert.equal(await page.getAttribute("html", "lang"), spanish ? "en" : "es");
    await leave(page, address);
  }
});

test("the message prints without the controls", async () => {
  const address = link(newContact(), "--passcode", "none", "text");
  const page = await visit(address);
  await open(page, "");
  await page.waitForSelector(".body");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.isVisible(".body"));
  assert.ok(!(await page.isVisible("#reply")));
  assert.ok(!(await page.isVisible("#language")));
  await leave(page, address);
});
