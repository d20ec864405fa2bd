// The forms that signed claims have to have, and terms in seconds since 1970 (interop/shape.py,
// interop/instants.py).

import { isObject, isWhole } from "./json.js";
import { refuse } from "./refused.js";

export const LEEWAY_SECONDS = 60;
const LATEST = 2 ** 40;

export const text = (value) => typeof value === "string";
export const whole = isWhole;
export const seconds = (value) => isWhole(value) && value >= 0 && value < LATEST;
export const optional = (check) => (value) => value === undefined || value === null || check(value);

/** The named fields as a plain object; what is not named is passed over. */
export function shaped(value, checks) {
  if (!isObject(value)) refuse("malformed");
  const found = {};
  for (const [name, check] of Object.entries(checks)) {
    const given = value.get(name);
    if (typeof check === "function") {
      if (!check(given)) refuse("malformed");
      found[name] = given;
    } else {
      found[name] = shaped(given, check);
    }
  }
  return found;
}

export function checkTerm(issued, expires, now, longest) {
  if (expires <= issued) refuse("malformed");
  if (expires - issued > longest) refuse("lives-too-long");
  checkBounds(issued, expires, now);
}

export function checkBounds(notBefore, expires, now) {
  if (notBefore != null && notBefore > now + LEEWAY_SECONDS) refuse("from-the-future");
  if (expires != null && now >= expires + LEEWAY_SECONDS) refuse("expired");
}
