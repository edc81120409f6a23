// The style cards show the person's own yard: small concept pictures, drawn one by one for each ticked area.
// Without this script, or until they arrive, the cards show the sample yard.
import { onSaved } from './geometry.js';

const form = document.querySelector('form.bench');
const photo = form.elements.photo_id.value;
const streams = new Map(); // area -> EventSource

function watch(bed) {
  const box = bed.querySelector('[name=area]');
  stop(box.value);
  if (!box.checked) return;
  const first = bed.querySelector('.styles :checked')?.value ?? '';
  const source = new EventSource(`/photos/${photo}/previews?area=${box.value}&first=${first}`);
  streams.set(box.value, source);
  bed.querySelector('.styles').setAttribute('aria-busy', 'true');
  source.addEventListener('preview', ({ data }) => show(bed, JSON.parse(data)));
  for (const over of ['end', 'problem', 'error']) source.addEventListener(over, () => stop(box.value));
}

function stop(area) {
  streams.get(area)?.close();
  streams.delete(area);
  form.querySelector(`[name=area][value=${area}]`).closest('.bed').querySelector('.styles').removeAttribute('aria-busy');
}

function show(bed, { style, media_type: type, image }) {
  const picture = bed.querySelector(`.styles [value=${style}]`).closest('.style').querySelector('img');
  const bytes = Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0));
  if (picture.src.startsWith('blob:')) URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(new Blob([bytes], { type }));
}

const beds = [...form.querySelectorAll('.bed')];
for (const bed of beds) bed.querySelector('[name=area]').addEventListener('change', () => watch(bed));

onSaved(() => beds.forEach(watch));

beds.forEach(watch);
addEventListener('pagehide', () => [...streams.keys()].forEach(stop));
