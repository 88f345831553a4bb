// Verification of webhooks (Standard Webhooks).
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A webhook message. */
export interface WebhookMessage {
  /** The same for every delivery attempt: ignore ids that you have processed. */
  id: string;
  /** What happened: `session.revoked`. */
  type: string;
  version: number;
  data: Record<string, unknown>;
}

export type WebhookFault =
  'header_missing' | 'header_invalid' | 'timestamp_old' | 'timestamp_new' | 'signature_invalid' | 'body_malformed';

/** A message that failed verification. */
export class WebhookRefused extends Error {
  override readonly name = 'UsherWebhookRefused';
  readonly reason: WebhookFault;
  constructor(reason: WebhookFault) {
    super(`the webhook message is refused: ${reason}`);
    this.reason = reason;
  }
}

/** The allowed difference of the timestamp, in seconds. */
const TOLERANCE = 300;

/**
 * Verifies a webhook message.
 * @param body the raw body, not the parsed JSON
 * @param headers lower-case names, as in Node, or a `Headers` object
 * @param secrets `whsec_…`; pass both while a secret is being replaced
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
