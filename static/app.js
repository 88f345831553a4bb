// Small comforts; every page works without them.
(function () {
  'use strict';
  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

  if (navigator.clipboard) {
    each('[data-copy]', function (button) {
      var label = button.textContent;
      button.hidden = false;
      button.setAttribute('aria-live', 'polite');
      button.addEventListener('click', function () {
        var text = document.getElementById(button.getAttribute('data-copy')).textContent;
        navigator.clipboard.writeText(text).then(function () {
          button.textContent = button.getAttribute('data-done');
          setTimeout(function () { button.textContent = label; }, 2000);
        });
      });
    });
  }

  each('[data-print]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  each('[data-reload]', function (link) {
    setTimeout(function () { location.reload(); }, 1000 * Number(link.getAttribute('data-reload')));
  });

  // An answer to a client: the browser posts it at once.
  each('form[data-submit]', function (form) { form.submit(); });

  each('[data-show]', function (button) {
    var input = document.getElementById(button.getAttribute('data-show'));
    var label = button.textContent;
    button.hidden = false;
    button.setAttribute('aria-controls', input.id);
    button.addEventListener('click', function () {
      var hidden = input.type === 'password';
      input.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? button.getAttribute('data-hide-label') : label;
      input.focus();
    });
    if (input.form) { input.form.addEventListener('submit', function () { input.type = 'password'; }); }
  });
}());
