// Signed JSON in compact form, with Ed25519 only (interop/jws.py): the header is read first, `alg` is
// EdDSA and nothing else, `typ` is the expected one, `crit` is refused, keys in it are not looked at.

import { decode } from "./base64url.js";
import { isObject, isWhole, parse } from "./json.js";
import { refuse } from "./refused.js";

const LONGEST = 64 * 1024;
const ASCII = /^[\u0000-\u007f]*$/;
const ED25519 = { name: "Ed25519" };

export const isAscii = (text) => ASCII.test(text);
const bytesOf = (text) => new TextEncoder().encode(text);

/** Take a token apart; nobody has looked at its signature yet. */
export function read(token, typ, longest = LONGEST) {
  const parts = token.split(".");
  if (token.length > longest || parts.length !== 3 || !isAscii(token)) refuse("malformed");
  const [header, claims] = parts.slice(0, 2).map((part) => parse(decode(part)));
  if (!isObject(header) || !isObject(claims)) refuse("malformed");
  if (header.get("alg") !== "EdDSA") refuse("bad-signature");
  if (header.get("typ") !== typ) refuse("wrong-type");
  if (header.has("crit")) refuse("malformed");
  const keyid = header.has("kid") ? header.get("kid") : "";
  if (typeof keyid !== "string") refuse("malformed");
  return { keyid, claims, signed: bytesOf(`${parts[0]}.${parts[1]}`), signature: decode(parts[2]) };
}

/** The token, once its signature holds under the key that `keyOf` gives for it. */
export async function verifyWith(token, typ, keyOf, longest = LONGEST) {
  const taken = read(token, typ, longest);
  const key = await keyOf(taken);
  if (!(await crypto.subtle.verify(ED25519, key, taken.signature, taken.signed))) {
    refuse("bad-signature");
  }
  return taken;
}

/** The token, once its signature holds under the key of its issuer. */
export function verify(token, typ, keys, longest = LONGEST) {
  return verifyWith(token, typ, (taken) => {
    if (!isWhole(taken.claims.get("iat"))) refuse("malformed");
    return keys.key(taken.keyid);
  }, longest);
}

/** The key of a JWK; refused also where a private key is handed out. */
export async function publicKey(jwk) {
  if (!isObject(jwk) || jwk.get("kty") !== "OKP" || jwk.get("crv") !== "Ed25519") {
    refuse("malformed");
  }
  const x = jwk.get("x");
  if (typeof x !== "string" || jwk.has("d")) refuse("malformed");
  const raw = decode(x);
  if (raw.length !== 32) refuse("malformed");
  return crypto.subtle.importKey("raw", raw, ED25519, false, ["verify"]);
}

/** Whether this browser can check signatures at all: old ones cannot, and http has no `subtle`. */
export async function canVerify() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), ED25519, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
