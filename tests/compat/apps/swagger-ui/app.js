// Swagger UI whose "Authorize" signs people in. FastAPI and springdoc include the same program.
const { issuer, clientId } = await (await fetch('/config.json')).json();

const document = {
  openapi: '3.1.0',
  info: { title: 'An API', version: '1' },
  servers: [{ url: issuer }],
  paths: {
    '/oauth2/userinfo': {
      get: { summary: 'Who am I?', security: [{ usher: ['openid'] }], responses: { 200: { description: 'Claims' } } },
    },
  },
  components: {
    securitySchemes: {
      usher: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: `${issuer}/oauth2/authorize`,
            tokenUrl: `${issuer}/oauth2/token`,
            scopes: { openid: 'Sign in', email: 'Your address' },
          },
        },
      },
    },
  },
};

const ui = globalThis.SwaggerUIBundle({
  spec: document,
  dom_id: '#ui',
  oauth2RedirectUrl: `${location.origin}/modules/swagger-ui-dist/oauth2-redirect.html`,
});
ui.initOAuth({ clientId, scopes: 'openid email', usePkceWithAuthorizationCodeGrant: true });
