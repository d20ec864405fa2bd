// The keys with which a city signs proofs, as it publishes them (interop/key_set.py).

import { isObject, parse } from "./json.js";
import { publicKey } from "./jws.js";
import { refuse } from "./refused.js";

const LONGEST = 64 * 1024;
const MOST = 50;
const KEYID = /^([1-9][0-9]{5})\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The division code in a key's full name, `420200/2026-1`. */
export function cityOf(keyid) {
  return (KEYID.exec(keyid) ?? refuse("malformed"))[1];
}

export class Keys {
  #known;
  #cities;

  constructor(known) {
    this.#known = known;
    this.#cities = new Set([...known.keys()].map(cityOf));
  }

  key(keyid) {
    if (!this.#cities.has(cityOf(keyid))) refuse("unlisted-peer");
    return this.#known.get(keyid) ?? refuse("unknown-key");
  }
}

/** The keys of a JWK Set, given as its bytes. */
export async function readKeys(document) {
  const set = document.length > LONGEST ? refuse("malformed") : parse(document);
  const listed = isObject(set) ? set.get("keys") : undefined;
  if (!Array.isArray(listed) || listed.length < 1 || listed.length > MOST) refuse("malformed");
  if (!listed.every(isObject)) refuse("malformed");
  const known = new Map();
  for (const one of listed) {
    const name = one.get("kid");
    if (typeof name !== "string") refuse("malformed");
    cityOf(name);
    if (known.has(name)) refuse("duplicate-key");
    known.set(name, await publicKey(one));
  }
  return new Keys(known);
}
