// Draws a new shape on the photo, point by point: tap, or drag from one point to the next, or move the cursor by keys
// and press Enter. A shape that has all its points ends by itself; others are finished with the button or Enter twice.
import { within } from './polygons.js';

const SLOP = 6; // CSS pixels
const NUDGE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Pen {
  constructor(frame, { size, where, onDraw, onEnd }) {
    Object.assign(this, { frame, size, where, onDraw, onEnd });
    frame.addEventListener('pointerdown', (event) => this.kind && this.#down(event));
    frame.addEventListener('keydown', (event) => this.kind && this.#key(event));
  }

  start(kind, { least, most }) {
    Object.assign(this, { kind, least, most, points: [] });
    this.frame.dataset.pen = kind;
    this.cursor = this.frame.appendChild(document.createElement('button'));
    Object.assign(this.cursor, { type: 'button', className: 'peg peg--next' });
    this.#to(this.size.map((side) => side / 2));
    this.cursor.focus({ preventScroll: true });
    this.onDraw();
  }
  finish() {
    const [kind, points] = [this.kind, this.points];
    this.stop();
    this.onEnd(kind, points.length >= this.least ? points : null);
  }
  stop() {
    this.cursor?.remove();
    delete this.frame.dataset.pen;
    this.kind = null;
  }

  #place(point) {
    const [last] = this.points.slice(-1);
    if (last && last.every((v, axis) => v === point[axis])) return this.points.length >= this.least && this.finish();
    this.points.push(point);
    if (this.points.length === this.most) this.finish();
    else this.onDraw();
  }
  #to(point) {
    this.at = within(this.size, point);
    ['--x', '--y'].forEach((name, axis) => this.cursor.style.setProperty(name, (100 * this.at[axis]) / this.size[axis]));
    this.cursor.setAttribute('aria-label', `Next point: ${this.at[0]} across, ${this.at[1]} down. Enter places it`);
  }
  #down(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#to(this.where(event));
    this.#place(this.at);
    const lift = (up) => {
      const far = Math.hypot(up.clientX - event.clientX, up.clientY - event.clientY) > SLOP;
      if (!this.kind || !far) return;
      this.#to(this.where(up));
      this.#place(this.at);
    };
    addEventListener('pointerup', lift, { once: true });
  }
  #key(event) {
    const step = (this.size[0] / 100) * (event.shiftKey ? 0.2 : 1);
    if (NUDGE[event.key]) this.#to(this.at.map((v, axis) => v + NUDGE[event.key][axis] * step));
    else if (event.key === 'Enter' || event.key === ' ') this.#place(this.at);
    else if (event.key === 'Escape') { this.stop(); this.onEnd(null, null); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
