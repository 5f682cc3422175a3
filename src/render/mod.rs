//! Reports into text, JSON and other formats, into any writer.
