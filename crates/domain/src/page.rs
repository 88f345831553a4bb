//! Pagination by keyset: a page starts after the last item of the previous one, at the same cost for any length.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Maximum number of items on a page.
pub const MAX_PAGE: u32 = 100;

/// The start of a page: after the item with this id. Opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Uuid);

/// The text is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a page cursor")]
pub struct NotACursor;

impl Cursor {
    /// The start of every list.
    pub const START: Self = Self(Uuid::nil());

    /// As text.
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }

    /// From text.
    ///
    /// # Errors
    /// [`NotACursor`] for anything that [`Cursor::encode`] did not write.
    pub fn decode(text: &str) -> Result<Self, NotACursor> {
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| Uuid::from_slice(&bytes).ok()).map(Self).ok_or(NotACursor)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, oldest first.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts a page of `size` out of up to `size + 1` items: the extra one says that there is more.
    pub fn cut(mut items: Vec<T>, size: u32, id: impl Fn(&T) -> Uuid) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(|last| Cursor(id(last))) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_garbage_does_not_become_one() {
        let cursor = Cursor(Uuid::from_u128(7));
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        for bad in ["", "AA", "%%%", "x".repeat(500).as_str()] {
            assert!(Cursor::decode(bad).is_err());
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let ids = |count: u128| (1..=count).map(Uuid::from_u128).collect::<Vec<_>>();
        assert_eq!(Page::cut(ids(3), 2, |id| *id).next, Some(Cursor(Uuid::from_u128(2))));
        assert_eq!(Page::cut(ids(2), 2, |id| *id).next, None);
    }
}
