use std::collections::HashMap;

use super::message::{Cursor, Entry, EntryKind, ListSnapshot, Message, MessageKind};

/// What decides whether a token is revoked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenMarks<'a> {
    pub(crate) id: &'a str,
    pub(crate) session_id: Option<&'a str>,
    pub(crate) grant_id: Option<&'a str>,
    pub(crate) kid: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) client_id: &'a str,
    /// The position of the feed at issue.
    pub(crate) urv: Option<i64>,
    pub(crate) issued_at: i64,
}

/// What a message did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in the list now.
    Applied,
    /// It was known.
    Known,
    /// Messages before it are missing.
    Gap,
    /// The list was too long, and is one mark over the project now.
    Folded,
    /// It was not understood.
    Ignored,
    Policy,
    Keys,
    Retry,
    Hello,
    /// A snapshot is needed.
    Resync,
}

impl Outcome {
    #[cfg(test)]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Known => "known",
            Self::Gap => "gap",
            Self::Folded => "folded",
            Self::Ignored => "ignored",
            Self::Policy => "policy",
            Self::Keys => "jwks",
            Self::Retry => "retry",
            Self::Hello => "hello",
            Self::Resync => "resync",
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    before: i64,
    at: i64,
    expires: i64,
}

impl Mark {
    /// Compares positions. A token without one is revoked unless it was issued later than the mark.
    fn revokes(self, token: &TokenMarks<'_>) -> bool {
        token.urv.map_or(token.issued_at <= self.at, |urv| urv < self.before)
    }
}

/// A snapshot that is older than the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot is older than the list")]
pub(crate) struct OldSnapshot;

/// What is revoked.
#[derive(Debug)]
pub(crate) struct RevocationList {
    cursor: Option<Cursor>,
    /// The last position of an entry, which may be beyond a gap.
    heard: i64,
    /// Seconds for which entries are kept after they expire.
    skew: i64,
    max: usize,
    /// When names expire, for each of [`EntryKind::NAMES`].
    names: [HashMap<Box<str>, i64>; 4],
    /// For each of [`EntryKind::MARKS`].
    marks: [HashMap<Box<str>, Mark>; 3],
}

impl RevocationList {
    /// An empty list. More than `max` entries are replaced by one mark over the project.
    pub(crate) fn new(skew: i64, max: usize) -> Self {
        Self { cursor: None, heard: 0, skew, max, names: Default::default(), marks: Default::default() }
    }

    /// The position in the feed; `None` before the first snapshot.
    pub(crate) const fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    pub(crate) fn len(&self) -> usize {
        self.names.iter().map(HashMap::len).sum::<usize>() + self.marks.iter().map(HashMap::len).sum::<usize>()
    }

    /// The kind of the entry that revokes a token.
    pub(crate) fn revoked_by(&self, token: &TokenMarks<'_>, now: i64) -> Option<EntryKind> {
        let named = [Some(token.id), token.session_id, token.grant_id, Some(token.kid)];
        let names = EntryKind::NAMES.into_iter().zip(&self.names).zip(named);
        let live = |until: &i64| now < until.saturating_add(self.skew);
        for ((kind, names), value) in names {
            if value.and_then(|value| names.get(value)).is_some_and(live) {
                return Some(kind);
            }
        }
        let marked = EntryKind::MARKS.into_iter().zip(&self.marks).zip([token.subject, token.client_id, ""]);
        let marks = marked.filter_map(|((kind, marks), value)| Some((kind, marks.get(value)?)));
        let revoking = marks.filter(|(_, mark)| live(&mark.expires) && mark.revokes(token));
        // The newest mark; of equal ones the first.
        revoking.reduce(|one, other| if other.1.before > one.1.before { other } else { one }).map(|(kind, _)| kind)
    }

    pub(crate) fn apply(&mut self, message: &Message, now: i64) -> Outcome {
        let Some(cursor) = self.cursor else { return Outcome::Resync };
        match message.kind {
            MessageKind::Hello { epoch, .. } if epoch == cursor.epoch => return Outcome::Hello,
            MessageKind::Hello { .. } | MessageKind::Resync => return Outcome::Resync,
            MessageKind::Keys => return Outcome::Keys,
            MessageKind::Retry(_) => return Outcome::Retry,
            MessageKind::Entry(_) | MessageKind::Policy(_) | MessageKind::Unknown => {}
        }
        if message.position == 0 {
            return Outcome::Ignored;
        }
        if message.position <= cursor.position {
            return Outcome::Known;
        }
        if let MessageKind::Entry(entry) = &message.kind {
            self.add(entry);
            self.heard = self.heard.max(message.position);
        }
        if message.position > cursor.position + 1 {
            // The entry counts already; the cursor stays until what is missing was fetched.
            return Outcome::Gap;
        }
        self.cursor = Some(Cursor { position: message.position, ..cursor });
        match message.kind {
            MessageKind::Policy(_) => Outcome::Policy,
            MessageKind::Entry(_) if self.limit(now) => Outcome::Folded,
            MessageKind::Entry(_) => Outcome::Applied,
            _ => Outcome::Ignored,
        }
    }

