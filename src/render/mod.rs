//! How does a person or a program read it?
use crate::verdict::Report;
impl<T: std::fmt::Debug> std::fmt::Display for Report<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self)
    }
}
