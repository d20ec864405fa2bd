// The page: gets ready while there is a network, then request, proof, answer, and the next visitor.

import { canScan, scan } from "./camera.js";
import { judge } from "./judge.js";
import { canVerify } from "./jws.js";
import { ask, AUDIENCE } from "./request.js";
import { readForm, showSetup, startSetup } from "./setup.js";
import * as store from "./store.js";
import * as supply from "./supply.js";
import { aged, both, by, instant, make, picture, say } from "./view.js";
import { offerOldList, show } from "./verdict.js";

const AGAIN_MS = 60 * 1000;
const KEYS_OLD_SECONDS = 24 * 3600;

let held = { keys: null, lists: new Map(), keysAt: null, listAt: null };
let asked = null;
let answered = "";
let looking = null;
let told = { online: true, clockOff: 0, closed: false, refused: false, kept: true };

async function start() {
  setSize(store.get().size);
  by("sizes").hidden = false;
  for (const one of document.querySelectorAll("[data-size]:is(button)")) {
    one.addEventListener("click", () => setSize(one.dataset.size));
  }
  if (!(await canVerify())) return blocked();
  keepPage();
  listen();
  held = await supply.onHand();
  if (isSetUp()) openDesk();
  else openSetup();
  await update();
  await takeAddress();
  by("main").removeAttribute("aria-busy");
  setInterval(() => (document.hidden ? tell() : update()), AGAIN_MS);
}

const isSetUp = () => store.get().scenario !== null && store.get().audience !== "";

function blocked() {
  const words = window.isSecureContext
    ? ["这个浏览器不会核验 Ed25519 签名：请更新浏览器，或换一个", "This browser cannot check Ed25519 signatures: update it, or use another"]
    : ["这一页要用 https 打开", "Open this page over https"];
  say(by("blocked"), words);
  by("blocked").hidden = false;
  by("main").removeAttribute("aria-busy");
}

/** Let a worker keep the page itself; without one it has to stay open. */
async function keepPage() {
  try {
    await navigator.serviceWorker.register("/verify/sw.js", { scope: "/verify" });
  } catch {
    told.kept = false;
    tell();
  }
}

function listen() {
  by("setup-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = readForm();
    if (chosen === null) return;
    store.put(chosen);
    told.closed = false;
    openDesk();
    by("desk-title").focus();
  });
  startSetup();
  by("answer").addEventListener("submit", (event) => {
    event.preventDefault();
    check(by("proof").value);
  });
  by("proof").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return; // a hand scanner ends with it
    event.preventDefault();
    check(by("proof").value);
  });
  by("scan").addEventListener("click", look);
  by("stop").addEventListener("click", () => looking?.abort());
  by("by-old-list").addEventListener("click", () => check(answered, true));
  by("next").addEventListener("click", next);
  by("renew").addEventListener("click", newRequest);
  by("copy").addEventListener("click", copy);
  by("change").addEventListener("click", () => openSetup());
  by("update").addEventListener("click", updateNow);
  by("with-old-list").checked = store.get().withOldList;
  by("with-old-list").addEventListener("change", (event) => store.put({ withOldList: event.target.checked }));
  window.addEventListener("online", update);
  window.addEventListener("offline", () => tell((told.online = false)));
  document.addEventListener("visibilitychange", () => document.hidden || update());
}

function setSize(size) {
  document.documentElement.dataset.size = size;
  store.put({ size });
  for (const one of document.querySelectorAll("button[data-size]")) {
    one.setAttribute("aria-pressed", String(one.dataset.size === size));
  }
}

async function updateNow() {
  say(by("updated"), null);
  await update();
  say(by("updated"), !told.online ? ["没有网络，未更新", "No network: not updated"]
    : told.refused ? ["取到的核不过，未更新", "What came does not hold: not updated"]
    : ["已更新", "Updated"]);
}

/** Fetch what can be fetched; what is at hand stays where that fails. */
async function update() {
  by("update").disabled = true;
  try {
    Object.assign(told, await supply.refresh(), { online: true });
    held = await supply.onHand();
  } catch {
    told.online = false;
  }
  by("update").disabled = false;
  tell();
}

/** `/verify?merchant=…&scenario=…`, as an office may hand out, sets the page up. */
async function takeAddress() {
  const given = new URLSearchParams(location.search);
  const [merchant, id] = [given.get("merchant"), given.get("scenario")];
  if (merchant && !store.get().audience) by("audience").value = merchant;
  const isOther = Boolean(id) && store.get().scenario?.id !== id;
  const scenario = isOther ? await supply.describe(id).catch(() => null) : null;
  const faults = {};
  if (merchant && !AUDIENCE.test(merchant)) {
    faults.audience = ["链接里的商户编号不对：只能是字母、数字和 . _ : -，请问发链接的人", "The link’s merchant number is none: letters, digits and . _ : - only. Ask whoever sent it"];
  }
  if (isOther && scenario === null) faults.scenario = ["链接里的场景没有找到", "The link’s scenario was not found"];
  if (faults.audience || faults.scenario) return openSetup(faults);
  if (!merchant || !isOther) return;
  store.put({ audience: merchant, scenario });
  openDesk();
}

function openSetup(faults = {}) {
  looking?.abort();
  by("desk").hidden = by("verdict").hidden = by("settings").hidden = true;
  by("setup").hidden = false;
  showSetup(faults);
}

async function openDesk() {
  const { scenario } = store.get();
  by("setup").hidden = by("verdict").hidden = true;
  by("desk").hidden = by("settings").hidden = false;
  by("desk-title").tabIndex = -1;
  say(by("desk-title"), scenario.title);
  say(by("desk-benefit"), scenario.benefit);
  by("proof").value = "";
  say(by("updated"), null);
  newRequest();
  tell();
  const can = await canScan();
  by("scan").hidden = !can;
  if (!can) {
    say(by("proof-how"), ["这台设备不能用相机扫：用扫码枪扫进来，或者粘贴", "This device cannot scan by camera: use a hand scanner, or paste"]);
  }
}

