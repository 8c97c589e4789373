// How the dialog for the phone looks: a card in the middle; on a phone, a sheet from below.
import { sheet } from './styles.js';

/** A phone or a tablet: it has the app, so it needs no code to scan. */
export const TOUCH = '(hover: none) and (pointer: coarse)';

export const LOOK = sheet(`
dialog.binding {
  --_accent: var(--till-accent, #5142f5); --_on: var(--till-on-accent, #fff); /* whatever its button is like */
  inline-size: min(408px, 100vw - 32px); max-block-size: calc(100dvh - 32px); margin: auto; padding: 0; border: 0; overflow: auto; overscroll-behavior: contain;
  border-radius: calc(var(--_radius) * 1.75); background: var(--_paper); color: var(--_ink);
  font: 400 15px/1.5 var(--till-font, system-ui, sans-serif); letter-spacing: -0.006em; text-align: center;
  box-shadow: 0 0 0 1px #0000000d, 0 24px 80px -12px #00000066;
  opacity: 0; translate: 0 16px; scale: 0.98;
  transition: opacity 0.25s, translate 0.35s var(--_ease), scale 0.35s var(--_ease), overlay 0.35s allow-discrete, display 0.35s allow-discrete;
}
dialog.binding[open] { opacity: 1; translate: 0; scale: 1; }
@starting-style { dialog.binding[open] { opacity: 0; translate: 0 16px; scale: 0.98; } }
dialog.binding::backdrop { background: #0b0b1266; backdrop-filter: blur(3px); animation: veil 0.3s; }
@keyframes veil { from { opacity: 0; } }

.binding .leave { position: absolute; inset: 12px 12px auto auto; padding: 0; inline-size: 40px; block-size: 40px; border-radius: 50%; background: none; color: var(--_muted); }
.binding .leave:dir(rtl) { inset: 12px auto auto 12px; }
.binding .leave:hover { background: var(--_wash); color: var(--_ink); }
.stage { display: flex; flex-direction: column; align-items: stretch; padding: 32px 28px 26px; }
.stage[aria-busy] .main { opacity: 0.6; cursor: progress; }
.stage h2 { margin: 18px 0 6px; font-size: 21px; line-height: 1.25; font-weight: 650; letter-spacing: -0.022em; text-wrap: balance; outline: none; }
.stage p { margin: 0; color: var(--_muted); text-wrap: pretty; }
.stage p + p { margin-block-start: 8px; }
.stage .error { margin-block-start: 8px; color: var(--_danger); text-align: start; }
.stage .error:empty { display: none; }
.problem .error { margin-block-start: 14px; padding: 11px 14px; border-radius: calc(var(--_radius) * 0.85); background: color-mix(in srgb, var(--_danger) 9%, transparent); }

.binding .seal {
  position: relative; align-self: center; display: grid; place-items: center; inline-size: 64px; block-size: 64px; border-radius: 50%;
  --_tone: color-mix(in oklab, var(--_accent), var(--_ink) 12%);
  background: color-mix(in srgb, var(--_tone) 12%, transparent); color: var(--_tone);
}
.binding .seal svg { inline-size: 30px; block-size: 30px; stroke-width: 1.6; }
.binding .seal.right { --_tone: var(--_success); animation: seal 0.5s var(--_ease) both; }
.binding .seal.right svg { stroke-width: 2.25; }
.binding .seal.right path { stroke-dasharray: 1; animation: draw 0.45s 0.2s ease-out both; }
.binding .seal.wrong { --_tone: var(--_danger); }
@keyframes seal { from { scale: 0.4; opacity: 0; } }
@keyframes draw { from { stroke-dashoffset: 1; } }
.seal.ringing::before, .seal.ringing::after {
  content: ""; position: absolute; inset: 0; border-radius: 50%; border: 1.5px solid var(--_tone); animation: ring 2.4s ease-out infinite both;
}
.seal.ringing::after { animation-delay: 1.2s; }
.seal.ringing svg:first-child { animation: shake 2.4s ease-in-out infinite; }
.binding .seal .life { position: absolute; inset: -6px; inline-size: 76px; block-size: 76px; stroke-width: 0.9; rotate: none; animation: none; }
.seal .life path { stroke-dasharray: 1; animation: life linear forwards; animation-duration: inherit; }
@keyframes life { to { stroke-dashoffset: 1; } }
@keyframes ring { from { scale: 1; opacity: 0.55; } 70%, to { scale: 1.55; opacity: 0; } }
@keyframes shake { 0%, 22%, to { rotate: 0deg; } 4%, 12% { rotate: -9deg; } 8%, 16% { rotate: 9deg; } }

.ways { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; margin: 22px 0 20px; padding: 4px; border: 0; border-radius: var(--_radius); background: var(--_wash); box-shadow: inset 0 0 0 1px var(--_line); }
.ways label { position: relative; cursor: pointer; }
.ways input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: inherit; }
.ways label span { display: block; padding: 7px 8px; border-radius: calc(var(--_radius) - 4px); color: var(--_muted); font-size: 14px; font-weight: 550; transition: 0.2s; }
.ways :checked + span { background: var(--_paper); color: var(--_ink); box-shadow: 0 0 0 1px var(--_line), 0 1px 3px #0000001f; }
.ways :focus-visible + span { outline: 2px solid var(--_accent); outline-offset: 1px; }

.panel { display: grid; gap: 14px; justify-items: center; }
.panel form { inline-size: 100%; text-align: start; }
.panel form label { display: block; margin-block-end: 6px; font-size: 14px; font-weight: 550; }
.number { display: flex; border-radius: var(--_radius); background: var(--_paper); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_muted) 75%, transparent); transition: box-shadow 0.15s; }
.number:focus-within { box-shadow: inset 0 0 0 2px var(--_accent); }
.number:has([aria-invalid]) { box-shadow: inset 0 0 0 2px var(--_danger); }
.number input, .number select, .prefix > span { font: 500 17px/1.3 var(--till-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; color: inherit; }
.number input { flex: 1; min-inline-size: 0; padding: 14px 16px; border: 0; background: none; outline: none; letter-spacing: 0.01em; }
.prefix { position: relative; display: flex; align-items: center; padding-inline: 16px 14px; border-inline-end: 1px solid var(--_line); }
.prefix::after { content: ""; inline-size: 6px; block-size: 6px; margin: -4px 0 0 9px; border: solid var(--_muted); border-width: 0 1.75px 1.75px 0; rotate: 45deg; }
.prefix select { position: absolute; inset: 0; inline-size: 100%; opacity: 0; cursor: pointer; }
.prefix select option { color: #16161d; background: #fff; }
.prefix:has(:focus-visible) { outline: 2px solid var(--_accent); outline-offset: -4px; border-radius: var(--_radius); }
.stage .main, .stage .second { display: flex; align-items: center; justify-content: center; box-sizing: border-box; inline-size: 100%; min-block-size: 50px; padding: 0 20px; border-radius: var(--_radius); font-size: 16px; font-weight: 600; text-decoration: none; cursor: pointer; }
.stage .main { background: var(--_accent); color: var(--_on); box-shadow: inset 0 1px #ffffff2e, 0 1px 2px #0003; }
.stage .main:hover { filter: brightness(1.1); }
.stage .main:active { scale: 0.985; }
.stage form .main { margin-block-start: 16px; }
.stage > .main, .stage > .second, .app:not(:empty) { margin-block-start: 20px; }
.stage .app + .second, .main + .app:not(:empty) { margin-block-start: 10px; }
.stage .second { border: 1px solid color-mix(in srgb, var(--_muted) 45%, transparent); background: none; color: var(--_ink); }
.stage .second:hover { background: var(--_wash); }
.stage .second[aria-disabled] { opacity: 0.45; cursor: default; }
.stage .quietly { align-self: center; min-block-size: 36px; margin-block-start: 10px; padding: 0 14px; background: none; color: var(--_muted); font-size: 14px; font-weight: 550; text-decoration: none; }
.stage a.quietly { display: inline-flex; align-items: center; margin: 0; border-radius: var(--_radius); }
.stage .quietly:hover { color: var(--_ink); background: var(--_wash); }
.links { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 4px; }

.qr { display: block; box-sizing: border-box; inline-size: 208px; block-size: 208px; border-radius: calc(var(--_radius) * 1.1); background: #fff; box-shadow: 0 0 0 1px var(--_line); forced-color-adjust: none; }
.qr .filled { fill: #000; stroke: none; }
.qr .drawn { stroke: #000; stroke-width: 1; stroke-linecap: butt; }
.wait { display: grid; place-content: center; min-block-size: 208px; }
.waits { display: flex; align-items: center; gap: 9px; font-size: 14px; }
.pulse { inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--_success); animation: pulse 1.6s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: 0.25; scale: 0.75; } }
.stage .left { margin-block-start: 12px; font-size: 14px; font-variant-numeric: tabular-nums; }
.stage .who { display: flex; flex-wrap: wrap; justify-content: center; gap: 4px 10px; color: var(--_ink); font-size: 17px; font-weight: 550; font-variant-numeric: tabular-nums; margin-block-end: 6px; }
.who:empty { display: none; }

@media (max-width: 560px) {
  dialog.binding { inline-size: 100vw; max-inline-size: none; max-block-size: calc(100dvh - 20px); margin-block-end: 0; border-end-start-radius: 0; border-end-end-radius: 0; translate: 0 100%; scale: 1; }
  .stage { padding: 30px 22px max(24px, env(safe-area-inset-bottom)); }
  @starting-style { dialog.binding[open] { translate: 0 100%; scale: 1; } }
}
@media (forced-colors: active) {
  dialog.binding, .number, .ways, .binding .seal, .stage .main { border: 1px solid; }
  .ways :checked + span { outline: 2px solid highlight; }
}
`);
