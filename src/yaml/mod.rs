//! YAML both ways: the library behind one face, so that a change of it touches this room alone.

pub mod read;
pub mod write;
