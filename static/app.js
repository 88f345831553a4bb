// Optional improvements; every page works without JavaScript.
(function () {
  'use strict';
  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

  // Warn about Caps Lock in password fields.
  each('[data-caps]', function (hint) {
    var input = document.getElementById(hint.getAttribute('data-caps'));
    function look(event) {
      if (!event.getModifierState) { return; }
      var words = event.getModifierState('CapsLock') ? hint.getAttribute('data-words') : '';
      if (hint.textContent !== words) { hint.textContent = words; }
    }
    input.addEventListener('keydown', look);
    input.addEventListener('keyup', look);
    input.addEventListener('blur', function () { hint.textContent = ''; });
  });

  // How hard a new password is to guess, from 0 to 3. Common words, repetitions and sequences count as one sign.
  function strength(password) {
    var COMMON = /pass(word)?|qwert[yz]|asdf|letmein|welcome|admin|login|dragon|monkey|iloveyou|summer|winter|secret|usher/g;
    var signs = Array.from(password.toLowerCase().replace(COMMON, '\u0000'));
    var counted = signs.filter(function (sign, at) {
      return at === 0 || Math.abs(sign.codePointAt(0) - signs[at - 1].codePointAt(0)) > 1;
    }).length;
    var kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter(function (kind) { return kind.test(password); });
    var bits = Math.min(counted, 2 * new Set(signs).size) * (2.4 + 0.7 * kinds.length);
    return [30, 48, 70].filter(function (limit) { return bits >= limit; }).length;
  }

  // Say so in words. No password is refused here: the server decides.
  each('[data-strength]', function (hint) {
    var input = document.getElementById(hint.getAttribute('data-strength'));
    var words = hint.getAttribute('data-words').split('|');
    input.addEventListener('input', function () {
      var said = input.value ? words[strength(input.value)] : '';
      if (hint.textContent !== said) { hint.textContent = said; }
    });
  });

  // Keep typed values when the language changes or the person follows a link to another form; never passwords and hidden values.
  (function () {
    var KEPT = 'usher-typed';
    var fields = 'main input:not([type=password]):not([type=hidden]):not([readonly]), main textarea, main select';
    var place = location.pathname;
    function value(field) { return /^(checkbox|radio)$/.test(field.type) ? field.checked : field.value; }
    try {
      var kept = JSON.parse(sessionStorage.getItem(KEPT) || 'null');
      sessionStorage.removeItem(KEPT);
      if (kept && kept.place === place) {
        each(fields, function (field) {
          var was = kept.values[field.id];
          if (was === undefined) { return; }
          if (typeof was === 'boolean') { field.checked = was; } else { field.value = was; }
        });
      }
      // Fill in the email address in the linked form.
      each('main a[data-carry]', function (link) {
        link.addEventListener('click', function () {
          var email = document.getElementById('email');
          var values = email && email.value ? { email: email.value } : {};
          sessionStorage.setItem(KEPT, JSON.stringify({ place: link.pathname, values: values }));
        });
      });
      each('a[hreflang]', function (link) {
        link.addEventListener('click', function () {
          var values = {};
          each(fields, function (field) { if (field.id) { values[field.id] = value(field); } });
          sessionStorage.setItem(KEPT, JSON.stringify({ place: place, values: values }));
        });
      });
    } catch (refused) { /* session storage may be disabled */ }
  }());

  if (navigator.clipboard) {
    each('[data-copy]', function (button) {
      var words = button.querySelector('span') || button;
      var label = words.textContent;
      button.hidden = false;
      button.setAttribute('aria-live', 'polite');
      button.addEventListener('click', function () {
        var text = document.getElementById(button.getAttribute('data-copy')).textContent;
        navigator.clipboard.writeText(text).then(function () {
          words.textContent = button.getAttribute('data-done');
          setTimeout(function () { words.textContent = label; }, 2000);
        });
      });
    });
  }

  // Times in the reader's time zone.
  if (window.Intl) {
    var zoned = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
    each('time[datetime]', function (time) {
      time.title = zoned.format(new Date(time.dateTime));
      if (time.hasAttribute('data-date')) { time.textContent = time.title; }
    });
  }

  each('[data-print]', function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  each('[data-reload]', function (link) {
    setTimeout(function () { location.reload(); }, 1000 * Number(link.getAttribute('data-reload')));
  });

  // A preview follows what is typed.
  each('[data-live]', function (button) {
    var waiting;
    if (!HTMLFormElement.prototype.requestSubmit) { return; }
    button.form.addEventListener('input', function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { button.form.requestSubmit(button); }, 400);
    });
  });

  // A form_post response to a client: submit it at once.
  each('form[data-submit]', function (form) { form.submit(); });

  // A page that waits for an email to be opened in another browser polls, and continues by itself.
  each('[data-wait]', function (waiting) {
    var hint = waiting.tagName === 'FORM' ? waiting.querySelector('[hidden]:not(input)') : waiting;
    var tries = 0;
    function goOn() {
      if (waiting.tagName === 'FORM') { waiting.requestSubmit(waiting.querySelector('[type=submit]')); } else {
        location.assign(waiting.getAttribute('data-then'));
      }
    }
    function ask() {
      tries += 1;
      fetch(waiting.getAttribute('data-wait'), { headers: { accept: 'application/json' } }).then(function (answer) {
        return answer.ok ? answer.json() : {};
      }).catch(function () { return {}; }).then(function (answer) {
        // Links expire after half an hour.
        if (answer.done) { goOn(); } else if (tries < 600) { setTimeout(ask, 3000); }
      });
    }
    if (!window.fetch || !HTMLFormElement.prototype.requestSubmit) { return; }
    hint.hidden = false;
    ask();
  });

  each('[data-show]', function (button) {
    var input = document.getElementById(button.getAttribute('data-show'));
    var label = button.title;
    button.hidden = false;
    button.setAttribute('aria-controls', input.id);
    button.addEventListener('click', function () {
      var hidden = input.type === 'password';
      input.type = hidden ? 'text' : 'password';
      button.title = hidden ? button.getAttribute('data-hide-label') : label;
      button.setAttribute('aria-label', button.title);
      input.focus();
    });
    if (input.form) { input.form.addEventListener('submit', function () { input.type = 'password'; }); }
  });
}());
