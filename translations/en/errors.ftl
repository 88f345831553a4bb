# What went wrong, and what to do about it.

error-code = Error code
error-details = For developers
error-trace = Trace id
error-time = Time
error-quote = If you ask for help, please quote the trace id.
error-retry = Start over

mismatch-sent = What the application sent
mismatch-registered = What is registered
mismatch-none = Nothing is registered.
mismatch-register = Register what was sent

problem-bad-request = We cannot accept this request
problem-bad-request-advice = Go back and try again. If an application sent you here and it happens again, tell the people who run it.
problem-unknown-client = We do not know this application
problem-unknown-client-advice = It may have been removed, or the request names it wrongly. Go back to where you came from, or tell the people who run it.
problem-client-disabled = This application is switched off
problem-client-disabled-advice = Nobody can sign in to it at present. The people who run it can tell you more.
problem-client-gone = Nobody can sign in to this application now
problem-client-gone-advice = It was switched off, removed or changed while you were signing in. Go back to the application and begin again, or ask the people who run it. Your account is not affected.
problem-redirect-mismatch = The application gave a return address that is not registered
problem-redirect-mismatch-advice = To keep your account safe, we only send you back to addresses we know. The people who run the application can register this one.
problem-redirect-missing = The application did not say where to send you back to
problem-redirect-missing-advice = Go back to the application and try again; if it happens again, tell the people who run it.
problem-sign-in-expired = This sign-in no longer works
problem-sign-in-expired-advice = It was open for too long, had too many wrong codes, or was begun in another browser. Sign in again.
problem-form-expired = This form is no longer valid
problem-form-expired-advice = It was open for too long, or you have signed in or out since. Go back, reload the page, and send it again.
problem-cross-site = This form came from another site
problem-cross-site-advice = Another page tried to send something in your name. We stopped it: nothing was changed. If you wanted to change something, do it on our own pages.
problem-cookies-missing = Your browser did not keep our cookie
problem-cookies-missing-advice = Signing in needs one. Allow cookies for this site and start over.
problem-loop = You are being sent in circles
problem-loop-advice = The application keeps sending you back here although you are signed in. Clear its cookies, or tell the people who run it.
problem-link-expired = This link or code no longer works
problem-link-expired-advice = It was used already, tried too often, or is too old; only the newest one works. If you used it yourself, all is done: sign in. Otherwise, begin again.
problem-provider-failed = The other service could not sign you in
problem-provider-failed-advice = It did not answer, or it refused. Try again in a moment, or choose another way to sign in.
problem-not-found = There is no such page
problem-not-found-advice = The address may be mistyped, or what was here is gone.
problem-deleted = It does not exist any more
problem-deleted-advice = The project, application, webhook or provider of this page was deleted, or the address is mistyped. Nothing was saved.
problem-not-allowed = You may not do this
problem-not-allowed-advice = Your account lacks the permission. If you have another account, sign in with it; otherwise ask an administrator.
problem-too-many-requests = That was too fast
problem-too-many-requests-advice = Please wait a while and try again.
problem-internal = Something broke on our side
problem-internal-advice = You did nothing wrong, and we have noted it. Try again in a moment.

wrong-host-title = This is the right server under another name
wrong-host-lead = You opened it as { $host }. Signing in only works under the one name it is set up for, because your browser keeps cookies by name.
wrong-host-open = Open { $url } instead
starting-title = Just a moment
starting-lead = The server is starting; it takes a few seconds.
starting-again = Try again

way-account = Go to your account
way-console = Go to the console
way-again = Try again
way-reload = Load the page again
way-back-to = Go to { $host }
kept-title = You were signed out meanwhile
kept-lead = What you typed is kept on this page, except secrets. Sign in in a new tab, then come back here and send it again.
kept-sign-in = Sign in, in a new tab
kept-send = Send it again
