// Messages of webhooks, verified by the Standard Webhooks specification.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A message of Usher. */
export interface WebhookMessage {
  /** The same at every try: do nothing for one that you have seen. */
  id: string;
  /** What happened: `session.revoked`. */
  type: string;
  version: number;
  data: Record<string, unknown>;
}

export type WebhookFault =
  'header_missing' | 'header_invalid' | 'timestamp_old' | 'timestamp_new' | 'signature_invalid' | 'body_malformed';

/** A message that cannot be believed. */
export class WebhookRefused extends Error {
  override readonly name = 'UsherWebhookRefused';
  readonly reason: WebhookFault;
  constructor(reason: WebhookFault) {
    super(`this message is not to be believed: ${reason}`);
    this.reason = reason;
  }
}

/** Seconds that a message may be old or new. */
const TOLERANCE = 300;

/**
 * Verifies a message of a webhook.
 * @param body the body as it arrived, not as it was parsed
 * @param headers names in small letters, as Node gives them, or a `Headers`
 * @param secrets `whsec_…`; two while one is being replaced
 * @param now seconds since the epoch
 * @throws {WebhookRefused}
 */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | Record<string, string | string[] | undefined>,
  secrets: string | readonly string[],
  now: number = Date.now() / 1000,
): WebhookMessage {
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (typeof value !== 'string' || value === '') throw new WebhookRefused('header_missing');
    return value;
  };
  const [id, timestamp, signatures] = [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')];
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('header_invalid');
  if (now - Number(timestamp) > TOLERANCE) throw new WebhookRefused('timestamp_old');
  if (Number(timestamp) - now > TOLERANCE) throw new WebhookRefused('timestamp_new');
  const shown = signatures
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .map((each) => Buffer.from(each.slice(3)));
  const fits = [secrets].flat().some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const right = Buffer.from(createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64'));
    return shown.some((each) => each.length === right.length && timingSafeEqual(each, right));
  });
  if (!fits) throw new WebhookRefused('signature_invalid');
  return read(id, typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
}

function read(id: string, body: string): WebhookMessage {
  let message: Record<string, unknown> | null;
  try {
    message = JSON.parse(body) as Record<string, unknown> | null;
  } catch {
    throw new WebhookRefused('body_malformed');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new WebhookRefused('body_malformed');
  const { type, version, data } = message;
  return { id, type: String(type), version: Number(version), data: (data ?? {}) as Record<string, unknown> };
}
