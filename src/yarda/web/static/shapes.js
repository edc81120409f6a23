// What is marked on a photo, in its pixels: the ground that may change, what stays in front of it, the known length
// and the house's edge. It is kept in the form's own fields, which work without a script. A point is named by
// [kind, shape, number].
import { between, newPatch, within } from './polygons.js';
import { readPoints, readShapes, writePoints, writeShapes } from './points.js';

export const KINDS = {
  ground: { least: 3, most: 200, closed: true, name: 'Patch' },
  front: { least: 3, most: 200, closed: true, name: 'Kept in front' },
  length: { least: 2, most: 2, name: 'Known length' },
  edge: { least: 2, most: 50, name: 'House edge' },
};
const FIRST = ['ground', 0, 0];

export class Shapes {
  constructor(form, size) {
    this.size = size;
    this.metres = form.elements.known_metres;
    this.level = form.elements.horizon;
    this.fields = {
      ground: form.elements.ground,
      front: form.elements.keep_in_front,
      length: form.elements.known_length,
      edge: form.elements.house_edge,
    };
    this.read();
  }

  read() {
    const line = (field) => { const points = readPoints(field.value); return points.length > 1 ? [points] : []; };
    this.of = {
      ground: JSON.parse(this.fields.ground.value),
      front: readShapes(this.fields.front.value),
      length: line(this.fields.length),
      edge: line(this.fields.edge),
    };
  }
  write() {
    this.fields.ground.value = JSON.stringify(this.of.ground);
    this.fields.front.value = writeShapes(this.of.front);
    for (const kind of ['length', 'edge']) this.fields[kind].value = writePoints(this.of[kind][0] ?? []);
  }

  // What the photo is told; null and [] remove a mark.
  get geometry() {
    const [[length], [edge]] = [this.of.length, this.of.edge];
    return {
      ground: this.of.ground,
      keep_in_front: this.of.front,
      horizon: { y: Number(this.level.value) },
      known_length: length ? { from: length[0], to: length[1], metres: Number(this.metres.value) } : null,
      house_edge: edge ?? null,
    };
  }
  get state() { return JSON.stringify([this.of, this.level.value, this.metres.value]); }
  set state(text) { [this.of, this.level.value, this.metres.value] = JSON.parse(text); }

  get all() {
    return Object.entries(this.of).flatMap(([kind, shapes]) => shapes.flatMap((points, shape) =>
      points.map((point, number) => ({ at: [kind, shape, number], point, of: points.length }))));
  }
  point([kind, shape, number]) { return this.of[kind][shape][number]; }
  has([kind, shape, number]) { return this.of[kind][shape]?.[number] !== undefined; }
  move([kind, shape, number], to) { this.of[kind][shape][number] = within(this.size, to); }

  // Each answers with the point to go on with, or null where it cannot be done.
  insert([kind, shape, number]) {
    const points = this.of[kind][shape];
    if (points.length >= KINDS[kind].most) return null;
    const last = !KINDS[kind].closed && number === points.length - 1;
    const before = last ? number - 1 : number;
    points.splice(before + 1, 0, between(points[before], points[(before + 1) % points.length]));
    return [kind, shape, before + 1];
  }
  remove([kind, shape, number]) {
    const points = this.of[kind][shape];
    if (points.length === KINDS[kind].least) return this.drop([kind, shape]);
    points.splice(number, 1);
    return [kind, shape, number % points.length];
  }
  drop([kind, shape]) {
    if (kind === 'ground' && this.of.ground.length === 1) return null;
    this.of[kind].splice(shape, 1);
    return FIRST;
  }
  patch() { return ['ground', this.of.ground.push(newPatch(this.size)) - 1, 0]; }
  draw(kind, points) {
    if (KINDS[kind].closed) this.of[kind].push(points);
    else this.of[kind] = [points];
    return [kind, this.of[kind].length - 1, 0];
  }
}
