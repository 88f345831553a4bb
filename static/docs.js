// Renders /openapi.json with Swagger UI. Requests use the session of the browser; nothing is stored here.
globalThis.SwaggerUIBundle({
  url: document.documentElement.dataset.openapi,
  dom_id: '#api',
  deepLinking: false,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
