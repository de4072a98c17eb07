// Which part of the plan is on the screen, and where its times and rows are.

const LARGEST_OP_PIXELS = 2000; // of the shortest op, zoomed in as far as it goes
const LEAST_PITCH = 2;
const LARGEST_PITCH = 120;
const USUAL_PITCH = 96;

/** How much of a row's height its memory curve takes, below its ops. */
export const MEMORY_PART = 0.4;

/** Lengths are in pixels of the plot, times in ticks. */
export class View {
  /**
   * @param {number} end  of the plan
   * @param {number} shortest  op of the plan
   * @param {number} rows
   */
  constructor(end, shortest, rows) {
    this.end = Math.max(end, 1e-9);
    this.shortest = Math.max(shortest, this.end / 1e9);
    this.rows = rows;
    this.width = 1;
    this.height = 1;
    this.left = 0; // time at the left edge
    this.scale = 1; // pixels a tick
    this.pitch = USUAL_PITCH; // from the top of a row to the top of the next
    this.top = 0; // pixels scrolled down
    this.memory = false; // whether a curve is below the ops of a row
    this.fitted = true; // shows the whole plan, and goes on to when the window changes
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.fitted) this.fit();
    else this.#clamp();
  }

  /** Shows the whole plan. */
  fit() {
    this.fitted = true;
    this.scale = this.#leastScale();
    this.left = 0;
    this.pitch = Math.min(USUAL_PITCH, Math.max(LEAST_PITCH, Math.floor(this.height / this.rows)));
    this.top = 0;
  }

  /**
   * Shows what happens between two times.
   * @param {number} from
   * @param {number} to
   */
  show(from, to) {
    this.fitted = false;
    this.scale = this.width / Math.max(to - from, 1e-9);
    this.#clamp();
    this.left = Math.min(from, this.end);
    this.#clamp();
  }

  /**
   * Shows some rows.
   * @param {number} first
   * @param {number} last
   */
  showRows(first, last) {
    this.fitted = false;
    this.pitch = Math.floor(this.height / (last - first + 1));
    this.#clamp();
    this.top = first * this.pitch;
    this.#clamp();
  }

  #leastScale() {
    return this.width / this.end;
  }

  #clamp() {
    const most = Math.max(this.#leastScale(), LARGEST_OP_PIXELS / this.shortest);
    this.scale = Math.min(most, Math.max(this.#leastScale(), this.scale));
    this.left = Math.max(0, Math.min(this.end - this.width / this.scale, this.left));
    this.pitch = Math.min(LARGEST_PITCH, Math.max(LEAST_PITCH, this.pitch));
    this.top = Math.max(0, Math.min(this.rows * this.pitch - this.height, this.top));
  }

  /**
   * Zooms in (factor > 1) or out; the time at `x` stays where it is.
   * @param {number} factor
   * @param {number} x
   */
  zoom(factor, x) {
    const time = this.timeAt(x);
    this.fitted = false;
    this.scale *= factor;
    this.#clamp();
    this.left = time - x / this.scale;
    this.#clamp();
  }

  /**
   * Makes rows higher or lower; the row at `y` stays where it is.
   * @param {number} factor
   * @param {number} y
   */
  zoomRows(factor, y) {
    const row = (y + this.top) / this.pitch;
    this.fitted = false;
    const wanted = this.pitch * factor;
    this.pitch = factor > 1 ? Math.ceil(wanted) : Math.floor(wanted);
    this.#clamp();
    this.top = row * this.pitch - y;
    this.#clamp();
  }

  /**
   * Moves the plan under the window.
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    this.fitted = this.fitted && this.#showsAll();
    this.left -= dx / this.scale;
    this.top -= dy;
    this.#clamp();
  }

  #showsAll() {
    return this.scale <= this.#leastScale() && this.rows * this.pitch <= this.height;
  }

  /**
   * Brings an op into view; it stays where it is if it is in view already.
   * @param {number} row
   * @param {number} start
   * @param {number} end
   */
  reveal(row, start, end) {
    const right = this.left + this.width / this.scale;
    if (start < this.left || end > right) {
      this.fitted = false;
      this.left = (start + end) / 2 - this.width / this.scale / 2;
    }
    const y = row * this.pitch;
    if (y < this.top || y + this.pitch > this.top + this.height) {
      this.top = y - this.height / 2;
    }
    this.#clamp();
  }

  /** @param {number} x */
  timeAt(x) {
    return this.left + x / this.scale;
  }

  /** @param {number} time */
  xAt(time) {
    return (time - this.left) * this.scale;
  }

  /**
   * -1 below the last row.
   * @param {number} y
   */
  rowAt(y) {
    const row = Math.floor((y + this.top) / this.pitch);
    return row >= 0 && row < this.rows ? row : -1;
  }

  /** @param {number} row */
  yAt(row) {
    return row * this.pitch - this.top;
  }

  /** Height of a row without the gap below it. */
  get rowHeight() {
    return this.pitch - (this.pitch >= 12 ? 4 : this.pitch >= 4 ? 1 : 0);
  }

  /** Of that, the part that the ops take. */
  get opsHeight() {
    return this.memory ? this.rowHeight * (1 - MEMORY_PART) : this.rowHeight;
  }
}

/**
 * Marks of an axis: multiples of 1, 2 or 5 times a power of ten, at least `least` apart.
 * @param {number} low
 * @param {number} high
 * @param {number} least
 */
export function ticksBetween(low, high, least) {
  if (!(least > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least * (1 - 1e-9)) ?? least;
  const marks = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; ++n) {
    marks.push(n * step);
  }
  return marks;
}
