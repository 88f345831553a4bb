// NestJS 11 and 12, on Express: a module, a guard, decorators.
import {
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  HttpException,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
  SetMetadata,
  applyDecorators,
  createParamDecorator,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import 'reflect-metadata';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth, checkPermission, checkRole, checkScope } from './checks.js';
import type { UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { type Attached, attachedTo, usher as middlewareOf } from './express.js';
import { type Authentication, Usher } from './usher.js';

export { Refusal, Usher };
export type { Auth, AuthRequirement, UsherOptions };

type Check = (authentication: Authentication, request: unknown) => Promise<unknown>;
const CHECKS = '@usher-id/sdk/nest';

/** Requires a valid token. For controllers and handlers. */
export const RequireAuth = (requirement: AuthRequirement = {}) =>
  also((authentication) => checkAuth(authentication, requirement));

/** Only with a token of all these scopes. */
export const RequireScope = (...scopes: string[]) => also((authentication) => checkScope(authentication, scopes));

/** Only for holders of one of these roles. */
export const RequireRole = (...roles: string[]) => also((authentication) => checkRole(authentication, roles));

/** Only with a permission; `load` finds the resource that it depends on. */
export const RequirePermission = (permission: string, { load }: { load?: (request: any) => unknown } = {}) =>
  also((authentication, request) => checkPermission(authentication, permission, load && (() => load(request))));

/** Injects the caller as a parameter of a handler. */
export const CurrentAuth = createParamDecorator((_: unknown, context: ExecutionContext): Auth => {
  const { auth, refusal } = attachedOf(context).authentication;
  if (!auth) throw asException(refusal ?? new Refusal('token_missing'), attachedOf(context), context);
  return auth;
});

/** Each decorator has a metadata key of its own, so that those of a controller and its handlers are all checked. */
let count = 0;
function also(check: Check): MethodDecorator & ClassDecorator {
  count += 1;
  return applyDecorators(SetMetadata(`${CHECKS}/${count}`, check));
}

function attachedOf(context: ExecutionContext): Attached {
  const request = context.switchToHttp().getRequest<{ raw?: IncomingMessage }>();
  const attached = attachedTo((request.raw ?? request) as IncomingMessage);
  if (!attached) throw new Error('usher: add UsherModule.forRoot(…) to the imports');
  return attached;
}

/** The guard that runs the checks of the decorators. */
export class UsherGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const attached = attachedOf(context);
    for (const check of [...checksOf(context.getClass()), ...checksOf(context.getHandler())]) {
      try {
        await check(attached.authentication, context.switchToHttp().getRequest());
      } catch (cause) {
        throw cause instanceof Refusal ? asException(cause, attached, context) : cause;
      }
    }
    return true;
  }
}

const checksOf = (target: object): Check[] =>
  (Reflect.getMetadataKeys(target) as unknown[])
    .filter((key): key is string => typeof key === 'string' && key.startsWith(`${CHECKS}/`))
    .map((key) => Reflect.getMetadata(key, target) as Check);

/** Sets the headers of the response and returns an exception from which Nest makes the body. */
function asException(refusal: Refusal, { usher, incoming }: Attached, context: ExecutionContext): HttpException {
  const { status, headers, body } = usher.answerTo(incoming, refusal);
  const response = context.switchToHttp().getResponse<{ raw?: ServerResponse }>();
  for (const [name, value] of Object.entries(headers))
    (response.raw ?? (response as ServerResponse)).setHeader(name, value);
  return new HttpException(body === '' ? {} : (JSON.parse(body) as object), status, { cause: refusal });
}

/** `imports: [UsherModule.forRoot({ issuer: …, clientId: … })]`. The module itself is injected as `Usher`. */
export class UsherModule implements NestModule, OnApplicationShutdown {
  static forRoot(options: UsherOptions | Usher): DynamicModule {
    const usher = options instanceof Usher ? options : new Usher(options);
    const bound = class extends UsherModule {
      constructor() {
        super(usher);
      }
    };
    return {
      module: bound,
      global: true,
      exports: [Usher],
      providers: [
        { provide: Usher, useValue: usher },
        { provide: APP_GUARD, useClass: UsherGuard },
      ],
    };
  }

  readonly #usher: Usher;

  constructor(usher: Usher) {
    this.#usher = usher;
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(middlewareOf(this.#usher)).forRoutes('{*all}');
  }

  onApplicationShutdown(): Promise<void> {
    return this.#usher.close();
  }
}
