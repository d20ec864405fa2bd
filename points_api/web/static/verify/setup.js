// Setting up: the merchant's number, and the scenario, searched for while there is a network.

import { AUDIENCE } from "./request.js";
import * as store from "./store.js";
import * as supply from "./supply.js";
import { both, by, make, say } from "./view.js";

const TYPING_MS = 300;
let timer = 0;
let latest = 0;
let chosen = null;

export function startSetup() {
  by("audience").addEventListener("input", () => {
    if (AUDIENCE.test(by("audience").value.trim())) mark("audience", null);
  });
  by("words").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, TYPING_MS);
  });
}

/** Show the form; `faults` tell what is wrong with what a link has named. */
export function showSetup(faults) {
  const { audience, scenario } = store.get();
  by("audience").value = audience || by("audience").value;
  chosen = scenario;
  mark("audience", faults.audience ?? null);
  mark("scenario", faults.scenario ?? null);
  find();
}

/** `{audience, scenario}`, or null with the fields marked that are missing. */
export function readForm() {
  const audience = by("audience").value.trim();
  const isNumber = AUDIENCE.test(audience);
  mark("audience", isNumber ? null : ["请填编号：字母、数字和 . _ : -", "Give a number: letters, digits and . _ : -"]);
  mark("scenario", chosen ? null : ["请选一个场景", "Choose a scenario"]);
  if (!isNumber) by("audience").focus();
  else if (!chosen) by("words").focus();
  return isNumber && chosen ? { audience, scenario: chosen } : null;
}

function mark(field, words) {
  say(by(`${field}-error`), words);
  by(field === "audience" ? "audience" : "words").setAttribute("aria-invalid", String(words !== null));
}

async function find() {
  latest += 1;
  const mine = latest;
  by("found").setAttribute("aria-busy", "true");
  let shown;
  try {
    const items = await supply.search(by("words").value.trim());
    shown = items.length ? items.map(option)
      : [make("p", "", ...both(["没有找到：换一个词试试", "Nothing found: try another word"]))];
  } catch {
    shown = [make("p", "", ...both(["没有网络，找不了场景", "No network: scenarios cannot be looked up"]))];
  }
  if (mine !== latest) return; // somebody went on typing
  if (chosen) shown.unshift(kept());
  by("found").replaceChildren(...shown);
  by("found").removeAttribute("aria-busy");
}

/** The scenario that is set already, which needs no network. */
function kept() {
  const line = choice(chosen);
  line.querySelector("input").checked = true;
  return line;
}

function option(one) {
  const line = choice(one);
  line.querySelector("input").addEventListener("change", async () => {
    try {
      chosen = await supply.describe(one.id);
      mark("scenario", null);
    } catch {
      chosen = null;
      mark("scenario", ["没有取到这个场景：请连上网再选", "It could not be fetched: go online and choose again"]);
    }
  });
  return line;
}

function choice({ id, title, benefit, provider }) {
  const radio = make("input", "");
  Object.assign(radio, { type: "radio", name: "scenario", value: id, id: `scenario-${id}` });
  const given = [`${provider[0]}：${benefit[0]}`, `${provider[1]}: ${benefit[1]}`];
  const label = make("label", "", make("strong", "", ...both(title)), make("span", "help", ...both(given)));
  label.htmlFor = radio.id;
  return make("p", "choice", radio, label);
}
