// How the drawer looks: a panel at the inline end; on a phone, a sheet from below.
import { sheet } from './styles.js';

/** Where it is a sheet from below, which a swipe on its head closes. */
export const SHEET = '(max-width: 560px)';

/** Worn by the page while the drawer is open, so that it does not scroll behind it. */
export const SCROLL = sheet(':root { overflow: hidden; }');
/** So that nothing moves where the scroll bar was. */
export const GUTTER = sheet(':root { scrollbar-gutter: stable; }');

export const LOOK = sheet(`
dialog.drawer {
  position: fixed; inset: 12px 12px 12px auto; inline-size: min(420px, 100vw - 24px); block-size: auto; max-inline-size: none; max-block-size: none;
  margin: 0; padding: 0; border: 0; border-radius: calc(var(--_radius) * 1.5); overflow: hidden; overscroll-behavior: contain;
  background: var(--_paper); color: var(--_ink); text-align: start;
  font: 400 15px/1.45 var(--till-font, system-ui, sans-serif); letter-spacing: -0.006em;
  box-shadow: 0 0 0 1px #0000000d, 0 24px 80px -12px #00000059;
  translate: calc(100% + 24px) 0;
  transition: translate 0.42s var(--_ease), overlay 0.42s allow-discrete, display 0.42s allow-discrete;
}
dialog.drawer:dir(rtl) { inset: 12px auto 12px 12px; translate: calc(-100% - 24px) 0; }
dialog.drawer[open] { translate: 0; }
@starting-style {
  dialog.drawer[open] { translate: calc(100% + 24px) 0; }
  dialog.drawer[open]:dir(rtl) { translate: calc(-100% - 24px) 0; }
}
dialog.drawer::backdrop { background: #0b0b1200; transition: background 0.42s, overlay 0.42s allow-discrete, display 0.42s allow-discrete; }
dialog.drawer[open]::backdrop { background: #0b0b1259; }
@starting-style { dialog.drawer[open]::backdrop { background: #0b0b1200; } }

.drawer .inner { display: flex; flex-direction: column; block-size: 100%; }
.drawer header { display: flex; align-items: center; justify-content: space-between; padding: 16px 14px 4px 24px; }
.drawer h2 { margin: 0; font-size: 19px; font-weight: 650; letter-spacing: -0.02em; outline: none; }
.drawer .leave { padding: 0; inline-size: 40px; block-size: 40px; border-radius: 50%; background: none; color: var(--_muted); }
.drawer .leave:hover { background: var(--_wash); color: var(--_ink); }
.drawer .scroll { flex: 1; overflow: auto; padding: 0 24px; scrollbar-width: thin; scrollbar-color: var(--_line) transparent; }
.drawer ul { list-style: none; margin: 0; padding: 0; }
.drawer [aria-disabled=true] { opacity: 0.35; cursor: default; }

.line {
  display: grid; grid-template: "image what sum" auto "image how how" auto / 72px 1fr auto; gap: 4px 16px; padding-block: 16px;
  transition: opacity 0.2s; animation: appear 0.3s var(--_ease);
}
.line + .line { border-block-start: 1px solid var(--_line); }
.line[aria-busy=true] { opacity: 0.55; }
.image { grid-area: image; inline-size: 72px; block-size: 72px; border-radius: calc(var(--_radius) * 0.85); overflow: hidden; background: var(--_wash); }
.image:empty { display: block; }
.image img { inline-size: 100%; block-size: 100%; object-fit: cover; display: block; }
.what { grid-area: what; display: flex; flex-direction: column; min-inline-size: 0; }
.name { color: inherit; font-weight: 550; text-decoration: none; overflow-wrap: anywhere; }
a.name:hover { text-decoration: underline; text-underline-offset: 3px; text-decoration-thickness: 1px; }
.each { color: var(--_muted); font-size: 13px; }
.gone { color: var(--_danger); font-size: 13px; font-weight: 500; }
.sum { grid-area: sum; font-weight: 550; font-variant-numeric: tabular-nums; white-space: nowrap; }
.off .sum { color: var(--_muted); text-decoration: line-through; }
.off .image img { filter: grayscale(1); opacity: 0.5; }
.how { grid-area: how; display: flex; align-items: center; justify-content: space-between; align-self: end; }
.stepper { display: inline-flex; align-items: center; block-size: 36px; border-radius: 18px; box-shadow: inset 0 0 0 1px var(--_line); }
.stepper button { padding: 0; inline-size: 36px; block-size: 36px; border-radius: 18px; background: none; font: 400 18px/1 system-ui, sans-serif; color: var(--_ink); }
.stepper button:not([aria-disabled=true]):hover { background: var(--_wash); }
.stepper input {
  inline-size: 30px; block-size: 30px; padding: 0; border: 0; border-radius: 6px; background: none; color: inherit; text-align: center;
  font: inherit; font-size: 14px; font-weight: 600; font-variant-numeric: tabular-nums;
}
.remove { padding: 6px 8px; margin-inline-end: -8px; border-radius: 8px; background: none; color: var(--_muted); font-size: 13px; font-weight: 500; }
.remove:hover { color: var(--_danger); background: var(--_wash); }

.empty { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 4px; block-size: 100%; padding-block-end: 64px; color: var(--_muted); text-align: center; }
.empty strong { color: var(--_ink); font-weight: 600; font-size: 16px; }
.empty .bag { inline-size: 24px; scale: 2; margin-block: 16px 32px; opacity: 0.25; }

.drawer footer { padding: 16px 24px max(24px, env(safe-area-inset-bottom)); border-block-start: 1px solid var(--_line); }
.promotion {
  display: flex; margin-block-end: 14px; border-radius: calc(var(--_radius) * 0.85); background: var(--_wash); box-shadow: inset 0 0 0 1px transparent;
  transition: box-shadow 0.15s;
}
.promotion:focus-within { box-shadow: inset 0 0 0 1.5px var(--_accent); }
.promotion[aria-busy] { opacity: 0.6; }
.promotion input { flex: 1; min-inline-size: 0; padding: 11px 14px; border: 1px solid transparent; background: none; color: inherit; font: inherit; font-size: 14px; outline: none; }
.promotion input::placeholder { color: var(--_muted); opacity: 1; text-transform: none; }
.promotion input:not(:placeholder-shown) { text-transform: uppercase; }
.apply { padding: 0 14px; background: none; color: var(--_ink); font-size: 14px; font-weight: 600; }
.promotion:has(:placeholder-shown) .apply { color: var(--_muted); }
.refusal .error { margin: -6px 0 14px; }
.drawer .codes { display: grid; gap: 6px; margin-block-end: 10px; }
.code { display: flex; align-items: center; gap: 8px; font-size: 14px; color: var(--_success); font-variant-numeric: tabular-nums; }
.code > span { flex: 1; min-inline-size: 0; }
.code b { font-weight: 600; }
.code small { display: block; font-size: 13px; color: var(--_danger); }
.code.off b { color: var(--_muted); }
.code button { padding: 0; inline-size: 26px; block-size: 26px; margin-inline-end: -6px; border-radius: 50%; background: none; color: var(--_muted); }
.code button:hover { background: var(--_wash); color: var(--_ink); }
.code svg { inline-size: 14px; block-size: 14px; }
.drawer dl { margin: 0 0 16px; display: grid; gap: 4px; }
.drawer dl > div { display: flex; justify-content: space-between; color: var(--_muted); font-size: 14px; }
.drawer dl > div:last-child { color: var(--_ink); font-size: 17px; font-weight: 650; letter-spacing: -0.015em; }
.drawer dd { margin: 0; font-variant-numeric: tabular-nums; }
.wrong .error { margin: 0 0 14px; padding: 11px 14px; border-radius: calc(var(--_radius) * 0.85); background: color-mix(in srgb, var(--_danger) 9%, transparent); }
.pay {
  inline-size: 100%; min-block-size: 52px; background: var(--_accent); color: var(--_on); font-size: 16px; font-weight: 600;
  box-shadow: inset 0 1px #ffffff2e, 0 1px 2px #0003;
}
.pay:hover { filter: brightness(1.1); }
.pay:active { scale: 0.985; }
.pay[aria-busy] { color: transparent; background-image: linear-gradient(90deg, transparent, #ffffff40, transparent); background-size: 40% 100%; background-repeat: no-repeat; animation: sweep 1.1s infinite; }
.pay[aria-busy] { color: color-mix(in srgb, var(--_on) 70%, transparent); cursor: progress; }
@keyframes sweep { from { background-position: -80% 0; } to { background-position: 180% 0; } }

@media ${SHEET} {
  dialog.drawer, dialog.drawer:dir(rtl) {
    inset: auto 0 0; inline-size: 100vw; max-block-size: calc(100dvh - 24px); border-end-start-radius: 0; border-end-end-radius: 0; translate: 0 100%;
  }
  .drawer .inner { max-block-size: calc(100dvh - 24px); }
  dialog.drawer.none .scroll { display: grid; min-block-size: 320px; }
  .drawer header::before {
    content: ""; position: absolute; inset-block-start: 8px; inset-inline-start: calc(50% - 18px); inline-size: 36px; block-size: 4px; border-radius: 2px; background: var(--_line);
  }
  .drawer header { padding-block-start: 20px; touch-action: none; }
  @starting-style { dialog.drawer[open], dialog.drawer[open]:dir(rtl) { translate: 0 100%; } }
}
@media (forced-colors: active) {
  dialog.drawer { border: 1px solid; }
  .stepper, .promotion { border: 1px solid; }
}
`);
