// When what is marked on the photo was changed and rests, the photo learns it; the page then says how sure it is.
// A mark that cannot be is told beside the photo, with what to correct.
const form = document.querySelector('form.bench');
const editor = form.querySelector('ground-editor');
const wrong = form.querySelector('[data-problem]');
const REST = 1200; // ms

export function onSaved(tell) {
  const now = () => JSON.stringify(editor.geometry);
  let known = now();
  let resting;
  editor.addEventListener('change', () => {
    clearTimeout(resting);
    resting = setTimeout(async () => {
      if (editor.drawing || now() === known) return;
      known = now();
      const answer = await fetch(`/photos/${form.elements.photo_id.value}`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: known,
      });
      const said = await answer.json().catch(() => ({}));
      wrong.hidden = answer.ok;
      wrong.textContent = answer.ok ? '' : said.detail;
      if (!answer.ok) return;
      show(said);
      tell();
    }, REST);
  });
}

function show({ ground, horizon, known_length: length }) {
  for (const [name, confidence] of [['ground', ground.confidence], ['eye', horizon.confidence]]) {
    const fact = form.querySelector(`[data-fact=${name}]`);
    fact.textContent = confidence === 1 ? fact.dataset.set : fact.dataset.sure.replace('{n}', Math.round(100 * confidence));
  }
  const scale = form.querySelector('[data-fact=scale]');
  scale.textContent = length ? scale.dataset.set : scale.dataset.unset;
}
