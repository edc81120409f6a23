// <passkey-sign-in> signs in with a passkey, <passkey-add> adds one. Without this script, and in browsers that
// have no passkeys, neither is shown; links in messages sign in everywhere.
const READY = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function post(url, body) {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json();
  if (answer?.code === 'sign_in_again') location.assign('/sign-in?next=/account&again=yes');
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

class Ceremony extends HTMLElement {
  connectedCallback() {
    this.hidden = !READY;
    this.wrong = this.querySelector('[role=alert]');
  }

  // Runs one ceremony at a time; what goes wrong is said in place.
  async run(steps) {
    if (this.busy) return;
    this.busy = true;
    this.wrong.hidden = true;
    try {
      await steps();
    } catch (error) {
      const stopped = error instanceof DOMException;
      const said = stopped ? this.wrong.dataset.cancelled : `${error.message}.`;
      this.wrong.textContent = said.charAt(0).toUpperCase() + said.slice(1);
      this.wrong.hidden = false;
    } finally {
      this.busy = false;
    }
  }
}

class PasskeySignIn extends Ceremony {
  connectedCallback() {
    super.connectedCallback();
    this.querySelector('button').addEventListener('click', () => this.run(async () => {
      const options = await post('/sign-in/passkey/options');
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const passkey = await navigator.credentials.get({ publicKey });
      await post('/sign-in/passkey', { answer: passkey.toJSON() });
      location.assign(this.getAttribute('next'));
    }));
  }
}

class PasskeyAdd extends Ceremony {
  connectedCallback() {
    super.connectedCallback();
    const form = this.querySelector('form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.run(async () => {
        const options = await post('/passkeys/options');
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        const passkey = await navigator.credentials.create({ publicKey });
        await post('/passkeys', { name: form.elements.name.value, answer: passkey.toJSON() });
        location.reload();
      });
    });
  }
}

customElements.define('passkey-sign-in', PasskeySignIn);
customElements.define('passkey-add', PasskeyAdd);
