// Selective disclosure (RFC 9901, section 7.1, steps 3 to 5), as interop/proof/disclosures.py.

import { decode, encode } from "./base64url.js";
import { isObject, parse } from "./json.js";
import { refuse } from "./refused.js";

const [DIGESTS, ELEMENT, ALGORITHM] = ["_sd", "...", "_sd_alg"];
const MOST = 200;
const OF_A_LIST = 2;
const OF_AN_OBJECT = 3;

/** The digest of a text as it stands on the wire. */
export async function digestOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return encode(new Uint8Array(digest));
}

/** The claims with what was disclosed in its place. `keptOpen`: names that may not be disclosed. */
export async function reveal(payload, disclosures, keptOpen = []) {
  if (payload.has(ALGORITHM) && payload.get(ALGORITHM) !== "sha-256") refuse("wrong-hashing");
  if (disclosures.length > MOST) refuse("malformed");
  const unused = new Map();
  for (const text of disclosures) unused.set(await digestOf(text), take(text));
  if (unused.size < disclosures.length) refuse("duplicate-digest");
  const opening = new Opening(unused);
  const open = [...payload].filter(([name]) => name !== ALGORITHM);
  const claims = opening.object(new Map(open), new Set(keptOpen));
  if (unused.size > 0) refuse("unreferenced-disclosure");
  return claims;
}

/** Take a disclosure apart: `[salt, name, value]`, or `[salt, value]` of a list. */
function take(text) {
  const read = parse(decode(text));
  const known = Array.isArray(read) && [OF_A_LIST, OF_AN_OBJECT].includes(read.length);
  if (!known || typeof read[0] !== "string") refuse("malformed");
  const name = read.length === OF_AN_OBJECT ? read[1] : "";
  if (typeof name !== "string") refuse("malformed");
  if (name === DIGESTS || name === ELEMENT) refuse("forbidden-claim");
  return { kind: read.length, name, value: read.at(-1) };
}

/** One reading: which digests were met, and which disclosures no digest has asked for yet. */
class Opening {
  #unused;
  #met = new Set();

  constructor(unused) {
    this.#unused = unused;
  }

  object(claims, forbidden = new Set()) {
    if (claims.has(ELEMENT) || claims.has(ALGORITHM)) refuse("malformed");
    const opened = new Map();
    for (const [name, of] of claims) if (name !== DIGESTS) opened.set(name, this.#value(of));
    const digests = claims.has(DIGESTS) ? claims.get(DIGESTS) : [];
    if (!Array.isArray(digests)) refuse("malformed");
    const disclosed = digests.map((one) => this.#once(one, OF_AN_OBJECT)).filter(Boolean);
    for (const one of disclosed) {
      if (opened.has(one.name) || forbidden.has(one.name)) refuse("forbidden-claim");
      opened.set(one.name, this.#value(one.value));
    }
    return opened;
  }

  #value(value) {
    if (isObject(value)) return this.object(value);
    return Array.isArray(value) ? this.#list(value) : value;
  }

  #list(values) {
    const opened = [];
    for (const value of values) {
      if (!isObject(value) || !value.has(ELEMENT)) {
        opened.push(this.#value(value));
        continue;
      }
      if (value.size > 1) refuse("malformed");
      const one = this.#once(value.get(ELEMENT), OF_A_LIST);
      if (one) opened.push(this.#value(one.value));
    }
    return opened;
  }

  #once(digest, kind) {
    if (typeof digest !== "string") refuse("malformed");
    if (this.#met.has(digest)) refuse("duplicate-digest");
    this.#met.add(digest);
    const disclosed = this.#unused.get(digest);
    this.#unused.delete(digest);
    if (disclosed && disclosed.kind !== kind) refuse("malformed");
    return disclosed;
  }
}
