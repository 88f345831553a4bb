// Shows the API by its own document. The browser's session is the caller: nothing is typed or kept here.
globalThis.SwaggerUIBundle({
  url: document.documentElement.dataset.openapi,
  dom_id: '#api',
  deepLinking: false,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
});
