# Users and sessions in the console.

users = Users
users-lead = One account for each person, whichever way they sign in.
users-search = Search users
users-search-hint = Name, email, phone or id
users-find = Search
users-filters = Filters and order
users-filters-set = Filters that are set
users-filter-remove = remove this filter
users-clear = Clear all
users-any = Any
users-status = Status
users-active = Active
users-invited = Invited
users-disabled = Disabled
users-merged = Merged
users-role = Administrator
users-admins = Administrators only
users-no-admins = No administrators
users-factor = Second factor
users-with-factor = Has one
users-without-factor = Has none
users-with-email = Verified
users-without-email = No verified email
users-provider = Linked provider
users-project = Member of project
users-joined = Joined
users-seen = Last seen
users-last-day = In the last 24 hours
users-last-week = In the last 7 days
users-last-month = In the last 30 days
users-last-year = In the last year
users-order = Order
users-newest = Newest first
users-oldest = Oldest first
users-latest = Last seen first
users-examined =
    { $count ->
        [one] This page looked at { $count } account. The next page continues.
       *[other] This page looked at { $count } accounts. The next page continues.
    }
users-none = Nobody has an account yet. Invite the first person.
users-none-found = Nobody matches this search.
users-person = Person
users-methods = Signs in with
users-never = Never
users-passkey = Passkey
users-select = Select
users-select-one = Select { $name }
users-with-selected = With the selected people
users-add-member = Add to a project
users-remove-member = Remove from a project
users-previous = Previous
users-next = Next
users-first = First page
users-all = All users
undo = Undo
cancel = Cancel
user-pages = Pages of this user
user-profile = Profile
user-sign-in = Sign-in methods
user-sessions = Sessions
user-applications = Applications
user-roles = Roles
user-activity = Activity
user-self = this is you
user-actions = Actions
user-edit = Edit profile
user-edit-title = Edit profile
user-edit-text = Email address and password are changed by the person only.
user-send-link = Send a link to set a password
user-end-sessions = Sign out everywhere
user-reset-factors = Reset second factors
user-make-admin = Make an administrator
user-remove-admin = Remove as administrator
user-disable = Disable
user-enable = Enable
user-delete = Delete
user-merge = Join another account
user-is-invited = Invited
user-is-invited-text = There is no way to sign in yet: the email with the link was sent, and works for a week.
user-resend = Send it again
user-withdraw = Withdraw the invitation
user-saved = The profile is saved.
user-invited = The invitation is on its way.
user-invitation-resent = The invitation was sent again.
user-invitation-withdrawn = The invitation is withdrawn.
user-merged = The accounts are one now. You can separate them for 30 days.
user-separated = The accounts are separate again.
user-claim = Attribute
user-value = Value
user-source = Set by
source-person = The person
source-administrator = An administrator
user-account = Account
user-id = Internal id
user-merged-accounts = Accounts that were joined to this one
user-merge-until = Can be separated until { $time }
user-separate = Separate
user-codes-left =
    { $count ->
        [one] { $count } recovery code left
       *[other] { $count } recovery codes left
    }
user-no-methods = There is no way to sign in yet.
user-totp = Authenticator app
user-added = added { $time }
user-used = used { $time }
user-no-sessions = This person is not signed in anywhere.
session-end = Sign out
user-no-applications = No application has access to this account.
user-released = Released
user-show-claims = Show claims
user-claims-title = What a client would get
user-claims-text = The claims about this person in ID token and userinfo. Nothing is sent or recorded.
user-client-unknown = There is no client with this id.
user-claims-of = { $client } would get, with the scopes
user-id-token = ID token
user-userinfo = Userinfo
user-roles-text = Membership lets people manage a project. Other roles are given by its access rules.
user-no-roles = No role in any project.
user-raw-event = Event as JSON
change-disable =
    { $count ->
        [one] Disable { $count } person?
       *[other] Disable { $count } people?
    }
change-disable-text = They cannot sign in until somebody enables them again.
change-enable =
    { $count ->
        [one] Enable { $count } person?
       *[other] Enable { $count } people?
    }
