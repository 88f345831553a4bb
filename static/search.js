// Search in the console: the field in the bar and the palette show results while one types. Without JavaScript both are
// forms that open the page of the search.
(function () {
  'use strict';
  var dialog = document.getElementById('palette');
  if (!dialog || !dialog.showModal || !window.fetch || !window.URLSearchParams) { return; }
  var PAUSE = 120;

  // A combobox with a list box (ARIA Authoring Practices): the focus stays in the field.
  function combobox(form, list, note, live, asksWhenEmpty) {
    var input = form.querySelector('[type=search]');
    var asked = 0;
    var shownFor = null;
    var chosen = -1;
    var waiting;
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', list.id);
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('autocomplete', 'off');

    function options() { return list.querySelectorAll('[role=option]'); }

    function choose(at) {
      var all = options();
      if (all[chosen]) { all[chosen].setAttribute('aria-selected', 'false'); }
      chosen = all.length ? (at + all.length) % all.length : -1;
      if (chosen < 0) { input.removeAttribute('aria-activedescendant'); return; }
      all[chosen].setAttribute('aria-selected', 'true');
      all[chosen].scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', all[chosen].id);
    }

    function close() {
      asked += 1;
      clearTimeout(waiting);
      shownFor = null;
      list.textContent = '';
      note.textContent = '';
      live.textContent = '';
      list.hidden = true;
      note.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      choose(0);
    }

    function show(html, text) {
      var read = new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
      if (!read || !read.hasAttribute('data-said')) { close(); return; }
      chosen = -1;
      shownFor = text;
      list.replaceChildren.apply(list, read.querySelectorAll('[role=group]'));
      Array.prototype.forEach.call(options(), function (option, at) { option.id = list.id + '-' + at; });
      note.replaceChildren.apply(note, read.querySelectorAll(':scope > p'));
      list.hidden = !options().length;
      note.hidden = !list.hidden;
      list.scrollTop = 0;
      input.setAttribute('aria-expanded', String(!list.hidden));
      live.textContent = read.getAttribute('data-said');
      choose(0);
    }

    function ask() {
      var text = input.value;
      if (!text.trim() && !asksWhenEmpty) { close(); return; }
      var number = asked += 1;
      var query = new URLSearchParams(new FormData(form));
      query.set('as', 'options');
      fetch(form.action + '?' + query).then(function (answer) {
        // Who is signed out is redirected: the page of the search then asks to sign in.
        return answer.ok && !answer.redirected ? answer.text() : '';
      }).catch(function () { return ''; }).then(function (html) { if (number === asked) { show(html, text); } });
    }

    input.addEventListener('input', function () {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    });
    input.addEventListener('keydown', function (event) {
      if (event.isComposing) { return; }
      var option = options()[chosen];
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (option) { choose(chosen + (event.key === 'ArrowDown' ? 1 : -1)); } else { ask(); }
      } else if (event.key === 'Enter' && option && shownFor === input.value) {
        event.preventDefault();
        option.click();
      } else if (event.key === 'Escape') {
        if (dialog.open) { event.preventDefault(); dialog.close(); } else if (!list.hidden || !note.hidden) {
          event.preventDefault();
          close();
        } else { input.blur(); }
      }
    });
    // A click on an option must not take the focus before it follows the link.
    list.addEventListener('mousedown', function (event) { event.preventDefault(); });
    list.addEventListener('mousemove', function (event) {
      var option = event.target.closest('[role=option]');
      if (option && option.getAttribute('aria-selected') !== 'true') {
        choose(Array.prototype.indexOf.call(options(), option));
      }
    });
    return { input: input, ask: ask, close: close };
  }

  var list = document.getElementById('palette-list');
  var note = dialog.querySelector('.palette-note');
  var live = dialog.querySelector('[aria-live]');
  var palette = combobox(dialog.querySelector('form'), list, note, live, true);

  function open() {
    if (dialog.open) { return; }
    palette.input.value = '';
    dialog.showModal();
    palette.input.focus();
    palette.ask();
  }
  dialog.addEventListener('close', palette.close);
  dialog.addEventListener('click', function (event) { if (event.target === dialog) { dialog.close(); } });
  dialog.querySelector('[data-close]').addEventListener('click', function () { dialog.close(); });

  var bar = document.getElementById('search-bar');
  if (bar) {
    var popup = list.cloneNode(false);
    var remark = note.cloneNode(false);
    popup.id = 'search-bar-list';
    popup.className = 'popup hits';
    remark.className = 'popup palette-note';
    bar.form.append(popup, remark, live.cloneNode(false));
    var small = combobox(bar.form, popup, remark, bar.form.querySelector('[aria-live]'), false);
    bar.form.addEventListener('focusout', function (event) {
      if (!bar.form.contains(event.relatedTarget)) { small.close(); }
    });
    bar.form.querySelector('kbd').hidden = false;
  }
  var link = document.querySelector('[data-search]');
  if (link) {
    link.addEventListener('click', function (event) { event.preventDefault(); open(); });
  }

  // On the page of the search, its own field is the nearest.
  function field() {
    return bar && bar.offsetParent ? bar : document.querySelector('main form[role=search] #q');
  }
  document.addEventListener('keydown', function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (dialog.open) { dialog.close(); } else { open(); }
      return;
    }
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || dialog.open) { return; }
    if (event.target.closest('input, textarea, select, [contenteditable]')) { return; }
    event.preventDefault();
    if (field()) { field().focus(); } else { open(); }
  });
}());
