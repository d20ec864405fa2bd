// A request as a QR code (ISO/IEC 18004). Always version 11, level M, bytes, mask 0: the longest
// request has 236 bytes and 251 fit, so the picture has one size, and a reader takes any mask.

const SIZE = 61;
const VERSION = 11;
const DATA_BYTES = 254;
const BLOCKS = [50, 51, 51, 51, 51];
const CHECK_BYTES = 30;
const CENTRES = [6, 30, 54];
const FORMAT = withCheckBits(0b00_000, 10, 0b10100110111) ^ 0b101010000010010; // level M, mask 0
const VERSION_BITS = withCheckBits(VERSION, 12, 0b1111100100101);
export const MOST_BYTES = DATA_BYTES - 3;

/** The modules row by row, true where dark. */
export function modules(text) {
  const grid = Array.from({ length: SIZE }, () => new Array(SIZE).fill(null));
  const put = (row, column, dark) => {
    if (row >= 0 && column >= 0 && row < SIZE && column < SIZE) grid[row][column] = Boolean(dark);
  };
  drawPatterns(grid, put);
  drawFormat(put);
  drawBits(grid, interleaved(codewords(new TextEncoder().encode(text))));
  return grid;
}

function drawPatterns(grid, put) {
  for (const [row, column] of [[3, 3], [3, SIZE - 4], [SIZE - 4, 3]]) {
    squares(4, (down, right, ring) => put(row + down, column + right, ring !== 2 && ring !== 4));
  }
  for (let at = 8; at < SIZE - 8; at += 1) {
    put(6, at, at % 2 === 0);
    put(at, 6, at % 2 === 0);
  }
  for (const row of CENTRES) {
    for (const column of CENTRES) {
      if (grid[row][column] !== null && (row !== 6 || column !== 30) && (row !== 30 || column !== 6)) {
        continue; // under a finder
      }
      squares(2, (down, right, ring) => put(row + down, column + right, ring !== 1));
    }
  }
}

function squares(reach, draw) {
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      draw(down, right, Math.max(Math.abs(down), Math.abs(right)));
    }
  }
}

function drawFormat(put) {
  for (let bit = 0; bit < 15; bit += 1) {
    const dark = (FORMAT >> bit) & 1;
    const along = bit < 6 ? bit : bit < 8 ? bit + 1 : SIZE - 15 + bit;
    const across = bit < 8 ? SIZE - 1 - bit : bit < 9 ? 7 : 14 - bit;
    put(along, 8, dark);
    put(8, across, dark);
  }
  put(SIZE - 8, 8, true);
  for (let bit = 0; bit < 18; bit += 1) {
    const dark = (VERSION_BITS >> bit) & 1;
    const [near, far] = [Math.floor(bit / 3), SIZE - 11 + (bit % 3)];
    put(near, far, dark);
    put(far, near, dark);
  }
}

function drawBits(grid, bytes) {
  let bit = 0;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1; // the timing column
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < SIZE; step += 1) {
      const row = upwards ? SIZE - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (grid[row][column] !== null) continue;
        const dark = (bytes[bit >> 3] >> (7 - (bit & 7))) & 1;
        bit += 1;
        grid[row][column] = Boolean(dark ^ Number((row + column) % 2 === 0));
      }
    }
  }
}

/** Mode, length, bytes, and the standard's padding. */
function codewords(bytes) {
  if (bytes.length > MOST_BYTES) throw new RangeError("too long for the code");
  const nibbles = [0b0100];
  for (const byte of [bytes.length >> 8, bytes.length & 255, ...bytes]) {
    nibbles.push(byte >> 4, byte & 15);
  }
  nibbles.push(0);
  const words = [];
  for (let at = 0; at < nibbles.length; at += 2) words.push((nibbles[at] << 4) | nibbles[at + 1]);
  for (let pad = 0; words.length < DATA_BYTES; pad += 1) words.push(pad % 2 === 0 ? 0xec : 0x11);
  return words;
}

/** The blocks with their check bytes, taken by turns. */
function interleaved(words) {
  let at = 0;
  const data = BLOCKS.map((length) => words.slice(at, (at += length)));
  const checks = data.map(checkBytes);
  return [...turns(data), ...turns(checks)];
}

function turns(blocks) {
  const longest = Math.max(...blocks.map((one) => one.length));
  const taken = [];
  for (let at = 0; at < longest; at += 1) {
    for (const one of blocks) if (at < one.length) taken.push(one[at]);
  }
  return taken;
}

function checkBytes(data) {
  const rest = new Array(CHECK_BYTES).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    GENERATOR.forEach((one, at) => (rest[at] ^= times(one, factor)));
  }
  return rest;
}

/** The product in the field of 256 elements that QR codes use. */
function times(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

const GENERATOR = (() => {
  const found = new Array(CHECK_BYTES - 1).fill(0).concat(1);
  let root = 1;
  for (let power = 0; power < CHECK_BYTES; power += 1) {
    for (let at = 0; at < CHECK_BYTES; at += 1) {
      found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return found;
})();

/** A number followed by the bits that check it (a BCH code with this generator). */
function withCheckBits(value, bits, generator) {
  let rest = value << bits;
  for (let at = 31 - Math.clz32(rest || 1); at >= bits; at = 31 - Math.clz32(rest || 1)) {
    rest ^= generator << (at - bits);
    if (rest === 0) break;
  }
  return (value << bits) | rest;
}
