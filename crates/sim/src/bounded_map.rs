//! A map with a size limit that drops its oldest entries.

use std::collections::{HashMap, VecDeque};

/// Entries by name, at most `room` of them.
#[derive(Debug)]
pub struct BoundedMap<V> {
    entries: HashMap<String, V>,
    order: VecDeque<String>,
    room: usize,
}

impl<V> BoundedMap<V> {
    /// An empty map.
    pub fn new(room: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), room }
    }

    /// Adds or replaces an entry, and drops the oldest if the map is full.
    pub fn put(&mut self, name: String, value: V) {
        if self.entries.insert(name.clone(), value).is_none() {
            self.order.push_back(name);
        }
        while self.order.len() > self.room {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.entries.get(name)
    }

    /// The entry of that name, mutable.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.entries.get_mut(name)
    }

    /// Keeps the entries for which `wanted` is true.
    pub fn retain(&mut self, wanted: impl Fn(&V) -> bool) {
        self.entries.retain(|_, value| wanted(value));
        let entries = &self.entries;
        self.order.retain(|name| entries.contains_key(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_a_changed_entry_takes_no_second_place() {
        let mut map = BoundedMap::new(2);
        for (name, value) in [("a", 1), ("a", 2), ("b", 3), ("c", 4)] {
            map.put(name.to_owned(), value);
        }
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (None, Some(&3), Some(&4)));
        map.retain(|value| *value != 3);
        map.put("d".to_owned(), 5);
        assert_eq!((map.get("b"), map.get("c"), map.get("d")), (None, Some(&4), Some(&5)));
    }
}
