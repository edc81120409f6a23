// The progress page comes alive: one EventSource says that something changed, the server's own fragment says what.
// A signal carries no state, so it cannot lie; only parts that differ are replaced, and focus stays where it is.
const main = document.querySelector('main[data-generation]');
const generation = main.dataset.generation;

let asking = false;
let askAgain = false;

async function refresh() {
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const answer = await fetch(`/designs/${generation}/parts`, { headers: { Accept: 'text/html' } });
    if (answer.ok) apply(await answer.text());
  } catch { /* the stream comes back by itself, and so does the next signal */ }
  asking = false;
  if (askAgain) { askAgain = false; refresh(); }
}

function apply(html) {
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  const head = fresh.content.getElementById('head');
  for (const id of ['summary', 'left']) replace(document.getElementById(id), fresh.content.getElementById(id), id === 'summary');
  if (head.dataset.over !== document.getElementById('head').dataset.over || links(head) !== links(document.getElementById('head'))) {
    replace(document.getElementById('head'), head);
  }
  document.title = head.dataset.title;
  if (head.dataset.balance) document.getElementById('balance').textContent = head.dataset.balance;
  const plots = document.getElementById('plots');
  const order = [...fresh.content.querySelectorAll('#plots > li')];
  if (order.map((item) => item.id).join() === [...plots.children].map((item) => item.id).join()) {
    for (const item of order) replace(document.getElementById(item.id), item);
  } else {
    keepFocus(() => plots.replaceChildren(...order));
  }
  if (head.dataset.over === 'yes') source.close();
}

const links = (head) => [...head.querySelectorAll('a')].map((link) => link.href).join();

function replace(old, fresh, textOnly = false) {
  if (!old || !fresh || old.outerHTML === fresh.outerHTML) return;
  if (textOnly) old.textContent = fresh.textContent;
  else keepFocus(() => old.replaceWith(fresh));
}

function keepFocus(change) {
  const held = document.activeElement?.closest('#plots > li, #head');
  const place = held && [held.id, [...held.querySelectorAll('a, button')].indexOf(document.activeElement)];
  change();
  if (place) document.getElementById(place[0])?.querySelectorAll('a, button')[place[1]]?.focus();
}

// Seconds go on between the server's words: since an area began, until all should be ready.
function tick() {
  for (const place of document.querySelectorAll('[data-words]')) {
    const { since, until, words } = place.dataset;
    const seconds = Math.round((since ? Date.now() - Date.parse(since) : Date.parse(until) - Date.now()) / 1000);
    place.textContent = words.replace('{seconds}', Math.max(1, seconds));
  }
}
setInterval(tick, 1000);

const source = new EventSource(`/generations/${generation}/events`);
source.addEventListener('generation', refresh);
source.addEventListener('error', () => { if (source.readyState === EventSource.CLOSED) refresh(); });
