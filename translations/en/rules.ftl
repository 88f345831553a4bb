# Access rules in the console.

rules = Access rules
rules-lead = Published { $time }:
rules-lead-none = Nothing is published yet.
rules-revision = Revision { $revision }
rules-in-force = In force
rules-history = History
rules-history-text = Every publication, newest first. Any of them can be published again.
rules-older = Older
rules-next = Next
rules-back = Back to the rules
rules-guide = How access rules work
rules-review = Review and publish
rules-draft =
    { $count ->
        [one] Draft with { $count } change
       *[other] Draft with { $count } changes
    }
rules-draft-text = Not in force yet.
rules-draft-saved = Saved { $time }.
rules-draft-faults =
    { $count ->
        [one] It has { $count } error.
       *[other] It has { $count } errors.
    }
rules-draft-foot = This changes the draft. Nothing is in force until you publish it.
rules-see-faults = See the errors
rules-discard = Discard…
rules-discard-sure = Discard the draft
rules-discarded = The draft is discarded.
rules-saved = The draft is saved.
rules-published = The rules are published. Connected modules fetch them within seconds.
rules-save-draft = Save draft
rules-outdated = Somebody else changed the rules meanwhile. This page shows them as they are now: check your change and save it again.
rules-none = No rules yet
rules-none-text = Rules say which role may do what in your applications. Begin with a thing that people work with, such as Order, and its actions.
rules-none-published = Nothing is published yet. Publish the draft, or try it instead.
rules-permissions = Permissions
rules-permissions-text = Choose a cell, a role or an entity type to change it.
rules-permission = Permission
rules-permission-fault = Choose a permission.
rules-everything = everything
rules-no-roles = No roles yet. Add one to grant it something.
rules-allowed = Allowed
rules-denied = Denied
rules-conditional = With a condition
rules-not-allowed = Not allowed
rules-inherited = inherited
rules-roles = Roles
rules-roles-before = Previous roles
rules-roles-after = More roles
rules-entities-before = Previous entity types
rules-entities-after = More entity types
rules-as-text = Edit as text
rules-as-text-text = The whole draft as one JSON document.
rules-text = Document
rules-document = Rules as JSON
rules-document-hint = A draft may be saved with errors. It can be published once it has none.
rules-text-unread = This text is not a document of access rules.
rules-newer = What your text would change in the draft as it is now
rules-newer-text = Copy your text, open the draft again and repeat your change; or replace the draft with your text.
rules-overwrite = Replace the draft with this text
rules-faults = The draft has errors. Mend them first.
rules-faults-title = What to check in the draft
rules-faults-text = Errors prevent publishing; warnings do not.
rules-line = Line { $count }
rules-error = Error
rules-warning = Warning
rules-mend = Mend the draft
rules-effects = What each role gains and loses
rules-effects-text = With everything that it inherits.
rules-effect = { $role }: { $permission } was “{ $before }” and becomes “{ $after }”.
rules-gains = Gains
rules-loses = Loses
rules-shifts = Changes
rules-changes = Changes
rules-changes-before = Against the revision before.
rules-changes-now = Against revision { $revision }, which is in force.
rules-no-changes = No difference.
rules-what = What
rules-before = Before
rules-after = After
rules-there = there
rules-gone = removed
rules-part-action = Action
rules-part-attribute = Attribute
rules-part-condition = Condition
rules-part-entity = Entity type
rules-part-grant = Grant
rules-part-parent = Inherits
rules-part-role = Role
rules-part-route = Route
rules-lines = Line by line
rules-lines-same =
    { $count ->
        [one] { $count } line is the same
       *[other] { $count } lines are the same
    }
