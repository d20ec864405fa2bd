// What the screen shows a visitor: who asks, for which scenario, and a nonce for this visitor alone
// (interop/proof/asking.py).

import { encode } from "./base64url.js";

export const AUDIENCE = /^[A-Za-z0-9._:-]{1,100}$/;
const NONCE_BYTES = 24;

export function ask(audience, scenario) {
  const nonce = encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  return { audience, nonce, scenario };
}
