// Areas that cannot be drawn from the address as chosen want a photo of their own; the server says the same.
const form = document.querySelector('form.bench');

function ask() {
  const isConcept = form.elements.provider.value === 'concept';
  for (const file of form.querySelectorAll('[data-need]')) {
    const isPicked = file.closest('.bed').querySelector('[name=area]').checked;
    file.required = isPicked && (file.dataset.need === 'photo' || isConcept);
  }
}

form.addEventListener('change', ask);
ask();