function newRequest() {
  const { audience, scenario } = store.get();
  asked = ask(audience, scenario.id);
  const text = JSON.stringify(asked);
  by("code").replaceChildren(picture(text));
  by("request-text").value = text;
  say(by("copied"), null);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(by("request-text").value);
    say(by("copied"), ["已复制", "Copied"]);
  } catch {
    by("request-text").select();
    say(by("copied"), ["请长按选中的文字复制", "Copy the selected text"]);
  }
}

async function look() {
  looking = new AbortController();
  by("camera").hidden = false;
  by("scan").hidden = true;
  try {
    const found = await scan(by("video"), looking.signal);
    if (found !== null) await check(found);
  } catch {
    fault(["相机打不开：请允许使用相机，或者粘贴", "The camera does not open: allow it, or paste"]);
  }
  by("camera").hidden = true;
  by("scan").hidden = false;
}

function fault(words) {
  say(by("proof-error"), words);
  by("proof").setAttribute("aria-invalid", String(words !== null));
}

async function check(text, goByOldList = false) {
  if (!text.trim()) return fault(["请先扫码或粘贴证明", "Scan or paste the proof first"]);
  if (held.keys === null) return fault(["还没有公钥：请先连上网", "There are no keys yet: go online first"]);
  fault(null);
  const at = supply.now();
  const known = { ...held, withOldList: goByOldList || store.get().withOldList };
  const judged = await judge(text, asked, known, store.isUsed, at);
  if (judged.yes) {
    store.use(judged.mark, judged.expires, at);
    newRequest(); // an answer was taken: the nonce is spent
  }
  answered = text;
  const open = judged.reason === "status-unknown" && !known.withOldList && held.listAt !== null;
  by("by-old-list").hidden = !open;
  if (open) offerOldList(held.listAt);
  show(judged, store.get().scenario, { at, listAt: held.listAt, keysOld: at - held.keysAt > KEYS_OLD_SECONDS });
  by("desk").hidden = by("settings").hidden = true;
  by("verdict").hidden = false;
  by("verdict").focus();
  window.scrollTo(0, 0);
}

function next() {
  answered = "";
  openDesk();
  by("desk-title").focus();
}

/** What this device has for the time without a network, and what is wrong or old. */
function tell() {
  const at = supply.now();
  const freshFor = Math.max(0, ...[...held.lists.values()].map((one) => one.freshUntil - at));
  const notices = [];
  if (held.keys === null) {
    notices.push(["bad", ["还没有准备好：请连上网，把这一页打开一次", "Not ready yet: open this page once with a network"]]);
  } else if (freshFor > 0) {
    const minutes = Math.floor(freshFor / 60);
    const [zh, en] = minutes > 0 ? [` ${minutes} 分钟`, `${minutes} more min`] : ["不到 1 分钟", "less than a minute"];
    notices.push(["good", [`可以离线使用，名单还可用${zh}`, `Ready to work offline; the list is good for ${en}`]]);
  } else if (held.listAt) {
    const [zh, en] = aged(held.listAt, at);
    const where = told.online ? [] : ["没有网络。", "No network. "];
    notices.push(["warn", [`${where[0] ?? ""}撤销名单是${zh}的，已不算新`, `${where[1] ?? ""}The list of ${en} is no longer fresh`]]);
  }
  if (held.keys !== null && at - held.keysAt > KEYS_OLD_SECONDS) {
    const [zh, en] = aged(held.keysAt, at);
    notices.push(["warn", [`公钥是${zh}取的：请尽快联网更新`, `The keys are of ${en}: update soon`]]);
  }
  if (told.clockOff !== 0) {
    const [minutes, way, word] = [Math.abs(told.clockOff), told.clockOff > 0 ? "快" : "慢", told.clockOff > 0 ? "fast" : "slow"];
    notices.push(["bad", [`本机时钟${way}了约 ${minutes} 分钟，请先校准`, `This device’s clock is about ${minutes} min ${word}: set it first`]]);
  }
  if (told.refused) notices.push(["bad", ["刚取到的公钥或名单核不过，用的还是以前的", "The keys or the list that just came do not hold; the ones before stay in use"]]);
  const { scenario } = store.get();
  if (scenario !== null && (told.closed || scenario.until < supply.today())) notices.push(["bad", ["这个场景已停办，请另选", "This scenario is open no longer: choose another"]]);
  if (!told.kept) notices.push(["warn", ["这个浏览器存不下页面：离线时请不要关闭", "This browser cannot keep the page: leave it open while offline"]]);
  if (store.isFailing()) notices.push(["warn", ["本机不让保存，关闭后要重新联网准备", "Nothing can be saved here: closing it means getting ready anew"]]);
  by("notices").replaceChildren(...notices.map(([kind, words]) => make("p", `notice ${kind}`, ...both(words))));
  showHeld(at);
}

function showHeld(at) {
  const never = ["还没有", "none yet"];
  const rows = [
    [["商户编号", "Your number"], [store.get().audience || "", ""]],
    [["撤销名单", "List of what was revoked"], held.listAt ? aged(held.listAt, at) : never],
    [["公钥", "Keys"], held.keysAt ? aged(held.keysAt, at) : never],
  ];
  const parts = rows.flatMap(([name, value]) => [make("dt", "", ...both(name)), make("dd", "", ...both(value))]);
  by("held").replaceChildren(...parts);
}

start();
