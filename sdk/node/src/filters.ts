/** Converts the result of `auth.filter(permission)` to queries. */
export { toDrizzle, type DrizzleOperators } from './filters/drizzle.js';
export { toKnex } from './filters/knex.js';
export { FilterUnsupported, type FieldNames } from './filters/leaf.js';
export { matches } from './filters/matches.js';
export { toMongoose, type MongoFilter } from './filters/mongoose.js';
export { toPrisma, type PrismaWhere } from './filters/prisma.js';
export type { Residual, Side, Where } from './policy/residual.js';
