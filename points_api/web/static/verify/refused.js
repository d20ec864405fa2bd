// Why a proof does not hold, by the stable names of interop/refusals.py.

export class Refused extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export function refuse(reason) {
  throw new Refused(reason);
}
