//! The only place that knows gix or runs git: open, read, write, publish.
