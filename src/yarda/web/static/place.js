// The camera turns without leaving the page: each button asks the server for the page as it would be, and takes its
// pictures. Quick presses wait for each other, so that none is lost.
const main = document.getElementById('main');
let turning = Promise.resolve();

main.addEventListener('submit', (event) => {
  if (event.target.id !== 'camera' || !event.submitter) return;
  event.preventDefault();
  const turn = event.submitter.value;
  document.getElementById('sights').setAttribute('aria-busy', 'true');
  turning = turning.then(() => ask(turn));
});

async function ask(turn) {
  const camera = document.getElementById('camera');
  const url = new URL(camera.action);
  url.search = new URLSearchParams([...new FormData(camera), ['turn', turn]]);
  try {
    const answer = await fetch(url, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok) throw new Error(answer.status);
    const fresh = document.importNode(page.getElementById('sights'), true); // its pictures load from here on
    await Promise.allSettled([...fresh.querySelectorAll('[data-sight]')].map((picture) => picture.decode()));
    show(fresh, turn);
  } catch {
    location.assign(url); // the page itself says what is wrong
  }
}

function show(fresh, turn) {
  document.getElementById('sights').replaceWith(fresh);
  const camera = new URLSearchParams(new FormData(fresh.querySelector('#camera')));
  history.replaceState(null, '', `${location.pathname}?${camera}`);
  const button = fresh.querySelector(`[name=turn][value=${turn}]`);
  (button?.disabled === false ? button : fresh.querySelector('[name=turn]:enabled'))?.focus();
  watch(fresh);
}

// A picture that the source does not hand out after all is said in words.
function watch(part) {
  for (const picture of part.querySelectorAll('[data-sight]')) {
    const lose = () => { picture.hidden = true; picture.nextElementSibling.hidden = false; };
    picture.addEventListener('error', lose);
    if (picture.complete && !picture.naturalWidth) lose();
  }
}

watch(main);
