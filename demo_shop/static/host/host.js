// What the page around the miniapp has to do itself: pass the theme on, and say what was paid.
const app = document.querySelector('till-miniapp');
const toast = document.querySelector('.toast');
let timer;

const passTheme = () => {
  const { theme } = document.documentElement.dataset;
  if (theme) app.setAttribute('theme', theme);
};
passTheme();
addEventListener('kieszonka:theme', passTheme);

function say(text) {
  toast.textContent = text;
  toast.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => toast.classList.remove('shown'), 4000);
}

app.addEventListener('till-miniapp-paid', () => say('Paid from your pocket'));
app.addEventListener('till-miniapp-event', ({ detail: { type, respondWith } }) => {
  say(`Stempel says: ${type}`);
  respondWith({ heard: true });
});
