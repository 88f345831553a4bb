// Passkeys: one ceremony at a time, started by autofill or by a button.
(function () {
  'use strict';
  var pending = null;
  var native = window.PublicKeyCredential;
  var able = native && native.parseCreationOptionsFromJSON && native.parseRequestOptionsFromJSON && native.prototype.toJSON;

  function each(selector, act, within) { Array.prototype.forEach.call((within || document).querySelectorAll(selector), act); }

  // The page has a message for each error name; others show the message for UnknownError.
  function say(form, name) {
    var found = false;
    each('[data-passkey-error]', function (line) {
      line.hidden = line.getAttribute('data-passkey-error') !== name;
      found = found || !line.hidden;
    }, form);
    if (!found && name !== '' && name !== 'UnknownError') { say(form, 'UnknownError'); }
  }

  function begin() {
    if (pending) { pending.abort(); }
    pending = new AbortController();
    return pending.signal;
  }

  function run(form, quietly) {
    var options = JSON.parse(form.getAttribute('data-options'));
    var ask = { signal: begin() };
    var asked;
    if (!quietly) { say(form, ''); }
    try {
      if (form.getAttribute('data-passkey') === 'create') {
        ask.publicKey = native.parseCreationOptionsFromJSON(options);
        asked = navigator.credentials.create(ask);
      } else {
        ask.publicKey = native.parseRequestOptionsFromJSON(options);
        if (quietly) { ask.mediation = 'conditional'; }
        asked = navigator.credentials.get(ask);
      }
    } catch (error) { asked = Promise.reject(error); }
    asked.then(function (credential) {
      if (!credential) { return; }
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    }, function (error) {
      var replaced = error.name === 'AbortError' && ask.signal.aborted;
      if (!replaced) { pending = null; }
      if (!replaced && !quietly) { say(form, error.name); }
      if (!replaced && !quietly) { autofill(form); }
    });
  }

  // Autofill of the email field offers passkeys while no other ceremony runs,
  // also none that a click started before the browser reported its capabilities.
  function autofill(form) {
    if (!form.hasAttribute('data-autofill') || !native.isConditionalMediationAvailable) { return; }
    native.isConditionalMediationAvailable().then(function (offered) { if (offered && !pending) { run(form, true); } });
  }

  each('form[data-passkey]', function (form) {
    if (!able) { if (!form.hasAttribute('data-autofill')) { say(form, 'Unsupported'); } return; }
    each('[data-passkey-button]', function (button) { button.hidden = false; }, form);
    each('[data-passkey-rest]', function (line) { line.hidden = false; });
    form.addEventListener('submit', function (event) { event.preventDefault(); run(form, false); });
    autofill(form);
  });

  // Tell the authenticator which passkeys are registered, so that it stops offering others (Signal API).
  each('[data-passkey-unknown]', function (line) {
    if (native && native.signalUnknownCredential) {
      native.signalUnknownCredential(JSON.parse(line.getAttribute('data-passkey-unknown'))).catch(function () {});
    }
  });
  each('[data-passkeys-accepted]', function (line) {
    if (native && native.signalAllAcceptedCredentials) {
      native.signalAllAcceptedCredentials(JSON.parse(line.getAttribute('data-passkeys-accepted'))).catch(function () {});
    }
  });
}());
