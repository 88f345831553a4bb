# Import and export of users.

import = Import
import-title = Import people
import-lead = Bring people from another system, with their passwords where the formats allow it.
import-upload = Upload
import-file = File
import-file-hint = CSV, JSON Lines or JSON in UTF-8, up to 256 MB: an export of Usher, Auth0, Keycloak or Zitadel, or any table with an email column.
import-nothing-yet = Uploading changes nobody’s account. Next you choose what the columns mean, and see what would happen to each row.
import-guide = Guide
import-list = Earlier imports
import-none = No file has been imported yet.
import-rows =
    { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }
import-format-csv = CSV
import-format-csv-semicolon = CSV with semicolons
import-format-csv-tab = CSV with tabs
import-format-json-lines = JSON Lines
import-format-json-document = JSON document
import-status-ready = Uploaded
import-status-checking = Checking
import-status-checked = Checked
import-status-importing = Importing
import-status-done = Done
import-status-cancelled = Cancelled
import-status-failed = Failed
import-fault-none = Choose a file.
import-fault-many = Ten files wait to be imported already. Finish or cancel one of them first.
import-fault-empty = The file contains no people.
import-fault-compressed = The file is compressed. Unpack it, or save the spreadsheet as CSV.
import-fault-not-utf8 = The file is not in UTF-8. Save it with this encoding.
import-fault-header = The first row is no header. Each column needs a name of its own.
import-cancel = Cancel import
import-cancelled-notice = The import is cancelled. People who were imported already stay.
import-checking = Checking, without changing anything
import-importing = Importing
import-progress-done = { $done } of
import-progress-of =
    { $count ->
        [one] { $count } row.
       *[other] { $count } rows.
    }
import-progress-rate =
    { $count ->
        [one] { $count } row a second.
       *[other] { $count } rows a second.
    }
import-progress-hint = The page refreshes by itself. You may leave it: the work goes on, also after a restart.
import-refresh = Refresh now
import-would = What would happen
import-would-text = Nothing has been changed yet.
import-did = What happened
import-report = Download report
import-results = Rows by result
import-all-rows = All rows
import-created = Created
import-updated = Updated
import-skipped = Skipped
import-failed = Not imported
import-no-rows = There are no such rows.
import-row = Row
import-row-number = Row { $number }
import-result = Result
import-why = Notes
import-more = Further rows
import-start-title = Import
import-start-hint = Rows that cannot be imported are left out.
import-start =
    { $count ->
        [one] Import { $count } person
       *[other] Import { $count } people
    }
import-choices = Choices
import-existing = People who have an account
import-existing-skip = Leave their account as it is
import-existing-update = Add what the file says; keep the rest
import-existing-refuse = Report the row as not imported
import-vouch = I vouch for every email address
import-vouch-hint = Without this, only addresses that the file says are verified are imported.
import-invite = Invite people without a way to sign in
import-invite-hint = Each gets an email with a link to choose a password. The link works for a week.
import-keep-ids = Keep the ids of the file
import-keep-ids-hint = Applications then see the same “sub” as before.
import-columns = What the columns mean
import-columns-hint = Columns are recognised by their names. Change what does not fit.
import-column-ignore = Ignore
import-column-sub = Id (sub)
import-column-verified = Email address is verified
import-column-phone-verified = Telephone number is verified
import-column-disabled = Account is disabled
import-column-enabled = Account is enabled
import-column-created = Created
import-column-language = Language of pages and emails
import-column-identities = Accounts at providers
import-column-password = Password hash
import-check = Check without importing
import-check-again = Check again
import-check-hint = This shows what would happen to each row.
import-file-until = The file is deleted on { $time } if nobody imports it.
import-report-until = The file is deleted. The report is deleted on { $time }.
import-reason-row-too-long = The row is longer than 256 kB.
import-reason-row-not-utf8 = The row is not in UTF-8.
import-reason-row-not-json = The row is no JSON object.
import-reason-row-quotes = The quotes of the row do not fit.
import-reason-row-cells = The row has more cells than the header.
import-reason-row-cut-off = The file ends within this row.
import-reason-invalid = The value of “{ $about }” is invalid.
import-reason-email-invalid = The email address is invalid.
import-reason-email-missing = The row has neither an email address nor an account at a provider that is set up here.
import-reason-email-unverified = The file does not say that the email address is verified.
import-reason-duplicate = Row { $about } is about the same person.
import-reason-exists = The person has an account.
import-reason-unchanged = The account says all of this already.
import-reason-merged = The account was merged into another one.
import-reason-two-users = The address, the id and the provider’s accounts belong to different people.
import-reason-other-email = The account keeps its own email address.
import-reason-sub-invalid = The id is longer than 255 characters, or has other signs than visible ASCII.
import-reason-sub-taken = Another row has the same id.
import-reason-sub-deleted = The id belonged to an account that was deleted. Ids are never used again.
import-reason-sub-ignored = The account keeps its own id.
import-reason-identity-invalid = An account at a provider was left out: it lacks the provider or the id there.
import-reason-identity-provider = The account at “{ $about }” was left out: this provider is not set up here.
import-reason-identity-issuer = The account at “{ $about }” was left out: the file does not name its issuer.
import-reason-identity-taken = The account at “{ $about }” was left out: another row has it.
import-reason-hash-unsupported = The password was left out: this kind of hash is not supported.
import-reason-hash-malformed = The password was left out: the hash cannot be read.
import-reason-hash-expensive = The password was left out: the hash takes too much time or memory.
import-reason-hash-kept = The account keeps its own password.
import-reason-invited = Gets an invitation.

export = Export
export-title = Export people
export-lead = A file with everybody, or with those whom the filters of the list find.
export-whom = Who is in the file
export-all = Everybody who has an account.
export-some = Those whom these filters find:
export-what = Each row has the id, email address, profile, language, status, accounts at providers, and which factors are set up. It has no passwords, keys or secrets.
export-care = The file contains personal data. The download is recorded in the audit log.
export-csv = Download CSV
export-json-lines = Download JSON Lines
