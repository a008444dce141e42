// Light and dark, the menu of small screens, copy buttons, search.
const root = document.documentElement;
const one = (selector) => document.querySelector(selector);

one('#theme').addEventListener('click', () => {
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', root.dataset.theme);
});

one('#side [aria-current]')?.scrollIntoView({ block: 'nearest' });
one('#menu').addEventListener('click', ({ currentTarget }) => {
  const open = one('#side').classList.toggle('open');
  currentTarget.setAttribute('aria-expanded', String(open));
});

document.addEventListener('click', async ({ target }) => {
  if (!target.matches('.copy')) return;
  await navigator.clipboard.writeText(target.dataset.copy);
  target.textContent = 'copied';
  setTimeout(() => {
    target.textContent = 'copy';
  }, 1500);
});

// --- search: its scripts come with the first key ----------------------------------------------

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    Object.assign(script, {
      src: `${root.dataset.root}assets/${name}`,
      onload: resolve,
      onerror: reject,
    });
    document.head.append(script);
  });
}

let index;
async function makeIndex() {
  await Promise.all([load('minisearch.js'), load('entries.js')]);
  const search = new MiniSearch({
    fields: ['title', 'page', 'text'],
    storeFields: ['title', 'page', 'text', 'href'],
    searchOptions: { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { title: 4, page: 2 } },
  });
  search.addAll(window.entries);
  return search;
}

// The words around the first hit.
function excerpt({ text, terms }) {
  const place = Math.max(
    0,
    Math.min(...terms.map((term) => text.toLowerCase().indexOf(term)).filter((at) => at >= 0)),
  );
  const start = Number.isFinite(place) ? Math.max(0, place - 40) : 0;
  return (start ? '…' : '') + text.slice(start, start + 120);
}

function element(name, text, more = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...more });
}

async function find() {
  index ??= makeIndex();
  const hits = (await index).search(one('#query').value).slice(0, 12);
  one('#results').replaceChildren(
    ...hits.map((hit) => {
      const link = element('a', '', { href: root.dataset.root + hit.href });
      const where = hit.title === hit.page ? hit.page : `${hit.page} › ${hit.title}`;
      link.append(element('b', where), element('small', excerpt(hit)));
      const item = document.createElement('li');
      item.append(link);
      return item;
    }),
  );
  if (!hits.length) one('#results').append(element('li', 'Nothing found.'));
  one('#results').hidden = !one('#query').value;
}

one('#query').addEventListener('input', find);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.matches('input')) {
    event.preventDefault();
    one('#query').focus();
  }
  if (event.key === 'Escape') one('#results').hidden = true;
  if (event.key === 'Enter' && event.target.matches('#query')) one('#results a')?.click();
});
document.addEventListener('click', ({ target }) => {
  if (!target.closest('.search')) one('#results').hidden = true;
});
