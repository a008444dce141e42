// Markdown to tokens and HTML: headings with GitHub's anchors, console blocks whose commands can be
// copied, code with a caption that leads to its source, links that work within the site.
import MarkdownIt from 'markdown-it';
import anchor from 'markdown-it-anchor';
import Slugger from 'github-slugger';
import { createCssVariablesTheme, createHighlighter } from 'shiki';

const slugger = new Slugger();
const markdown = new MarkdownIt({ html: true });
markdown.use(anchor, { slugify: (title) => slugger.slug(title), tabIndex: false });
export const escape = markdown.utils.escapeHtml;
export const link = (href, text, more = '') =>
  `<a href="${escape(href)}" ${more}>${escape(text)}</a>`;

const theme = createCssVariablesTheme({ name: 'stepbox' });
const highlighter = await createHighlighter({
  themes: [theme],
  langs: ['cpp', 'diff', 'json', 'make', 'shellscript'],
});

export function highlight(code, language) {
  const known = highlighter.getLoadedLanguages().includes(language);
  return highlighter.codeToHtml(code, { lang: known ? language : 'text', theme: 'stepbox' });
}

// What a reader would type of a console block: no prompts, no output.
export function commandsOf(block) {
  const commands = [];
  let goesOn = false;
  for (const line of block.split('\n')) {
    if (line.startsWith('$ ') || (goesOn && line.startsWith('> '))) {
      commands.push(line.slice(2));
      goesOn = true;
    } else {
      goesOn = false;
    }
  }
  return commands.join('\n');
}

function consoleBlock(block) {
  let goesOn = false;
  const lines = block
    .trimEnd()
    .split('\n')
    .map((line) => {
      goesOn = line.startsWith('$ ') || (goesOn && line.startsWith('> '));
      return goesOn
        ? `<span class="prompt">${escape(line.slice(0, 2))}</span><b>${escape(line.slice(2))}</b>`
        : escape(line);
    });
  return `<pre class="console" tabindex="0"><code>${lines.join('\n')}</code></pre>`;
}

markdown.renderer.rules.fence = (tokens, index) => {
  const { content, info, meta } = tokens[index];
  const block = info === 'console' ? consoleBlock(content) : highlight(content.trimEnd(), info);
  const title = meta ? link(meta.href, meta.title) : escape(info);
  const copied = info === 'console' ? commandsOf(content) : content;
  const button =
    copied && `<button class="copy" type="button" data-copy="${escape(copied)}">copy</button>`;
  return `<figure class="code"><figcaption>${title}${button}</figcaption>${block}</figure>\n`;
};
// A short word of code, such as --stats, stays on one line.
markdown.renderer.rules.code_inline = (tokens, index) => {
  const { content } = tokens[index];
  return `<code${content.length <= 24 ? ' class="short"' : ''}>${escape(content)}</code>`;
};
// Comments are for the tests; tables scroll by themselves on small screens.
markdown.renderer.rules.html_block = (tokens, index) =>
  tokens[index].content.replace(/<!--.*?-->\s*/gs, '');
markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

// A document's tokens. The anchors are those that GitHub gives.
export function parse(text) {
  slugger.reset();
  const tokens = markdown.parse(text, {});
  tokens.forEach(addCaption);
  return tokens;
}

// <!-- code: steps/05-cgroup/cgroup.cpp gate --> and <!-- diff: 5 --> before a block of code.
function addCaption(token, index, tokens) {
  const [, kind, what] = /^<!-- (code|diff): (\S+)/.exec(tokens[index - 1]?.content ?? '') ?? [];
  if (token.type !== 'fence' || !kind) return;
  token.meta =
    kind === 'code'
      ? { title: what, href: what }
      : { title: `make diff${what}`, href: `diff${what}.html`, isPage: true };
}

// Every link and picture of the tokens: href -> what resolve() makes of it.
export function rewriteLinks(tokens, resolve) {
  for (const token of tokens) {
    for (const name of ['href', 'src']) {
      const value = token.attrGet?.(name);
      if (value) token.attrSet(name, resolve(value));
    }
    if (token.meta?.href && !token.meta.isPage) token.meta.href = resolve('/' + token.meta.href);
    if (token.children) rewriteLinks(token.children, resolve);
  }
}

export const render = (tokens) => markdown.renderer.render(tokens, markdown.options, {});

// The words of a heading or a paragraph, without marks.
export const plain = (token) =>
  (token.children ?? [])
    .map((child) => (child.type.endsWith('break') ? ' ' : child.content))
    .join('');

// Headings, and the words below each: what the contents list and the search find.
export function sectionsOf(tokens) {
  const sections = [];
  tokens.forEach((token, index) => {
    if (token.type === 'heading_open') {
      sections.push({
        level: Number(token.tag[1]),
        id: token.attrGet('id'),
        title: plain(tokens[index + 1]),
        text: '',
      });
    } else if (sections.length && tokens[index - 1]?.type !== 'heading_open') {
      if (token.type === 'inline') sections.at(-1).text += plain(token) + ' ';
      if (token.type === 'fence') sections.at(-1).text += token.content + ' ';
    }
  });
  return sections;
}
