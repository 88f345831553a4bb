// The fenced blocks of a Markdown document, and what the comment before each says about it.

/**
 * A comment on the line before a block says how the block is used:
 *
 *   <!-- not run: WHY -->                 it cannot run here
 *   <!-- file: PATH -->                   it is this file of the repository; a reader saves it by its path in the application
 *   <!-- file: PATH as NAME -->           the same, and a reader saves it under this name
 *   <!-- starts -->                       its last command starts an application, which runs until the next one starts
 *   <!-- starts: URL -->                  the same, where it has a page at this address and none at /
 *   <!-- starts in make compat -->        the same, where it needs more than Node.js and Python
 *   <!-- page: URL -->                    a person opens this address of the application, signs in, and sees the block
 *   <!-- driven: FOLDER -->               the driver of this compatibility test signs in to and out of the application
 *   <!-- browser: NAME from URL -->       instead of it a person opens $URL and signs in; $NAME is where they are sent back
 *   <!-- device: NAME -->                 its commands are run, then a person opens $NAME, signs in and allows a device or CIBA
 *   <!-- mail: NAME to ADDRESS -->        instead of it $NAME is the code in the newest email to this address
 *   <!-- reset link: NAME to ADDRESS -->  instead of it $NAME is the token in the newest link to reset the password
 */
const MARKS = [
  [/^not run: \S.*$/, () => ({ kind: 'not run' })],
  [/^file: (\S+)(?: as (\S+))?$/, ([, path, name]) => ({ kind: 'file', path, name: name ?? nameInApplication(path) })],
  [/^starts( in make compat|: (\S+))?$/, ([, how, url]) => ({ kind: 'starts', compat: how === ' in make compat', url })],
  [/^page: (\S+)$/, ([, url]) => ({ kind: 'page', url })],
  [/^driven: (\S+)$/, ([, folder]) => ({ kind: 'driven', folder })],
  [/^browser: ([A-Z_]+) from ([A-Z_]+)$/, ([, name, url]) => ({ kind: 'browser', name, url })],
  [/^device: ([A-Z_]+)$/, ([, name]) => ({ kind: 'device', name })],
  [/^mail: ([A-Z_]+) to (\S+@\S+)$/, ([, name, address]) => ({ kind: 'mail', name, address })],
  [/^reset link: ([A-Z_]+) to (\S+@\S+)$/, ([, name, address]) => ({ kind: 'reset link', name, address })],
];

/** `tests/compat/apps/spring/src/main/java/demo/Demo.java` → `src/main/java/demo/Demo.java` */
function nameInApplication(path) {
  return path.replace(/^tests\/compat\/apps\/[^/]+\//, '');
}

/** Languages whose blocks are commands. */
const COMMANDS = new Set(['console', 'sh']);

function readMark(comment, place) {
  for (const [pattern, make] of MARKS) {
    const match = pattern.exec(comment);
    if (match) return make(match);
  }
  throw new Error(`${place}: "${comment}" before a block is unknown`);
}

/** The commands of a block, each with the lines of output that the document shows after it. */
function commands(language, lines) {
  if (language !== 'console') return [{ command: lines.join('\n'), shown: [] }];
  const found = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), shown: [] });
    else if (line.startsWith('> ')) last.command += `\n${line.slice(2)}`;
    else if (last?.command.endsWith('\\')) last.command += `\n${line}`;
    else if (line.trim()) last.shown.push(line);
  }
  return found;
}

/**
 * The blocks that are commands or have a mark, in order. `introduction` is the line of text before the block.
 * @returns {{ line: number, language: string, kind: string, introduction: string, text: string,
 *   commands: { command: string, shown: string[] }[] }[]}
 */
export function blocks(name, markdown) {
  const lines = markdown.split('\n');
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)```(\w*)\s*$/.exec(lines[at]);
    if (!fence) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === '```');
    if (end < 0) throw new Error(`${name}:${at + 1}: the block does not end`);
    const before = lines.slice(0, at).filter((line) => line.trim());
    const comment = /^\s*<!-- (.*) -->$/.exec(before.at(-1) ?? '')?.[1];
    const place = `${name}:${at + 1}`;
    const mark = comment === undefined ? undefined : readMark(comment, place);
    const language = fence[2];
    const body = lines.slice(at + 1, end).map((line) => (line.startsWith(fence[1]) ? line.slice(fence[1].length) : line));
    if (mark || COMMANDS.has(language)) {
      const kind = mark?.kind ?? 'commands';
      const list = ['commands', 'starts', 'device'].includes(kind) ? commands(language, body) : [];
      const introduction = mark ? before.at(-2) : before.at(-1);
      found.push({ ...mark, line: at + 1, language, kind, introduction, text: body.join('\n'), commands: list });
    }
    at = end;
  }
  return found;
}
