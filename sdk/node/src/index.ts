/** Usher's local module for Node.js. Each framework has its own entry, such as `@usher-id/sdk/express`. */
export { Auth, type AuthUser, type Explanation } from './auth.js';
export type { AccessTokenClaims } from './core/claims.js';
export { OptionError } from './core/options.js';
export type {
  CookieOptions,
  Decision,
  Logger,
  OnStale,
  PolicyOptions,
  SyncOptions,
  UsherOptions,
} from './core/options.js';
export { Refusal, type Problem, type RefusalCode, type RefusalReason } from './core/refusal.js';
export { LogRefused, type LogRecord, type StoredState } from './core/store-log.js';
export type { Residual, Where } from './policy/residual.js';
export type { Attributes } from './policy/value.js';
export type { SeenSession } from './sessions.js';
export { fileStore } from './stores/file.js';
export { keyvStore, type KeyvLike } from './stores/keyv.js';
export { memoryStore } from './stores/memory.js';
export { mongoStore } from './stores/mongodb.js';
export { redisStore, type RedisClient } from './stores/redis.js';
export { sqlStore, type SqlOptions, type SqlQuery } from './stores/sql.js';
export type { Storage, StorageOwner } from './stores/storage.js';
export { Usher, type Authentication, type IncomingRequest, type UsherEvents } from './usher.js';
export { WebhookRefused, verifyWebhook, type WebhookFault, type WebhookMessage } from './webhooks.js';