    /// Replaces the list by a snapshot. One of an earlier epoch, or at a lower position of the same epoch, is refused.
    pub(crate) fn replace(&mut self, snapshot: &ListSnapshot, now: i64) -> Result<(), OldSnapshot> {
        if self.cursor.is_some_and(|cursor| snapshot.cursor < cursor) {
            return Err(OldSnapshot);
        }
        self.cursor = Some(snapshot.cursor);
        self.heard = snapshot.cursor.position;
        self.clear();
        for entry in &snapshot.entries {
            self.add(entry);
        }
        self.sweep(now);
        self.limit(now);
        Ok(())
    }

    /// All entries, for a store.
    pub(crate) fn entries(&self, now: i64) -> Vec<Entry> {
        let position = self.cursor.map_or(0, |cursor| cursor.position);
        let entry = |kind, value: &str, before, expires, at| {
            let live = now < self.skew.saturating_add(expires);
            live.then(|| Entry { position, kind, value: value.to_owned(), before, expires, at, why: None })
        };
        let names = EntryKind::NAMES.into_iter().zip(&self.names);
        let names = names.flat_map(|(kind, names)| names.iter().map(move |name| (kind, name)));
        let marks = EntryKind::MARKS.into_iter().zip(&self.marks);
        let marks = marks.flat_map(|(kind, marks)| marks.iter().map(move |mark| (kind, mark)));
        let names = names.filter_map(|(kind, (value, until))| entry(kind, value, 0, *until, 0));
        let marks = marks.filter_map(|(kind, (value, m))| entry(kind, value, m.before, m.expires, m.at));
        names.chain(marks).collect()
    }

    /// Adds an entry. Of two marks the later one counts.
    fn add(&mut self, entry: &Entry) {
        let value = if entry.kind == EntryKind::Project { "" } else { entry.value.as_str() };
        match self.place(entry.kind) {
            Place::Names(names) => {
                let until = names.entry(value.into()).or_insert(entry.expires);
                *until = entry.expires.max(*until);
            }
            Place::Marks(marks) => {
                let mark = marks.entry(value.into()).or_default();
                mark.before = mark.before.max(entry.before);
                mark.at = mark.at.max(entry.at);
                mark.expires = mark.expires.max(entry.expires);
            }
        }
    }

    fn place(&mut self, kind: EntryKind) -> Place<'_> {
        let [jti, sid, gid, kid] = &mut self.names;
        let [sub, client, project] = &mut self.marks;
        match kind {
            EntryKind::Jti => Place::Names(jti),
            EntryKind::Sid => Place::Names(sid),
            EntryKind::Gid => Place::Names(gid),
            EntryKind::Kid => Place::Names(kid),
            EntryKind::Sub => Place::Marks(sub),
            EntryKind::Client => Place::Marks(client),
            EntryKind::Project => Place::Marks(project),
        }
    }

    fn clear(&mut self) {
        self.names = Default::default();
        self.marks = Default::default();
    }

    fn sweep(&mut self, now: i64) {
        let skew = self.skew;
        self.names.iter_mut().for_each(|names| names.retain(|_, until| now < until.saturating_add(skew)));
        self.marks.iter_mut().for_each(|marks| marks.retain(|_, mark| now < mark.expires.saturating_add(skew)));
    }

    /// Folds a list that is too long; whether it did.
    fn limit(&mut self, now: i64) -> bool {
        if self.len() > self.max {
            self.sweep(now);
        }
        let folds = self.len() > self.max;
        if folds {
            self.fold(now);
        }
        folds
    }

    /// Replaces everything by one mark over the project, at the last position that was heard. Revoked keys stay: who has such
    /// a key can write any position into a token.
    fn fold(&mut self, now: i64) {
        let names = self.names.iter().flat_map(HashMap::values).copied();
        let marks = || self.marks.iter().flat_map(HashMap::values);
        let expires = names.chain(marks().map(|mark| mark.expires)).max().unwrap_or(now);
        let at = marks().map(|mark| mark.at).max().unwrap_or(now).max(now);
        let [.., kids] = &mut self.names;
        let kids = std::mem::take(kids);
        self.clear();
        self.names[3] = kids;
        let before = self.heard.max(self.cursor.map_or(0, |cursor| cursor.position));
        self.marks[2].insert("".into(), Mark { before, at, expires });
    }
}

enum Place<'a> {
    Names(&'a mut HashMap<Box<str>, i64>),
    Marks(&'a mut HashMap<Box<str>, Mark>),
}
