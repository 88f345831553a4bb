//! The flows room.