rules-line-added = Added:
rules-line-removed = Removed:
rules-publish = Publish
rules-publish-as = Publish as revision { $revision }
rules-publish-text = The rules are then in force in every connected module within seconds. An earlier revision can be published again at any time.
rules-keep-draft = Keep as a draft
rules-note = Note
rules-note-hint = Why, for the history.
rules-note-long = A note has at most 500 characters, in one line.
rules-same = The rules are the same as those that are published.
rules-roll-back = Publish again
rules-roll-back-to = Publish revision { $revision } again
rules-roll-back-text = These rules become a new revision and are in force within seconds. The draft does not change.
rules-roll-back-sure = Publish these rules
rules-keep = Keep what is in force
rules-routes = Routes
rules-routes-text = Modules deny every request that no route matches.
rules-routes-none = No routes: applications ask for permissions themselves.
rules-route-text = Which requests it is about, and who may make them.
rules-route-path = Path
rules-route-path-hint = For example /orders/:id or /admin/*.
rules-route-path-fault = A path starts with / and has no empty segments; * stands alone at the end.
rules-route-method = Method
rules-route-methods = Methods
rules-route-methods-hint = Separated by spaces, or * for all.
rules-route-methods-fault = Methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, or *.
rules-route-who = Who may call it
rules-route-need = Whoever has a permission
rules-route-auth = Everybody who is signed in
rules-route-public = Everybody
rules-route-also = Further requirements
rules-route-acr = Authentication context (acr)
rules-route-acr-hint = For example aal2: a second factor.
rules-route-age = Maximum age of the sign-in, in seconds
rules-route-age-hint = An older sign-in has to be repeated.
rules-route-age-fault = A whole number of seconds.
rules-route-scopes = Scopes
rules-route-scopes-hint = Separated by spaces: the token needs all of them.
rules-route-fresh = Ask Usher at each request whether the token is still valid
rules-also-acr = With the authentication context { $acr }.
rules-also-age =
    { $count ->
        [one] The sign-in is at most { $count } second old.
       *[other] The sign-in is at most { $count } seconds old.
    }
rules-also-scope = With the scope { $scope }.
rules-also-fresh = Usher is asked at each request.
rules-route-found = The route { $route } applies.
rules-route-needs = It needs { $permission }.
rules-route-none = No route matches this request: modules deny it.
rules-route-ambiguous = The path is ambiguous (for example //, .. or %2f): modules refuse it.
rules-conditions = Conditions
rules-conditions-none = No conditions yet.
rules-modules = Modules
rules-modules-none = No module is connected.
rules-modules-on =
    { $count ->
        [one] { $count } module applies revision { $revision }.
       *[other] { $count } modules apply revision { $revision }.
    }
rules-modules-without =
    { $count ->
        [one] { $count } module has not named its revision yet.
       *[other] { $count } modules have not named their revision yet.
    }
rules-new-entity = Add entity type
rules-new-role = Add role
rules-new-route = Add route
rules-new-condition = Add condition
rules-name-taken = There is one of this name already.
rules-grant = What is granted
rules-grant-of = The role { $role }
rules-cell-text = What this role itself says. Grants of all roles of a person are combined, and any denial wins.
rules-effective = With what the role inherits and with wildcards, the result is: { $what }.
rules-choose-nothing = Nothing
rules-choose-nothing-text = Not allowed, unless something else allows it.
rules-choose-allow = Allow
rules-choose-allow-text = Always, without a condition.
rules-choose-when = Allow with a condition
rules-choose-when-text = If one of the conditions chosen below holds.
rules-choose-deny = Deny
rules-choose-deny-text = Whatever other roles allow.
rules-choose-condition = Choose at least one condition.
rules-role-text = What it is called and what it inherits. What it may do is chosen in the table of permissions.
rules-role-name-hint = For example editor. It cannot be changed later.
rules-role-name-fault = A name begins with a small letter or a digit; then letters, digits and _ - . :
rules-role-title = Title
rules-role-title-hint = What people read.
rules-role-inherits = Inherits from
rules-role-inherits-hint = Names of roles, separated by spaces. It gets everything that they are granted or denied.
rules-role-others = Roles:
rules-role-unknown = There is no such role.
rules-remove-role = Remove role
rules-remove-role-text = Its grants go with it. People who have the role keep it until you publish; then it grants nothing.
rules-entity-text = What people work with, and what they can do with it.
rules-entity-name-hint = For example Order. It cannot be changed later.
rules-entity-name-fault = A name begins with a letter, then letters, digits and _. Some words are reserved.
rules-entity-actions = Actions
rules-entity-actions-hint = One a line: “read item” is about one of them, “list collection” about all of them or a new one.
rules-entity-actions-fault = One a line: a name that begins with a small letter, then item or collection.
rules-entity-attributes-hint = One a line, with its type: “owner_id string”. Types are string, bool, int and strings.
rules-entity-attributes-fault = One a line: a name, then string, bool, int or strings.
rules-remove-entity = Remove entity type
rules-remove-entity-text = Its permissions go with it, and the grants and routes that name them.
rules-attribute = Attribute
rules-attributes = Attributes
rules-operator = Operator
rules-value = Value
rules-condition-form = How it is written
rules-condition-text = Condition as JSON
rules-condition-text-hint = For anything that the comparisons cannot say: {"{"}"any": [{"{"}"in": ["resource.team_id", "user.teams"]{"}"}]{"}"}
rules-condition-as-text = As text
rules-condition-rows = Comparisons
rules-condition-rows-hint = A value is another attribute such as user.id, or a text, number, true or false; for “in” a list separated by commas.
rules-condition-row-fault = This value does not fit the attribute and the operator.
rules-condition-empty = Choose at least one attribute.
rules-condition-name-hint = For example own. It cannot be changed later.
rules-condition-name-fault = A name begins with a small letter, then letters, digits, _ and -. It is neither allow nor deny.
rules-joint = It holds if
rules-joint-all = all comparisons hold
rules-joint-any = one comparison holds
rules-remove-condition = Remove condition
rules-remove-condition-text = Grants with this condition lose it; those with no other condition are removed.
rules-remove-route = Remove route
rules-remove-route-text = Modules then deny these requests, unless another route matches.
rules-condition-text-lead = Allows something only if it holds. What is missing grants nothing.
rules-try = Try it
rules-try-text = Who may do something, and which rule decides. Nothing is changed.
rules-try-request = Request
rules-try-version = Rules
rules-try-draft = The draft
rules-try-button = Try
rules-try-foot = The roles are those that the person has now.
rules-try-what = Choose a permission, or enter a path.
rules-try-path-hint = Then the route decides which permission is needed.
rules-try-allowed = Allowed
rules-try-denied = Not allowed
rules-try-conditional = It depends on the entity
rules-try-no-roles = No role in this project
rules-or = or a request
rules-person = Person
rules-person-hint = Email address, user id (sub), or the id of a client.
rules-person-missing = Say who it is.
rules-person-unknown = There is no such person or client in this project.
rules-entity-id = Id of the entity
rules-entity-id-hint = For roles that apply to one entity only.
rules-attributes-hint = One a line: resource.total = 250. The value user.id stands for the person.
rules-attributes-fault = One a line: a known attribute, =, and a value of its type.
rules-known-attributes = Known attributes
rules-reason-allow = The role { $role } allows it.
rules-reason-deny = The role { $role } denies it, and a denial wins.
rules-reason-holds = The role { $role } allows it, because the condition { $condition } holds.
rules-reason-fails = The role { $role } does not allow it, because the condition { $condition } does not hold.
rules-reason-open = The role { $role } allows it if the condition { $condition } holds. Give the attributes of the entity to find out.
rules-reason-no-role = Nobody with this address or id has a role in this project.
rules-reason-no-grant = None of these roles is granted { $permission }.
rules-comparison-holds = { $comparison } holds: { $values }
rules-comparison-fails = { $comparison } does not hold: { $values }
rules-comparison-open = { $comparison } depends on the entity
rules-value-missing = { $path } is missing
rules-assignments = Assignments
rules-assignments-text = Who has which role in this project. A change ends the person’s access tokens, so that new ones have the current roles.
rules-assignments-all = All assignments
rules-assignments-of = Roles of { $person }
rules-assignments-none = Nobody has a role yet.
rules-assignments-not-found = No role was found.
rules-find = Find
rules-assign = Assign role
rules-assign-none = Only published roles can be assigned, and none is published yet.
rules-assign-foot = New access tokens of the person have the role.
rules-assigned = The role is assigned.
rules-unassign = Remove
rules-unassigned = The role is removed.
rules-assignment-entity = Only for one entity
rules-assignment-entity-hint = For example Order:42.
rules-assignment-entity-fault = One entity is written like Order:42.
rules-assignment-days = Days
rules-assignment-days-hint = It ends by itself then. Empty: it stays.
rules-days-fault = A number of days from 1 to 3650.
rules-only-for = Only for { $entity }
rules-since = since { $time }
rules-until = until { $time }
rules-expired = Expired
rules-role-held = They have this role there already.
rules-role-many = Nobody has more than 32 roles in a project.
