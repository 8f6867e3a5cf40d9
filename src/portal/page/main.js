// The page behind a contact's link. It keeps nothing: the secret stays in the address, the claim in
// this tab's history, so that loading again and going back are harmless.
import { Decrypter, Encrypter } from "age-encryption";
import { loadAttachment, safeName } from "./attachment.js";
import { randomHex, toBase64, toHex } from "./bytes.js";
import { fetchKey, idOf, openingKeys, readSecret, replyText } from "./keys.js";
import { parseMessage } from "./message.js";
import * as relay from "./relay.js";
import { stopScope, WORDS } from "./words.js";

const MAX_REPLY = 16 << 10;
const main = document.getElementById("main");
const status = document.getElementById("status");
const organisation = document.getElementById("organisation");
const languageButton = document.getElementById("language");

let language = navigator.languages?.some((one) => /^es\b/i.test(one)) ? "es" : "en";
let words = WORDS[language];
let redraw = () => {};

function element(tag, attributes = {}, ...children) {
  const out = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onsubmit") out.addEventListener(name.slice(2), value);
    else out.setAttribute(name, value);
  }
  out.append(...children);
  return out;
}
const button = (text, onclick, kind = "") =>
  element("button", { type: "button", class: kind, onclick }, text);
const say = (text) => { status.textContent = text; status.className = ""; };
const warn = (text) => { say(text); status.className = "warning"; };
const date = (text) => new Date(text).toLocaleString(language, { dateStyle: "long", timeStyle: "short" });

function show(draw, focus = true) {
  redraw = () => {
    main.replaceChildren(...draw());
    document.title = words.title;
    document.documentElement.lang = language;
    languageButton.textContent = words.other;
    languageButton.lang = language === "en" ? "es" : "en";
  };
  redraw();
  say("");
  if (focus) main.focus();
}

languageButton.addEventListener("click", () => {
  language = language === "en" ? "es" : "en";
  words = WORDS[language];
  redraw();
  say("");
});

function problemOf(error) {
  if (!(error instanceof relay.Refusal)) {
    return error instanceof TypeError ? "offline" : "damaged";
  }
  if (error.status === 404) return "unknown";
  if (error.status === 403) return "ended";
  if (error.status === 409) return "elsewhere";
  return error.status === 429 || error.status >= 500 ? "busy" : "damaged";
}

function showProblem(key, retry) {
  show(() => [
    element("h1", {}, words.private),
    element("p", { class: "problem" }, words[key]),
    ...(retry ? [element("div", { class: "row" }, button(words.again, retry, "main"))] : []),
  ]);
}

const link = (() => {
  const secret = readSecret(location.hash.slice(1));
  return secret && { secret, id: toHex(idOf(secret)), fetch: fetchKey(secret) };
})();

function stretch(passcode, salt) {
  return new Promise((resolve, reject) => {
    const source = URL.createObjectURL(new Blob([SCRYPT_WORKER], { type: "text/javascript" }));
    const worker = new Worker(source);
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
    worker.onerror = () => { worker.terminate(); reject(new Error("worker")); };
    worker.postMessage({ passcode, salt });
    URL.revokeObjectURL(source);
  });
}

// One claim for this tab: the same again after loading again.
function claimId() {
  const kept = history.state?.claim;
  if (/^[0-9a-f]{32}$/.test(kept ?? "")) return kept;
  const claim = randomHex(16);
  history.replaceState({ claim }, "");
  return claim;
}

async function start() {
  if (!link) return showProblem("unknown");
  try {
    const state = await relay.look(link);
    organisation.textContent = state.organisation;
    const claimed = state.state === "spent" && history.state?.claim;
    if (state.state === "open" || claimed) return showClosed(state);
    return showProblem(state.state);
  } catch (error) {
    const key = problemOf(error);
    return showProblem(key, key === "unknown" ? null : start);
  }
}

function passcodeField(kind) {
  if (kind === "none") return [];
  const input = element("input", kind === "birthdate"
    ? { id: "passcode", type: "date", autocomplete: "bday", required: "" }
    : { id: "passcode", type: "text", autocomplete: "off", autocapitalize: "none", required: "" });
  return [element("label", { for: "passcode" }, words[kind]), input];
}

function showClosed(state) {
  show(() => [
    element("h1", {}, words.from(state.organisation)),
    element("p", {}, words.why),
    element("form", { onsubmit: (event) => { event.preventDefault(); open(state); } },
      ...passcodeField(state.passcode),
      element("div", { class: "row" },
        element("button", { type: "submit", class: "main" }, words.open))),
    element("p", { class: "soft" }, words.until(date(state.expires))),
    stopButton(),
  ], false);
}

