import { SharedStore } from './shared.js';
import type { Storage } from './storage.js';

/** Runs a statement with parameters and returns the rows as objects. */
export type SqlQuery = (statement: string, parameters: (string | number)[]) => Promise<readonly object[]>;

export interface SqlOptions {
  /** The SQL dialect. */
  dialect: 'postgres' | 'sqlite' | 'mysql';
  /** The prefix of the two tables, which are created if they do not exist. Default `usher`. */
  prefix?: string;
}

/** Milliseconds for which a line is kept, and between two deletions of expired rows. */
const KEPT = 604_800_000;
const SWEEP_EVERY = 3_600_000;

/** Keeps state in two tables of a SQL database: `sqlStore(async (text, values) => (await pool.query(text, values)).rows, { dialect: 'postgres' })`. */
export function sqlStore(query: SqlQuery, { dialect, prefix = 'usher' }: SqlOptions): Storage {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(prefix))
    throw new TypeError('the prefix of tables has small letters, digits and _ only');
  const [values, log] = [`${prefix}_values`, `${prefix}_log`];
  const run = (statement: string, parameters: (string | number)[] = []) =>
    query(numbered(statement, dialect), parameters);
  const name = dialect === 'mysql' ? 'VARCHAR(255)' : 'TEXT';
  const body = dialect === 'mysql' ? 'LONGTEXT' : 'TEXT';
  const replace =
    dialect === 'mysql'
      ? `REPLACE INTO ${values} (name, value, expires_at) VALUES (?, ?, ?)`
      : `INSERT INTO ${values} (name, value, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`;
  let sweptAt = 0;
  /** Deletes expired values and old lines. */
  const sweep = async (): Promise<void> => {
    sweptAt = Date.now();
    await run(`DELETE FROM ${values} WHERE expires_at <= ?`, [sweptAt]);
    await run(`DELETE FROM ${log} WHERE added_at <= ?`, [sweptAt - KEPT]);
  };
  return new SharedStore({
    open: async () => {
      await run(
        `CREATE TABLE IF NOT EXISTS ${values} (name ${name} PRIMARY KEY, value ${body} NOT NULL, expires_at BIGINT NOT NULL)`,
      );
      await run(
        `CREATE TABLE IF NOT EXISTS ${log} (list ${name} NOT NULL, line ${body} NOT NULL, added_at BIGINT NOT NULL)`,
      );
      await sweep();
    },
    get: async (key) => {
      const rows = await run(`SELECT value FROM ${values} WHERE name = ? AND expires_at > ?`, [key, Date.now()]);
      return (rows[0] as { value: string } | undefined)?.value;
    },
    set: async (key, value, ttl) => {
      await run(replace, [key, value, Date.now() + Math.ceil(ttl * 1000)]);
      if (Date.now() > sweptAt + SWEEP_EVERY) await sweep();
    },
    delete: async (key) => void (await run(`DELETE FROM ${values} WHERE name = ?`, [key])),
    append: async (list, lines) => {
      for (const line of lines)
        await run(`INSERT INTO ${log} (list, line, added_at) VALUES (?, ?, ?)`, [list, line, Date.now()]);
    },
    lines: async (list) =>
      (await run(`SELECT line FROM ${log} WHERE list = ?`, [list])).map((row) => (row as { line: string }).line),
    clear: async (list) => void (await run(`DELETE FROM ${log} WHERE list = ?`, [list])),
  });
}

/** Converts parameters to the form of PostgreSQL: `$1`, `$2`. */
function numbered(statement: string, dialect: SqlOptions['dialect']): string {
  if (dialect !== 'postgres') return statement;
  let index = 0;
  return statement.replace(/\?/g, () => `$${(index += 1)}`);
}
