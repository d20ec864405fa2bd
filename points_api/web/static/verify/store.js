// What this device keeps for the time without a network. Nothing in it is a person's: the marks of
// taken proofs are digests, forgotten once the proofs have expired.

const KEY = "points-verify";
const EMPTY = {
  audience: "", scenario: null, keys: null, lists: {}, used: {}, withOldList: false, size: "large",
};

let kept = { ...EMPTY, ...read() };
let failing = false;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

export const get = () => kept;
/** True where the browser does not let anything be kept, so that a reload loses it. */
export const isFailing = () => failing;

export function put(changes) {
  kept = { ...kept, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    failing = false;
  } catch {
    failing = true;
  }
}

export const isUsed = (mark) => Object.hasOwn(kept.used, mark);

/** Remember a proof until it has expired, and forget those that have. */
export function use(mark, expires, now) {
  const open = Object.entries(kept.used).filter(([, until]) => until > now);
  put({ used: { ...Object.fromEntries(open), [mark]: expires + 60 } });
}
