// What is fetched while there is a network: keys, the lists of today and yesterday, the scenario.
// Each is verified before it is kept, and kept with the time at which that was.

import { readKeys } from "./keys.js";
import { Refused } from "./refused.js";
import { readStatusList } from "./status-list.js";
import * as store from "./store.js";

const LEGAL_OFFSET_MS = 8 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;
const CLOCK_OFF_MS = 60 * 1000;
const PATIENCE_MS = 8000;

/** Seconds since 1970 by this device. */
export const now = () => Math.floor(Date.now() / 1000);

const legalDay = (ms) => new Date(ms + LEGAL_OFFSET_MS).toISOString().slice(0, 10);
export const today = () => legalDay(Date.now());

/** The days whose proofs can still count. */
const days = () => [today(), legalDay(Date.now() - DAY_MS)];
const NOTHING = { keys: null, lists: new Map(), keysAt: null, listAt: null };

/** What the device holds, read anew: `{keys, lists, keysAt, listAt}`; null before the first time. */
export async function onHand() {
  const { keys, lists } = store.get();
  if (keys === null) return NOTHING;
  const read = await held(readKeys(new TextEncoder().encode(keys.text)));
  if (read === null) return NOTHING;
  const found = new Map();
  for (const { token, at } of Object.values(lists)) {
    const list = await held(readStatusList(token, read, at));
    if (list !== null) found.set(list.uri, list);
  }
  const newest = [...found.values()].reduce((most, one) => Math.max(most, one.issued), 0);
  return { keys: read, lists: found, keysAt: keys.at, listAt: newest || null };
}

/** What holds, or null: a list whose key has gone, or what an older page has kept. */
async function held(reading) {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}

/**
 * Fetch all that is needed: `{clockOff, closed, refused}`, the last where what came does not hold.
 * Throws where nothing came.
 */
export async function refresh() {
  const answer = await fetched("/v1/proofs/keys");
  const clockOff = clockOffBy(answer);
  try {
    return { clockOff, closed: await take(await answer.text()), refused: false };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { clockOff, closed: false, refused: true };
  }
}

/** Verify and keep keys, lists and scenario; true where the scenario is open no longer. */
async function take(text) {
  const keys = await readKeys(new TextEncoder().encode(text));
  const lists = {};
  for (const day of days()) {
    const token = await (await fetched(`/v1/proofs/status/${day}`)).text();
    await readStatusList(token, keys, now());
    lists[day] = { token, at: now() };
  }
  store.put({ keys: { text, at: now() }, lists });
  const { scenario } = store.get();
  if (scenario === null) return false;
  const again = await describe(scenario.id);
  if (again !== null) store.put({ scenario: again });
  return again === null;
}

/** A scenario in both languages, or null where it is open no longer. */
export async function describe(id) {
  const [zh, en] = await inBoth(`/v1/scenarios/${encodeURIComponent(id)}`);
  if (zh === null || en === null) return null;
  const ordinary = [zh.ordinary, en.ordinary];
  return { ...named(zh, en), ordinary, until: zh.valid_until };
}

/** Scenarios whose proofs can be shown, in both languages, as found by characters or pinyin. */
export async function search(words) {
  const found = await inBoth(`/v1/scenarios?limit=30&q=${encodeURIComponent(words)}`);
  const [chinese, english] = found.map((one) => one?.items ?? []);
  return chinese
    .filter((one) => one.verification.some(({ mode }) => mode === "code"))
    .map((one) => named(one, english.find(({ id }) => id === one.id) ?? one));
}

const named = (zh, en) => ({
  id: zh.id,
  title: [zh.title, en.title],
  benefit: [zh.benefit.text, en.benefit.text],
  provider: [zh.provider.name, en.provider.name],
});

/** What an address says in Chinese and in English; null where nothing is there. */
const inBoth = (address) => Promise.all(["zh-CN", "en"].map(async (language) => {
  const answer = await asked(address, language);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new TypeError(`${answer.status}`);
  return answer.json();
}));

async function fetched(address) {
  const answer = await asked(address, "zh-CN");
  if (!answer.ok) throw new TypeError(`${answer.status}`);
  return answer;
}

function asked(address, language) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(address, { cache: "no-cache", signal, headers: { "Accept-Language": language } });
}

/** Minutes by which this device's clock is wrong, or 0 within a minute. */
function clockOffBy(answer) {
  const told = Date.parse(answer.headers.get("Date") ?? "");
  const off = Number.isNaN(told) ? 0 : Date.now() - told;
  return Math.abs(off) > CLOCK_OFF_MS ? Math.round(off / CLOCK_OFF_MS) : 0;
}
