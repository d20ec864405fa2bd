// The answer on the screen: yes, no, or cannot tell; why; and what to do with the visitor.

import { both, by, instant, make, say, timeOfDay } from "./view.js";
import { askAgain, cannotTell, wordsOf } from "./words.js";

const TITLES = {
  good: ["✓", ["可以享受", "Yes"]],
  bad: ["✕", ["这张证明不行", "Not by this proof"]],
  warn: ["？", ["说不准", "Cannot tell"]],
};
const NEXT = ["下一位", "Next visitor"];
const NEW_CODE = ["换新码再试", "Show a new code"];
const ORDINARY = ["这不等于对方不符合条件，请照常服务", "This does not mean that they do not qualify: serve them as usual"];

/** Show a judgement made at `at`; `listAt` is when the newest list at hand was signed. */
export function show(judged, scenario, { at, listAt, keysOld }) {
  const kind = judged.yes ? "good" : cannotTell(judged.reason) ? "warn" : "bad";
  const [mark, title] = TITLES[kind];
  const sign = make("span", "mark", mark);
  sign.setAttribute("aria-hidden", "true");
  by("verdict-title").replaceChildren(sign, ...both(title));
  say(by("verdict-why"), judged.yes ? scenario.benefit : wordsOf(judged.reason));
  const lines = judged.yes ? yes(judged, scenario, at) : no(judged, scenario, listAt);
  if (judged.goneBy) lines.push(["notice warn", byOldList(listAt)]);
  if (keysOld) lines.push(["notice warn", ["公钥是一天以前取的：请尽快联网更新", "The keys are more than a day old: update soon"]]);
  by("verdict-body").replaceChildren(...lines.map(([style, words]) => make("p", style, ...both(words))));
  say(by("next"), askAgain(judged.reason) ? NEW_CODE : NEXT);
  by("verdict").className = kind;
}

/** The offer to go by an older list, just this time. */
export function offerOldList(listAt) {
  const [zh, en] = instant(listAt);
  say(by("by-old-list"), [`按${zh}的名单核验这一次`, `Check this one by the list of ${en}`]);
}

function yes(judged, scenario, at) {
  const [zh, en] = instant(judged.expires);
  return [
    ["", scenario.title.map((one) => `${one} · ${timeOfDay(at)}`)],
    ["", [`证明有效到${zh}`, `The proof is good until ${en}`]],
    ["help", ["次数和总额要联网才能登记，这里没有查", "Uses and budgets are not counted offline"]],
  ];
}

function no(judged, scenario, listAt) {
  const lines = [];
  if (judged.reason === "revoked") {
    const [at, then] = instant(listAt);
    lines.push(["", [`依据${at}的名单`, `By the list of ${then}`]]);
  }
  lines.push(["", ORDINARY], ["", scenario.ordinary]);
  return lines;
}

function byOldList(listAt) {
  const [zh, en] = instant(listAt);
  return [`依据${zh}的名单：那以后撤销的认不出`, `By the list of ${en}: what was revoked since is not seen`];
}
