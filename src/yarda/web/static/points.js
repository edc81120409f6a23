// Points as people read and write them: "12, 34; 56, 78" is a line, and a text of lines is several shapes.
export const readPoints = (text) => text.split(';')
  .map((pair) => pair.trim().split(/[\s,]+/).map(Number))
  .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
  .map(([x, y]) => [x, y]);

export const readShapes = (text) => text.split('\n').map(readPoints).filter((points) => points.length > 2);

export const writePoints = (points) => points.map((point) => point.join(', ')).join('; ');

export const writeShapes = (shapes) => shapes.map(writePoints).join('\n');
