// Light or dark: as the system has it until somebody says otherwise. Runs before anything is drawn.
const root = document.documentElement;
const kept = localStorage.getItem('kieszonka:theme');
if (kept) root.dataset.theme = kept;

addEventListener('click', ({ target }) => {
  if (!(target instanceof Element && target.closest('[data-theme-switch]'))) return;
  const isDark = root.dataset.theme ? root.dataset.theme == 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('kieszonka:theme', root.dataset.theme);
  dispatchEvent(new Event('kieszonka:theme'));
});
