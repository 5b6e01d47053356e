//! Why did it fail, and where must the lock go?
