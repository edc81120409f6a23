// Says before anything is sent what the server would say: that the credits do not cover the ticked areas.
const form = document.querySelector('form.bench');

function check() {
  const areas = form.querySelectorAll('[name="area"]:checked').length;
  for (const note of form.querySelectorAll('[data-affords]')) note.hidden = areas <= Number(note.dataset.affords);
}

form.addEventListener('change', check);
check();