change-enable-text = They can sign in again.
change-end =
    { $count ->
        [one] Sign { $count } person out everywhere?
       *[other] Sign { $count } people out everywhere?
    }
change-end-text = Applications lose their access, and everybody signs in again. This cannot be undone.
change-delete =
    { $count ->
        [one] Delete { $count } person?
       *[other] Delete { $count } people?
    }
change-delete-text = The accounts and all their data are deleted. This cannot be undone.
change-link =
    { $count ->
        [one] Send { $count } person a link to set a password?
       *[other] Send { $count } people a link to set a password?
    }
change-link-text = The link works once, for 30 minutes. Nothing changes until it is used.
change-factors =
    { $count ->
        [one] Reset the second factors of { $count } person?
       *[other] Reset the second factors of { $count } people?
    }
change-factors-text = Authenticator app, passkeys and recovery codes are removed; an email says so. Make sure first that the request is from the person.
change-admin =
    { $count ->
        [one] Make { $count } person an administrator?
       *[other] Make { $count } people administrators?
    }
change-admin-text = Administrators see and change everything in this console.
change-no-admin =
    { $count ->
        [one] Remove { $count } administrator?
       *[other] Remove { $count } administrators?
    }
change-no-admin-text = They keep their account and lose access to this console.
change-member =
    { $count ->
        [one] Add { $count } person to a project?
       *[other] Add { $count } people to a project?
    }
change-member-text = Members manage the project with the rights of their role.
change-no-member =
    { $count ->
        [one] Remove { $count } person from a project?
       *[other] Remove { $count } people from a project?
    }
change-no-member-text = They can no longer manage it. Their account stays.
change-sessions =
    { $count ->
        [one] { $count } session ends now.
       *[other] { $count } sessions end now.
    }
change-confirm = Type { $number }, the number of people, to confirm
changed-title =
    { $count ->
        [one] { $count } person changed
       *[other] { $count } people changed
    }
change-done = Done
change-not-done = Not changed
change-refused = This change is not possible for this person.
change-refused-admin = Not possible for an administrator, or for yourself. Remove them as administrator first.
change-refused-merged = This account was joined to another one.
change-refused-gone = There is no such account or membership any more.
change-refused-last-way = This is the last way into the account, and there is no email address to send a link to.
change-refused-address = There is no email address to send a link to.
changed-disable = The account is disabled, and its sessions have ended.
changed-enable = The account is enabled.
changed-end = Every session has ended.
changed-link = The link is on its way.
changed-factors = The second factors are removed.
changed-admin = This person is an administrator now.
changed-no-admin = This person is no longer an administrator.
changed-member = The person is a member of the project now.
changed-no-member = The person is no longer a member of the project.
invite = Invite
invite-title = Invite somebody
invite-text = An email with a link lets them choose a password. The link works for a week.
invite-send = Send invitation
merge-title = Join two accounts of one person
merge-text = The other account ends: its linked sign-ins and roles move to this one, and its id leads here.
merge-find = Find account
merge-other = The other account
merge-other-hint = Its email address, sub or id.
merge-unknown = There is no other account with this address or id.
merge-confirm = Are these one person?
merge-stays = Stays
merge-ends = Ends
merge-undo = Both get an email. You can separate them again for 30 days.
merge-do = Join accounts
merge-not-active = Both accounts must be active.
live-sessions = Sessions
live-sessions-lead = Who is signed in now, the latest activity first.
live-sessions-search = Search sessions
live-sessions-network = Network address
live-sessions-device = Device
live-sessions-since = Signed in
live-sessions-select = Select a session of { $name }
live-sessions-none = Nobody is signed in.
live-sessions-none-found = No session matches this search.
live-sessions-end = End sessions
live-sessions-ended = The sessions have ended.
end-sessions-question =
    { $count ->
        [one] End { $count } session?
       *[other] End { $count } sessions?
    }
end-sessions-text = Applications that signed in with them lose their access. This cannot be undone.
