// How <till-miniapp> looks: the app fills it; a veil lies over it while it opens, or says why it does not.
import { sheet } from './styles.js';

export const LOOK = sheet(`
:host {
  --_accent: var(--till-accent, #5142f5); --_on: var(--till-on-accent, #fff); --_radius: var(--till-radius, 12px);
  position: relative; display: block; block-size: min(720px, 100dvh); overflow: clip; background: var(--_paper); color: var(--_ink);
  font: 400 15px/1.5 var(--till-font, system-ui, sans-serif);
}
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="light"]) { color-scheme: light; }
:host([hidden]) { display: none; }
.app { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border: 0; }
.app:focus-visible { outline-offset: -2px; }
.veil {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 16px; padding: 24px;
  background: var(--_paper); color: var(--_muted); text-align: center; text-wrap: balance; font-weight: 500;
  transition: opacity 0.3s, visibility 0.3s;
}
.veil.gone { opacity: 0; visibility: hidden; }
.veil .sign { display: grid; place-items: center; inline-size: 56px; block-size: 56px; border-radius: 50%; background: var(--_wash); color: var(--_ink); }
.veil .sign svg { inline-size: 26px; block-size: 26px; }
.veil p { margin: 0; max-inline-size: 26em; }
.veil button {
  min-block-size: 44px; padding: 0 22px; border: 0; border-radius: var(--_radius); background: var(--_accent); color: var(--_on);
  font: 600 15px var(--till-font, system-ui, sans-serif); cursor: pointer;
}
.veil button:hover { filter: brightness(1.1); }
.leave { border: 0; cursor: pointer; display: grid; place-items: center; }
`);