async function open(state) {
  const field = document.getElementById("passcode");
  const submit = main.querySelector("button[type=submit]");
  submit.disabled = true;
  say(words.opening);
  try {
    const keys = await openingKeys(link.secret, field?.value.trim() ?? "", stretch);
    const claim = { open: keys.open, claim: claimId() };
    const file = await relay.bytes(link, "claim", claim);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(keys.password);
    const message = parseMessage(await decrypter.decrypt(file));
    await relay.tell(link, "commit", claim);
    showMessage({ message, claim, keys, state, done: new Set() });
  } catch (error) {
    await refused(state, error, submit);
  }
}

async function refused(state, error, submit) {
  submit.disabled = false;
  if (error instanceof relay.Refusal && [401, 403, 409].includes(error.status)) {
    // Since the page was shown the link may have ended.
    const now = await relay.look(link).catch(() => state);
    if (now.state !== "open" && now.state !== "spent") return showProblem(now.state);
    if (error.status === 401) {
      if (now.state === "spent") return showProblem(now.state);
      warn(words.wrong(now.tries));
      return document.getElementById("passcode").focus();
    }
  }
  const key = problemOf(error);
  if (key === "offline" || key === "busy" || key === "elsewhere") return warn(words[key]);
  return showProblem(key, key === "ended" ? start : null);
}

function fileRow(opened, attachment) {
  const row = element("li", {});
  const save = button(words.save, async () => {
    save.disabled = true;
    try {
      const blob = await loadAttachment(link, opened.claim, attachment,
        (percent) => say(words.saving(percent)));
      const address = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
      element("a", { href: address, download: safeName(attachment.name) }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      say(words.saved);
    } catch (error) {
      warn(words[problemOf(error)]);
    }
    save.disabled = false;
  });
  const name = safeName(attachment.name);
  save.setAttribute("aria-label", `${words.save} ${name}`);
  const size = new Intl.NumberFormat(language, { notation: "compact" }).format(attachment.size);
  row.append(element("span", {}, `${name} (${size}B)`), save);
  return row;
}

async function sendBack(opened, kind, text) {
  const encrypter = new Encrypter();
  for (const recipient of opened.message.reply) encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(
    replyText(kind, opened.message.id, text, opened.keys.answer));
  await relay.tell(link, "reply", { ...opened.claim, reply: randomHex(16), file: toBase64(file) });
}

async function answer(opened, area, submit) {
  const text = area.value.trim();
  if (text === "") return warn(words.empty);
  if (new TextEncoder().encode(text).length > MAX_REPLY) return warn(words.long);
  const scope = stopScope(text);
  if (scope) return stop(scope);
  submit.disabled = true;
  say(words.sending);
  try {
    await sendBack(opened, "reply", text);
    area.value = "";
    say(words.replied);
  } catch (error) {
    warn(words[problemOf(error)]);
  }
  submit.disabled = false;
}

function replyForm(opened) {
  const area = element("textarea", { id: "reply", maxlength: String(MAX_REPLY) });
  const submit = element("button", { type: "submit", class: "main" }, words.send);
  const confirm = button(opened.done.has("confirm") ? words.confirmed : words.confirm, async () => {
    confirm.disabled = true;
    try {
      await sendBack(opened, "confirm", "");
      opened.done.add("confirm");
      say(words.confirmed);
    } catch (error) {
      confirm.disabled = false;
      warn(words[problemOf(error)]);
    }
  });
  confirm.disabled = opened.done.has("confirm");
  return element("form", {
    class: "reply",
    onsubmit: (event) => { event.preventDefault(); answer(opened, area, submit); },
  }, element("label", { for: "reply" }, words.answer), area,
    element("div", { class: "row" }, submit, confirm, button(words.print, () => print())));
}

function showMessage(opened) {
  const { message, state } = opened;
  show(() => [
    element("h1", {}, message.subject || words.from(state.organisation)),
    element("p", { class: "soft" }, words.sent(date(message.sent))),
    ...(message.text ? [element("div", { class: "body" }, message.text)] : []),
    ...(message.attachments.length
      ? [element("h2", {}, words.files),
        element("ul", { class: "files" }, ...message.attachments.map((one) => fileRow(opened, one)))]
      : []),
    ...(message.reply.length ? [replyForm(opened)] : []),
    stopButton(),
  ]);
}

function stopButton() {
  const box = element("div", { class: "row" });
  const closed = () => box.replaceChildren(button(words.stop, () => {
    const choice = (text, scope) =>
      button(text, async () => { if (await stop(scope)) closed(); }, "stop");
    const first = choice(words.stopPurpose, "purpose");
    box.replaceChildren(element("p", {}, words.stopTitle), first, choice(words.stopAll, "all"),
      button(words.keep, closed));
    first.focus();
  }, "stop"));
  closed();
  return box;
}

// Whether the relay has taken it.
async function stop(scope) {
  try {
    await relay.tell(link, "stop", { scope });
    say(scope === "all" ? words.stoppedAll : words.stopped);
    return true;
  } catch (error) {
    warn(words[problemOf(error)]);
    return false;
  }
}

start();
