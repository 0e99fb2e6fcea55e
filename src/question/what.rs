//! Reading a WHAT by its shape.
